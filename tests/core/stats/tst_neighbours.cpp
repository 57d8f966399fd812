// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/neighbour_graph.h"
#include "core/stats/neighbour_votes.h"
#include "core/stats/neighbours.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace assay;
using namespace assay::stats;

namespace {

std::vector<float> points(std::size_t n, std::size_t dimension, std::uint64_t seed) {
    CounterRng rng(seed, RngPurpose::Test);
    std::vector<float> values(n * dimension);
    for (float& v : values) v = float(rng.normal());
    return values;
}

double cosine(const std::vector<float>& values, std::size_t dimension, std::size_t a, std::size_t b) {
    double product = 0, x = 0, y = 0;
    for (std::size_t d = 0; d < dimension; ++d) {
        const double u = double(values[a * dimension + d]), v = double(values[b * dimension + d]);
        product += u * v;
        x += u * u;
        y += v * v;
    }
    return product / std::sqrt(x * y);
}

} // namespace

class TestNeighbours : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theNearestAreThoseOfAFullSearch_data();
    void theNearestAreThoseOfAFullSearch();
    void equalRowsAreNamedInOrder();
    void rowsWithoutFeaturesTakeNoPart();
    void whatHasNoNeighboursIsRefused();
    void aStopEndsTheSearch();
    void theGraphFindsAlmostAllOfTheNearest();
    void theGraphIsTheSameEachTime();
    void theGraphAnswersWhereRowsAreEqualOrFew();
    void votesWeighByTheCosine();
    void whoHasNoLabelHasNoVote();
    void oneOwnLabelHasNoVote();
};

void TestNeighbours::theNearestAreThoseOfAFullSearch_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dimension");
    QTest::addColumn<int>("k");
    QTest::newRow("a few") << 12 << 3 << 4;
    QTest::newRow("one tile and a bit") << 33 << 7 << 1;
    QTest::newRow("two workers") << 1500 << 20 << 10;
    QTest::newRow("all others") << 40 << 5 << 39;
}

void TestNeighbours::theNearestAreThoseOfAFullSearch() {
    QFETCH(int, n);
    QFETCH(int, dimension);
    QFETCH(int, k);
    const auto size = std::size_t(n), width = std::size_t(dimension);
    const auto values = points(size, width, 3);
    const auto near = cosineNeighbours(values, width, std::size_t(k));
    QVERIFY(near);
    for (std::size_t i = 0; i < size; i += std::max<std::size_t>(1, size / 100)) {
        std::vector<double> others;
        for (std::size_t j = 0; j < size; ++j)
            if (j != i) others.push_back(cosine(values, width, i, j));
        std::sort(others.rbegin(), others.rend());
        for (std::size_t j = 0; j < std::size_t(k); ++j) {
            QVERIFY(near->of(i)[j] != i);
            QVERIFY(std::abs(double(near->similarityOf(i)[j]) - others[j]) < 1e-5);
            QVERIFY(std::abs(cosine(values, width, i, near->of(i)[j]) - others[j]) < 1e-5);
        }
    }
    QCOMPARE(cosineNeighbours(values, width, std::size_t(k))->rows, near->rows);
}

void TestNeighbours::equalRowsAreNamedInOrder() {
    std::vector<float> values;
    for (int i = 0; i < 50; ++i) values.insert(values.end(), {3, 4});
    const auto near = cosineNeighbours(values, 2, 3);
    QVERIFY(near);
    QVERIFY(std::ranges::equal(near->of(0), std::vector<std::uint32_t>{1, 2, 3}));
    QVERIFY(std::ranges::equal(near->of(40), std::vector<std::uint32_t>{0, 1, 2}));
    QVERIFY(std::abs(near->similarityOf(40)[0] - 1) < 1e-6f);
}

void TestNeighbours::rowsWithoutFeaturesTakeNoPart() {
    auto values = points(30, 4, 5);
    values[7 * 4] = std::numeric_limits<float>::quiet_NaN();
    std::fill_n(values.begin() + 9 * 4, 4, 0.0f);
    const auto near = cosineNeighbours(values, 4, 5);
    QVERIFY(near);
    QVERIFY(!near->has(7) && near->has(8));
    QCOMPARE(near->similarityOf(7)[0], -1.0f);
    QCOMPARE(near->similarityOf(9)[0], 0.0f); // at right angles to all
    for (std::size_t i = 0; i < 30; ++i)
        for (const auto other : near->of(i)) QVERIFY(i == 7 || other != 7);
}

void TestNeighbours::whatHasNoNeighboursIsRefused() {
    auto values = points(10, 4, 6);
    QVERIFY(!cosineNeighbours(values, 4, 10));
    QVERIFY(!cosineNeighbours(values, 4, 0));
    QVERIFY(!cosineNeighbours(values, 3, 2));
    QVERIFY(!cosineNeighbours({}, 4, 1));
    values[6] = std::numeric_limits<float>::infinity();
    const auto refused = cosineNeighbours(values, 4, 2);
    QVERIFY(!refused && refused.error().sentence().find("row 1") != std::string::npos);
}

void TestNeighbours::aStopEndsTheSearch() {
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = cosineNeighbours(points(2000, 8, 7), 8, 2, {}, stop.get_token());
    QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
}

