// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score.h"
#include "core/base/rng.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <limits>

namespace assay {
void registerBuiltinPlugins(Registry& registry);
}

using namespace assay;

namespace {

using Row = std::vector<double>; // probabilities of one sample

/// Evidence as a network with these probabilities would leave it.
std::shared_ptr<Evidence> evidence(int epoch, const std::vector<Label>& labels, const std::vector<Row>& rows) {
    auto e = std::make_shared<Evidence>();
    e->epoch = epoch;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto own = std::size_t(labels[i]);
        std::size_t best = 0;
        double other = 0;
        for (std::size_t k = 0; k < rows[i].size(); ++k) {
            if (rows[i][k] > rows[i][best]) best = k;
            if (k != own) other = std::max(other, rows[i][k]);
        }
        e->samples.emplace_back(std::uint32_t(i));
        e->loss.push_back(float(-std::log(rows[i][own])));
        e->prediction.push_back(Label(best));
        e->confidence.push_back(float(rows[i][best]));
        e->margin.push_back(float(std::log(rows[i][own]) - std::log(other)));
    }
    return e;
}

struct Fixture {
    std::vector<Label> labels;
    Dataset dataset;
    ScoreInput input;
    explicit Fixture(std::vector<Label> given) : labels(std::move(given)) {
        dataset.givenLabels = labels;
        dataset.splits.assign(labels.size(), Split::Train);
        input.dataset = &dataset;
        input.labels = &labels;
    }
};

Fixture threeEpochs() {
    Fixture f({0, 0, 1, 1});
    const std::vector<std::vector<Row>> epochs = {
        {{.6, .3, .1}, {.2, .7, .1}, {.1, .6, .3}, {.3, .3, .4}},
        {{.8, .1, .1}, {.6, .3, .1}, {.6, .3, .1}, {.3, .2, .5}},
        {{.9, .05, .05}, {.3, .6, .1}, {.2, .7, .1}, {.1, .2, .7}},
    };
    for (std::size_t e = 0; e < epochs.size(); ++e) f.input.epochs.push_back(evidence(int(e) + 1, f.labels, epochs[e]));
    return f;
}

bool close(const std::vector<float>& values, const std::vector<double>& expected) {
    if (values.size() != expected.size()) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::abs(double(values[i]) - expected[i]) > 1e-5) return false;
    return true;
}

} // namespace

class TestScores : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { registerBuiltinPlugins(m_registry); }
    void everyScoreDescribesItself();
    void valuesOfAHandMadeRun_data();
    void valuesOfAHandMadeRun();
    void theSuggestionIsTheLastPrediction();
    void twoNetworksShareTheirDisagreement();
    void probabilitiesOfTwoNetworksAreOfOneAverage();
    void theMethodsOwnPosteriorIsTaken();
    void aMixtureIsFittedToTrainingLossesOnly();
    void wrongLabelsRankAboveRightOnes();
    void samplesAreMatchedByIndexAcrossEpochs();
    void unusableEvidenceEndsInASentence_data();
    void unusableEvidenceEndsInASentence();

private:
    Result<ScoreValues> compute(const std::string& id, const ScoreInput& input) const {
        return m_registry.scores.find(id)->compute(input);
    }
    Registry m_registry;
};

void TestScores::everyScoreDescribesItself() {
    // clang-format off
    for (const char* id :
         {"p-noisy", "loss", "mean-loss", "self-confidence", "normalized-margin", "disagreement", "forgetting",
          "variability", "p-noisy-mean", "p-noisy-smoothed", "confidence-weighted-entropy",
          "self-confidence-adjusted", "normalized-margin-adjusted", "confidence-weighted-entropy-adjusted",
          "confident-learning", "data-map-confidence", "incorrectness", "aum", "aum-threshold", "rejection",
          "pseudo-label-conflict", "knn-disagreement", "simifeat-vote", "simifeat-rank", "outlier",
          "duplicate-conflict", "duplicate-across-splits", "dark", "bright", "blurred", "low-information", "odd-size",
          "odd-aspect"}) {
        // clang-format on
        const auto score = m_registry.scores.find(id);
        QVERIFY2(score, id);
        QVERIFY(!score->traits().range.empty());
        QVERIFY(!score->description().title.empty());
        QVERIFY(!score->description().help.empty());
        QVERIFY(!score->description().citation.empty());
    }
}

