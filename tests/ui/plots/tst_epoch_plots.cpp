// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/stats/ranking.h"
#include "ui/plots/disagreement_plot.h"
#include "ui/plots/loss_bands_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/plots/qcustomplot_include.h"
#include "ui/plots/training_curves_plot.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

using namespace assay;
using namespace assay::ui;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

RunCurves curves(const QString& name, int epochs) {
    RunCurves run;
    run.name = name;
    for (int e = 1; e <= epochs; ++e) {
        run.epochs.push_back(e);
        run.values["train-loss"].push_back(2.0 / e);
        run.values["test-accuracy"].push_back(1 - 0.8 / e);
        run.values["learning-rate"].push_back(0.01);
    }
    return run;
}

/// Ten classes over two epochs, of these counts, with shares and entropy below.
PseudoLabelHistory tenClasses(const std::function<std::vector<double>(int)>& counts) {
    PseudoLabelHistory history;
    history.epochs = {1, 2};
    for (int k = 0; k < 10; ++k) {
        history.perClass.push_back(counts(k));
        history.classNames.push_back(QStringLiteral("class %1").arg(k));
    }
    history.acceptance = {0.5, 0.9};
    history.entropy = {2.2, 1.4};
    return history;
}

void lay(EpochPlot& plot, int width, int height) {
    plot.resize(width, height);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    plot.plot().replot(QCustomPlot::rpImmediateRefresh);
}

/// The names that can be read at the end of the lines.
QStringList namesShown(const EpochPlot& plot) {
    QStringList names;
    for (int i = 0; i < plot.plot().itemCount(); ++i)
        if (const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i)); label != nullptr && label->visible())
            names << label->text();
    return names;
}

std::vector<double> ticksInside(const QCPAxis* axis) {
    std::vector<double> places;
    for (const double tick : axis->tickVector())
        if (axis->range().contains(tick)) places.push_back(axis->coordToPixel(tick));
    return places;
}

} // namespace

