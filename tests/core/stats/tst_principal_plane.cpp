// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/principal_plane.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::stats;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// a along one unit vector, b along another at a right angle to it, and some noise; an offset everywhere.
struct Cloud {
    std::vector<float> values, a, b;
};
Cloud cloud(std::size_t rows, std::size_t dimension, double wide, double narrow, double noise) {
    Cloud made;
    for (std::size_t i = 0; i < rows; ++i) {
        CounterRng rng(9, RngPurpose::Test, 0, std::uint32_t(i));
        const double a = wide * rng.normal(), b = narrow * rng.normal();
        made.a.push_back(float(a));
        made.b.push_back(float(b));
        for (std::size_t d = 0; d < dimension; ++d) {
            const double first = d < 4 ? 0.5 : 0, second = d < 4 ? (d % 2 == 0 ? 0.5 : -0.5) : 0;
            made.values.push_back(float(3 + first * a + second * b + noise * rng.normal()));
        }
    }
    return made;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        ma += double(a[i]) / double(a.size()), mb += double(b[i]) / double(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (double(a[i]) - ma) * (double(b[i]) - mb);
        aa += std::pow(double(a[i]) - ma, 2);
        bb += std::pow(double(b[i]) - mb, 2);
    }
    return ab / std::sqrt(aa * bb);
}

} // namespace

class TestPrincipalPlane : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void findsTheTwoWidestDirections_data() {
        QTest::addColumn<int>("dimension");
        QTest::addColumn<double>("narrow");
        for (const int dimension : {4, 5, 37, 300}) QTest::addRow("%d numbers", dimension) << dimension << 2.0;
        QTest::newRow("nearly alike") << 64 << 4.5;
    }
    void findsTheTwoWidestDirections() {
        QFETCH(int, dimension);
        QFETCH(double, narrow);
        const Cloud made = cloud(1500, std::size_t(dimension), 5, narrow, 0.1);
        const auto plane = principalPlane(made.values, std::size_t(dimension));
        QVERIFY2(plane, plane ? "" : plane.error().sentence().c_str());
        QCOMPARE(plane->used, std::size_t(1500));
        QVERIFY(std::abs(correlation(plane->x, made.a)) > 0.99);
        QVERIFY(std::abs(correlation(plane->y, made.b)) > 0.99);
        QVERIFY(std::abs(correlation(plane->x, plane->y)) < 0.01);
        const double total = 25 + narrow * narrow + 0.01 * dimension;
        QVERIFY(std::abs(plane->shareX - 25 / total) < 0.06);
        QVERIFY(std::abs(plane->shareY - narrow * narrow / total) < 0.06);
    }

    /// Without noise two numbers say all that there is: distances are kept.
    void keepsDistancesWithinAPlane() {
        const Cloud made = cloud(200, 16, 3, 1, 0);
        const auto plane = principalPlane(made.values, 16);
        QVERIFY(plane);
        for (std::size_t i = 1; i < 200; ++i) {
            const double truth = std::hypot(made.a[i] - made.a[0], made.b[i] - made.b[0]);
            QVERIFY(std::abs(std::hypot(plane->x[i] - plane->x[0], plane->y[i] - plane->y[0]) - truth) < 1e-3);
        }
        QVERIFY(std::abs(plane->shareX + plane->shareY - 1) < 1e-6);
    }

    void rowsThatAreNoNumbersHaveNoPlace() {
        Cloud made = cloud(100, 8, 3, 1, 0.1);
        const auto whole = principalPlane(made.values, 8);
        made.values.insert(made.values.begin(), 8, kNan);
        made.values[8 * 50 + 3] = std::numeric_limits<float>::infinity();
        const auto plane = principalPlane(made.values, 8);
        QVERIFY(plane && whole);
        QCOMPARE(plane->used, std::size_t(99));
        QVERIFY(std::isnan(plane->x[0]) && std::isnan(plane->y[50]));
        QVERIFY(std::isfinite(plane->x[1]) && std::isfinite(plane->y[100]));
    }

    void theSameRowsGiveTheSameBits() {
        const Cloud made = cloud(300, 20, 2, 1.5, 1);
        const auto one = principalPlane(made.values, 20), other = principalPlane(made.values, 20);
        QCOMPARE(one->x, other->x);
        QCOMPARE(one->y, other->y);
    }

    void oneNumberGivesALine() {
        const std::vector<float> values{1, 2, 4};
        const auto plane = principalPlane(values, 1);
        QVERIFY(plane);
        QVERIFY(std::abs(plane->x[2] - plane->x[0] - 3) < 1e-5);
        QVERIFY(std::abs(plane->y[2]) < 1e-6);
        QVERIFY(std::abs(plane->shareX - 1) < 1e-6);
    }

    void whereThereIsNothingToMapItSaysSo() {
        for (const auto& values : {std::vector<float>{}, std::vector<float>{1, 2}, std::vector<float>{1, 2, 1, 2, 1, 2},
                                   std::vector<float>{1, 2, kNan, kNan}}) {
            const auto plane = principalPlane(values, 2);
            QVERIFY(!plane);
            QCOMPARE(plane.error().code, ErrorCode::Numeric);
        }
        QCOMPARE(principalPlane(std::vector<float>{1, 2, 3}, 2).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(principalPlane(cloud(50, 4, 2, 1, 0.1).values, 4, [] { return true; }).error().code,
                 ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestPrincipalPlane)
#include "tst_principal_plane.moc"
