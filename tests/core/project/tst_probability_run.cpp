// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/probability_evidence.h"
#include "core/project/feature_store.h"
#include "core/project/probability_run.h"
#include "tests/core/project/project_fixture.h"

#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::test;

namespace {

constexpr std::size_t kSamples = 100;
constexpr int kClasses = 10;

Dataset dataset() {
    Dataset set;
    for (int k = 0; k < kClasses; ++k) set.classNames.push_back("class " + std::to_string(k));
    set.givenLabels = labels(kSamples, kClasses).labels;
    set.splits.assign(kSamples, Split::Train);
    for (std::size_t i = 80; i < kSamples; ++i) set.splits[i] = Split::Test;
    return set;
}

std::shared_ptr<FeatureMatrix> probabilities() {
    auto matrix = std::make_shared<FeatureMatrix>();
    matrix->epoch = 1;
    matrix->dimension = kClasses;
    CounterRng rng(5, RngPurpose::Test);
    for (std::size_t i = 0; i < kSamples; ++i) {
        std::vector<float> row;
        float sum = 0;
        for (int k = 0; k < kClasses; ++k) sum += row.emplace_back(float(0.01 + rng.gamma(0.3)));
        for (const float p : row) matrix->values.push_back(p / sum);
    }
    return matrix;
}

ProbabilityRun runOf(std::shared_ptr<const FeatureMatrix> matrix) {
    ProbabilityRun run;
    run.config.method = kImportedMethod;
    run.labelName = "given";
    run.labels.labels = dataset().givenLabels;
    run.probabilities = std::move(matrix);
    return run;
}

} // namespace

class TestProbabilityRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void probabilitiesBecomeAFinishedRunWithEvidence();
    void itsNumbersAreThoseOfTheRows();
    void samplesWithoutALabelAreAnswered();
    void samplesWithoutProbabilitiesTakeNoPart();
    void whatIsNoProbabilityLeavesNoRun();
    void theSameLabelsAreKeptOnce();
    void rowsFindTheirSamples();
    void theThreeLikeliestClassesAreSuggested();
};

void TestProbabilityRun::probabilitiesBecomeAFinishedRunWithEvidence() {
    ProjectFolder folder;
    const auto matrix = probabilities();
    {
        const auto project = Project::create(folder.path(), reference());
        QVERIFY(project);
        const auto added = addProbabilityRun(**project, dataset(), runOf(matrix));
        QVERIFY2(added, added ? "" : added.error().sentence().c_str());
        QVERIFY(isOutOfSample(added->config));
    }
    const auto project = Project::open(folder.path(), OpenMode::ReadOnly);
    QVERIFY(project);
    const auto runs = (*project)->runs();
    QVERIFY(runs && runs->size() == 1);
    QVERIFY(runs->front().state == RunState::Finished && runs->front().epochsDone == 1);
    const auto evidence = (*project)->evidence(runs->front().id, 1);
    QVERIFY(evidence);
    QCOMPARE((*evidence)->size(), kSamples);
    QVERIFY((*evidence)->columns.contains("p-noisy"));
    const auto epochs = (*project)->epochs(runs->front().id);
    QVERIFY(epochs && epochs->front().mixture && epochs->front().scalars.contains("test-accuracy"));
    const auto kept = (*project)->probabilities(runs->front().id);
    QVERIFY(kept);
    QCOMPARE((*kept)->values, matrix->values);
}

void TestProbabilityRun::itsNumbersAreThoseOfTheRows() {
    auto matrix = std::make_shared<FeatureMatrix>();
    matrix->dimension = 3;
    matrix->values = {.7f, .2f, .1f, 0, 0, 1, .25f, .5f, .25f};
    const auto evidence = evidenceOf(*matrix, std::vector<Label>{0, 1, kNoLabel});
    QVERIFY(evidence);
    QCOMPARE(evidence->size(), std::size_t(3));
    QVERIFY(std::abs(evidence->loss[0] + std::log(.7f)) < 1e-6f);
    QVERIFY(std::abs(evidence->margin[0] - std::log(3.5f)) < 1e-5f);
    QCOMPARE(evidence->prediction[1], Label(2));
    QCOMPARE(evidence->confidence[1], 1.0f);
    QVERIFY(std::isfinite(evidence->loss[1]) && evidence->loss[1] > 20);
    // Nothing says that the third is wrong, and what it is like is known all the same.
    QCOMPARE(evidence->loss[2], 0.0f);
    QCOMPARE(evidence->prediction[2], Label(1));
    QVERIFY(std::abs(evidence->margin[2] - std::log(2.0f)) < 1e-5f);
    QVERIFY(!evidenceOf(*matrix, std::vector<Label>{kNoLabel, kNoLabel, kNoLabel}));
}

