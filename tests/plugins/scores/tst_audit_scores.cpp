// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/probability_evidence.h"
#include "core/audit/score.h"
#include "core/base/rng.h"
#include "core/data/pixel_store.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

namespace assay {
void registerBuiltinPlugins(Registry& registry);
}

using namespace assay;

namespace {

/// Sixty samples of three classes whose features lie in three bundles; samples 5, 25 and 45 have another's label.
struct Bundles {
    std::vector<Label> labels;
    Dataset dataset;
    ScoreInput input;
    Bundles() {
        CounterRng rng(2, RngPurpose::Test);
        auto features = std::make_shared<FeatureMatrix>();
        auto probabilities = std::make_shared<FeatureMatrix>();
        features->dimension = probabilities->dimension = 3;
        for (std::size_t i = 0; i < 60; ++i) {
            const std::size_t truth = i / 20;
            labels.push_back(Label(i % 20 == 5 ? (truth + 1) % 3 : truth));
            for (std::size_t k = 0; k < 3; ++k) {
                features->values.push_back(float(k == truth) + 0.05f * float(rng.normal()));
                probabilities->values.push_back(k == truth ? 0.8f : 0.1f);
            }
        }
        dataset.classNames = {"a", "b", "c"};
        dataset.givenLabels = labels;
        dataset.splits.assign(60, Split::Train);
        input.dataset = &dataset;
        input.labels = &labels;
        input.features = features;
        input.probabilities = probabilities;
        input.epochs.push_back(std::make_shared<Evidence>(*evidenceOf(*probabilities, labels)));
    }
};

/// Pictures of 16 x 16 grey pixels: noise, but for those that a test changes.
struct Pictures {
    static constexpr int kSide = 16;
    std::shared_ptr<std::vector<std::uint8_t>> pixels = std::make_shared<std::vector<std::uint8_t>>();
    Dataset dataset;
    explicit Pictures(std::size_t count) {
        CounterRng rng(4, RngPurpose::Test);
        for (std::size_t i = 0; i < count * kSide * kSide; ++i) pixels->push_back(std::uint8_t(rng.below(256)));
        dataset.classNames = {"a", "b"};
        dataset.givenLabels.assign(count, 0);
        dataset.splits.assign(count, Split::Train);
    }
    std::span<std::uint8_t> picture(std::size_t i) {
        return std::span(*pixels).subspan(i * kSide * kSide, kSide * kSide);
    }
    ScoreInput input() {
        dataset.pixels = PixelStore::view(pixels, *pixels, dataset.size(), {kSide, kSide, 1});
        ScoreInput one;
        one.dataset = &dataset;
        return one;
    }
};

std::size_t mostSuspect(const ScoreValues& scores) {
    return std::size_t(std::max_element(scores.values.begin(), scores.values.end()) - scores.values.begin());
}

} // namespace

class TestAuditScores : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { registerBuiltinPlugins(m_registry); }
    void wrongLabelsStandFirst_data();
    void wrongLabelsStandFirst();
    void simiFeatFlagsWhatIsWrong_data();
    void simiFeatFlagsWhatIsWrong();
    void whatARunDidNotKeepIsSaid_data();
    void whatARunDidNotKeepIsSaid();
    void theFarthestIsTheOutlier();
    void aPointFarOutInSpaceIsTheOutlier();
    void epochsAfterTheRateDropDoNotCount();
    void whatIsNeverSelectedIsRejected();
    void aPseudoLabelContradicts();
    void aSmallClassMayBeInTheRight();
    void aHandfulHasNeighboursToo();
    void faultyPicturesStandFirst_data();
    void faultyPicturesStandFirst();
    void theOutvotedDuplicateStandsFirst();
    void copiesInTwoSplitsStandFirst();
    void badgesSayWhatTheNetworkSaw();

private:
    [[nodiscard]] Result<ScoreValues> compute(const QString& id, const ScoreInput& input) const {
        return m_registry.scores.find(id.toStdString())->compute(input);
    }
    Registry m_registry;
};

