// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/histogram.h"
#include "core/stats/ranking.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::stats;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool near(double a, double b, double tolerance = 1e-12) { return std::abs(a - b) <= tolerance; }

// Scores with many ties, rounded to a tenth, and a truth that leans on them.
const std::vector<float> kScores = {0.1f, 0.8f, 0.4f, 0.7f, 1.0f, 0.5f, 0.5f, 0.1f, 0.3f, 0.5f, 0.7f, 0.8f, 0.4f, 0.1f,
                                    0.3f, 0.9f, 0.2f, 0.5f, 0.9f, 0.0f, 0.6f, 1.0f, 0.2f, 0.5f, 0.9f, 0.1f, 0.5f, 0.8f,
                                    0.7f, 0.5f, 0.2f, 0.5f, 0.4f, 0.5f, 0.4f, 0.8f, 0.8f, 0.3f, 0.6f, 0.3f};
const std::vector<std::uint8_t> kWrong = {0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0,
                                          0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1};

} // namespace

class TestRanking : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void detectionEqualsScikitLearn();
    void aPerfectAndAReversedScore();
    void aConstantScoreIsChance();
    void onlyOneKindCannotBeRated();
    void aScoreThatIsNoNumberIsRefusedByName();
    void ranksFallAndTiesKeepTheirOrder();
    void quantilesInterpolateAsNumPy_data();
    void quantilesInterpolateAsNumPy();
    void jaccardCountsWhatIsShared();
    void studentIntervalsMatchTheTable();
    void histogramCountsEveryValueOnce();
    void histogramOfNothingOrOfOnePointStands();
};

void TestRanking::detectionEqualsScikitLearn() {
    // scikit-learn 1.2.1: roc_auc_score, average_precision_score, f1_score(score >= 0.5).
    const auto quality = detectionQuality(kScores, kWrong, 0.5);
    QVERIFY(quality);
    QVERIFY(near(quality->auroc, 0.7161458333333334));
    QVERIFY(near(quality->averagePrecision, 0.7989688263125764));
    QVERIFY(near(quality->f1, 0.7083333333333334));
    QCOMPARE(quality->wrong, std::size_t(24));
    QCOMPARE(quality->total, std::size_t(40));
}

void TestRanking::aPerfectAndAReversedScore() {
    const std::vector<float> score = {0.9f, 0.8f, 0.2f, 0.1f};
    const auto good = detectionQuality(score, std::vector<std::uint8_t>{1, 1, 0, 0}, 0.5);
    QCOMPARE(good->auroc, 1.0);
    QCOMPARE(good->averagePrecision, 1.0);
    QCOMPARE(good->f1, 1.0);
    const auto bad = detectionQuality(score, std::vector<std::uint8_t>{0, 0, 1, 1}, 0.95);
    QCOMPARE(bad->auroc, 0.0);
    QCOMPARE(bad->f1, 0.0);
    QCOMPARE(bad->precision, 0.0);
}

void TestRanking::aConstantScoreIsChance() {
    const auto quality =
        detectionQuality(std::vector<float>(10, 0.3f), std::vector<std::uint8_t>{1, 0, 0, 0, 1, 0, 0, 0, 0, 0}, 0.3);
    QCOMPARE(quality->auroc, 0.5);
    QCOMPARE(quality->averagePrecision, 0.2);
    QCOMPARE(quality->recall, 1.0);
}

void TestRanking::onlyOneKindCannotBeRated() {
    const std::vector<float> score = {0.1f, 0.2f};
    for (const std::uint8_t kind : {0, 1}) {
        const auto quality = detectionQuality(score, std::vector<std::uint8_t>(2, kind), 0.5);
        QVERIFY(!quality);
        QCOMPARE(quality.error().code, ErrorCode::Numeric);
    }
    QVERIFY(!detectionQuality({}, {}, 0.5));
    QVERIFY(!detectionQuality(score, std::vector<std::uint8_t>(3, 0), 0.5));
}

void TestRanking::aScoreThatIsNoNumberIsRefusedByName() {
    for (const float bad : {kNaN, kInfinity, -kInfinity}) {
        const auto quality =
            detectionQuality(std::vector<float>{0.1f, bad, 0.3f}, std::vector<std::uint8_t>{1, 0, 0}, 0.5);
        QVERIFY(!quality);
        QVERIFY(quality.error().sentence().find("sample 1") != std::string::npos);
    }
}