class TestEpochPlots : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRunHasALineForEachSplitThatItRecorded() {
        TrainingCurvesPlot plot;
        plot.setRuns({curves(QStringLiteral("1 cross-entropy"), 5)});
        QCOMPARE(plot.series().size(), std::size_t(2));
        plot.setLearningRateShown(true);
        QCOMPARE(plot.series().size(), std::size_t(3));
        QVERIFY(plot.dataAsTsv().startsWith(QLatin1String("epoch\taccuracy test\tloss train\trate")));
        QCOMPARE(plot.dataAsTsv().count(QLatin1Char('\n')), 6);
    }

    void severalRunsKeepTheirColoursAndNames() {
        TrainingCurvesPlot plot;
        RunCurves a = curves(QStringLiteral("1 cross-entropy"), 4);
        RunCurves b = curves(QStringLiteral("2 co-teaching"), 6);
        a.colour = 0;
        b.colour = 1;
        plot.setRuns({a, b});
        QStringList names;
        for (const EpochSeries& s : plot.series())
            if (!s.name.isEmpty()) names << s.name + QString::number(s.ink);
        QCOMPARE(names, QStringList({QStringLiteral("1 cross-entropy0"), QStringLiteral("1 cross-entropy0"),
                                     QStringLiteral("2 co-teaching1"), QStringLiteral("2 co-teaching1")}));
    }

    void aCurveThatStaysAtZeroIsNotMagnified() {
        EpochPlot plot(QStringLiteral("weight"), QStringLiteral("Weight"));
        plot.setPanels({EpochPanel{QStringLiteral("weight"), false, {}, 1}});
        EpochSeries zero;
        zero.epochs = {1, 2, 3};
        zero.values = {0, 0, 0};
        plot.setSeries({zero});
        const QCPRange range = plot.plot().axisRect(0)->axis(QCPAxis::atLeft)->range();
        QCOMPARE(range.lower, 0.0);
        QVERIFY(range.upper >= 1);
    }

    void bandsOfTwoSeedsAreCutAndDoNotStretchTheAxis() {
        RunCurves two = curves(QStringLiteral("two seeds"), 5);
        for (const char* key : {"train-loss", "test-accuracy"}) {
            for (const double value : two.values[key]) {
                two.lower[key].push_back(value - 2.5);
                two.upper[key].push_back(value + 2.5);
            }
        }
        TrainingCurvesPlot plot;
        plot.setRuns({two});
        const auto range = [&](int panel) { return plot.plot().axisRect(panel)->axis(QCPAxis::atLeft)->range(); };
        QVERIFY(range(0).lower >= 0 && range(0).upper <= 1.02);
        QVERIFY2(range(1).lower >= 0 && range(1).upper < 3.2, qPrintable(QString::number(range(1).upper)));
        for (int i = 0; i < plot.plot().graphCount(); ++i) {
            const bool accuracy = plot.plot().graph(i)->keyAxis()->axisRect() == plot.plot().axisRect(0);
            for (const QCPGraphData& point : *plot.plot().graph(i)->data())
                QVERIFY(point.value >= 0 && (!accuracy || point.value <= 1));
        }
        QCOMPARE(plot.series()[0].lower[0], two.lower["test-accuracy"][0]); // told as it is
    }

    void quartilesAreShownWhole() {
        LossBandsPlot plot;
        plot.setBands({{1, {0.5, 1, 9}, {1.5, 2, 30}}, {2, {0.5, 1, 9}, {1.5, 2, 30}}}, true);
        QVERIFY(plot.plot().axisRect()->axis(QCPAxis::atLeft)->range().upper >= 30);
    }

    void ticksStandClearOfEachOtherInALowPanel() {
        RunCurves run = curves(QStringLiteral("1 cross-entropy"), 5);
        TrainingCurvesPlot plot;
        plot.setRuns({run});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        std::size_t most = 0;
        for (const int height : {150, 190, 250, 600}) {
            plot.resize(340, height);
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
            for (int panel = 0; panel < 2; ++panel) {
                const QCPAxis* axis = plot.plot().axisRect(panel)->axis(QCPAxis::atLeft);
                const std::vector<double> places = ticksInside(axis);
                if (height >= 190) QVERIFY2(places.size() >= 2, qPrintable(QString::number(height)));
                const double line = QFontMetricsF(axis->tickLabelFont()).height();
                for (std::size_t i = 1; i < places.size(); ++i)
                    QVERIFY2(places[i - 1] - places[i] >= 0.9 * line, qPrintable(QString::number(height)));
                most = std::max(most, places.size());
            }
        }
        QVERIFY(most >= 4); // where there is room there are more
    }

    void epochsStandClearOfEachOtherInANarrowPanel() {
        TrainingCurvesPlot plot;
        plot.setRuns({curves(QStringLiteral("1 cross-entropy"), 25)});
        for (const int width : {170, 256, 900}) {
            lay(plot, width, 190);
            const QCPAxis* axis = plot.plot().axisRect(1)->axis(QCPAxis::atBottom);
            const std::vector<double> places = ticksInside(axis);
            QVERIFY(!places.empty());
            const double text = QFontMetricsF(axis->tickLabelFont()).horizontalAdvance(QStringLiteral("25"));
            for (std::size_t i = 1; i < places.size(); ++i)
                QVERIFY2(places[i] - places[i - 1] > text, qPrintable(QString::number(width)));
        }
    }

    void aLongNameIsCutAndLeavesThePlotItsRoom() {
        const QString name(67, QLatin1Char('n'));
        RunCurves run = curves(name, 2);
        TrainingCurvesPlot plot;
        plot.setRuns({run, curves(QStringLiteral("short"), 2)});
        lay(plot, 340, 190);
        const QCPAxisRect* rect = plot.plot().axisRect(0);
        const QCPAxis* axis = rect->axis(QCPAxis::atBottom);
        const int narrow = rect->width();
        QVERIFY2(narrow >= plot.plot().width() / 3, qPrintable(QString::number(narrow)));
        QVERIFY(axis->coordToPixel(1) < axis->coordToPixel(2));
        const QStringList names = namesShown(plot);
        QVERIFY(names.contains(QStringLiteral("short")) && !names.contains(name));
        QCOMPARE(plot.series()[0].name, name); // told whole
        plot.setRuns({curves(QStringLiteral("short"), 2)});
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        QVERIFY(plot.plot().axisRect(0)->width() > narrow); // no more room than the names need
    }

    void aStackNamesTheClassesThatItIsMadeOf() {
        PseudoLabelPlot plot;
        plot.setHistory(tenClasses([](int k) -> std::vector<double> {
            if (k == 2) return {0, 1750};
            if (k == 7) return {1750, 0};
            return {0, 0};
        }));
        lay(plot, 340, 100);
        QStringList names = namesShown(plot);
        QVERIFY(names.contains(QStringLiteral("class 2")) && names.contains(QStringLiteral("class 7")));
        for (const int k : {0, 1, 3, 4, 5, 6, 8, 9}) QVERIFY(!names.contains(QStringLiteral("class %1").arg(k)));
        std::set<QRgb> colours;
        for (const EpochSeries& s : plot.series())
            if (s.panel == 0) colours.insert(plot.theme().colour(s.ink).rgb());
        QCOMPARE(colours.size(), std::size_t(10));

        plot.setHistory(tenClasses([](int k) -> std::vector<double> { return {10, k == 0 ? 500.0 : 10.0 + k}; }));
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        names = namesShown(plot);
        QVERIFY2(!names.contains(QStringLiteral("class 1")), qPrintable(names.join(QLatin1Char(' ')))); // the smallest
        QVERIFY(names.contains(QStringLiteral("class 0")) && names.contains(QStringLiteral("class 9")));
    }

    void threeAreasAskForTheHeightInWhichTheyCanBeRead() {
        PseudoLabelPlot plot;
        plot.setHistory(tenClasses([](int k) -> std::vector<double> { return {10, 20.0 * k}; }));
        lay(plot, 340, 100);
        QCOMPARE(plot.plot().axisRectCount(), 3);
        QVERIFY(plot.height() > 190);
        for (int panel = 0; panel < 3; ++panel) {
            const QCPAxis* axis = plot.plot().axisRect(panel)->axis(QCPAxis::atLeft);
            QVERIFY2(ticksInside(axis).size() >= 2, qPrintable(QString::number(panel)));
            QVERIFY(!axis->label().isEmpty());
            QVERIFY(QFontMetricsF(axis->labelFont()).horizontalAdvance(axis->label()) <=
                    axis->axisRect()->height() + 9);
        }
        QVERIFY(plot.dataAsTsv().contains(QStringLiteral("entropy, nats")));
        plot.setHistory({});
        QVERIFY(plot.minimumHeight() < 190);
    }

    void runsBeyondTheColoursHaveAnotherLineAndAsManyNamesAsFit() {
        std::vector<RunCurves> runs;
        for (int i = 0; i < 16; ++i) {
            runs.push_back(curves(QStringLiteral("run %1").arg(i + 1), 4));
            runs.back().colour = i;
            for (double& value : runs.back().values["test-accuracy"]) value -= 0.001 * i; // close to each other
        }
        TrainingCurvesPlot plot;
        plot.setRuns(runs);
        std::map<std::pair<QRgb, Qt::PenStyle>, int> looks;
        for (const EpochSeries& s : plot.series())
            if (s.panel == 0 && !s.name.isEmpty()) ++looks[{plot.theme().colour(s.ink).rgb(), s.style}];
        QCOMPARE(looks.size(), std::size_t(16));
        plot.resize(500, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        const QCPAxisRect* rect = plot.plot().axisRect(0);
        int shown = 0;
        double line = 0;
        for (int i = 0; i < plot.plot().itemCount(); ++i) {
            const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i));
            if (label == nullptr || label->position->pixelPosition().y() > rect->bottom() + 4) continue;
            line = QFontMetricsF(label->font()).height();
            shown += label->visible() ? 1 : 0;
        }
        QVERIFY2(shown >= int(rect->height() / line) - 1, qPrintable(QString::number(shown)));
    }

    void aClickAsksForItsEpoch() {
        TrainingCurvesPlot plot;
        plot.setRuns({curves(QStringLiteral("1 cross-entropy"), 9)});
        plot.resize(600, 360);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        QSignalSpy clicked(&plot, &EpochPlot::epochClicked);
        QCPAxisRect* rect = plot.plot().axisRect(0);
        const int x = int(std::lround(rect->axis(QCPAxis::atBottom)->coordToPixel(6)));
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, QPoint(x, rect->rect().center().y()));
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), 6);
    }

    void pseudoLabelCountsEqualARecount() {
        constexpr int kClasses = 4;
        constexpr int kEpochs = 7;
        PseudoLabelHistory history;
        history.perClass.assign(kClasses, {});
        std::vector<std::vector<int>> recount(kEpochs, std::vector<int>(kClasses));
        for (int k = 0; k < kClasses; ++k) history.classNames.push_back(QStringLiteral("class %1").arg(k));
        for (int e = 0; e < kEpochs; ++e) {
            history.epochs.push_back(e + 1);
            for (std::uint32_t i = 0; i < 500; ++i) {
                CounterRng rng(3, RngPurpose::Test, std::uint32_t(e), i);
                const int label = int(rng.below(kClasses + 2)) - 2; // negative: not accepted
                if (label >= 0) ++recount[std::size_t(e)][std::size_t(label)];
            }
            for (int k = 0; k < kClasses; ++k)
                history.perClass[std::size_t(k)].push_back(recount[std::size_t(e)][std::size_t(k)]);
        }
        PseudoLabelPlot plot;
        plot.setHistory(history);
        for (const bool stacked : {true, false}) {
            plot.setStacked(stacked);
            const QStringList lines = plot.dataAsTsv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
            QCOMPARE(lines.size(), qsizetype(kEpochs + 1));
            for (int e = 0; e < kEpochs; ++e) {
                const QStringList cells = lines[e + 1].split(QLatin1Char('\t'));
                int sum = 0;
                for (int k = 0; k < kClasses; ++k) {
                    QCOMPARE(cells[k + 1].toInt(), recount[std::size_t(e)][std::size_t(k)]);
                    sum += recount[std::size_t(e)][std::size_t(k)];
                }
                // The uppermost border of a stack is the sum of all classes.
                if (stacked) QCOMPARE(plot.series()[kClasses - 1].values[std::size_t(e)], double(sum));
            }
        }
    }

    void manyClassesBecomeTheLargestAndTheRest() {
        PseudoLabelHistory history;
        history.epochs = {1, 2};
        double all = 0;
        for (int k = 0; k < 100; ++k) {
            history.perClass.push_back({double(k), double(2 * k)});
            history.classNames.push_back(QString::number(k));
            all += 2 * k;
        }
        PseudoLabelPlot plot;
        plot.setHistory(history);
        QVERIFY(plot.series().size() <= 12);
        double shown = 0;
        for (const EpochSeries& s : plot.series())
            if (s.panel == 0) shown += s.shown[1];
        QCOMPARE(shown, all);
        std::set<int> inks;
        for (const EpochSeries& s : plot.series()) inks.insert(s.ink);
        QCOMPARE(inks.size(), plot.series().size());
        QVERIFY(inks.contains(InkRest));
    }

    void bandsAreTheQuartilesOfEachGroup() {
        std::vector<float> losses;
        std::vector<std::uint8_t> noisy;
        std::vector<float> clean;
        for (std::uint32_t i = 0; i < 301; ++i) {
            CounterRng rng(8, RngPurpose::Test, 0, i);
            losses.push_back(float(rng.uniform()));
            noisy.push_back(i % 3 == 0);
            if (i % 3 != 0) clean.push_back(losses.back());
        }
        const LossBand band = lossBand(4, losses, noisy);
        QCOMPARE(band.epoch, 4);
        QCOMPARE(band.clean[1], stats::quantile(clean, 0.5));
        QVERIFY(band.noisy[0] < band.noisy[1] && band.noisy[1] < band.noisy[2]);
        const LossBand single = lossBand(1, losses, std::vector<std::uint8_t>(losses.size(), 0));
        QVERIFY(std::isnan(single.noisy[1]));
        LossBandsPlot plot;
        plot.setBands({single, band}, true);
        QVERIFY(!plot.dataAsTsv().contains(QLatin1String("nan"), Qt::CaseInsensitive));
    }

    void twoNetworksThatAgreeAreCalledOne() {
        DisagreementPlot plot;
        DisagreementHistory history;
        history.epochs = {1, 2, 3};
        history.differing = {0.3, 0.05, kNan};
        plot.setHistory(history);
        QVERIFY(plot.verdict().contains(QLatin1String("two")));
        history.differing = {0.3, 0.05, 0.004};
        plot.setHistory(history);
        QVERIFY(plot.verdict().contains(QLatin1String("one")));
    }

    void nothingAndHolesAreNoTrouble() {
        TrainingCurvesPlot lines;
        lines.setRuns({});
        QVERIFY(!lines.hasData());
        RunCurves holes;
        holes.name = QStringLiteral("holes");
        holes.epochs = {1, 2, 3};
        holes.values["test-accuracy"] = {kNan, 0.5, kNan};
        holes.values["train-loss"] = {kNan, kNan, kNan};
        lines.setRuns({holes});
        QVERIFY(lines.hasData());
        lines.resize(300, 200);
        lines.show();
        QVERIFY(QTest::qWaitForWindowExposed(&lines));
        lines.plot().replot(QCustomPlot::rpImmediateRefresh);
        QVERIFY(!lines.summary().contains(QLatin1String("nan"), Qt::CaseInsensitive));
        QVERIFY(!lines.dataAsTsv().contains(QLatin1String("nan"), Qt::CaseInsensitive));
        RunCurves one = curves(QStringLiteral("one"), 1);
        lines.setRuns({one});
        lines.plot().replot(QCustomPlot::rpImmediateRefresh);
        PseudoLabelPlot pseudo;
        pseudo.setHistory({});
        QVERIFY(!pseudo.hasData());
        LossBandsPlot bands;
        bands.setBands({}, false);
        QVERIFY(!bands.hasData());
    }
};

QTEST_MAIN(TestEpochPlots)
#include "tst_epoch_plots.moc"