void TestScores::valuesOfAHandMadeRun_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QList<double>>("expected");
    QTest::addColumn<bool>("probability");
    const auto deviation = [](double a, double b, double c) {
        const double mean = (a + b + c) / 3;
        return std::sqrt(((a - mean) * (a - mean) + (b - mean) * (b - mean) + (c - mean) * (c - mean)) / 3);
    };
    QTest::newRow("loss") << "loss" << QList<double>{-std::log(.9), -std::log(.3), -std::log(.7), -std::log(.2)}
                          << false;
    QTest::newRow("mean loss") << "mean-loss"
                               << QList<double>{-std::log(.6 * .8 * .9) / 3, -std::log(.2 * .6 * .3) / 3,
                                                -std::log(.6 * .3 * .7) / 3, -std::log(.3 * .2 * .2) / 3}
                               << false;
    QTest::newRow("self-confidence") << "self-confidence" << QList<double>{.1, .7, .3, .8} << true;
    QTest::newRow("margin") << "normalized-margin" << QList<double>{.075, .65, .25, .75} << true;
    QTest::newRow("disagreement") << "disagreement" << QList<double>{0, .6, 0, .7} << true;
    // Right, right, right; wrong, right, wrong; right, wrong, right; never right.
    QTest::newRow("forgetting") << "forgetting" << QList<double>{0, 1, 1, 3} << false;
    QTest::newRow("data map") << "data-map-confidence"
                              << QList<double>{1 - 2.3 / 3, 1 - 1.1 / 3, 1 - 1.6 / 3, 1 - .7 / 3} << false;
    QTest::newRow("incorrectness") << "incorrectness" << QList<double>{0, 2.0 / 3, 1.0 / 3, 1} << false;
    const auto lead = [](double a, double b, double c) { return -(std::log(a) + std::log(b) + std::log(c)) / 3; };
    QTest::newRow("area under the margin")
        << "aum" << QList<double>{lead(2, 8, 18), lead(2.0 / 7, 2, .5), lead(2, .5, 3.5), lead(.75, .4, 2.0 / 7)}
        << false;
    QTest::newRow("variability") << "variability"
                                 << QList<double>{deviation(.6, .8, .9), deviation(.2, .6, .3), deviation(.6, .3, .7),
                                                  deviation(.3, .2, .2)}
                                 << false;
}

void TestScores::valuesOfAHandMadeRun() {
    QFETCH(QString, id);
    QFETCH(QList<double>, expected);
    QFETCH(bool, probability);
    const Fixture f = threeEpochs();
    ScoreInput input = f.input;
    input.dataset = &f.dataset;
    input.labels = &f.labels;
    const auto scores = compute(id.toStdString(), input);
    QVERIFY2(scores, scores ? "" : scores.error().sentence().c_str());
    QVERIFY(close(scores->values, {expected.begin(), expected.end()}));
    QCOMPARE(scores->probability, probability);
}

void TestScores::theSuggestionIsTheLastPrediction() {
    const Fixture f = threeEpochs();
    ScoreInput input = f.input;
    input.dataset = &f.dataset;
    input.labels = &f.labels;
    for (const auto& score : m_registry.scores.all()) {
        if (score->traits().basis == ScoreBasis::Pictures) continue; // no network, no prediction
        const auto scores = score->compute(input);
        if (!scores) continue; // a mixture over four losses may be beyond telling apart
        QCOMPARE(scores->suggested, (std::vector<Label>{0, 1, 1, 2}));
        if (scores->probability)
            for (const float v : scores->values) QVERIFY(v >= 0 && v <= 1);
    }
}