void TestAuditScores::wrongLabelsStandFirst_data() {
    QTest::addColumn<QString>("id");
    for (const char* id :
         {"knn-disagreement", "simifeat-vote", "simifeat-rank", "confident-learning", "self-confidence-adjusted",
          "normalized-margin-adjusted", "confidence-weighted-entropy", "confidence-weighted-entropy-adjusted"})
        QTest::newRow(id) << id;
}

void TestAuditScores::wrongLabelsStandFirst() {
    QFETCH(QString, id);
    const Bundles bundles;
    const auto scores = compute(id, bundles.input);
    QVERIFY2(scores, scores ? "" : scores.error().sentence().c_str());
    QCOMPARE(scores->values.size(), std::size_t(60));
    float leastWrong = 2, mostRight = -1;
    for (std::size_t i = 0; i < 60; ++i) {
        QVERIFY(scores->values[i] >= 0 && scores->values[i] <= 1);
        (i % 20 == 5 ? leastWrong : mostRight) =
            i % 20 == 5 ? std::min(leastWrong, scores->values[i]) : std::max(mostRight, scores->values[i]);
    }
    QVERIFY(leastWrong > mostRight);
    for (const std::size_t i : {5u, 25u, 45u}) QCOMPARE(scores->suggested[i], Label(i / 20));
}

void TestAuditScores::simiFeatFlagsWhatIsWrong_data() {
    QTest::addColumn<QString>("id");
    for (const char* id : {"simifeat-vote", "simifeat-rank"}) QTest::newRow(id) << id;
}

void TestAuditScores::simiFeatFlagsWhatIsWrong() {
    QFETCH(QString, id);
    const Bundles bundles;
    const auto scores = compute(id, bundles.input);
    QVERIFY(scores);
    for (std::size_t i = 0; i < 60; ++i) QCOMPARE(scores->values[i] > 0.5f, i % 20 == 5);
}

void TestAuditScores::whatARunDidNotKeepIsSaid_data() {
    QTest::addColumn<QString>("id");
    for (const char* id :
         {"knn-disagreement", "outlier", "confident-learning", "rejection", "pseudo-label-conflict", "aum-threshold"})
        QTest::newRow(id) << id;
}

void TestAuditScores::whatARunDidNotKeepIsSaid() {
    QFETCH(QString, id);
    Bundles bundles;
    bundles.input.features = bundles.input.probabilities = nullptr;
    const auto scores = compute(id, bundles.input);
    QVERIFY(!scores);
    QCOMPARE(scores.error().code, ErrorCode::NotFound);
}

void TestAuditScores::theFarthestIsTheOutlier() {
    Bundles bundles;
    auto features = std::make_shared<FeatureMatrix>(*bundles.input.features);
    for (std::size_t k = 0; k < 3; ++k) features->values[33 * 3 + k] = -1;
    bundles.input.features = features;
    QCOMPARE(mostSuspect(*compute("outlier", bundles.input)), std::size_t(33));
}

/// Of two or three features the length counts, not only the direction: a point far out on the line of the others.
void TestAuditScores::aPointFarOutInSpaceIsTheOutlier() {
    Bundles bundles;
    auto features = std::make_shared<FeatureMatrix>();
    features->dimension = 2;
    CounterRng rng(9, RngPurpose::Test);
    for (std::size_t i = 0; i < 60; ++i)
        for (std::size_t k = 0; k < 2; ++k)
            features->values.push_back(i == 31 ? 50.0f : 5 + 0.2f * float(rng.normal()));
    bundles.input.features = features;
    const auto scores = compute("outlier", bundles.input);
    QVERIFY(scores);
    QCOMPARE(mostSuspect(*scores), std::size_t(31));
}

void TestAuditScores::epochsAfterTheRateDropDoNotCount() {
    Bundles bundles;
    auto first = std::make_shared<Evidence>(*bundles.input.epochs.front());
    first->epoch = 1;
    auto second = std::make_shared<Evidence>(*first);
    second->epoch = 2;
    for (float& margin : second->margin) margin = 100;
    bundles.input.epochs = {first, second};
    const auto all = compute("aum", bundles.input);
    bundles.input.epochsAtFullRate = 1;
    const auto early = compute("aum", bundles.input);
    QCOMPARE(early->values[7], -first->margin[7]);
    QVERIFY(std::abs(all->values[7] + (first->margin[7] + 100) / 2) < 1e-4f);
}

