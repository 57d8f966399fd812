// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/mixture.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::stats;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool near(double a, double b, double tolerance = 1e-5) { return std::abs(a - b) <= tolerance; }

/// 600 points .45 ((i + .5) / 600)^3 and 400 points 1 - .6 ((i + .5) / 400)^2: two groups with a closed form.
std::vector<double> twoGroups() {
    std::vector<double> values;
    for (int i = 0; i < 600; ++i) values.push_back(0.45 * std::pow((i + 0.5) / 600, 3));
    for (int i = 0; i < 400; ++i) values.push_back(1 - 0.6 * std::pow((i + 0.5) / 400, 2));
    return values;
}

/// Losses as a network has them in mid-training: many small, some large, a long tail.
std::vector<float> losses(std::size_t n, double noisyShare, std::uint64_t seed = 3) {
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i) {
        CounterRng rng(seed, RngPurpose::Test, 0, std::uint32_t(i));
        values[i] = float(rng.uniform() < noisyShare ? 2.5 + 0.8 * rng.normal() * 0.5 + rng.gamma(2.0) * 0.4
                                                     : rng.gamma(1.2) * 0.25);
        values[i] = std::max(values[i], 0.0f);
    }
    return values;
}

bool allFinite(const MixtureFit& fit) {
    bool good = std::isfinite(fit.lo) && std::isfinite(fit.hi) && std::isfinite(fit.peak) && std::isfinite(fit.trough);
    for (const auto& c : fit.components)
        for (const double v : {c.weight, c.alpha, c.beta, c.mean, c.variance}) good = good && std::isfinite(v);
    for (const double v : fit.logLikelihood) good = good && std::isfinite(v);
    for (double v = -0.1; v <= 1.1; v += 0.01)
        good = good && std::isfinite(fit.posteriorAt(v)) && std::isfinite(fit.weightedDensity(0, v)) &&
               std::isfinite(fit.weightedDensity(1, v));
    return good && fit.components[0].weight > 0 && fit.components[1].weight > 0 &&
           near(fit.components[0].weight + fit.components[1].weight, 1);
}

bool isMonotone(const MixtureFit& fit) {
    double before = 0;
    for (int i = 0; i <= 3000; ++i) {
        const double p = fit.posteriorAt(i / 3000.0);
        if (!(p >= before - 1e-12) || p > 1) return false;
        before = p;
    }
    return true;
}

MixtureOptions plain(MixtureKind kind = MixtureKind::Beta, int iterations = 10) {
    MixtureOptions options;
    options.kind = kind;
    options.normalisation = Normalisation::None;
    options.iterations = iterations;
    return options;
}

} // namespace

Q_DECLARE_METATYPE(assay::stats::MixtureKind)
Q_DECLARE_METATYPE(assay::stats::Normalisation)

class TestMixture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void betaParametersOfThePublishedProcedure_data();
    void betaParametersOfThePublishedProcedure();
    void betaPosterior();
    void lookupIsLevelBeyondItsTop();
    void swappedStartGivesExactlySwappedParameters();
    void gaussianParametersOfScikitLearn();
    void percentilesAreNumPys();
    void floatsAndDoublesAgree();
    void histogramFitIsCloseToTheExactOne_data();
    void histogramFitIsCloseToTheExactOne();
    void manyValuesFitAsFewDo();
    void posteriorNeverFalls_data();
    void posteriorNeverFalls();
    void posteriorsOfAllLossesEqualThoseOfEach();
    void thresholdIsWhereThePosteriorReachesIt();
    void degenerateValuesEndInASentence_data();
    void degenerateValuesEndInASentence();
    void nearlyDegenerateValuesStayFinite_data();
    void nearlyDegenerateValuesStayFinite();
    void infinitiesAreDroppedAndCountedNotClipped();
    void valuesOutsideTheUnitIntervalAreRefused();
    void narrowGroupsAreClamped();
    void anEmptyComponentIsReported();
    void groupsThatCannotBeToldApartAreReported();
    void aTinyGroupIsWarnedOf();
    void wrongOptionsAreRefused();
};

void TestMixture::betaParametersOfThePublishedProcedure_data() {
    QTest::addColumn<int>("iterations");
    QTest::addColumn<QList<double>>("expected"); // alpha of both, beta of both, weight of both
    QTest::newRow("1") << 1 << QList<double>{.303143, 1.220836, 1.528943, .432375, .612498, .387502};
    QTest::newRow("5") << 5 << QList<double>{.311589, 1.188566, 1.579531, .421339, .611629, .388371};
    QTest::newRow("10") << 10 << QList<double>{.312667, 1.192441, 1.598017, .422906, .610374, .389626};
}

