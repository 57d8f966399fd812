// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/pseudo_labels.h"

#include <QTest>

#include <limits>

using namespace assay::stats;

class TestPseudoLabels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aClassThatTakesOverIsToldFromOneThatChanceFavours_data() {
        QTest::addColumn<QList<double>>("accepted");
        QTest::addColumn<QList<double>>("expected");
        QTest::addColumn<QList<int>>("flooded");
        QTest::addColumn<QList<int>>("starved");
        const QList<double> even(5, 0.2);
        QTest::newRow("balanced") << QList<double>{100, 95, 105, 98, 102} << even << QList<int>{} << QList<int>{};
        QTest::newRow("one takes over") << QList<double>{450, 20, 10, 10, 10} << even << QList<int>{0}
                                        << QList<int>{1, 2, 3, 4};
        QTest::newRow("few samples say little") << QList<double>{3, 0, 1, 0, 1} << even << QList<int>{} << QList<int>{};
        QTest::newRow("its part is large")
            << QList<double>{450, 20, 10, 10, 10} << QList<double>{0.8, 0.05, 0.05, 0.05, 0.05} << QList<int>{}
            << QList<int>{};
        QTest::newRow("of two classes") << QList<double>{90, 10} << QList<double>{0.5, 0.5} << QList<int>{0}
                                        << QList<int>{1};
        QTest::newRow("the worst first") << QList<double>{300, 500, 10, 10, 10, 10, 10, 10, 10, 10}
                                         << QList<double>(10, 0.1) << QList<int>{1, 0}
                                         << QList<int>{2, 3, 4, 5, 6, 7, 8, 9};
        QTest::newRow("nothing accepted")
            << QList<double>{0, 0} << QList<double>{0.5, 0.5} << QList<int>{} << QList<int>{};
    }
    void aClassThatTakesOverIsToldFromOneThatChanceFavours() {
        QFETCH(const QList<double>, accepted);
        QFETCH(const QList<double>, expected);
        const ClassDrift drift = classDrift(accepted, expected);
        QTEST(QList<int>(drift.flooded.begin(), drift.flooded.end()), "flooded");
        QTEST(QList<int>(drift.starved.begin(), drift.starved.end()), "starved");
    }

    void everyAnswerFallsIntoOneBinAndAThresholdIsAnEdge() {
        const std::vector<float> confidence = {0.0f,  0.949f, 0.95f,
                                               0.97f, 1.0f,   std::numeric_limits<float>::quiet_NaN()};
        const std::vector<std::uint8_t> accepted = {0, 0, 1, 1, 1, 1};
        const std::vector<std::int8_t> right = {0, 1, 1, 0, -1, 1};
        const ConfidenceBins bins = confidenceBins(confidence, accepted, right, 40);
        QCOMPARE(bins.rejected[0], 1u);
        QCOMPARE(bins.rejected[37], 1u); // 0.925 to 0.95
        QCOMPARE(bins.accepted[38], 2u); // 0.95 to 0.975
        QCOMPARE(bins.acceptedRight[38], 1u);
        QCOMPARE(bins.acceptedKnown[38], 2u);
        QCOMPARE(bins.accepted[39], 1u);
        QCOMPARE(bins.acceptedKnown[39], 0u);
    }
};

QTEST_APPLESS_MAIN(TestPseudoLabels)
#include "tst_pseudo_labels.moc"