void TestAuditScores::whatIsNeverSelectedIsRejected() {
    Bundles bundles;
    auto evidence = std::make_shared<Evidence>(*bundles.input.epochs.front());
    evidence->columns["selected-1"].assign(60, 1);
    evidence->columns["selected-2"].assign(60, 1);
    evidence->columns["selected-1"][9] = evidence->columns["selected-2"][9] = evidence->columns["selected-2"][8] = 0;
    bundles.input.epochs = {evidence};
    const auto scores = compute("rejection", bundles.input);
    QCOMPARE(scores->values[9], 1.0f);
    QCOMPARE(scores->values[8], 0.5f);
    QCOMPARE(scores->values[7], 0.0f);
    // Nobody selects what is not trained on.
    evidence->columns["selected-1"][6] = evidence->columns["selected-2"][6] = -1;
    bundles.dataset.splits[9] = Split::Test;
    const auto trained = compute("rejection", bundles.input);
    QCOMPARE(trained->values[6], 0.0f);
    QCOMPARE(trained->values[9], 0.0f);
}

void TestAuditScores::aPseudoLabelContradicts() {
    Bundles bundles;
    auto evidence = std::make_shared<Evidence>(*bundles.input.epochs.front());
    auto& pseudo = evidence->columns["pseudo-label"];
    pseudo.assign(60, -1);
    pseudo[5] = 0;
    pseudo[6] = 0;
    bundles.input.epochs = {evidence};
    const auto scores = compute("pseudo-label-conflict", bundles.input);
    QCOMPARE(mostSuspect(*scores), std::size_t(5));
    QCOMPARE(scores->suggested[5], Label(0));
    QCOMPARE(scores->values[6], 0.0f);
    QCOMPARE(scores->suggested[7], kNoLabel);
    // How sure is the method's own word where it gave one, not that of the network's answer.
    evidence->columns["pseudo-confidence"].assign(60, 0.25f);
    QCOMPARE(compute("pseudo-label-conflict", bundles.input)->values[5], 0.5f + 0.25f / 2);
}

/// The only four of a class cannot have ten neighbours that agree.
void TestAuditScores::aSmallClassMayBeInTheRight() {
    Bundles bundles;
    for (std::size_t i = 0; i < 60; ++i) bundles.labels[i] = i < 4 ? 3 : Label(i / 20);
    auto features = std::make_shared<FeatureMatrix>(*bundles.input.features);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t k = 0; k < 3; ++k) features->values[i * 3 + k] = k == 0 ? -1.0f : 0.01f * float(i);
    bundles.input.features = features;
    for (const char* id : {"knn-disagreement", "simifeat-vote"}) {
        const auto scores = compute(QLatin1String(id), bundles.input);
        QVERIFY(scores);
        for (std::size_t i = 0; i < 4; ++i) QCOMPARE(scores->values[i], 0.0f);
    }
}

void TestAuditScores::aHandfulHasNeighboursToo() {
    const std::vector<Label> labels = {0, 0, 0, 1, 0};
    Dataset dataset;
    dataset.classNames = {"a", "b"};
    dataset.givenLabels = labels;
    dataset.splits.assign(5, Split::Train);
    auto features = std::make_shared<FeatureMatrix>();
    features->dimension = 2;
    features->values = {1, 0, 1, 0.1f, 1, -0.1f, 1, 0.05f, -1, 0};
    auto evidence = std::make_shared<Evidence>();
    for (std::uint32_t i = 0; i < 5; ++i) evidence->samples.emplace_back(i);
    evidence->loss.assign(5, 1);
    evidence->margin = evidence->confidence = evidence->loss;
    evidence->prediction.assign(5, 0);
    ScoreInput input;
    input.dataset = &dataset;
    input.labels = &labels;
    input.features = features;
    input.epochs.push_back(evidence);
    for (const char* id : {"knn-disagreement", "simifeat-vote", "simifeat-rank", "outlier"}) {
        const auto scores = compute(QLatin1String(id), input);
        QVERIFY2(scores, scores ? "" : scores.error().sentence().c_str());
        QCOMPARE(mostSuspect(*scores), std::size_t(id == std::string("outlier") ? 4 : 3));
    }
}