void TestMixture::betaParametersOfThePublishedProcedure() {
    // The beta mixture of Arazo et al. 2019, computed independently in double precision.
    QFETCH(int, iterations);
    QFETCH(QList<double>, expected);
    const auto fit = fitMixture(twoGroups(), plain(MixtureKind::Beta, iterations));
    QVERIFY(fit);
    QCOMPARE(fit->iterations, iterations);
    QCOMPARE(fit->logLikelihood.size(), std::size_t(iterations));
    for (std::size_t k = 0; k < 2; ++k) {
        const auto& c = fit->components[k];
        QVERIFY(near(c.alpha, expected[qsizetype(k)]));
        QVERIFY(near(c.beta, expected[qsizetype(k + 2)]));
        QVERIFY(near(c.weight, expected[qsizetype(k + 4)]));
    }
    if (iterations == 10) {
        QVERIFY(near(fit->components[0].mean, .163642));
        QVERIFY(near(fit->components[1].mean, .738195));
    }
    QCOMPARE(fit->noisyComponent, 1);
    QVERIFY(!fit->swapped && !fit->collapsed && fit->warning.empty());
    QCOMPARE(fit->used, std::size_t(1000));
}

void TestMixture::betaPosterior() {
    const auto fit = fitMixture(twoGroups(), plain());
    const std::pair<double, double> expected[] = {{.001, .001801}, {.01, .013638}, {.1, .104950},
                                                  {.3, .292858},   {.5, .490815},  {.7, .702567},
                                                  {.9, .914639},   {.99, .994298}, {.999, .999620}};
    for (const auto& [value, posterior] : expected) QVERIFY(near(fit->posteriorAt(value), posterior));
    QCOMPARE(fit->posteriorAt(kNaN), 0.0);
    QCOMPARE(fit->pNoisy(kNaN), 0.0);
    QCOMPARE(fit->pNoisy(kInfinity), 0.0);
}

void TestMixture::lookupIsLevelBeyondItsTop() {
    const auto fit = fitMixture(twoGroups(), plain());
    const auto table = posteriorLookup(*fit);
    QCOMPARE(std::max_element(table.begin(), table.end()) - table.begin(), std::ptrdiff_t(99));
    for (std::size_t i = 1; i < table.size(); ++i) {
        QVERIFY(table[i] >= table[i - 1]);
        QVERIFY(near(table[i], fit->posteriorAt(double(i) / 99), 1e-9));
    }
    // A narrow noisy component loses again beyond its own tail; the table does not follow it.
    MixtureFit narrow;
    narrow.kind = MixtureKind::Gaussian;
    narrow.components = {MixtureComponent{0.5, 0, 0, 0.2, 0.09}, MixtureComponent{0.5, 0, 0, 0.7, 0.001}};
    const auto level = posteriorLookup(narrow);
    const auto top = std::max_element(level.begin(), level.end());
    QVERIFY(top - level.begin() < 80);
    QVERIFY(std::all_of(top, level.end(), [&](double v) { return v == *top; }));
}

void TestMixture::swappedStartGivesExactlySwappedParameters() {
    MixtureOptions options = plain();
    const auto fit = fitMixture(twoGroups(), options);
    options.betaStart = {{{2, 1}, {1, 2}}};
    const auto swapped = fitMixture(twoGroups(), options);
    QVERIFY(swapped);
    for (std::size_t k = 0; k < 2; ++k) {
        QCOMPARE(swapped->components[k].alpha, fit->components[1 - k].alpha);
        QCOMPARE(swapped->components[k].beta, fit->components[1 - k].beta);
        QVERIFY(near(swapped->components[k].weight, fit->components[1 - k].weight, 0));
    }
    QCOMPARE(swapped->noisyComponent, 0);
    QVERIFY(swapped->swapped);
    for (const double v : {0.001, 0.2, 0.5, 0.9}) QVERIFY(near(swapped->posteriorAt(v), fit->posteriorAt(v), 1e-12));
}

