// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/base/npy.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/stats/confident_learning.h"
#include "tests/support/shared_data.h"

#include <QProcess>
#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

using namespace assay;
using namespace assay::stats;

namespace {

bool near(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) <= tolerance; }

// Ten samples, three classes: small enough to be checked by hand.
const std::vector<double> kTable = {.9,  .05, .05, .2, .7, .1, .6, .3, .1, .1, .8, .1, .55, .4,  .05,
                                    .05, .9,  .05, .1, .1, .8, .2, .2, .6, .7, .2, .1, .05, .15, .8};
const std::vector<Label> kGiven = {0, 0, 0, 1, 1, 1, 2, 2, 2, 1};
const Probabilities kProbabilities{kTable, 3};

std::set<std::size_t> rowsOf(const LabelIssues& found) {
    std::set<std::size_t> rows;
    for (const auto& issue : found.issues) rows.insert(issue.row);
    return rows;
}

std::set<std::size_t> flaggedBy(IssueFilter filter) {
    IssueOptions options;
    options.filter = filter;
    return rowsOf(*findLabelIssues(kProbabilities, kGiven, options));
}

/// Logits (2, 1, 0.1, -1) through a softmax.
const std::vector<double> kSoftmax = [] {
    std::vector<double> p = {std::exp(2.0), std::exp(1.0), std::exp(0.1), std::exp(-1.0)};
    double sum = 0;
    for (const double v : p) sum += v;
    for (double& v : p) v /= sum;
    return p;
}();

} // namespace

class TestConfidentLearning : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jointOfTenSamples();
    void everyRowIsCountedWhereTheJointHasIt();
    void filtersOfTenSamples();
    void issuesAreRankedAndSuggestTheLikeliestClass();
    void qualityOfTenSamples();
    void qualityFollowsTheFormulas();
    void qualityAtTheEdges();
    void calibratedRowsSumToTheirClasses();
    void aClassWithoutSamplesHasAThresholdThatIsNeverReached();
    void noiseMatrixColumnsSumToOne();
    void protectedSamplesAreNeverPruned();
    void lessNoiseFlagsLess();
    void faultyTablesAreRefusedByRowAndColumn_data();
    void faultyTablesAreRefusedByRowAndColumn();
    void rowsCanBeNormalisedOnRequest();
    void namesAreReadBack();
    void injectedNoiseIsFound();
    void mnistTestLabels();
};

void TestConfidentLearning::jointOfTenSamples() {
    const auto joint = confidentJoint(kProbabilities, kGiven);
    QVERIFY(joint);
    QVERIFY(near(joint->thresholds[0], .566667) && near(joint->thresholds[1], .5625) && near(joint->thresholds[2], .5));
    QCOMPARE(joint->counts, (std::vector<std::int64_t>{2, 1, 0, 0, 2, 1, 1, 0, 2}));
    QCOMPARE(joint->calibrated, (std::vector<std::int64_t>{2, 1, 0, 0, 3, 1, 1, 0, 2}));
    QCOMPARE(joint->given, (std::vector<std::int64_t>{3, 4, 3}));
    QCOMPARE(joint->estimatedErrors, std::size_t(3));
}

void TestConfidentLearning::everyRowIsCountedWhereTheJointHasIt() {
    const std::vector<float> table(kTable.begin(), kTable.end());
    const FloatProbabilities rows{table, 3};
    const auto joint = confidentJoint(rows, kGiven);
    QVERIFY(joint);
    std::vector<std::int64_t> counts(9);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const Label as = joint->countedAs(rows.row(i));
        QCOMPARE(joint->offDiagonal[i] != 0, as != kNoLabel && as != kGiven[i]);
        if (as != kNoLabel) ++counts[std::size_t(kGiven[i]) * 3 + std::size_t(as)];
    }
    QCOMPARE(counts, joint->counts);
    QCOMPARE(joint->errorsPerClass(), (std::vector<std::int64_t>{1, 1, 1}));
}