void TestAuditScores::faultyPicturesStandFirst_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("low");
    QTest::addColumn<int>("high");
    QTest::newRow("dark") << "dark" << 0 << 20;
    QTest::newRow("bright") << "bright" << 235 << 255;
    QTest::newRow("blurred") << "blurred" << 120 << 122;
    QTest::newRow("low information") << "low-information" << 90 << 90;
}

void TestAuditScores::faultyPicturesStandFirst() {
    QFETCH(QString, id);
    QFETCH(int, low);
    QFETCH(int, high);
    Pictures pictures(20);
    for (std::size_t i = 0; i < pictures.picture(13).size(); ++i)
        pictures.picture(13)[i] = std::uint8_t(low + int(i) % (high - low + 1));
    const auto scores = compute(id, pictures.input());
    QVERIFY2(scores, scores ? "" : scores.error().sentence().c_str());
    QCOMPARE(scores->values.size(), std::size_t(20));
    QCOMPARE(mostSuspect(*scores), std::size_t(13));
    for (const float v : scores->values) QVERIFY(v >= 0 && v <= 1);
    const auto size = compute("odd-size", pictures.input()), shape = compute("odd-aspect", pictures.input());
    QCOMPARE(*std::max_element(size->values.begin(), size->values.end()), 0.0f); // all of one size, all square
    QCOMPARE(*std::max_element(shape->values.begin(), shape->values.end()), 0.0f);
}

void TestAuditScores::theOutvotedDuplicateStandsFirst() {
    Pictures pictures(20);
    for (const std::size_t copy : {4u, 9u, 14u}) std::ranges::copy(pictures.picture(2), pictures.picture(copy).begin());
    std::ranges::copy(pictures.picture(6), pictures.picture(7).begin());
    pictures.dataset.givenLabels[9] = 1;
    const auto scores = compute("duplicate-conflict", pictures.input());
    QVERIFY(scores);
    QCOMPARE(mostSuspect(*scores), std::size_t(9));
    QCOMPARE(scores->suggested[9], Label(0));
    QVERIFY(scores->values[2] > 0);
    QCOMPARE(scores->values[6], 0.0f); // copies that agree
}

void TestAuditScores::copiesInTwoSplitsStandFirst() {
    Pictures pictures(20);
    std::ranges::copy(pictures.picture(2), pictures.picture(9).begin());
    std::ranges::copy(pictures.picture(6), pictures.picture(7).begin());
    pictures.dataset.splits[9] = Split::Test;
    const auto scores = compute("duplicate-across-splits", pictures.input());
    QVERIFY(scores);
    QCOMPARE(scores->values[2], 1.0f);
    QCOMPARE(scores->values[9], 1.0f);
    QCOMPARE(scores->values[6], 0.0f); // copies, but both are learnt
}

void TestAuditScores::badgesSayWhatTheNetworkSaw() {
    const auto traits = [&](const char* id) { return m_registry.scores.find(id)->traits(); };
    QCOMPARE(scoreBadge(traits("dark"), false), std::string_view("no network"));
    QCOMPARE(scoreBadge(traits("loss"), false), std::string_view("in sample"));
    QCOMPARE(scoreBadge(traits("loss"), true), std::string_view("out of sample"));
    QVERIFY(!scoreWarning(traits("confident-learning"), false).empty());
    QVERIFY(scoreWarning(traits("confident-learning"), true).empty());
    QVERIFY(scoreWarning(traits("forgetting"), false).empty());
}

QTEST_GUILESS_MAIN(TestAuditScores)
#include "tst_audit_scores.moc"
