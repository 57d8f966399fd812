// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/calibration.h"
#include "core/stats/remaining_errors.h"

#include <QTest>

#include <cmath>

using namespace assay;
using namespace assay::stats;

/// From decisions to probabilities, and from a random sample to what is left.
class TestCalibration : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aLineOfLogOddsIsFoundAgain() {
        const double intercept = -1, slopes[] = {2, -0.5};
        std::vector<float> rows;
        std::vector<std::uint8_t> answers;
        for (std::uint32_t i = 0; i < 20000; ++i) {
            CounterRng rng(3, RngPurpose::Test, 0, i);
            const double a = rng.normal(), b = rng.normal();
            rows.insert(rows.end(), {float(a), float(b)});
            const double z = intercept + slopes[0] * a + slopes[1] * b;
            answers.push_back(rng.uniform() < 1 / (1 + std::exp(-z)));
        }
        LogisticOptions options;
        options.prior.weights = {0, 0};
        options.pull = 1e-6;
        const LogisticModel model = fitLogistic(rows, answers, options);
        // Standard errors of such a fit are below 0.03.
        QVERIFY(std::abs(model.intercept - intercept) < 0.09);
        QVERIFY(std::abs(model.weights[0] - slopes[0]) < 0.09);
        QVERIFY(std::abs(model.weights[1] - slopes[1]) < 0.09);
    }

    void theGradientOfThePosteriorVanishesAtTheFit() {
        const std::vector<float> rows = {0.5F, -1, 2, 0.25F, -0.75F, 1.5F, 1, 1};
        const std::vector<std::uint8_t> answers = {1, 0, 0, 1};
        LogisticOptions options;
        options.prior = {0.5, {1, -1}};
        options.pull = 2;
        options.interceptPull = 0.5;
        const LogisticModel model = fitLogistic(rows, answers, options);
        double gradient[3] = {0.5 * (model.intercept - 0.5), 2 * (model.weights[0] - 1), 2 * (model.weights[1] + 1)};
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const double x[] = {1, double(rows[2 * i]), double(rows[2 * i + 1])};
            const double p = model.probability(std::span(rows).subspan(2 * i, 2));
            for (int d = 0; d < 3; ++d) gradient[d] += (p - answers[i]) * x[d];
        }
        for (const double slope : gradient) QVERIFY(std::abs(slope) < 1e-5);
    }

    void withoutAnswersThePriorStands() {
        LogisticOptions options;
        options.prior = {0.25, {1, 2}};
        const LogisticModel model = fitLogistic({}, {}, options);
        QCOMPARE(model.intercept, 0.25);
        QCOMPARE(model.weights, (std::vector<double>{1, 2}));
    }

    void oneKindOfAnswerDoesNotRunAway() {
        LogisticOptions options;
        options.prior.weights = {1};
        const std::vector<float> rows(50, 1);
        const LogisticModel model = fitLogistic(rows, std::vector<std::uint8_t>(50, 1), options);
        QVERIFY(std::isfinite(model.intercept) && std::isfinite(model.weights[0]));
        QVERIFY(model.probability(std::span(rows).first(1)) > 0.9);
    }

    void placesAreSharesAndTiesShareThem() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(percentiles(std::vector<float>{3, 1, 2, 2}), (std::vector<float>{0.875F, 0.125F, 0.5F, 0.5F}));
        QCOMPARE(percentiles(std::vector<float>{nan, 5}), (std::vector<float>{0.25F, 0.75F}));
        QVERIFY(percentiles({}).empty());
    }

    void probitIsTheInverseOfTheNormalDistribution_data() {
        QTest::addColumn<double>("p");
        QTest::addColumn<double>("z");
        QTest::newRow("median") << 0.5 << 0.0;
        QTest::newRow("95 %, two-sided") << 0.975 << 1.959963984540054;
        QTest::newRow("one in a thousand") << 0.001 << -3.090232306167813;
        QTest::newRow("one in ten million") << 1e-7 << -5.199337582192816;
    }
    void probitIsTheInverseOfTheNormalDistribution() {
        QFETCH(double, p);
        QFETCH(double, z);
        QVERIFY(std::abs(probit(p) - z) < 5e-9 * std::max(1.0, std::abs(z)));
    }

    void hypergeometricSharesAreExact() {
        // Of 10 balls 4 are marked, 3 are drawn: P(X = 0) = C(6,3)/C(10,3) = 20/120, P(X <= 1) = (20 + 60)/120.
        QVERIFY(std::abs(hypergeometricAtMost(0, 10, 4, 3) - 20.0 / 120) < 1e-12);
        QVERIFY(std::abs(hypergeometricAtMost(1, 10, 4, 3) - 80.0 / 120) < 1e-12);
        QCOMPARE(hypergeometricAtMost(3, 10, 4, 3), 1.0);
    }

    void whatIsLeftHasItsLimits() {
        const RemainingErrors unknown = remainingErrors(500, 0, 0);
        QCOMPARE(unknown.least, std::size_t(0));
        QCOMPARE(unknown.most, std::size_t(500));
        // Every row was looked at: nothing is left.
        const RemainingErrors none = remainingErrors(0, 100, 7);
        QCOMPARE(none.expected, 0.0);
        QCOMPARE(none.most, std::size_t(0));
        // No error among 60 of very many: at most 1 - 0.025^(1/60), nearly 6 %.
        const RemainingErrors rare = remainingErrors(1000000, 60, 0);
        QCOMPARE(rare.least, std::size_t(0));
        QVERIFY(std::abs(double(rare.most) / 1e6 - (1 - std::pow(0.025, 1.0 / 60))) < 1e-3);
        // A share of one half is binomial where the population is large: Clopper and Pearson's table, 10 of 20.
        const RemainingErrors half = remainingErrors(10000000, 20, 10);
        QVERIFY(std::abs(double(half.least) / 1e7 - 0.2720) < 2e-4);
        QVERIFY(std::abs(double(half.most) / 1e7 - 0.7280) < 2e-4);
    }

    void theIntervalHoldsTheTruthAsOftenAsItSays_data() {
        QTest::addColumn<int>("population");
        QTest::addColumn<int>("wrong");
        QTest::addColumn<int>("sampled");
        QTest::newRow("a tenth is wrong") << 8000 << 800 << 200;
        QTest::newRow("few are wrong") << 8000 << 40 << 200;
        QTest::newRow("most of it was sampled") << 300 << 60 << 200;
    }
    void theIntervalHoldsTheTruthAsOftenAsItSays() {
        QFETCH(int, population);
        QFETCH(int, wrong);
        QFETCH(int, sampled);
        int covered = 0;
        constexpr int kRepeats = 400;
        for (std::uint32_t repeat = 0; repeat < kRepeats; ++repeat) {
            CounterRng rng(9, RngPurpose::Test, 1, repeat);
            int seen = 0, left = wrong;
            for (int i = 0; i < sampled; ++i) { // without replacement
                const bool hit = int(rng.below(std::uint32_t(population - i))) < left;
                seen += hit;
                left -= hit;
            }
            const auto interval =
                remainingErrors(std::size_t(population - sampled), std::size_t(sampled), std::size_t(seen));
            covered += std::size_t(left) >= interval.least && std::size_t(left) <= interval.most;
        }
        QVERIFY2(covered >= kRepeats * 95 / 100, qPrintable(QString::number(covered)));
    }

    void aSampleIsAsLargeAsItMustBe() {
        // 1.96² · 0.25 / 0.05² = 384.1 of very many, the textbook's 385; of 1,000 the correction leaves 278.
        QCOMPARE(auditSampleSize(100000000, 0.5, 0.05), std::size_t(385));
        QCOMPARE(auditSampleSize(1000, 0.5, 0.05), std::size_t(278));
        QCOMPARE(auditSampleSize(10, 0.5, 0.01), std::size_t(10));
    }
};

QTEST_GUILESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
