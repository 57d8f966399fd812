// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/stats/confident_learning.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace assay;
using namespace assay::stats;

namespace {

std::uint32_t mix(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

double unit(std::uint32_t seed, std::uint32_t i, std::uint32_t k) {
    return double(mix(seed * 0x9e3779b1u + i * 0x85ebca77u + k * 0xc2b2ae3du)) / 4294967296.0;
}

/// The table of make_expected_label_issues.py, number for number.
struct Table {
    std::vector<double> values;
    std::vector<float> floats;
    std::vector<Label> labels;
    Table(std::uint32_t rows, std::uint32_t classes, std::uint32_t seed, double noise) {
        for (std::uint32_t i = 0; i < rows; ++i) {
            const std::uint32_t truth = (i * i + i / 7) % classes;
            std::vector<double> row;
            double total = 0;
            for (std::uint32_t k = 0; k < classes; ++k) {
                const double u = unit(seed, i, k);
                row.push_back(u * u * u + 0.01 + (k == truth ? 1.5 * unit(seed + 1, i, 0) : 0.0));
            }
            for (const double v : row) total += v;
            for (const double v : row) values.push_back(v / total);
            const bool moved = unit(seed + 2, i, 0) < noise;
            const auto step = std::uint32_t(unit(seed + 3, i, 0) * (classes - 1));
            labels.push_back(Label(moved ? (truth + 1 + step) % classes : truth));
        }
        floats.assign(values.begin(), values.end());
    }
};

Result<LabelIssues> findIn(const Table& table, const nlohmann::json& test, const IssueOptions& options) {
    const auto classes = test["classes"].get<std::size_t>();
    if (test["type"] == "float32")
        return findLabelIssues(FloatProbabilities{table.floats, classes}, table.labels, options);
    return findLabelIssues(Probabilities{table.values, classes}, table.labels, options);
}

std::vector<std::size_t> rowsOf(const LabelIssues& found) {
    std::vector<std::size_t> rows;
    for (const LabelIssue& issue : found.issues) rows.push_back(issue.row);
    return rows;
}

} // namespace

/// The same sets and orders as the reference of expected_label_issues.json, which names its origin.
class TestLabelIssues : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyFilterFindsTheReferenceSet();
    void everyRankingIsTheReferenceOrder();
    void floatsAndDoublesFindTheSame();
    void manyRowsAreReadByTwoThreadsAsByOne();
    void largeTablesAreFilteredAsWrittenDown_data();
    void largeTablesAreFilteredAsWrittenDown();
    void aMatrixWithAFaultFarBehindIsRefused();

private:
    nlohmann::json m_expected;
};

void TestLabelIssues::initTestCase() {
    const auto bytes = readFile(ASSAY_SOURCE_DIR "/tests/core/stats/expected_label_issues.json");
    QVERIFY(bytes);
    const auto* text = reinterpret_cast<const char*>(bytes->data());
    m_expected = nlohmann::json::parse(text, text + bytes->size());
    QVERIFY(m_expected["cases"].size() >= 8);
}

void TestLabelIssues::everyFilterFindsTheReferenceSet() {
    for (const auto& test : m_expected["cases"]) {
        const Table table(test["rows"], test["classes"], test["seed"], test["noise"]);
        for (const auto& [name, rows] : test["filters"].items()) {
            IssueOptions options;
            options.filter = *parseIssueFilter(name);
            options.minExamplesPerClass = test["min_examples_per_class"];
            options.fracNoise = test["frac_noise"];
            const auto found = findIn(table, test, options);
            QVERIFY(found);
            auto mine = rowsOf(*found);
            std::sort(mine.begin(), mine.end());
            QVERIFY2(mine == rows.get<std::vector<std::size_t>>(),
                     (name + ": " + std::to_string(mine.size()) + " instead of " + std::to_string(rows.size()) +
                      " of " + test.dump().substr(0, 110))
                         .c_str());
        }
    }
}

void TestLabelIssues::everyRankingIsTheReferenceOrder() {
    for (const auto& test : m_expected["cases"]) {
        const Table table(test["rows"], test["classes"], test["seed"], test["noise"]);
        for (const auto& [name, rows] : test["ranks"].items()) {
            IssueOptions options;
            options.filter = IssueFilter::Both;
            options.rankBy = *parseLabelQuality(name);
            options.minExamplesPerClass = test["min_examples_per_class"];
            options.fracNoise = test["frac_noise"];
            const auto found = findIn(table, test, options);
            QVERIFY(found);
            QVERIFY2(rowsOf(*found) == rows.get<std::vector<std::size_t>>(), name.c_str());
        }
    }
}

void TestLabelIssues::floatsAndDoublesFindTheSame() {
    Table table(3000, 12, 9, 0.25);
    table.values.assign(table.floats.begin(), table.floats.end());
    for (const auto& name : issueFilterNames()) {
        IssueOptions options;
        options.filter = *parseIssueFilter(name);
        const auto wide = findLabelIssues(Probabilities{table.values, 12}, table.labels, options);
        const auto narrow = findLabelIssues(FloatProbabilities{table.floats, 12}, table.labels, options);
        QVERIFY(wide && narrow);
        QVERIFY2(rowsOf(*wide) == rowsOf(*narrow), name.c_str());
    }
}

