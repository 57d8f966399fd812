// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "ui/plots/feature_map_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace assay;
using namespace assay::ui;

namespace {

/// Class k around (k, 0), sample i of class i mod 3.
FeatureMapPlot::Points cloud(std::uint32_t count) {
    FeatureMapPlot::Points points;
    for (std::uint32_t i = 0; i < count; ++i) {
        CounterRng rng(2, RngPurpose::Test, 0, i);
        points.samples.push_back(SampleIndex(10 + i));
        points.x.push_back(float(i % 3) + float(0.1 * rng.normal()));
        points.y.push_back(float(0.1 * rng.normal()));
    }
    points.shareX = 0.6;
    points.shareY = 0.2;
    return points;
}

void fill(FeatureMapPlot& plot, std::uint32_t count) {
    plot.setPoints(cloud(count));
    std::vector<int> groups;
    for (std::uint32_t i = 0; i < count; ++i) groups.push_back(int(i % 3));
    plot.setGroups(
        {{QStringLiteral("cat"), 0, false}, {QStringLiteral("dog"), 1, false}, {QStringLiteral("fox"), 2, false}},
        groups, true);
}

QPoint pixelOf(const FeatureMapPlot& plot, double x, double y) {
    return {int(plot.plot().xAxis->coordToPixel(x)), int(plot.plot().yAxis->coordToPixel(y))};
}

void showAt(FeatureMapPlot& plot, QSize size) {
    plot.resize(size);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    plot.plot().replot();
}

} // namespace

class TestFeatureMapPlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhatItIsOfAndCopiesIt() {
        FeatureMapPlot plot;
        QVERIFY(!plot.hasData());
        fill(plot, 300);
        QVERIFY(plot.hasData());
        QVERIFY2(plot.summary().contains(QStringLiteral("300")) && plot.summary().contains(percentText(0.8, 0)),
                 qPrintable(plot.summary()));
        QVERIFY(plot.plot().xAxis->label().contains(percentText(0.6, 0)));
        const QStringList lines = plot.dataAsTsv().split(QLatin1Char('\n'));
        QCOMPARE(lines[0], QStringLiteral("index\tx\ty\tgroup"));
        QVERIFY(lines[1].startsWith(QStringLiteral("10\t")) && lines[1].endsWith(QStringLiteral("cat")));
        plot.setPoints({});
        QVERIFY(!plot.hasData());
    }

    void whatALoopEnclosesIsInside() {
        FeatureMapPlot plot;
        fill(plot, 300);
        const auto inside =
            plot.samplesInside(QPolygonF({QPointF(0.5, -1), QPointF(1.5, -1), QPointF(1.5, 1), QPointF(0.5, 1)}));
        QCOMPARE(inside.size(), std::size_t(100));
        for (const SampleIndex sample : inside) QCOMPARE((sample.value - 10) % 3, 1U);
        // A loop that is not convex leaves out what lies in its bay.
        const auto around =
            plot.samplesInside(QPolygonF({QPointF(-1, -2), QPointF(3, -2), QPointF(3, 2), QPointF(1.5, 2),
                                          QPointF(1.5, -1), QPointF(0.5, -1), QPointF(0.5, 2), QPointF(-1, 2)}));
        QCOMPARE(around.size(), std::size_t(200));
    }

    void aLoopDrawnWithTheMouseAsksForItsSamples() {
        FeatureMapPlot plot;
        fill(plot, 300);
        showAt(plot, QSize(600, 400));
        QSignalSpy asked(&plot, &FeatureMapPlot::lassoed);
        QWidget* canvas = &plot.plot();
        QTest::mousePress(canvas, Qt::LeftButton, {}, pixelOf(plot, 1.5, -0.4));
        for (const QPointF corner : {QPointF(2.4, -0.4), QPointF(2.4, 0.4), QPointF(1.5, 0.4)})
            QTest::mouseMove(canvas, pixelOf(plot, corner.x(), corner.y()));
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, pixelOf(plot, 1.5, 0.4));
        QCOMPARE(asked.count(), 1);
        const auto samples = asked[0][0].value<std::vector<SampleIndex>>();
        QVERIFY(samples.size() > 90);
        for (const SampleIndex sample : samples) QCOMPARE((sample.value - 10) % 3, 2U);
    }

    void aClickChoosesTheNearestSample() {
        FeatureMapPlot plot;
        auto points = cloud(3);
        const QPointF second(double(points.x[1]), double(points.y[1]));
        plot.setPoints(points);
        showAt(plot, QSize(600, 400));
        QSignalSpy clicked(&plot, &FeatureMapPlot::sampleClicked);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixelOf(plot, second.x(), second.y()));
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].value<SampleIndex>().value, 11U);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixelOf(plot, 0.5, 0.05));
        QCOMPARE(clicked.count(), 1);
    }

    void aCircleIsMovedAndOpenedByKeyboard() {
        FeatureMapPlot plot;
        fill(plot, 300);
        showAt(plot, QSize(600, 400));
        QSignalSpy asked(&plot, &FeatureMapPlot::lassoed);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(asked.count(), 0); // shows the circle first
        QVERIFY2(plot.accessibleDescription().contains(QStringLiteral("inside the circle")),
                 qPrintable(plot.accessibleDescription()));
        for (int i = 0; i < 12; ++i) QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
        for (int i = 0; i < 4; ++i) QTest::keyClick(&plot, Qt::Key_Plus);
        QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(plot.summary().count(QStringLiteral("inside the circle")), 1);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        const auto samples = asked[0][0].value<std::vector<SampleIndex>>();
        QVERIFY(!samples.empty());
        for (const SampleIndex sample : samples) QCOMPARE((sample.value - 10) % 3, 0U);
        QTest::keyClick(&plot, Qt::Key_Escape);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
    }

    void namesStandInsideTheMapAndClearOfEachOther() {
        FeatureMapPlot::Points points;
        std::vector<FeatureMapPlot::Group> groups;
        std::vector<int> groupOf;
        for (std::uint32_t k = 0; k < 10; ++k) { // half of the classes on one spot, the others along an edge
            groups.push_back({QStringLiteral("Ankle boot %1").arg(k), int(k), false});
            for (std::uint32_t i = 0; i < 5; ++i) {
                points.samples.push_back(SampleIndex(5 * k + i));
                points.x.push_back(k < 5 ? 0.01F * float(k) : 1);
                points.y.push_back(k < 5 ? 0 : 0.3F * float(k - 5));
                groupOf.push_back(int(k));
            }
        }
        FeatureMapPlot plot;
        plot.setPoints(points);
        plot.setGroups(groups, groupOf, true);
        for (const QSize size : {QSize(340, 320), QSize(900, 600)}) {
            showAt(plot, size);
            plot.plot().replot(QCustomPlot::rpImmediateRefresh);
            const QRectF inside = QRectF(plot.plot().axisRect()->rect()).adjusted(-1, -1, 1, 1);
            std::vector<QRectF> areas;
            for (int i = 0; i < plot.plot().itemCount(); ++i) {
                const auto* name = qobject_cast<QCPItemText*>(plot.plot().item(i));
                if (name == nullptr || !name->visible()) continue;
                const QRectF area(name->topLeft->pixelPosition(), name->bottomRight->pixelPosition());
                QVERIFY2(inside.contains(area), qPrintable(name->text()));
                for (const QRectF& other : areas) QVERIFY2(!other.intersects(area), qPrintable(name->text()));
                areas.push_back(area);
            }
            QCOMPARE(areas.size(), std::size_t(10));
        }
    }

    void theColouringIsChosenInABoxWithAName() {
        FeatureMapPlot plot;
        QSignalSpy changed(&plot, &FeatureMapPlot::colouringChanged);
        auto* box = plot.findChild<QComboBox*>(QStringLiteral("featureMapColourBy"));
        QVERIFY(box && !box->accessibleName().isEmpty());
        QCOMPARE(box->count(), 3);
        box->setCurrentIndex(2);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(plot.colouring(), FeatureMapPlot::Colouring::Suspects);
    }

    /// More points than are drawn: all of them count.
    void aLargeMapIsThinnedOutButSelectsAll() {
        FeatureMapPlot plot;
        fill(plot, 120'000);
        QVERIFY2(plot.summary().contains(QStringLiteral("One in 3 is drawn")), qPrintable(plot.summary()));
        QCOMPARE(plot.samplesInside(QPolygonF({QPointF(-9, -9), QPointF(9, -9), QPointF(9, 9), QPointF(-9, 9)})).size(),
                 std::size_t(120'000));
        if (qEnvironmentVariableIsSet("ASSAY_TIMES")) {
            fill(plot, 50'000);
            showAt(plot, QSize(900, 600));
            QElapsedTimer timer;
            timer.start();
            for (int i = 0; i < 5; ++i) plot.plot().replot();
            qInfo("a replot of 50,000 points: %lld ms", timer.elapsed() / 5);
        }
    }
};

QTEST_MAIN(TestFeatureMapPlot)
#include "tst_feature_map_plot.moc"