void TestMixture::gaussianParametersOfScikitLearn() {
    MixtureOptions options = plain(MixtureKind::Gaussian);
    options.varianceFloor = 5e-4;
    options.tolerance = 1e-2;
    const auto fit = fitMixture(twoGroups(), options);
    QVERIFY(fit);
    QCOMPARE(fit->iterations, 2);
    const auto& c = fit->components;
    QVERIFY(near(c[0].weight, .618661) && near(c[1].weight, .381339));
    QVERIFY(near(c[0].mean, .123531) && near(c[1].mean, .815747));
    QVERIFY(near(c[0].variance, .020219) && near(c[1].variance, .028710));
    const std::pair<double, double> clean[] = {
        {0, .999993}, {.1, .999930}, {.2, .999190}, {.3, .989245}, {.5, .247990}};
    for (const auto& [value, p] : clean) QVERIFY(near(1 - fit->posteriorAt(value), p));
    // Its log-likelihood after two iterations, from the same procedure in NumPy.
    QVERIFY(near(fit->logLikelihood.back(), -0.1330076463, 1e-8));
}

void TestMixture::percentilesAreNumPys() {
    // numpy.percentile([0, 1, ..., 100], [5, 95]) = 5, 95; the code of Arazo et al. lifts the lower by 1e-5.
    std::vector<float> values;
    for (int i = 100; i >= 0; --i) values.push_back(float(i));
    auto fit = fitMixture(values);
    QVERIFY(fit);
    QVERIFY(near(fit->lo, 5 + 1e-5, 1e-12));
    QCOMPARE(fit->hi, 95.0);
    QCOMPARE(fit->used, std::size_t(91));
    QVERIFY(near(fit->normalise(50), (50 - 5 - 1e-5) / (90 - 1e-5 + 1e-6), 1e-12));
    QCOMPARE(fit->normalise(-1e9), 1e-4);
    QCOMPARE(fit->normalise(1e9), 1 - 1e-4);
    // With interpolation: numpy.percentile([0, 1, 4, 9, 16, 25], [5, 95]) = 0.25, 22.75.
    fit = fitMixture(std::vector<float>{25, 0, 16, 1, 9, 4});
    QVERIFY(near(fit->lo, 0.25 + 1e-5, 1e-12));
    QCOMPARE(fit->hi, 22.75);
    MixtureOptions options;
    options.normalisation = Normalisation::MinMax;
    fit = fitMixture(values, options);
    QCOMPARE(fit->lo, 0.0);
    QCOMPARE(fit->hi, 100.0);
    QCOMPARE(fit->normalise(25), 0.25);
}

void TestMixture::floatsAndDoublesAgree() {
    const std::vector<float> values = losses(5000, 0.3);
    const std::vector<double> same(values.begin(), values.end());
    for (const auto normalisation : {Normalisation::Percentiles, Normalisation::MinMax}) {
        MixtureOptions options;
        options.normalisation = normalisation;
        const auto a = fitMixture(values, options), b = fitMixture(same, options);
        QCOMPARE(a->components[1].alpha, b->components[1].alpha);
        QCOMPARE(a->lo, b->lo);
        QCOMPARE(a->hi, b->hi);
    }
}

void TestMixture::histogramFitIsCloseToTheExactOne_data() {
    QTest::addColumn<MixtureKind>("kind");
    QTest::addColumn<Normalisation>("normalisation");
    QTest::newRow("beta, percentiles") << MixtureKind::Beta << Normalisation::Percentiles;
    QTest::newRow("beta, min-max") << MixtureKind::Beta << Normalisation::MinMax;
    QTest::newRow("Gaussian, min-max") << MixtureKind::Gaussian << Normalisation::MinMax;
}

void TestMixture::histogramFitIsCloseToTheExactOne() {
    QFETCH(MixtureKind, kind);
    QFETCH(Normalisation, normalisation);
    MixtureOptions options;
    options.kind = kind;
    options.normalisation = normalisation;
    const std::vector<float> values = losses(200000, 0.4);
    const auto exact = fitMixture(values, options);
    options.bins = 4096;
    const auto binned = fitMixture(values, options);
    QVERIFY(exact && binned);
    QCOMPARE(binned->used, exact->used);
    for (std::size_t k = 0; k < 2; ++k) {
        const auto &a = binned->components[k], &b = exact->components[k];
        for (const auto& [x, y] :
             {std::pair{a.weight, b.weight}, std::pair{a.mean, b.mean}, std::pair{a.variance, b.variance},
              std::pair{a.alpha, b.alpha}, std::pair{a.beta, b.beta}})
            QVERIFY2(near(x, y, 1e-5 * std::max(1.0, y)),
                     qPrintable(QString::number(x, 'g', 12) + " for " + QString::number(y, 'g', 12)));
    }
}