void TestRanking::ranksFallAndTiesKeepTheirOrder() {
    const std::vector<std::uint32_t> expected = {3, 0, 2, 4, 1, 5};
    QCOMPARE(rankDescending(std::vector<float>{0.5f, 0.1f, 0.5f, kInfinity, 0.5f, kNaN}), expected);
    QVERIFY(rankDescending({}).empty());
    // Equal ones by the second number, larger first, then by position.
    const std::vector<std::uint32_t> byLoss = {2, 4, 0, 1, 3, 5};
    QCOMPARE(rankDescending(std::vector<float>{0.5f, 0.1f, 0.5f, -1, 0.5f, kNaN}, std::vector<float>{1, 9, 3, 9, 3, 9}),
             byLoss);
}

void TestRanking::quantilesInterpolateAsNumPy_data() {
    QTest::addColumn<double>("q");
    QTest::addColumn<double>("expected");
    // numpy.quantile([4, 1, 3, 2, 10], q)
    QTest::newRow("least") << 0.0 << 1.0;
    QTest::newRow("between") << 0.05 << 1.2;
    QTest::newRow("median") << 0.5 << 3.0;
    QTest::newRow("high") << 0.95 << 8.8;
    QTest::newRow("most") << 1.0 << 10.0;
}

void TestRanking::quantilesInterpolateAsNumPy() {
    QFETCH(double, q);
    QFETCH(double, expected);
    QVERIFY(near(quantile({4, 1, 3, 2, 10}, q), expected, 1e-9));
    QCOMPARE(quantile({7}, q), 7.0);
}

void TestRanking::jaccardCountsWhatIsShared() {
    const std::vector<std::uint8_t> a = {1, 1, 0, 0}, b = {1, 0, 1, 0}, none = {0, 0, 0, 0};
    QVERIFY(near(jaccard(a, b), 1.0 / 3));
    QCOMPARE(jaccard(a, a), 1.0);
    QCOMPARE(jaccard(a, none), 0.0);
    QCOMPARE(jaccard(none, none), 1.0);
}

void TestRanking::studentIntervalsMatchTheTable() {
    // Standard deviation of 1, 2, 3 is 1; t(0.975, 2) = 4.30265.
    const auto three = meanInterval(std::vector<double>{1, 2, 3});
    QCOMPARE(three.mean, 2.0);
    QVERIFY(near(three.halfWidth, 4.30265272991 / std::sqrt(3.0), 1e-9));
    // Beyond the table: 61 values, t(0.975, 60) = 2.00029782.
    std::vector<double> many(61, 0.0);
    many.front() = 1;
    const double mean = 1.0 / 61, deviation = std::sqrt((mean * mean * 60 + (1 - mean) * (1 - mean)) / 60);
    QVERIFY(near(meanInterval(many).halfWidth, 2.0002978220142604 * deviation / std::sqrt(61.0), 1e-8));
    QCOMPARE(meanInterval(std::vector<double>{5}).halfWidth, 0.0);
    QCOMPARE(meanInterval({}).count, std::size_t(0));
    QCOMPARE(meanInterval(std::vector<double>{1, double(kNaN), 3}).mean, 2.0);
}

void TestRanking::histogramCountsEveryValueOnce() {
    CounterRng rng(1, RngPurpose::Test);
    std::vector<float> values(1000);
    for (float& v : values) v = float(rng.uniform() * 1.4 - 0.2);
    values.insert(values.end(), {kNaN, kInfinity, -kInfinity, 0.0f, 1.0f});
    const Histogram h = histogram(values, 0, 1, 37);
    std::uint64_t total = 0;
    for (const auto count : h.counts) total += count;
    QCOMPARE(total, std::uint64_t(1002));
    QCOMPARE(h.notFinite, std::uint64_t(3));
    const Histogram two = histogram(std::vector<float>{-5.0f, 0.1f, 0.49f, 0.5f, 0.9f, 1.0f, 7.0f}, 0, 1, 2);
    QCOMPARE(two.counts, (std::vector<std::uint64_t>{3, 4}));
    QCOMPARE(two.binWidth(), 0.5);
    QCOMPARE(two.binCentre(1), 0.75);
}

void TestRanking::histogramOfNothingOrOfOnePointStands() {
    QCOMPARE(histogram({}, 0, 1, 3).counts, (std::vector<std::uint64_t>{0, 0, 0}));
    QCOMPARE(histogram(std::vector<float>{2, 2}, 2, 2, 3).counts, (std::vector<std::uint64_t>{2, 0, 0}));
    QCOMPARE(histogram(std::vector<float>{2}, 0, 1, 0).counts.size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(TestRanking)
#include "tst_ranking.moc"