void TestConfidentLearning::filtersOfTenSamples() {
    using Rows = std::set<std::size_t>;
    QCOMPARE(flaggedBy(IssueFilter::PruneByNoiseRate), (Rows{1, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::PredictedNeqGiven), (Rows{1, 4, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::PruneByClass), (Rows{1, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::Both), (Rows{1, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::ConfidentLearning), (Rows{1, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::LowSelfConfidence), (Rows{1, 8, 9}));
    QCOMPARE(flaggedBy(IssueFilter::LowNormalizedMargin), (Rows{1, 8, 9}));
}

void TestConfidentLearning::issuesAreRankedAndSuggestTheLikeliestClass() {
    const auto found = findLabelIssues(kProbabilities, kGiven);
    QVERIFY(found);
    QCOMPARE(found->issues.size(), std::size_t(3));
    const std::size_t rows[] = {8, 9, 1};
    const Label suggested[] = {0, 2, 1};
    for (std::size_t i = 0; i < 3; ++i) {
        QCOMPARE(found->issues[i].row, rows[i]);
        QCOMPARE(found->issues[i].suggested, suggested[i]);
        QCOMPARE(found->issues[i].given, kGiven[rows[i]]);
    }
    QCOMPARE(found->issues[0].score, 0.1f);
}

void TestConfidentLearning::qualityOfTenSamples() {
    const double own[] = {.9, .2, .6, .8, .4, .9, .8, .6, .1, .15};
    const double margin[] = {.925, .25, .65, .85, .425, .925, .85, .7, .2, .175};
    const auto a = labelQuality(kProbabilities, kGiven, LabelQuality::SelfConfidence);
    const auto b = labelQuality(kProbabilities, kGiven, LabelQuality::NormalizedMargin);
    for (std::size_t i = 0; i < 10; ++i) {
        QVERIFY(near(double((*a)[i]), own[i]));
        QVERIFY(near(double((*b)[i]), margin[i]));
    }
}

void TestConfidentLearning::qualityFollowsTheFormulas() {
    const Probabilities one{kSoftmax, 4};
    const auto score = [&](LabelQuality kind, Label given) { return double((*labelQuality(one, {{given}}, kind))[0]); };
    QVERIFY(near(score(LabelQuality::SelfConfidence, 0), .6380664));
    QVERIFY(near(score(LabelQuality::NormalizedMargin, 0), .701667));
    QVERIFY(near(score(LabelQuality::NormalizedMargin, 2), .228684));
    QVERIFY(near(score(LabelQuality::ConfidenceWeightedEntropy, 0), .677013));
    QVERIFY(near(score(LabelQuality::ConfidenceWeightedEntropy, 2), .290800));
}

void TestConfidentLearning::qualityAtTheEdges() {
    const std::vector<double> certain = {1, 0, 0};
    for (const auto kind :
         {LabelQuality::SelfConfidence, LabelQuality::NormalizedMargin, LabelQuality::ConfidenceWeightedEntropy}) {
        QCOMPARE((*labelQuality({certain, 3}, {{0}}, kind))[0], 1.0f);
        QCOMPARE((*labelQuality({certain, 3}, {{1}}, kind))[0], 0.0f);
        const auto adjusted = labelQuality({certain, 3}, {{1}}, kind, true);
        QVERIFY(std::isfinite((*adjusted)[0]));
    }
    // A label that is surely wrong is the worst, however sure: s = e / p_y in full.
    const std::vector<double> sure = {1 - 1e-9, 1e-9};
    const double entropy = 1e-9 * (1 - std::log(1e-9)) / std::log(2.0), s = entropy / 1e-9;
    QVERIFY(near(double((*labelQuality({sure, 2}, {{1}}, LabelQuality::ConfidenceWeightedEntropy))[0]),
                 std::log1p(s) / s, 1e-5));
    QVERIFY((*labelQuality({sure, 2}, {{0}}, LabelQuality::ConfidenceWeightedEntropy))[0] > 0.999f);
    // Equal thresholds change nothing but the scale of the rows.
    const std::vector<double> even = {.6, .4, .4, .6};
    const auto plain = labelQuality({even, 2}, {{0, 1}}, LabelQuality::SelfConfidence);
    const auto adjusted = labelQuality({even, 2}, {{0, 1}}, LabelQuality::SelfConfidence, true);
    QCOMPARE(*plain, *adjusted);
}

void TestConfidentLearning::calibratedRowsSumToTheirClasses() {
    CounterRng rng(3, RngPurpose::Test);
    for (int trial = 0; trial < 30; ++trial) {
        const std::size_t classes = 2 + rng.below(6), rows = 20 + rng.below(200);
        std::vector<double> p(rows * classes);
        std::vector<Label> given(rows);
        for (std::size_t i = 0; i < rows; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < classes; ++k) sum += p[i * classes + k] = rng.gamma(0.4) + 1e-9;
            for (std::size_t k = 0; k < classes; ++k) p[i * classes + k] /= sum;
            given[i] = Label(rng.below(std::uint32_t(classes)));
        }
        const auto joint = confidentJoint({p, classes}, given);
        QVERIFY(joint);
        for (std::size_t j = 0; j < classes; ++j) {
            std::int64_t sum = 0;
            for (std::size_t k = 0; k < classes; ++k) {
                QVERIFY(joint->at(j, k) >= 0);
                sum += joint->at(j, k);
            }
            QCOMPARE(sum, joint->given[j]);
        }
        for (const auto& name : issueFilterNames()) {
            IssueOptions options;
            options.filter = *parseIssueFilter(name);
            const auto found = findLabelIssues({p, classes}, given, options);
            QVERIFY(found);
            for (const auto& issue : found->issues) QVERIFY(issue.given != issue.suggested);
        }
    }
}

void TestConfidentLearning::aClassWithoutSamplesHasAThresholdThatIsNeverReached() {
    const std::vector<double> p = {.1, .1, .8, .2, .7, .1, .9, .05, .05, .1, .85, .05};
    const auto joint = confidentJoint({p, 3}, {{0, 1, 0, 1}});
    QVERIFY(joint);
    QCOMPARE(joint->thresholds[2], 2.0);
    QCOMPARE(joint->given[2], std::int64_t(0));
    QCOMPARE(joint->at(2, 2), std::int64_t(0));
    QCOMPARE(joint->at(0, 2), std::int64_t(0));
}

void TestConfidentLearning::noiseMatrixColumnsSumToOne() {
    const auto noise = confidentJoint(kProbabilities, kGiven)->noiseMatrix();
    for (std::size_t k = 0; k < 3; ++k) QVERIFY(near(noise[k] + noise[3 + k] + noise[6 + k], 1));
    QVERIFY(near(noise[2 * 3 + 0], 1.0 / 3)); // one of three that are class 0 was given class 2
}

void TestConfidentLearning::protectedSamplesAreNeverPruned() {
    IssueOptions options;
    options.minExamplesPerClass = 4;
    for (const auto filter : {IssueFilter::PruneByNoiseRate, IssueFilter::PruneByClass, IssueFilter::Both}) {
        options.filter = filter;
        QVERIFY(findLabelIssues(kProbabilities, kGiven, options)->issues.empty());
    }
    options.minExamplesPerClass = -1;
    QVERIFY(!findLabelIssues(kProbabilities, kGiven, options));
}

void TestConfidentLearning::lessNoiseFlagsLess() {
    IssueOptions options;
    options.fracNoise = 0;
    QVERIFY(findLabelIssues(kProbabilities, kGiven, options)->issues.empty());
    options.fracNoise = 1.5;
    QVERIFY(!findLabelIssues(kProbabilities, kGiven, options));
}

void TestConfidentLearning::faultyTablesAreRefusedByRowAndColumn_data() {
    QTest::addColumn<QList<double>>("values");
    QTest::addColumn<int>("classes");
    QTest::addColumn<QList<int>>("given");
    QTest::addColumn<QString>("says");
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    QTest::newRow("NaN") << QList<double>{.5, .5, .5, nan} << 2 << QList<int>{0, 1} << "row 1: column 1 is nan";
    QTest::newRow("infinite") << QList<double>{.5, .5, infinity, 0} << 2 << QList<int>{0, 1}
                              << "row 1: column 0 is inf";
    QTest::newRow("negative") << QList<double>{1.2, -.2, .5, .5} << 2 << QList<int>{0, 1} << "row 0: column 0";
    QTest::newRow("sum") << QList<double>{.5, .5, .5, .4} << 2 << QList<int>{0, 1} << "row 1: its sum is 0.9";
    QTest::newRow("label too large") << QList<double>{.5, .5, .5, .5} << 2 << QList<int>{0, 2} << "row 1: label 2";
    QTest::newRow("no label") << QList<double>{.5, .5, .5, .5} << 2 << QList<int>{-1, 0} << "row 0: label -1";
    QTest::newRow("labels missing") << QList<double>{.5, .5, .5, .5} << 2 << QList<int>{0} << "1 labels, 2 rows";
    QTest::newRow("one class") << QList<double>{1, 1} << 1 << QList<int>{0, 0} << "two classes";
    QTest::newRow("cut off") << QList<double>{.5, .5, .5} << 2 << QList<int>{0} << "cut off";
    QTest::newRow("nothing") << QList<double>{} << 2 << QList<int>{} << "no probabilities";
    QTest::newRow("many") << QList<double>(40, .1) << 2 << QList<int>(20, 0) << "and 10 more";
}

void TestConfidentLearning::faultyTablesAreRefusedByRowAndColumn() {
    QFETCH(QList<double>, values);
    QFETCH(int, classes);
    QFETCH(QList<int>, given);
    QFETCH(QString, says);
    const std::vector<double> table(values.begin(), values.end());
    const std::vector<Label> labels(given.begin(), given.end());
    const Probabilities p{table, std::size_t(classes)};
    const auto joint = confidentJoint(p, labels);
    QVERIFY(!joint);
    const QString sentence = QString::fromStdString(joint.error().sentence());
    QVERIFY2(sentence.contains(says), qPrintable(sentence));
    QVERIFY(!labelQuality(p, labels, LabelQuality::SelfConfidence));
    QVERIFY(!findLabelIssues(p, labels));
}

void TestConfidentLearning::rowsCanBeNormalisedOnRequest() {
    std::vector<double> table = {2, 2, 1, 3};
    QVERIFY(normaliseRows(table, 2));
    QCOMPARE(table, (std::vector<double>{.5, .5, .25, .75}));
    for (std::vector<double> bad : {std::vector<double>{1, 1, 0, 0}, std::vector<double>{1, 1, -1, 3},
                                    std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}}) {
        const std::vector<double> before = bad;
        QVERIFY(!normaliseRows(bad, 2));
        QVERIFY(bad[0] == before[0]); // nothing was changed
    }
}

void TestConfidentLearning::namesAreReadBack() {
    QCOMPARE(issueFilterNames().size(), std::size_t(7));
    for (const auto& name : issueFilterNames()) QCOMPARE(std::string(issueFilterName(*parseIssueFilter(name))), name);
    for (const auto& name : labelQualityNames())
        QCOMPARE(std::string(labelQualityName(*parseLabelQuality(name))), name);
    const auto wrong = parseIssueFilter("prune_by_class");
    QVERIFY(!wrong);
    QVERIFY(wrong.error().sentence().find("prune-by-class") != std::string::npos);
    QVERIFY(!parseLabelQuality(""));
}

void TestConfidentLearning::injectedNoiseIsFound() {
    // A confident classifier that is right nine times in ten, and one label in ten moved to the next class.
    constexpr std::size_t kRows = 5000, kClasses = 5;
    std::vector<double> p(kRows * kClasses);
    std::vector<Label> given(kRows);
    std::size_t wrong = 0, hits = 0;
    std::vector<std::uint8_t> moved(kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
        CounterRng rng(9, RngPurpose::Test, 0, std::uint32_t(i));
        const auto truth = Label(i % kClasses);
        const auto peak = std::size_t(rng.uniform() < 0.9 ? truth : Label(rng.below(kClasses)));
        double sum = 0;
        for (std::size_t k = 0; k < kClasses; ++k) sum += p[i * kClasses + k] = rng.gamma(k == peak ? 8 : 0.5);
        for (std::size_t k = 0; k < kClasses; ++k) p[i * kClasses + k] /= sum;
        moved[i] = rng.uniform() < 0.1 ? 1 : 0;
        given[i] = moved[i] ? Label((truth + 1) % Label(kClasses)) : truth;
        wrong += moved[i];
    }
    const auto found = findLabelIssues({p, kClasses}, given);
    QVERIFY(found);
    for (const auto& issue : found->issues) hits += moved[issue.row];
    QVERIFY(double(hits) > 0.8 * double(wrong));
    QVERIFY(std::abs(double(found->joint.estimatedErrors) - double(wrong)) < 0.9 * double(wrong));
}

void TestConfidentLearning::mnistTestLabels() {
    const auto array = sharedData("mnist/mnist_test_pred_probs.npy");
    const auto packed = sharedData("mnist/t10k-labels-idx1-ubyte.gz");
    const auto judged = sharedData("mnist/mnist_test_label_errors.csv");
    if (array.empty() || packed.empty() || judged.empty())
        QSKIP("mnist_test_pred_probs.npy and MNIST's test labels are not here (ASSAY_SHARED_DATA)");
    QProcess gzip;
    gzip.start("gzip", {"-dc", QString::fromStdString(packed.string())});
    if (!gzip.waitForFinished()) QSKIP("gzip is not here");
    const QByteArray labels = gzip.readAllStandardOutput().mid(8);

    const auto table = readNpy(array);
    QVERIFY(table);
    QCOMPARE(table->shape, (std::vector<std::size_t>{10000, 10}));
    const Probabilities p{table->reals, 10};
    std::vector<Label> given;
    for (const char label : labels) given.push_back(Label(label));
    std::size_t agree = 0;
    for (std::size_t i = 0; i < p.rows(); ++i) {
        const auto row = p.row(i);
        agree += std::max_element(row.begin(), row.end()) - row.begin() == given[i] ? 1 : 0;
    }
    QCOMPARE(agree, std::size_t(9913));

    // People found 15 of the labels wrong (Northcutt, Athalye, Mueller, NeurIPS 2021), 10 of them with one right
    // class: the ranking puts those among the first hundred of ten thousand.
    IssueOptions options;
    options.filter = IssueFilter::PredictedNeqGiven;
    options.rankBy = LabelQuality::NormalizedMargin;
    const auto found = findLabelIssues(p, given, options);
    QVERIFY(found);
    QCOMPARE(found->issues.size(), std::size_t(87));
    const auto suspects = rowsOf(*found);
    const auto votes = readCsv(judged);
    QVERIFY(votes);
    const auto index = votes->column("index"), category = votes->column("category");
    QVERIFY(index && category);
    std::size_t correctable = 0, hit = 0;
    for (const auto& row : votes->rows) {
        if (row[*category] != "correctable") continue;
        ++correctable;
        hit += suspects.count(std::size_t(*parseInteger(row[*index])));
    }
    QCOMPARE(correctable, std::size_t(10));
    QVERIFY2(hit >= 9, qPrintable(QString::number(hit)));

    // By self-confidence alone, all 15 stand among the first hundred of ten thousand.
    const auto isError = votes->column("is_error");
    const auto quality = labelQuality(p, given, LabelQuality::SelfConfidence);
    QVERIFY(isError && quality);
    std::size_t verified = 0;
    for (const auto& row : votes->rows) {
        if (row[*isError] != "1") continue;
        ++verified;
        const float own = (*quality)[std::size_t(*parseInteger(row[*index]))];
        const auto before = std::count_if(quality->begin(), quality->end(), [&](float other) { return other < own; });
        QVERIFY2(before < 100,
                 qPrintable(QString::fromStdString(row[*index]) + " stands at " + QString::number(before + 1)));
    }
    QCOMPARE(verified, std::size_t(15));
}

QTEST_GUILESS_MAIN(TestConfidentLearning)
#include "tst_confident_learning.moc"