void TestMixture::manyValuesFitAsFewDo() {
    // The same values repeated: more than one chunk and two threads, the same parameters.
    const std::vector<double> few = twoGroups();
    std::vector<double> many;
    for (int i = 0; i < 300; ++i) many.insert(many.end(), few.begin(), few.end());
    for (const auto kind : {MixtureKind::Beta, MixtureKind::Gaussian}) {
        const auto a = fitMixture(few, plain(kind)), b = fitMixture(many, plain(kind));
        for (std::size_t k = 0; k < 2; ++k) {
            QVERIFY(near(a->components[k].mean, b->components[k].mean, 1e-9));
            QVERIFY(near(a->components[k].weight, b->components[k].weight, 1e-9));
        }
        QVERIFY(near(a->logLikelihood.back(), b->logLikelihood.back(), 1e-9));
    }
}

void TestMixture::posteriorNeverFalls_data() {
    QTest::addColumn<MixtureKind>("kind");
    QTest::addColumn<double>("noisy");
    for (const double noisy : {0.02, 0.2, 0.5, 0.8}) {
        QTest::addRow("beta %g", noisy) << MixtureKind::Beta << noisy;
        QTest::addRow("Gaussian %g", noisy) << MixtureKind::Gaussian << noisy;
    }
}

void TestMixture::posteriorNeverFalls() {
    QFETCH(MixtureKind, kind);
    QFETCH(double, noisy);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        MixtureOptions options;
        options.kind = kind;
        const auto fit = fitMixture(losses(3000, noisy, seed), options);
        QVERIFY(fit);
        QVERIFY(isMonotone(*fit));
        QVERIFY(allFinite(*fit));
    }
    // Parameters at random, of which many would bend at one end.
    CounterRng rng(11, RngPurpose::Test);
    for (int i = 0; i < 100; ++i) {
        std::vector<double> values;
        const double a = 0.2 + 3 * rng.uniform(), b = 0.2 + 3 * rng.uniform(), share = rng.uniform();
        for (int j = 0; j < 60; ++j) values.push_back(rng.uniform() < share ? rng.beta(a, b) : rng.beta(b, 4 * a));
        const auto fit = fitMixture(values, plain(kind));
        QVERIFY(fit);
        QVERIFY(isMonotone(*fit));
    }
}

void TestMixture::posteriorsOfAllLossesEqualThoseOfEach() {
    std::vector<float> values = losses(4097, 0.3);
    values[5] = std::numeric_limits<float>::quiet_NaN();
    values[4096] = std::numeric_limits<float>::infinity();
    for (const auto kind : {MixtureKind::Beta, MixtureKind::Gaussian}) {
        MixtureOptions options;
        options.kind = kind;
        const auto fit = fitMixture(values, options);
        QVERIFY(fit);
        QCOMPARE(fit->dropped, std::size_t(2));
        const std::vector<float> all = posteriors(*fit, values);
        QCOMPARE(all[5], 0.0f);
        QCOMPARE(all[4096], 0.0f);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(near(double(all[i]), fit->pNoisy(double(values[i])), 1e-6));
    }
    QVERIFY(posteriors(*fitMixture(values), {}).empty());
}

void TestMixture::thresholdIsWhereThePosteriorReachesIt() {
    const auto fit = fitMixture(losses(4000, 0.4));
    for (const double p : {0.1, 0.5, 0.9}) {
        const double loss = fit->lossAtPosterior(p);
        QVERIFY(fit->pNoisy(loss + 1e-6) >= p);
        QVERIFY(fit->pNoisy(loss - 1e-3) <= p);
    }
    QCOMPARE(fit->lossAtPosterior(1.5), fit->hi);
    QCOMPARE(fit->lossAtPosterior(0.0), fit->lo);
}

void TestMixture::degenerateValuesEndInASentence_data() {
    QTest::addColumn<QList<double>>("values");
    QTest::newRow("none") << QList<double>{};
    QTest::newRow("one") << QList<double>{0.3};
    QTest::newRow("all equal") << QList<double>(50, 0.7);
    QTest::newRow("all zero") << QList<double>(50, 0.0);
    QTest::newRow("all not a number") << QList<double>(9, kNaN);
    QTest::newRow("all infinite") << QList<double>(9, kInfinity);
    QTest::newRow("one finite") << QList<double>{kNaN, 0.5, kInfinity, -kInfinity};
    QTest::newRow("equal but for a NaN") << QList<double>{0.5, 0.5, kNaN};
    QTest::newRow("equal but for an infinity") << QList<double>{0.5, 0.5, kInfinity};
}

