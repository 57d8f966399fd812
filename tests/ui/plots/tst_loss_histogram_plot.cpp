// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "ui/plots/axis_cut.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/qcustomplot_include.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

using namespace assay;
using namespace assay::ui;

namespace {

struct Losses {
    std::vector<float> loss;
    std::vector<std::uint8_t> wrong;
};

Losses twoGroups(std::size_t count) {
    Losses made;
    for (std::size_t i = 0; i < count; ++i) {
        CounterRng rng(5, RngPurpose::Test, 0, std::uint32_t(i));
        const bool bad = rng.uniform() < 0.25;
        made.wrong.push_back(bad ? 1 : 0);
        made.loss.push_back(float(bad ? std::max(0.05, 3 + rng.normal()) : rng.gamma(1.3) * 0.4));
    }
    return made;
}

/// Late epochs of a method that resists noise: right labels at almost no loss, wrong ones in a broad hump far out.
Losses lateEpoch(std::size_t count) {
    Losses made;
    for (std::size_t i = 0; i < count; ++i) {
        CounterRng rng(6, RngPurpose::Test, 0, std::uint32_t(i));
        const bool bad = rng.uniform() < 0.2;
        made.wrong.push_back(bad ? 1 : 0);
        made.loss.push_back(float(bad ? std::max(0.05, 6 + 1.5 * rng.normal()) : rng.gamma(0.4) * 0.1));
    }
    return made;
}

std::vector<double> bars(int count, const std::function<double(int)>& height) {
    std::vector<double> heights;
    for (int i = 0; i < count; ++i) heights.push_back(std::round(height(i)));
    return heights;
}

double bell(double x, double centre, double width) { return std::exp(-0.5 * std::pow((x - centre) / width, 2)); }

void settle(LossHistogramPlot& plot) {
    plot.resize(640, 400);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    plot.plot().replot(QCustomPlot::rpImmediateRefresh);
}

} // namespace