void TestLabelIssues::manyRowsAreReadByTwoThreadsAsByOne() {
    // Large enough for two threads: who takes which part must change nothing, and every row is counted once.
    for (const std::uint32_t classes : {5u, 33u}) {
        const Table table(60000, classes, 11, 0.2);
        const auto once = confidentJoint(Probabilities{table.values, classes}, table.labels);
        const auto again = confidentJoint(Probabilities{table.values, classes}, table.labels);
        QVERIFY(once && again);
        QCOMPARE(once->thresholds, again->thresholds);
        QCOMPARE(once->counts, again->counts);
        QCOMPARE(once->offDiagonal, again->offDiagonal);
        std::int64_t wrong = 0, off = 0;
        for (std::size_t j = 0; j < classes; ++j)
            for (std::size_t k = 0; k < classes; ++k) off += j != k ? once->counts[j * classes + k] : 0;
        for (const auto one : once->offDiagonal) wrong += one;
        QCOMPARE(off, wrong);
    }
}

void TestLabelIssues::largeTablesAreFilteredAsWrittenDown_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("classes");
    QTest::newRow("few classes, read eight rows at a time") << 40000 << 6;
    QTest::newRow("as many as lanes") << 20000 << 8;
    QTest::newRow("many classes, the last not a full step") << 20000 << 45;
}

void TestLabelIssues::largeTablesAreFilteredAsWrittenDown() {
    QFETCH(int, rows);
    QFETCH(int, classes);
    const Table table{std::uint32_t(rows), std::uint32_t(classes), 21, 0.3};
    const auto width = std::size_t(classes);
    for (const auto filter : {IssueFilter::PruneByNoiseRate, IssueFilter::PruneByClass}) {
        IssueOptions options;
        options.filter = filter;
        const auto found = findLabelIssues(Probabilities{table.values, width}, table.labels, options);
        QVERIFY(found);
        const auto at = [&](std::size_t i, std::size_t k) { return table.values[i * width + k]; };
        std::vector<std::vector<std::size_t>> members(width);
        for (std::size_t i = 0; i < table.labels.size(); ++i) members[std::size_t(table.labels[i])].push_back(i);
        std::vector<char> flag(table.labels.size());
        const auto first = [&](std::vector<std::size_t> all, std::int64_t number, const auto& value) {
            std::stable_sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) { return value(a) > value(b); });
            for (std::int64_t n = 0; n < std::min(number, std::int64_t(all.size())); ++n) flag[all[std::size_t(n)]] = 1;
        };
        for (std::size_t k = 0; k < width; ++k) {
            std::int64_t others = 0;
            for (std::size_t j = 0; j < width; ++j) {
                if (j == k) continue;
                others += found->joint.at(k, j);
                if (filter == IssueFilter::PruneByNoiseRate)
                    first(members[k], found->joint.at(k, j), [&](std::size_t i) { return at(i, j) - at(i, k); });
            }
            if (filter == IssueFilter::PruneByClass)
                first(members[k], others, [&](std::size_t i) { return -at(i, k); });
        }
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < flag.size(); ++i) {
            const double* row = &table.values[i * width];
            const auto best = std::size_t(std::max_element(row, row + width) - row), own = std::size_t(table.labels[i]);
            if (flag[i] != 0 && best != own && row[best] > row[own] + 1e-6) expected.push_back(i);
        }
        std::stable_sort(expected.begin(), expected.end(), [&](std::size_t a, std::size_t b) {
            return at(a, std::size_t(table.labels[a])) < at(b, std::size_t(table.labels[b]));
        });
        QVERIFY(expected.size() > 2100); // enough to be sorted by digits
        QVERIFY(rowsOf(*found) == expected);
        for (const LabelIssue& issue : found->issues) {
            const double* row = &table.values[issue.row * width];
            QCOMPARE(std::size_t(issue.suggested), std::size_t(std::max_element(row, row + width) - row));
        }
    }
}

void TestLabelIssues::aMatrixWithAFaultFarBehindIsRefused() {
    Table table(60000, 7, 12, 0.2);
    table.floats[59998 * 7 + 3] = -0.25f;
    const auto found = findLabelIssues(FloatProbabilities{table.floats, 7}, table.labels);
    QVERIFY(!found);
    QVERIFY(found.error().sentence().find("row 59998: column 3") != std::string::npos);
    table.floats[59998 * 7 + 3] = -0.0f; // a zero all the same, but then the row does not sum to 1
    QVERIFY(findLabelIssues(FloatProbabilities{table.floats, 7}, table.labels).error().sentence().find("its sum") !=
            std::string::npos);
    std::vector<double> certain = {1, -0.0, 0, 1};
    QVERIFY(confidentJoint(Probabilities{certain, 2}, {{0, 1}}));
}

QTEST_GUILESS_MAIN(TestLabelIssues)
#include "tst_label_issues.moc"