/// They get a prediction, and neither the figures nor the mixture count them.
void TestProbabilityRun::samplesWithoutALabelAreAnswered() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference());
    const auto matrix = probabilities();
    ProbabilityRun some = runOf(matrix);
    for (std::size_t i = 0; i < 30; ++i) some.labels.labels[i] = kNoLabel;
    some.labels.labels[99] = kNoLabel;
    const auto added = addProbabilityRun(**project, dataset(), some);
    QVERIFY2(added, added ? "" : added.error().sentence().c_str());
    QCOMPARE((*(*project)->evidence(added->id, 1))->size(), kSamples);
    // The same as where they have no probabilities either.
    for (std::size_t i = 0; i < kSamples; ++i)
        if (some.labels.labels[i] == kNoLabel)
            matrix->values[i * std::size_t(kClasses)] = std::numeric_limits<float>::quiet_NaN();
    const auto without = addProbabilityRun(**project, dataset(), some);
    QVERIFY(without);
    QCOMPARE((*(*project)->evidence(without->id, 1))->size(), kSamples - 31);
    const EpochSummary one = (*project)->epochs(added->id)->front(), other = (*project)->epochs(without->id)->front();
    QVERIFY(one.scalars == other.scalars);
    QVERIFY(one.mixture && other.mixture);
    QCOMPARE(one.mixture->pNoisy(1.0), other.mixture->pNoisy(1.0));
}

void TestProbabilityRun::samplesWithoutProbabilitiesTakeNoPart() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference());
    const auto matrix = probabilities();
    for (std::size_t i = 0; i < 80 * std::size_t(kClasses); ++i)
        matrix->values[i] = std::numeric_limits<float>::quiet_NaN();
    const auto added = addProbabilityRun(**project, dataset(), runOf(matrix));
    QVERIFY(added);
    const auto evidence = (*project)->evidence(added->id, 1);
    QCOMPARE((*evidence)->size(), std::size_t(20));
    QCOMPARE((*evidence)->samples.front().value, 80u);
}

void TestProbabilityRun::whatIsNoProbabilityLeavesNoRun() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference());
    const auto tooLarge = probabilities();
    tooLarge->values[3] = 4;
    const auto refused = addProbabilityRun(**project, dataset(), runOf(tooLarge));
    QVERIFY(!refused);
    QVERIFY(refused.error().sentence().find("row 0: column 3") != std::string::npos);
    const auto narrow = probabilities();
    narrow->dimension = 5;
    QVERIFY(!addProbabilityRun(**project, dataset(), runOf(narrow)));
    QVERIFY((*project)->runs()->empty());
}

void TestProbabilityRun::theSameLabelsAreKeptOnce() {
    ProjectFolder folder;
    const auto project = Project::create(folder.path(), reference());
    QVERIFY(addProbabilityRun(**project, dataset(), runOf(probabilities())));
    QVERIFY(addProbabilityRun(**project, dataset(), runOf(probabilities())));
    QCOMPARE((*project)->labelSets()->size(), std::size_t(1));
}

void TestProbabilityRun::rowsFindTheirSamples() {
    const Dataset set = dataset();
    QCOMPARE(samplesOfRows(set, 100, "")->size(), std::size_t(100));
    QCOMPARE(samplesOfRows(set, 20, "")->front().value, 80u);
    QCOMPARE(samplesOfRows(set, 80, "train")->back().value, 79u);
    const auto none = samplesOfRows(set, 50, "");
    QVERIFY(!none && none.error().sentence().find("20 for test") != std::string::npos);
    QVERIFY(!samplesOfRows(set, 100, "test"));
    QVERIFY(!samplesOfRows(set, 100, "nowhere"));
}

void TestProbabilityRun::theThreeLikeliestClassesAreSuggested() {
    FeatureMatrix matrix;
    matrix.dimension = 4;
    matrix.values = {.1f, .6f, .05f, .25f};
    const auto top = topThree(matrix, SampleIndex(0));
    QCOMPARE(top[0].label, Label(1));
    QCOMPARE(top[1].label, Label(3));
    QCOMPARE(top[2].label, Label(0));
    QCOMPARE(top[2].probability, .1f);
    matrix.dimension = 2;
    QCOMPARE(topThree(matrix, SampleIndex(1))[2].label, kNoLabel);
}

QTEST_GUILESS_MAIN(TestProbabilityRun)
#include "tst_probability_run.moc"
