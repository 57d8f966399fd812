// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/vector_math.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <limits>

#pragma GCC diagnostic ignored "-Wpsabi"

using namespace assay::stats::simd;

namespace {

double expOf(double x) { return expNonPositive(splat(x))[3]; }
double logOf(double x) { return logPositive(splat(x))[5]; }

} // namespace

/// The kernels' own exponential and logarithm against the C library's, over their whole range.
class TestVectorMath : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void exponentialIsWithinAMillionthOfAThousandth();
    void exponentialSaturates();
    void logarithmIsWithinAMillionthOfAThousandth();
    void everyLaneIsComputed();
};

void TestVectorMath::exponentialIsWithinAMillionthOfAThousandth() {
    double worst = 0;
    for (double x = 0; x >= -699; x -= 0.000731) worst = std::max(worst, std::abs(expOf(x) / std::exp(x) - 1));
    for (double x = -1e-12; x > -1; x *= 1.01) worst = std::max(worst, std::abs(expOf(x) / std::exp(x) - 1));
    QVERIFY2(worst < 1e-10, qPrintable(QString::number(worst)));
    QCOMPARE(expOf(0.0), 1.0);
}

void TestVectorMath::exponentialSaturates() {
    for (const double x : {-700.0, -1000.0, -1e18, -1e300, -std::numeric_limits<double>::infinity()}) {
        QVERIFY(expOf(x) > 0);
        QVERIFY(expOf(x) < 1e-300);
    }
}

void TestVectorMath::logarithmIsWithinAMillionthOfAThousandth() {
    double worst = 0;
    const auto check = [&](double x) {
        const double exact = std::log(x);
        worst = std::max(worst, exact == 0 ? std::abs(logOf(x)) : std::abs(logOf(x) / exact - 1));
    };
    for (double x = 1e-12; x < 1e12; x *= 1.0000713) check(x);
    for (double gap = 1e-10; gap < 0.5; gap *= 1.001) {
        check(1 - gap);
        check(1 + gap);
    }
    check(1e-300);
    check(1e300);
    QVERIFY2(worst < 1e-12, qPrintable(QString::number(worst)));
    QCOMPARE(logOf(1.0), 0.0);
}

void TestVectorMath::everyLaneIsComputed() {
    std::array<double, kLanes> x{}, e{}, l{};
    for (std::size_t i = 0; i < kLanes; ++i) x[i] = 0.25 + double(i);
    store(e.data(), expNonPositive(-load(x.data())));
    store(l.data(), logPositive(load(x.data())));
    for (std::size_t i = 0; i < kLanes; ++i) {
        QVERIFY(std::abs(e[i] / std::exp(-x[i]) - 1) < 1e-10);
        QVERIFY(std::abs(l[i] / std::log(x[i]) - 1) < 1e-12);
    }
    QCOMPARE(sumLanes(load(x.data())), 8 * 0.25 + 28);
}

QTEST_GUILESS_MAIN(TestVectorMath)
#include "tst_vector_math.moc"
