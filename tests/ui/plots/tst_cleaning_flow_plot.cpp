// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cleaning_flow_plot.h"

#include <QImage>
#include <QSignalSpy>
#include <QTest>

using namespace assay;
using namespace assay::ui;

namespace {

/// 8,000 labels: 4,800 are kept at first; then 50 return; then almost nothing moves.
const std::vector<CleaningFlow> kFlows = {{4800, 3200, 0, 0}, {4600, 200, 50, 3150}, {4645, 5, 1, 3349}};

struct Shown {
    Shown() {
        plot.setFlows(kFlows, 3);
        plot.resize(460, 320);
        plot.show();
    }
    CleaningFlowPlot plot;
};

} // namespace

class TestCleaningFlowPlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyBandOpensByAClick_data() {
        QTest::addColumn<int>("round");
        QTest::addColumn<int>("band");
        for (int round = 1; round <= 3; ++round)
            for (int band = 0; band < 4; ++band)
                if (CleaningFlowPlot::count(kFlows[std::size_t(round - 1)], CleaningBand(band)) > 0)
                    QTest::addRow("round %d, band %d", round, band) << round << band;
    }
    void everyBandOpensByAClick() {
        QFETCH(int, round);
        QFETCH(int, band);
        Shown shown;
        QVERIFY(QTest::qWaitForWindowExposed(&shown.plot));
        QSignalSpy clicked(&shown.plot, &CleaningFlowPlot::bandClicked);
        QTest::mouseClick(shown.plot.canvas(), Qt::LeftButton, {},
                          shown.plot.bandCentre(round, CleaningBand(band)).toPoint());
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), round);
        QCOMPARE(int(clicked[0][1].value<CleaningBand>()), band);
    }

    void besideTheBandsNothingOpens() {
        Shown shown;
        QVERIFY(QTest::qWaitForWindowExposed(&shown.plot));
        QSignalSpy clicked(&shown.plot, &CleaningFlowPlot::bandClicked);
        QTest::mouseClick(shown.plot.canvas(), Qt::LeftButton, {}, QPoint(2, 2));
        QCOMPARE(clicked.count(), 0);
    }

    void bandsAreWalkedThroughByKeys() {
        Shown shown;
        QVERIFY(QTest::qWaitForWindowExposed(&shown.plot));
        QSignalSpy clicked(&shown.plot, &CleaningFlowPlot::bandClicked);
        const auto press = [&](std::initializer_list<Qt::Key> keys) {
            for (const Qt::Key key : keys) QTest::keyClick(&shown.plot, key);
        };
        press({Qt::Key_Return}); // nothing is chosen yet
        QCOMPARE(clicked.count(), 0);
        press({Qt::Key_Down, Qt::Key_Left, Qt::Key_Down, Qt::Key_Down, Qt::Key_Return}); // round 2, returned
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), 2);
        QCOMPARE(clicked[0][1].value<CleaningBand>(), CleaningBand::Returned);
        QCOMPARE(shown.plot.summary(), shown.plot.sentence(2, CleaningBand::Returned));
        press({Qt::Key_Left, Qt::Key_Return}); // round 1 has nobody who returned
        QCOMPARE(clicked[1][0].toInt(), 1);
        QCOMPARE(clicked[1][1].value<CleaningBand>(), CleaningBand::Stayed);
        press({Qt::Key_Left, Qt::Key_Up, Qt::Key_Down, Qt::Key_Down, Qt::Key_Return});
        QCOMPARE(clicked[2][1].value<CleaningBand>(), CleaningBand::Dropped);
    }

    void itsNumbersAreThere() {
        CleaningFlowPlot plot;
        QVERIFY(!plot.hasData());
        plot.setFlows(kFlows, 3);
        QCOMPARE(plot.dataAsTsv(),
                 QStringLiteral("round\tstayed\tdropped\treturned\tstayed out\n"
                                "1\t4800\t3200\t0\t0\n2\t4600\t200\t50\t3150\n3\t4645\t5\t1\t3349\n"));
        QVERIFY(plot.summary().contains(QLatin1String("Round 3 of 3 keeps 4,646 labels and drops 3,354")));
        QVERIFY(plot.sentence(2, CleaningBand::Returned).contains(QLatin1String("50")));
        const QByteArray svg = plot.figure(FigureFormat::Svg, QSize(400, 300));
        QVERIFY(svg.contains("<svg"));
        plot.setFlows({}, 0);
        QVERIFY(!plot.hasData());
        QVERIFY(!plot.grab().isNull());
    }

    void extremesAreDrawn() {
        for (const auto& flows : std::vector<std::vector<CleaningFlow>>{{{0, 0, 0, 0}},
                                                                        {{5, 0, 0, 0}},
                                                                        {{0, 5, 0, 0}, {0, 0, 5, 0}},
                                                                        std::vector<CleaningFlow>(100, {1, 0, 0, 0})}) {
            CleaningFlowPlot plot;
            plot.setFlows(flows, int(flows.size()));
            for (const QSize size : {QSize(20, 20), QSize(800, 200)}) {
                plot.resize(size);
                QVERIFY(!plot.grab().isNull());
            }
        }
    }
};

QTEST_MAIN(TestCleaningFlowPlot)
#include "tst_cleaning_flow_plot.moc"