void TestMixture::degenerateValuesEndInASentence() {
    QFETCH(QList<double>, values);
    const std::vector<double> doubles(values.begin(), values.end());
    const std::vector<float> floats(values.begin(), values.end());
    for (const auto kind : {MixtureKind::Beta, MixtureKind::Gaussian})
        for (const auto normalisation : {Normalisation::Percentiles, Normalisation::MinMax, Normalisation::None})
            for (const int bins : {0, 256}) {
                MixtureOptions options;
                options.kind = kind;
                options.normalisation = normalisation;
                options.bins = bins;
                for (const auto& fit : {fitMixture(doubles, options), fitMixture(floats, options)}) {
                    QVERIFY(!fit);
                    QCOMPARE(fit.error().code, ErrorCode::Numeric);
                    QVERIFY(fit.error().message.find("no two groups can be told apart") != std::string::npos);
                }
            }
}

void TestMixture::nearlyDegenerateValuesStayFinite_data() {
    QTest::addColumn<QList<double>>("values");
    QTest::newRow("two samples") << QList<double>{0.2, 0.9};
    QTest::newRow("two samples, close") << QList<double>{0.5, 0.5001};
    QTest::newRow("three") << QList<double>{0, 0.5, 1};
    QTest::newRow("two values") << QList<double>(50, 0.0) + QList<double>(50, 1.0);
    QTest::newRow("two values, one rare") << QList<double>(90, 0.1) + QList<double>(10, 0.8);
    QTest::newRow("one outlier") << QList<double>(99, 0.1) + QList<double>{0.9};
    QTest::newRow("exact 0 and 1 among others") << QList<double>{0, 0, 0.1, 0.2, 0.3, 0.8, 1, 1, 1};
    QTest::newRow("extremes only at the ends")
        << QList<double>(500, 0.0) + QList<double>{0.5} + QList<double>(500, 1.0);
    QTest::newRow("tiny spread") << QList<double>{1e-9, 2e-9, 3e-9, 4e-9, 5e-9};
    QTest::newRow("subnormal spread") << QList<double>{0, 4.9e-324};
}

void TestMixture::nearlyDegenerateValuesStayFinite() {
    QFETCH(QList<double>, values);
    const std::vector<double> doubles(values.begin(), values.end());
    for (const auto kind : {MixtureKind::Beta, MixtureKind::Gaussian})
        for (const auto normalisation : {Normalisation::Percentiles, Normalisation::MinMax, Normalisation::None})
            for (const int bins : {0, 256}) {
                MixtureOptions options;
                options.kind = kind;
                options.normalisation = normalisation;
                options.bins = bins;
                const auto fit = fitMixture(doubles, options);
                if (!fit) {
                    QCOMPARE(fit.error().code, ErrorCode::Numeric);
                    continue;
                }
                QVERIFY(allFinite(*fit));
                QVERIFY(isMonotone(*fit));
                const double threshold = fit->lossAtPosterior(0.5);
                QVERIFY(std::isfinite(threshold));
            }
}

void TestMixture::infinitiesAreDroppedAndCountedNotClipped() {
    std::vector<double> values = twoGroups();
    const auto clean = fitMixture(values);
    for (int i = 0; i < 40; ++i)
        values.insert(values.begin() + 20 * i, i % 3 == 0 ? kNaN : i % 3 == 1 ? kInfinity : -kInfinity);
    for (const auto normalisation : {Normalisation::Percentiles, Normalisation::MinMax, Normalisation::None}) {
        MixtureOptions options;
        options.normalisation = normalisation;
        const auto fit = fitMixture(values, options), without = fitMixture(twoGroups(), options);
        QVERIFY(fit);
        QCOMPARE(fit->dropped, std::size_t(40));
        QCOMPARE(fit->used, without->used);
        for (std::size_t k = 0; k < 2; ++k)
            QVERIFY(near(fit->components[k].alpha, without->components[k].alpha, 1e-12));
    }
    QCOMPARE(clean->dropped, std::size_t(0));
}