void TestScores::twoNetworksShareTheirDisagreement() {
    Fixture f({0, 1});
    const std::vector<Row> rows = {{.9, .1}, {.2, .8}};
    for (int e = 1; e <= 4; ++e) {
        auto epoch = evidence(e, f.labels, rows);
        epoch->columns["disagreement"] = {e == 2 ? 1.0f : 0.0f, e > 1 ? 1.0f : 0.0f};
        f.input.epochs.push_back(epoch);
    }
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    const auto scores = compute("disagreement", f.input);
    QVERIFY(scores);
    QVERIFY(close(scores->values, {.25, .75}));
}

/// The loss of two networks is the mean of their losses: its exponential is no mean of their probabilities.
void TestScores::probabilitiesOfTwoNetworksAreOfOneAverage() {
    Fixture f({0, 0});
    const std::array<std::vector<Row>, 2> networks = {{{{.9, .05, .05}, {.5, .4, .1}}, {{.5, .4, .1}, {.1, .8, .1}}}};
    const std::vector<Row> means = {{.7, .225, .075}, {.3, .6, .1}};
    auto both = evidence(3, f.labels, means);
    auto kept = std::make_shared<FeatureMatrix>();
    kept->epoch = 3;
    kept->dimension = 3;
    for (std::size_t i = 0; i < means.size(); ++i) {
        for (const double p : means[i]) kept->values.push_back(float(p));
        for (std::size_t n = 0; n < 2; ++n)
            both->columns["loss-" + std::to_string(n + 1)].push_back(float(-std::log(networks[n][i][0])));
        both->loss[i] = (both->columns["loss-1"][i] + both->columns["loss-2"][i]) / 2;
    }
    f.input.epochs = {both};
    QVERIFY(close(compute("self-confidence", f.input)->values, {.3, .7})); // not 1 - sqrt(.45), 1 - sqrt(.05)
    QVERIFY(std::abs(compute("normalized-margin", f.input)->values[1] - .65f) < 1e-5f);
    f.input.probabilities = kept;
    QVERIFY(close(compute("self-confidence", f.input)->values, {.3, .7}));
    QVERIFY(close(compute("normalized-margin", f.input)->values, {.2625, .65}));
    // Those of another epoch say nothing of this one.
    kept->epoch = 2;
    kept->values.assign(6, .4f);
    QVERIFY(close(compute("self-confidence", f.input)->values, {.3, .7}));
}

void TestScores::theMethodsOwnPosteriorIsTaken() {
    Fixture f({0, 1, 0});
    auto epoch = evidence(1, f.labels, {{.9, .1}, {.2, .8}, {.5, .5}});
    epoch->columns["p-noisy"] = {.25f, 1.5f, std::numeric_limits<float>::quiet_NaN()};
    f.input.epochs.push_back(epoch);
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    const auto scores = compute("p-noisy", f.input);
    QVERIFY(scores);
    QVERIFY(close(scores->values, {.25, 1, 0}));
}

void TestScores::aMixtureIsFittedToTrainingLossesOnly() {
    std::vector<Label> labels(2000, 0);
    Fixture f(labels);
    auto train = std::make_shared<Evidence>();
    for (std::uint32_t i = 0; i < 2000; ++i) {
        CounterRng rng(1, RngPurpose::Test, 0, i);
        const bool test = i >= 1500, noisy = !test && i % 4 == 0;
        train->samples.emplace_back(i);
        // The test part lies where it would spoil the fit: all of it at one enormous loss.
        train->loss.push_back(test ? 500.0f : float(noisy ? 3 + 0.5 * rng.normal() : 0.05 + 0.05 * rng.uniform()));
        train->prediction.push_back(0);
        train->confidence.push_back(0.5f);
        train->margin.push_back(0);
        if (test) f.dataset.splits[i] = Split::Test;
    }
    f.input.epochs = {train};
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    const auto scores = compute("p-noisy", f.input);
    QVERIFY2(scores, scores ? "" : scores.error().sentence().c_str());
    QCOMPARE(scores->values.size(), std::size_t(2000));
    int found = 0;
    for (std::size_t i = 0; i < 1500; ++i) {
        if (i % 4 == 0) found += scores->values[i] > 0.5f ? 1 : 0;
        else QVERIFY(scores->values[i] < 0.01f);
    }
    QVERIFY(found > 350); // of 375
    QVERIFY(scores->values[1999] > 0.9f);

    // A loss of 0 stands where there is no label: it is no part of the fit, and nothing there could be wrong.
    for (std::size_t i = 1500; i < 2000; ++i) {
        f.dataset.splits[i] = Split::Train;
        f.labels[i] = kNoLabel;
        train->loss[i] = 0;
    }
    const auto unlabelled = compute("p-noisy", f.input);
    QVERIFY(unlabelled);
    for (std::size_t i = 0; i < 2000; ++i) QCOMPARE(unlabelled->values[i], i < 1500 ? scores->values[i] : 0.0f);

    for (float& loss : train->loss) loss = 1;
    const auto flat = compute("p-noisy", f.input);
    QVERIFY(!flat);
    QVERIFY(flat.error().message.find("no two groups") != std::string::npos);
}

