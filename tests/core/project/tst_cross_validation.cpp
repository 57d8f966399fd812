// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/cross_validation.h"
#include "core/project/feature_store.h"
#include "core/project/fold_runs.h"
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

/// Of three folds, on labels of a file of that name.
CrossValidation crossOf(const LabelSet& labels) {
    CrossValidation cross;
    cross.config = runOn(0).config;
    cross.labelName = "labels.csv";
    cross.labels = labels;
    cross.plan = *planFolds(dataset(), labels, {}, 3, 1);
    return cross;
}

RunId addFold(Project& project, const CrossValidation& cross, int fold, RunState state) {
    RunRecord run = runOn(*project.addLabelSet(foldLabelName(cross.labelName, cross.plan, fold), cross.labels));
    run.revision = cross.revision;
    run.state = state;
    return *project.addRun(run);
}

/// The same labels but for one, or what else may differ under one name.
std::vector<CrossValidation> othersOfOneName() {
    std::vector<CrossValidation> others;
    LabelSet changed = given();
    changed.labels[3] = (changed.labels[3] + 1) % 4;
    others.push_back(crossOf(changed));
    LabelSet known = given();
    known.trueLabels = known.labels;
    others.push_back(crossOf(known));
    LabelSet chosen = given();
    chosen.trusted.assign(kSamples, 1);
    chosen.trusted[3] = 0;
    others.push_back(crossOf(chosen));
    others.push_back(crossOf(given()));
    others.back().revision = Revision(2);
    return others;
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
    void foldsThatLearntOtherLabelsAreNotTaken();
    void foldsOfAnEarlierVersionAreTaken();
    void whatWasPutTogetherForOtherLabelsIsNotTaken();
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
    for (const char* other : {"symmetric 40 %, seed 1", "a, fold", "a, fold 0 of 5, seed 1", "a, fold 6 of 5, seed 1",
                              "a, fold 2 of 5", "a, fold 2 of 5, seed 1 of mine", "a, fold x of 5, seed 1"})
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

/// A label file that was changed, or another of its name: finished folds are not taken, stopped ones do not go on.
void TestCrossValidation::foldsThatLearntOtherLabelsAreNotTaken() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference(kSamples, 4));
    const CrossValidation first = crossOf(given());
    const RunId finished = addFold(**project, first, 0, RunState::Finished);
    const RunId stopped = addFold(**project, first, 1, RunState::Stopped);
    const auto known = foldRuns(**project, first, {});
    QVERIFY(known && known->size() == 3);
    QVERIFY((*known)[0] && (*known)[0]->id == finished);
    QVERIFY((*known)[1] && (*known)[1]->id == stopped);
    QVERIFY(!(*known)[2]);
    for (const CrossValidation& other : othersOfOneName()) {
        const auto none = foldRuns(**project, other, {});
        QVERIFY(none && none->size() == 3);
        for (const auto& run : *none) QVERIFY(!run);
        const RunId own = addFold(**project, other, 1, RunState::Stopped);
        QVERIFY((*foldRuns(**project, other, {}))[1]->id == own);
        QVERIFY((*foldRuns(**project, first, {}))[1]->id == stopped);
    }
}

/// A method that has a setting more than when the folds were trained: its default is what they were trained with.
void TestCrossValidation::foldsOfAnEarlierVersionAreTaken() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference(kSamples, 4));
    CrossValidation now = crossOf(given());
    const RunId finished = addFold(**project, now, 0, RunState::Finished);
    std::vector<ParamSpec> schema = {{"rate", ParamType::Real, 0.5, {}, {}, {}, "", "", false},
                                     {"flag", ParamType::Bool, false, {}, {}, {}, "", "", false},
                                     {"count", ParamType::Integer, std::int64_t(1), {}, {}, {}, "", "", false},
                                     {"kind", ParamType::Text, std::string(), {}, {}, {}, "", "", false}};
    schema.push_back({"mirror", ParamType::Bool, true, {}, {}, {}, "", "added since", false});
    now.config.settings["mirror"] = true;
    QVERIFY(!(*foldRuns(**project, now, {}))[0]);
    const auto known = foldRuns(**project, now, schema);
    QVERIFY((*known)[0] && (*known)[0]->id == finished);
    now.config.settings["mirror"] = false;
    QVERIFY(!(*foldRuns(**project, now, schema))[0]);
}

void TestCrossValidation::whatWasPutTogetherForOtherLabelsIsNotTaken() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference(kSamples, 4));
    const CrossValidation first = crossOf(given());
    FeatureMatrix matrix{1, 4, std::vector<float>(kSamples * 4, 0.1f)};
    for (std::size_t i = 0; i < kSamples; ++i) matrix.values[i * 4 + i % 4] = 0.7f;
    std::vector<RunId> runs;
    for (int fold = 0; fold < 3; ++fold) {
        runs.push_back(addFold(**project, first, fold, RunState::Finished));
        QVERIFY(storeFeatures((*project)->checkpointFolder(runs.back()), matrix, MatrixKind::Probabilities));
    }
    const auto together = joinFolds(**project, dataset(), first, runs);
    QVERIFY2(together, together ? "" : together.error().sentence().c_str());
    QCOMPARE(joinFolds(**project, dataset(), first, runs)->id.value, together->id.value);
    for (const CrossValidation& other : othersOfOneName()) {
        const auto anew = joinFolds(**project, dataset(), other, runs);
        QVERIFY(anew);
        QVERIFY(anew->id != together->id);
    }
}

QTEST_GUILESS_MAIN(TestCrossValidation)
#include "tst_cross_validation.moc"