void TestNeighbours::theGraphFindsAlmostAllOfTheNearest() {
    constexpr std::size_t kRows = 6000, kWidth = 40, kNear = 10; // two blocks: both threads search
    auto values = points(kRows, kWidth, 12);
    const auto centres = points(30, kWidth, 13);
    for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t d = 0; d < kWidth; ++d) values[i * kWidth + d] += 2 * centres[i % 30 * kWidth + d];
    values[70 * kWidth] = std::numeric_limits<float>::quiet_NaN();
    const auto exact = cosineNeighbours(values, kWidth, kNear);
    const auto graph = graphNeighbours(values, kWidth, kNear);
    QVERIFY(exact && graph);
    QVERIFY(!graph->has(70) && graph->has(71));
    std::size_t found = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
        if (i == 70) continue;
        const auto truth = exact->of(i), near = graph->of(i);
        for (std::size_t j = 0; j < kNear; ++j) {
            QVERIFY(near[j] != i && near[j] != 70);
            QVERIFY(std::abs(double(graph->similarityOf(i)[j]) - cosine(values, kWidth, i, near[j])) < 1e-5);
            QVERIFY(j == 0 || graph->similarityOf(i)[j] <= graph->similarityOf(i)[j - 1]);
            found += std::ranges::find(truth, near[j]) != truth.end();
        }
    }
    const double recall = double(found) / double((kRows - 1) * kNear);
    QVERIFY2(recall > 0.95, std::to_string(recall).c_str());
}

void TestNeighbours::theGraphIsTheSameEachTime() {
    const auto values = points(5000, 20, 14);
    const auto first = graphNeighbours(values, 20, 5), second = graphNeighbours(values, 20, 5);
    QVERIFY(first && second);
    QCOMPARE(first->rows, second->rows);
    QCOMPARE(first->similarity, second->similarity);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = graphNeighbours(values, 20, 5, {}, stop.get_token());
    QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
}

void TestNeighbours::theGraphAnswersWhereRowsAreEqualOrFew() {
    std::vector<float> equal;
    for (int i = 0; i < 300; ++i) equal.insert(equal.end(), {3, 4});
    const auto same = graphNeighbours(equal, 2, 20);
    QVERIFY(same);
    for (std::size_t i = 0; i < 300; ++i) {
        std::vector<std::uint32_t> near(same->of(i).begin(), same->of(i).end());
        std::ranges::sort(near);
        QVERIFY(std::ranges::adjacent_find(near) == near.end() && std::ranges::find(near, i) == near.end());
        QVERIFY(std::abs(same->similarityOf(i)[19] - 1) < 1e-6F);
    }
    const auto few = points(6, 3, 15);
    QCOMPARE(graphNeighbours(few, 3, 5)->rows, cosineNeighbours(few, 3, 5)->rows);
    QVERIFY(!graphNeighbours(few, 3, 6));
    QCOMPARE(nearestNeighbours(few, 3, 5)->rows, cosineNeighbours(few, 3, 5)->rows);
}

/// Wu et al. 2018: exp(cosine / 0.07), the class frequencies as one vote more.
void TestNeighbours::votesWeighByTheCosine() {
    const Neighbours near{2, {1, 2, 0, 2, 1, 0}, {0.9F, 0.83F, 0.9F, 0.5F, 0.5F, 0.5F}};
    const std::vector<Label> labels = {0, 1, 0};
    const auto p = votesOfNeighbours(near, labels, 3);
    const double one = 1 / (1 + std::exp(-1.0)); // 0.07 of cosine are a factor of e
    QVERIFY(std::abs(double(p[1]) - (2 * one + 1.0 / 3) / 3) < 1e-6);
    QVERIFY(std::abs(double(p[0]) - (2 * (1 - one) + 2.0 / 3) / 3) < 1e-6);
    QCOMPARE(p[2], 0.0F);                                       // no label is of that class
    QVERIFY(std::abs(double(p[6]) - (1 + 2.0 / 3) / 3) < 1e-6); // equally near: a vote each
    for (std::size_t row = 0; row < 3; ++row)
        QVERIFY(std::abs(p[row * 3] + p[row * 3 + 1] + p[row * 3 + 2] - 1) < 1e-6F);
}

void TestNeighbours::whoHasNoLabelHasNoVote() {
    auto values = points(40, 4, 6);
    values[7 * 4] = std::numeric_limits<float>::quiet_NaN();
    const auto near = cosineNeighbours(values, 4, 5);
    QVERIFY(near);
    std::vector<Label> labels(40, kNoLabel);
    auto p = votesOfNeighbours(*near, labels, 4);
    QVERIFY(std::isnan(p[7 * 4]));
    QCOMPARE(p[0], 0.25F); // nobody knows anything
    labels[0] = 2;
    p = votesOfNeighbours(*near, labels, 4);
    for (std::size_t row = 0; row < 40; ++row)
        if (row != 7) QCOMPARE(p[row * 4 + 2], 1.0F);
}

/// Leave one out: what a row is labelled changes nothing but, a little, the frequencies.
void TestNeighbours::oneOwnLabelHasNoVote() {
    const auto values = points(500, 3, 8);
    const auto near = cosineNeighbours(values, 3, kVoters);
    QVERIFY(near);
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 500; ++i) labels.push_back(values[i * 3] > 0 ? 1 : 0);
    const auto before = votesOfNeighbours(*near, labels, 2);
    labels[11] = Label(1 - labels[11]);
    const auto after = votesOfNeighbours(*near, labels, 2);
    QVERIFY(std::abs(before[22] - after[22]) < 1e-3F);
}

QTEST_GUILESS_MAIN(TestNeighbours)
#include "tst_neighbours.moc"