void TestMixture::valuesOutsideTheUnitIntervalAreRefused() {
    const auto fit = fitMixture(std::vector<double>{0.1, 0.2, 3.5, 0.4}, plain());
    QVERIFY(!fit);
    QCOMPARE(fit.error().code, ErrorCode::InvalidArgument);
    QVERIFY(fit.error().sentence().find("3.5") != std::string::npos);
    QVERIFY(fit.error().sentence().find("value 3") != std::string::npos);
}

void TestMixture::narrowGroupsAreClamped() {
    // A variance of nothing would make alpha and beta infinite: it counts as 1e-6, and shapes stay within 1e-2 to 1e4.
    std::vector<double> values(500, 0.3);
    values.insert(values.end(), 500, 0.7);
    MixtureOptions options = plain();
    options.betaStart = {{{10, 30}, {30, 10}}};
    const auto fit = fitMixture(values, options);
    QVERIFY(fit && allFinite(*fit));
    QVERIFY(near(fit->components[0].mean, 0.3, 1e-3) && near(fit->components[1].mean, 0.7, 1e-3));
    for (const auto& c : fit->components) {
        QVERIFY(c.alpha >= 1e-2 && c.alpha <= 1e4);
        QVERIFY(c.beta >= 1e-2 && c.beta <= 1e4);
    }
    // A variance near m (1 - m) would make both shapes vanish.
    std::vector<double> ends(500, 0.0);
    ends.insert(ends.end(), 500, 1.0);
    MixtureOptions flat = plain();
    flat.betaStart = {{{1, 1}, {1, 1}}};
    const auto both = fitMixture(ends, flat);
    QVERIFY(both && allFinite(*both));
    for (const auto& c : both->components) QVERIFY(c.alpha >= 1e-2 && c.beta >= 1e-2);
}

void TestMixture::anEmptyComponentIsReported() {
    MixtureOptions options = plain();
    options.betaStart = {{{20, 20}, {1000, 1}}}; // nothing lies where the second begins
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i) values.push_back(0.4 + 0.0002 * i);
    const auto fit = fitMixture(values, options);
    QVERIFY(fit);
    QVERIFY(allFinite(*fit));
    QVERIFY(fit->collapsed);
    QVERIFY(!fit->warning.empty());
    QVERIFY(near(fit->components[1].weight, 1e-6, 1e-12));
    QCOMPARE(fit->components[1].alpha, 1000.0);
    QVERIFY(fit->posteriorAt(0.5) < 0.01);
}

void TestMixture::groupsThatCannotBeToldApartAreReported() {
    std::vector<double> values;
    CounterRng rng(5, RngPurpose::Test);
    for (int i = 0; i < 2000; ++i) values.push_back(rng.beta(200, 200));
    for (const auto kind : {MixtureKind::Beta, MixtureKind::Gaussian}) {
        const auto fit = fitMixture(values, plain(kind));
        QVERIFY(fit && allFinite(*fit));
        QVERIFY(fit->collapsed);
        QVERIFY(!fit->warning.empty());
    }
}

void TestMixture::aTinyGroupIsWarnedOf() {
    std::vector<double> values;
    CounterRng rng(6, RngPurpose::Test);
    for (int i = 0; i < 2000; ++i)
        values.push_back(i % 200 == 0 ? 0.9 + 0.02 * rng.normal() : 0.1 + 0.02 * rng.normal());
    const auto fit = fitMixture(values, plain(MixtureKind::Gaussian));
    QVERIFY(fit && allFinite(*fit));
    QVERIFY(!fit->collapsed);
    QVERIFY(fit->warning.find("2 %") != std::string::npos);
    QVERIFY(near(fit->components[1].weight, 0.005, 1e-4));
}

void TestMixture::wrongOptionsAreRefused() {
    const std::vector<double> values = twoGroups();
    std::vector<MixtureOptions> wrong(6, plain());
    wrong[0].iterations = 0;
    wrong[1].tolerance = -1;
    wrong[2].varianceFloor = 0;
    wrong[3].betaStart[0][1] = kNaN;
    wrong[4].bins = 3;
    wrong[5].tolerance = kNaN;
    for (const auto& options : wrong) {
        const auto fit = fitMixture(values, options);
        QVERIFY(!fit);
        QCOMPARE(fit.error().code, ErrorCode::InvalidArgument);
    }
}

QTEST_GUILESS_MAIN(TestMixture)
#include "tst_mixture.moc"
