// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/cross_validation.h"
#include "core/project/feature_store.h"
#include "tests/core/project/project_fixture.h"

#include <algorithm>

using namespace assay;
using namespace assay::test;

namespace {

constexpr std::size_t kSamples = 100;

Dataset dataset() {
    Dataset set;
    for (int k = 0; k < 4; ++k) set.classNames.push_back(std::to_string(k));
    set.givenLabels = labels(kSamples, 4).labels;
    set.splits.assign(kSamples, Split::Train);
    for (std::size_t i = 90; i < kSamples; ++i) set.splits[i] = Split::Test;
    return set;
}

LabelSet given() {
    LabelSet set;
    set.labels = dataset().givenLabels;
    return set;
}

} // namespace

class TestCrossValidation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyTrainingSampleIsHeldOutOnce();
    void foldsAreStratifiedAndOfOneSize();
    void excludedAndUnlabelledSamplesBelongToNoFold();
    void tooFewSamplesAreRefused();
    void aFoldsNameIsKnownAgain();
    void eachSampleIsAnsweredByTheRunThatDidNotLearnIt();
};

void TestCrossValidation::everyTrainingSampleIsHeldOutOnce() {
    const Dataset set = dataset();
    const auto plan = planFolds(set, given(), {}, 5, 1);
    QVERIFY(plan);
    std::vector<int> heldOut(kSamples);
    for (int fold = 0; fold < 5; ++fold) {
        const auto seen = datasetOfFold(set, *plan, fold);
        for (std::size_t i = 0; i < kSamples; ++i) {
            QVERIFY(seen->splits[i] != Split::Test || set.splits[i] == Split::Test);
            heldOut[i] += seen->splits[i] == Split::Validation ? 1 : 0;
        }
    }
    for (std::size_t i = 0; i < kSamples; ++i) QCOMPARE(heldOut[i], i < 90 ? 1 : 0);
    QCOMPARE(planFolds(set, given(), {}, 5, 1)->fold, plan->fold);
    QVERIFY(planFolds(set, given(), {}, 5, 2)->fold != plan->fold);
}

void TestCrossValidation::foldsAreStratifiedAndOfOneSize() {
    const Dataset set = dataset();
    const auto plan = planFolds(set, given(), {}, 3, 4);
    std::vector<std::vector<int>> counts(3, std::vector<int>(4));
    for (std::size_t i = 0; i < 90; ++i) ++counts[std::size_t(plan->fold[i])][std::size_t(set.givenLabels[i])];
    for (std::size_t k = 0; k < 4; ++k) {
        const auto [least, most] = std::minmax({counts[0][k], counts[1][k], counts[2][k]});
        QVERIFY(most - least <= 1);
    }
    for (const auto& fold : counts) QCOMPARE(fold[0] + fold[1] + fold[2] + fold[3], 30);
}

void TestCrossValidation::excludedAndUnlabelledSamplesBelongToNoFold() {
    LabelSet set = given();
    set.labels[3] = kNoLabel;
    std::vector<std::uint8_t> excluded(kSamples);
    excluded[7] = 1;
    const auto plan = planFolds(dataset(), set, excluded, 5, 1);
    QCOMPARE(plan->fold[3], -1);
    QCOMPARE(plan->fold[7], -1);
    QCOMPARE(plan->fold[95], -1);
}

void TestCrossValidation::tooFewSamplesAreRefused() {
    QVERIFY(!planFolds(dataset(), given(), {}, 1, 1));
    QVERIFY(!planFolds(dataset(), given(), {}, 50, 1));
    QVERIFY(!planFolds(dataset(), given(), {}, 51, 1));
    QVERIFY(planFolds(dataset(), given(), {}, 45, 1));
}

void TestCrossValidation::aFoldsNameIsKnownAgain() {
    const FoldPlan plan{5, 7, {}};
    QCOMPARE(foldLabelName("given", plan, 1), std::string("given, fold 2 of 5, seed 7"));
    const auto name = parseFoldLabelName(foldLabelName("symmetric 40 %, seed 1", plan, 0));
    QVERIFY(name);
    QCOMPARE(name->labels, std::string("symmetric 40 %, seed 1"));
    QCOMPARE(name->fold, 0);
    QCOMPARE(name->folds, 5);
    QCOMPARE(name->seed, std::uint64_t(7));
    for (const char* other : {"symmetric 40 %, seed 1", "a, fold", "a, fold 0 of 5, seed 1", "a, fold 6 of 5, seed 1", "a, fold 2 of 5",
                              "a, fold 2 of 5, seed 1 of mine", "a, fold x of 5, seed 1"})
        QVERIFY2(!parseFoldLabelName(other), other);
}

void TestCrossValidation::eachSampleIsAnsweredByTheRunThatDidNotLearnIt() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference(kSamples, 4));
    const auto labelSet = (*project)->addLabelSet("given", given());
    const auto plan = planFolds(dataset(), given(), {}, 3, 1);
    std::vector<RunId> runs;
    for (int fold = 0; fold < 3; ++fold) {
        runs.push_back(*(*project)->addRun(runOn(*labelSet)));
        FeatureMatrix matrix{1, 4, std::vector<float>(kSamples * 4)};
        for (std::size_t i = 0; i < kSamples; ++i) matrix.values[i * 4 + std::size_t(fold)] = 1;
        if (fold == 1) QVERIFY(!heldOutProbabilities(**project, *plan, runs)); // of this one there are none yet
        QVERIFY(storeFeatures((*project)->checkpointFolder(runs.back()), matrix, MatrixKind::Probabilities));
    }
    const auto together = heldOutProbabilities(**project, *plan, runs);
    QVERIFY(together);
    for (std::size_t i = 0; i < 90; ++i) QCOMPARE((*together)->row(i)[std::size_t(plan->fold[i])], 1.0f);
    for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs((*together)->row(95)[k] - 1.0f / 3) < 1e-6f);
}

QTEST_GUILESS_MAIN(TestCrossValidation)
#include "tst_cross_validation.moc"