class TestLossHistogramPlot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theLabelsOfBothComponentsStandClearOfEachOtherInASmallPlot() {
        for (int step = 0; step < 60; ++step) { // from two groups that lie together to two far apart
            const double apart = 0.4 + 0.05 * step;
            const int width = 220 + 40 * (step % 3), height = 140 + 20 * (step % 4);
            Losses data = twoGroups(3000);
            for (std::size_t i = 0; i < data.loss.size(); ++i)
                if (data.wrong[i]) data.loss[i] = std::max(0.05F, data.loss[i] + float(apart) - 3);
            LossHistogramPlot plot;
            plot.setLosses(data.loss, data.wrong);
            plot.setMixture(*stats::fitMixture(std::span<const float>(data.loss)));
            plot.show();
            plot.resize(width, height);
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
            std::vector<QRectF> areas;
            for (int i = 0; i < plot.plot().itemCount(); ++i) {
                const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i));
                if (label == nullptr || !label->visible() ||
                    !(label->text().startsWith(QStringLiteral("clean")) ||
                      label->text().startsWith(QStringLiteral("noisy"))))
                    continue;
                areas.emplace_back(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
            }
            QCOMPARE(areas.size(), std::size_t(2));
            QVERIFY2(!areas[0].intersects(areas[1]),
                     qPrintable(QStringLiteral("%1 apart, %2 × %3").arg(apart).arg(width).arg(height)));
        }
    }

    void countsEqualThoseCountedOneByOne() {
        const Losses data = twoGroups(3000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss, data.wrong);
        const stats::Histogram& all = plot.counts();
        std::vector<std::uint64_t> counted(all.counts.size());
        std::vector<std::uint64_t> wrong(all.counts.size());
        for (std::size_t i = 0; i < data.loss.size(); ++i) {
            const double place = (double(data.loss[i]) - all.lo) / (all.hi - all.lo) * double(counted.size());
            const auto bin = std::size_t(std::clamp(place, 0.0, double(counted.size() - 1)));
            ++counted[bin];
            wrong[bin] += data.wrong[i];
        }
        QCOMPARE(all.counts, counted);
        QCOMPARE(plot.wrongCounts().counts, wrong);
    }

    void suspectsEqualThoseCountedOneByOne() {
        const Losses data = twoGroups(3000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        QVERIFY(plot.shownFit().has_value());
        const std::vector<float> posterior = stats::posteriors(*plot.shownFit(), data.loss);
        for (std::uint32_t i = 0; i < 200; ++i) {
            const double threshold = CounterRng(9, RngPurpose::Test, 0, i).uniform();
            plot.setThreshold(threshold);
            const auto expected =
                std::count_if(posterior.begin(), posterior.end(), [=](float p) { return double(p) >= threshold; });
            QCOMPARE(plot.suspects(), std::size_t(expected));
        }
    }

    void aThresholdStandsWhereThePosteriorReachesIt() {
        const Losses data = twoGroups(4000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        for (const double p : {0.1, 0.25, 0.5, 0.75, 0.9}) {
            plot.setThreshold(p);
            QVERIFY2(std::abs(plot.pNoisyAt(plot.thresholdLoss()) - p) < 1e-3, qPrintable(QString::number(p)));
        }
    }

    void draggingTheLineTellsThePosteriorUnderThePointer() {
        const Losses data = twoGroups(4000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        settle(plot);
        QSignalSpy moved(&plot, &LossHistogramPlot::thresholdMoved);
        QCustomPlot& canvas = plot.plot();
        const int y = canvas.axisRect()->rect().center().y();
        const int from = int(std::lround(canvas.xAxis->coordToPixel(plot.thresholdLoss())));
        const int to = from + 25;
        QTest::mousePress(&canvas, Qt::LeftButton, {}, QPoint(from, y));
        QTest::mouseMove(&canvas, QPoint(from + 10, y));
        QTest::mouseMove(&canvas, QPoint(to, y));
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, QPoint(to, y));
        QVERIFY(moved.count() >= 2);
        const double loss = canvas.xAxis->pixelToCoord(to);
        QCOMPARE(moved.last().at(0).toDouble(), plot.pNoisyAt(loss));
        QCOMPARE(plot.threshold(), plot.pNoisyAt(loss));
        QVERIFY(std::abs(canvas.xAxis->coordToPixel(plot.thresholdLoss()) - to) < 0.51);
    }

    void aThresholdToldBackDoesNotMoveTheLine() {
        const Losses data = twoGroups(4000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        settle(plot);
        QCustomPlot& canvas = plot.plot();
        const QPoint middle = canvas.axisRect()->rect().center();
        const QPoint from(int(std::lround(canvas.xAxis->coordToPixel(plot.thresholdLoss()))), middle.y());
        const QPoint to(canvas.axisRect()->rect().right() - 5, middle.y()); // far out the posterior is flat
        QTest::mousePress(&canvas, Qt::LeftButton, {}, from);
        QTest::mouseMove(&canvas, to);
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, to);
        const double before = plot.thresholdLoss();
        plot.setThreshold(plot.threshold());
        QCOMPARE(plot.thresholdLoss(), before);
    }

    void arrowKeysMoveTheThreshold() {
        const Losses data = twoGroups(2000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        QSignalSpy moved(&plot, &LossHistogramPlot::thresholdMoved);
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(std::abs(plot.threshold() - 0.51) < 1e-12);
        QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(std::abs(plot.threshold() - 0.41) < 1e-12);
        QCOMPARE(moved.count(), 2);
        for (int i = 0; i < 20; ++i) QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(plot.threshold(), 1.0);
    }

    void shiftDragAsksForARangeOfLosses() {
        const Losses data = twoGroups(2000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        settle(plot);
        QSignalSpy brushed(&plot, &LossHistogramPlot::rangeBrushed);
        QSignalSpy moved(&plot, &LossHistogramPlot::thresholdMoved);
        QCustomPlot& canvas = plot.plot();
        const QRect area = canvas.axisRect()->rect();
        const QPoint from(area.left() + 80, area.center().y());
        const QPoint to(area.left() + 160, area.center().y());
        QTest::mousePress(&canvas, Qt::LeftButton, Qt::ShiftModifier, from);
        QTest::mouseMove(&canvas, to);
        QTest::mouseRelease(&canvas, Qt::LeftButton, Qt::ShiftModifier, to);
        QCOMPARE(brushed.count(), 1);
        QCOMPARE(moved.count(), 0);
        QVERIFY(std::abs(brushed[0][0].toDouble() - canvas.xAxis->pixelToCoord(from.x())) < 1e-9);
        QVERIFY(std::abs(brushed[0][1].toDouble() - canvas.xAxis->pixelToCoord(to.x())) < 1e-9);
    }

    void theOtherMixtureIsDrawnWithoutMovingTheMeaningOfTheThreshold() {
        const Losses data = twoGroups(3000);
        stats::MixtureOptions options;
        const auto fit = stats::fitMixture(data.loss, options);
        QVERIFY(fit.has_value());
        LossHistogramPlot plot;
        plot.setData(data.loss, {}, *fit);
        plot.setThreshold(0.6);
        const std::size_t before = plot.suspects();
        plot.setMixtureKind(stats::MixtureKind::Gaussian);
        QVERIFY(plot.shownFit()->kind == stats::MixtureKind::Gaussian);
        QCOMPARE(plot.suspects(), before);
        QVERIFY(std::abs(fit->pNoisy(plot.thresholdLoss()) - 0.6) < 1e-3);
    }

    void aSpikeIsCutWhereItWouldHideTheRest_data() {
        QTest::addColumn<QVector<double>>("heights");
        QTest::addColumn<bool>("cut");
        QTest::addColumn<double>("least"); // of the axis, where it is cut
        QTest::addColumn<double>("most");
        const auto row = [](const char* name, const std::vector<double>& heights, bool cut, double least = 0,
                            double most = 0) {
            QTest::newRow(name) << QVector<double>(heights.begin(), heights.end()) << cut << least << most;
        };
        row("two broad humps", bars(100, [](int i) { return 200 * bell(i, 15, 9) + 60 * bell(i, 65, 12); }), false);
        row("one slope", bars(100, [](int i) { return 400 * std::exp(-i / 15.0); }), false);
        row("all alike", bars(100, [](int) { return 50.0; }), false);
        row("a spike and a broad hump",
            bars(100, [](int i) { return 4000 * std::exp(-i / 0.7) + 30 * bell(i, 60, 14); }), true, 30, 75);
        row("a spike with a slope and a hump",
            bars(100, [](int i) { return 3000 * std::exp(-i / 2.5) + 40 * bell(i, 60, 14); }), true, 40, 120);
        row("two spikes", bars(100, [](int i) { return 3000 * bell(i, 1, 1) + 500 * bell(i, 90, 1.5); }), true, 500,
            700);
        row("the spike on the right", bars(100, [](int i) { return 3000 * bell(i, 98, 1) + 40 * bell(i, 40, 14); }),
            true, 40, 120);
        row("a spike and next to nothing", bars(100, [](int i) { return i == 0 ? 8000.0 : double(i % 9 == 0); }), true,
            8, 60);
        row("few bars among empty ones",
            bars(100, [](int i) { return i == 80   ? 20.0
                                         : i == 81 ? 238.0
                                         : i == 82 ? 90.0
                                                   : 0.0; }), false);
        row("few bars", bars(12, [](int i) { return i == 0 ? 500.0 : 3.0; }), false);
        row("none", {}, false);
    }
    void aSpikeIsCutWhereItWouldHideTheRest() {
        QFETCH(const QVector<double>, heights);
        QFETCH(const bool, cut);
        QFETCH(const double, least);
        QFETCH(const double, most);
        const std::optional<double> top = axisCut({heights.data(), std::size_t(heights.size())});
        QCOMPARE(top.has_value(), cut);
        if (top) QVERIFY2(*top >= least && *top <= most, qPrintable(QString::number(*top)));
    }

    void lossesThatLieFarFromZeroFillThePlot() {
        Losses data; // of a first epoch
        for (std::uint32_t i = 0; i < 600; ++i) {
            CounterRng rng(7, RngPurpose::Test, 0, i);
            data.wrong.push_back(rng.uniform() < 0.4 ? 1 : 0);
            data.loss.push_back(float(2.25 + 0.05 * rng.normal() + (data.wrong.back() ? 0.1 : 0)));
        }
        data.loss[5] = 0.4F; // one that is learnt already
        LossHistogramPlot plot;
        plot.setLosses(data.loss, data.wrong);
        for (const QSize size : {QSize(640, 400), QSize(260, 220)}) {
            settle(plot);
            plot.resize(size);
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
            QVERIFY(!plot.cutAt().has_value());
            const auto& counts = plot.counts().counts;
            const auto filled =
                std::count_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; });
            QVERIFY2(double(filled) > 0.5 * double(counts.size()), qPrintable(QString::number(filled)));
            const QRectF inside = QRectF(plot.plot().axisRect()->rect()).adjusted(-1, -50, 1, 1);
            for (int i = 0; i < plot.plot().itemCount(); ++i) {
                const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i));
                if (label == nullptr || !(label->text().startsWith(QStringLiteral("clean")) ||
                                          label->text().startsWith(QStringLiteral("noisy"))))
                    continue;
                const QRectF area(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
                QVERIFY2(area.left() >= inside.left() && area.right() <= inside.right(), qPrintable(label->text()));
            }
        }
    }

    void aLineThatSaysNothingOfTheSuspectsIsNotDrawn() {
        const Losses data = twoGroups(2000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss);
        settle(plot);
        plot.setSuspectCount(17);
        plot.setLineShown(false);
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        bool told = false;
        for (int i = 0; i < plot.plot().itemCount(); ++i) {
            const QCPAbstractItem* item = plot.plot().item(i);
            if (qobject_cast<const QCPItemLine*>(item) != nullptr) QVERIFY(!item->visible());
            if (const auto* label = qobject_cast<const QCPItemText*>(item))
                told |= label->visible() && label->text().contains(QStringLiteral("17 suspects"));
        }
        QVERIFY(told);
        QSignalSpy moved(&plot, &LossHistogramPlot::thresholdMoved);
        const QPoint from(int(std::lround(plot.plot().xAxis->coordToPixel(plot.thresholdLoss()))),
                          plot.plot().axisRect()->rect().center().y());
        QTest::mousePress(&plot.plot(), Qt::LeftButton, {}, from);
        QTest::mouseMove(&plot.plot(), from + QPoint(20, 0));
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, from + QPoint(20, 0));
        QCOMPARE(moved.count(), 0);
    }

    void theHumpOfWrongLabelsTakesAThirdOfTheHeightInLateEpochs() {
        const Losses data = lateEpoch(8000);
        LossHistogramPlot plot;
        plot.setLosses(data.loss, data.wrong);
        settle(plot);
        const auto& wrong = plot.wrongCounts().counts;
        const auto hump = double(*std::max_element(wrong.begin(), wrong.end()));
        QVERIFY(plot.cutAt().has_value());
        QVERIFY(hump <= *plot.cutAt());
        QVERIFY2(hump >= plot.plot().yAxis->range().upper / 3, qPrintable(QString::number(hump)));
        const auto& all = plot.counts().counts;
        const QString highest =
            QLocale(QLocale::English).toString(qulonglong(*std::max_element(all.begin(), all.end())));
        QVERIFY2(plot.summary().contains(highest), qPrintable(plot.summary()));
        plot.setLogScale(true);
        QVERIFY(!plot.cutAt().has_value());
    }

    void oddDataIsShownOrExplained_data() {
        QTest::addColumn<QVector<float>>("losses");
        QTest::addColumn<bool>("shown");
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float infinite = std::numeric_limits<float>::infinity();
        QTest::newRow("empty") << QVector<float>{} << false;
        QTest::newRow("one") << QVector<float>{1.5f} << true;
        QTest::newRow("two") << QVector<float>{0.1f, 3.0f} << true;
        QTest::newRow("constant") << QVector<float>(500, 0.7f) << true;
        QTest::newRow("all zero") << QVector<float>(500, 0.0f) << true;
        QTest::newRow("not numbers") << QVector<float>{nan, infinite, nan} << false;
        QTest::newRow("some not numbers") << QVector<float>{nan, 0.1f, 0.2f, infinite, 2.0f, 3.0f} << true;
        QTest::newRow("one far away") << (QVector<float>(400, 0.5f) + QVector<float>{1e6f}) << true;
    }
    void oddDataIsShownOrExplained() {
        QFETCH(const QVector<float>, losses);
        QFETCH(const bool, shown);
        LossHistogramPlot plot;
        plot.setLosses(std::vector<float>(losses.begin(), losses.end()),
                       std::vector<std::uint8_t>(std::size_t(losses.size()), 1));
        settle(plot);
        for (const bool log : {true, false}) {
            plot.setLogScale(log);
            plot.setThreshold(0.3);
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        }
        QCOMPARE(plot.hasData(), shown);
        QVERIFY(!plot.summary().isEmpty());
        QVERIFY(!plot.summary().contains(QLatin1String("nan"), Qt::CaseInsensitive));
        QVERIFY(!plot.dataAsTsv().contains(QLatin1String("nan"), Qt::CaseInsensitive));
        QVERIFY(!plot.dataAsTsv().contains(QLatin1String("inf"), Qt::CaseInsensitive));
    }
};

QTEST_MAIN(TestLossHistogramPlot)
#include "tst_loss_histogram_plot.moc"