void TestScores::wrongLabelsRankAboveRightOnes() {
    Fixture f({0, 0});
    for (int e = 1; e <= 3; ++e) f.input.epochs.push_back(evidence(e, f.labels, {{.95, .05}, {.1, .9}}));
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    for (const char* id : {"loss", "mean-loss", "self-confidence", "normalized-margin", "disagreement", "forgetting"}) {
        const auto scores = compute(id, f.input);
        QVERIFY2(scores && scores->values[1] > scores->values[0], id);
    }
}

void TestScores::samplesAreMatchedByIndexAcrossEpochs() {
    Fixture f({0, 0, 0});
    auto first = evidence(1, f.labels, {{.5, .5}, {.2, .8}, {.5, .5}});
    for (auto* column : {&first->loss, &first->confidence, &first->margin}) column->erase(column->begin());
    first->samples.erase(first->samples.begin()); // sample 0 was not there yet
    first->prediction.erase(first->prediction.begin());
    f.input.epochs = {first, evidence(2, f.labels, {{.5, .5}, {.5, .5}, {.125, .875}})};
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    const auto scores = compute("mean-loss", f.input);
    QVERIFY(scores);
    QVERIFY(close(scores->values, {std::log(2), -std::log(.2 * .5) / 2, -std::log(.5 * .125) / 2}));
}

void TestScores::unusableEvidenceEndsInASentence_data() {
    QTest::addColumn<int>("fault");
    QTest::addColumn<QString>("says");
    QTest::newRow("no epochs") << 0 << "no evidence";
    QTest::newRow("empty epoch") << 1 << "no evidence";
    QTest::newRow("array too short") << 2 << "does not fit together";
    QTest::newRow("column too short") << 3 << "p-noisy";
    QTest::newRow("loss not a number") << 4 << "sample 1";
    QTest::newRow("unknown sample") << 5 << "sample 7";
}

void TestScores::unusableEvidenceEndsInASentence() {
    QFETCH(int, fault);
    QFETCH(QString, says);
    Fixture f({0, 1});
    auto epoch = evidence(3, f.labels, {{.9, .1}, {.2, .8}});
    if (fault == 1) epoch = std::make_shared<Evidence>();
    if (fault == 2) epoch->confidence.pop_back();
    if (fault == 3) epoch->columns["p-noisy"] = {0};
    if (fault == 4) epoch->loss[1] = std::numeric_limits<float>::quiet_NaN();
    if (fault == 5) epoch->samples[1] = SampleIndex(7);
    if (fault != 0) f.input.epochs.push_back(epoch);
    f.input.labels = &f.labels;
    f.input.dataset = &f.dataset;
    for (const auto& score : m_registry.scores.all()) {
        if (score->traits().basis == ScoreBasis::Pictures) continue; // need no evidence
        const auto scores = score->compute(f.input);
        QVERIFY(!scores);
        const QString sentence = QString::fromStdString(scores.error().sentence());
        QVERIFY2(sentence.contains(says), qPrintable(sentence));
    }
}

QTEST_GUILESS_MAIN(TestScores)
#include "tst_scores.moc"
