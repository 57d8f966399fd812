// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/confidence_plot.h"
#include "ui/plots/pseudo_class_plot.h"
#include "ui/plots/qcustomplot_include.h"

#include <QSignalSpy>
#include <QTest>

using namespace assay;
using namespace assay::ui;

namespace {

ConfidenceHistory confidence() {
    ConfidenceHistory made;
    std::vector<float> sure;
    std::vector<std::uint8_t> accepted;
    std::vector<std::int8_t> right;
    for (int i = 0; i < 1000; ++i) {
        sure.push_back(0.1f + 0.9f * float(i) / 1000);
        accepted.push_back(sure.back() >= 0.95f ? 1 : 0);
        right.push_back(std::int8_t(i % 10 < i / 100 ? 1 : 0)); // the surer, the more often right
    }
    made.bins = stats::confidenceBins(sure, accepted, right, ConfidencePlot::kBins);
    made.threshold = 0.95;
    return made;
}

std::vector<PseudoClass> classes(int count) {
    std::vector<PseudoClass> made;
    for (int k = 0; k < count; ++k)
        made.push_back({QStringLiteral("class %1").arg(k),
                        std::uint64_t(10 * (k + 1)),
                        std::uint64_t(5 * (k + 1)),
                        std::uint64_t(10 * (k + 1)),
                        20,
                        {},
                        k + 1 == count,
                        k == 0});
    return made;
}

} // namespace

class TestPseudoPlots : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aClickOnABarAsksForTheSamplesBetweenItsEdges() {
        ConfidencePlot plot;
        QVERIFY(!plot.hasData());
        plot.setConfidence(confidence());
        plot.resize(500, 260);
        plot.show();
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        QSignalSpy clicked(&plot, &ConfidencePlot::binClicked);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, plot.barFoot(38).toPoint());
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toDouble(), 0.95);
        QCOMPARE(clicked[0][1].toDouble(), 0.975);
        QTest::keyClick(&plot, Qt::Key_Left);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(clicked.last()[1].toDouble(), 0.95);
        QVERIFY(plot.summary().contains(QLatin1String("0.925 to 0.950")));
        plot.clear();
        QVERIFY(!plot.hasData());
    }

    void whatIsAcceptedIsToldWithItsCorrectness() {
        ConfidencePlot plot;
        plot.setConfidence(confidence());
        // 55 answers at 0.95 and above: of the last hundred nine in ten are right.
        QVERIFY2(plot.summary().contains(QLatin1String("accepted: 55")), qPrintable(plot.summary()));
        QVERIFY(plot.summary().contains(QLatin1String("right")));
        QCOMPARE(plot.dataAsTsv().count(QLatin1Char('\n')), qsizetype(ConfidencePlot::kBins + 1));
    }

    void figuresStandAboveTheBarsAndTheThresholdIsNamedInside() {
        for (const std::vector<double>& thresholds :
             std::vector<std::vector<double>>{{0.001, 0.014}, {0.9, 0.95}, {0.001, 0.999}}) {
            ConfidencePlot plot;
            ConfidenceHistory made = confidence();
            made.classThresholds = thresholds;
            plot.setConfidence(made);
            plot.resize(340, 190);
            plot.show();
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
            const QRectF axes = plot.plot().axisRect()->rect();
            int above = 0;
            int inside = 0;
            for (int i = 0; i < plot.plot().itemCount(); ++i) {
                const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i));
                if (label == nullptr || !label->visible()) continue;
                const QRectF area(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
                if (label->text().contains(QLatin1String("by class"))) {
                    ++inside;
                    QVERIFY2(area.left() >= axes.left() - 1 && area.right() <= axes.right() + 1,
                             qPrintable(label->text()));
                } else {
                    ++above;
                    QVERIFY2(area.bottom() <= axes.top() + 1 && area.top() >= 0, qPrintable(label->text()));
                    QVERIFY2(area.left() >= 0 && area.right() <= plot.plot().width(), qPrintable(label->text()));
                }
            }
            QCOMPARE(inside, 1);
            QVERIFY(above >= 3);
            QVERIFY(axes.height() > 40);
        }
    }

    void nothingIsPickedOnceAnotherRunIsShown() {
        ConfidencePlot bars;
        bars.setConfidence(confidence());
        bars.show();
        const QString all = bars.summary();
        QSignalSpy bin(&bars, &ConfidencePlot::binClicked);
        QTest::keyClick(&bars, Qt::Key_Left);
        QVERIFY(bars.summary() != all);
        bars.deselect();
        QCOMPARE(bars.summary(), all);
        QTest::keyClick(&bars, Qt::Key_Return);
        QCOMPARE(bin.count(), 0);

        PseudoClassPlot rows;
        rows.setClasses(classes(10));
        rows.resize(460, 300);
        rows.show();
        const QString whole = rows.summary();
        QSignalSpy row(&rows, &PseudoClassPlot::classClicked);
        QTest::keyClick(&rows, Qt::Key_Down);
        QVERIFY(rows.summary() != whole);
        rows.deselect();
        QCOMPARE(rows.summary(), whole);
        QCOMPARE(rows.classes().size(), std::size_t(10));
        QTest::keyClick(&rows, Qt::Key_Return);
        QCOMPARE(row.count(), 0);
    }

    void everyClassHasARowThatOpensItsPictures() {
        PseudoClassPlot plot;
        plot.setClasses(classes(10));
        plot.resize(460, 300);
        plot.show();
        QSignalSpy clicked(&plot, &PseudoClassPlot::classClicked);
        for (const int label : {0, 4, 9}) {
            const auto at = plot.rowCentre(label);
            QVERIFY(at.has_value());
            QTest::mouseClick(plot.canvas(), Qt::LeftButton, {}, at->toPoint());
            QCOMPARE(clicked.last()[0].toInt(), label);
        }
        QTest::keyClick(&plot, Qt::Key_Up);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(clicked.last()[0].toInt(), 8);
        QVERIFY(plot.summary().startsWith(QLatin1String("class 8: 90 pseudo-labels")));
        QCOMPARE(plot.dataAsTsv().count(QLatin1Char('\n')), 11);
    }

    void ofAHundredClassesTheLargestHaveARow() {
        PseudoClassPlot plot;
        plot.setClasses(classes(100));
        plot.resize(460, 260);
        plot.show();
        QVERIFY(plot.rowCentre(99).has_value());
        QVERIFY(!plot.rowCentre(0).has_value());
        const QByteArray figure = plot.figure(FigureFormat::Svg, {460, 260});
        QVERIFY(figure.contains("class 99"));
    }
};

QTEST_MAIN(TestPseudoPlots)
#include "tst_pseudo_plots.moc"
