// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "ui/plots/correction_plot.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/loss_sparkline.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QImage>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::ui;

namespace {

QPalette darkPalette() {
    QPalette palette;
    palette.setColor(QPalette::Base, QColor(30, 30, 30));
    palette.setColor(QPalette::Text, QColor(230, 230, 230));
    return palette;
}

void fillMatrix(MatrixPlot& plot) {
    plot.setMatrix({{0.75, 0.25}, {0.1, 0.9}}, {QStringLiteral("cat"), QStringLiteral("dog")},
                   {QStringLiteral("cat"), QStringLiteral("dog")}, MatrixPlot::Format::Share, 1.0);
}

/// Whether anything is written upon the cell's colour.
bool written(const QImage& image, const QRectF& cell) {
    const QRect inside = cell.adjusted(2, 2, -2, -2).toRect();
    const QColor fill = image.pixelColor(inside.topLeft());
    int inked = 0;
    for (int y = inside.top(); y <= inside.bottom(); ++y)
        for (int x = inside.left(); x <= inside.right(); ++x) inked += image.pixelColor(x, y) != fill;
    return inked > 2;
}

QStringList tenNames() {
    return {QStringLiteral("T-shirt/top"), QStringLiteral("Trouser"), QStringLiteral("Pullover"),
            QStringLiteral("Dress"),       QStringLiteral("Coat"),    QStringLiteral("Sandal"),
            QStringLiteral("Shirt"),       QStringLiteral("Sneaker"), QStringLiteral("Bag"),
            QStringLiteral("Ankle boot")};
}

} // namespace

class TestPlotWidgets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void coloursFollowThePalette() {
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        QPalette light;
        light.setColor(QPalette::Base, Qt::white);
        light.setColor(QPalette::Text, Qt::black);
        plot.setPalette(light);
        QVERIFY(!plot.theme().dark);
        plot.setPalette(darkPalette());
        QVERIFY(plot.theme().dark);
        QCOMPARE(plot.theme().background, QColor(30, 30, 30));
    }

    void cleanAndSuspectAreOkabeAndItosBlueAndOrange() {
        const PlotTheme theme = PlotTheme::light();
        QCOMPARE(theme.clean, QColor(0x00, 0x72, 0xb2));
        QCOMPARE(theme.suspect, QColor(0xe6, 0x9f, 0x00));
    }

    void savedFiguresAreLightWhateverTheDesktop() {
        QTemporaryDir folder;
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setPalette(darkPalette());
        fillMatrix(plot);
        const QString png = folder.filePath(QStringLiteral("figure.png"));
        QVERIFY(plot.saveFigure(png, QSize(300, 200)).has_value());
        const QImage image(png);
        QCOMPARE(image.size(), QSize(600, 400));
        QCOMPARE(image.pixelColor(1, 1), QColor(Qt::white));
        QVERIFY(plot.theme().dark);
        const QByteArray svg = plot.figure(FigureFormat::Svg, QSize(300, 200));
        QVERIFY(svg.contains("<svg") && svg.trimmed().endsWith("</svg>"));
        const QByteArray pdf = plot.figure(FigureFormat::Pdf, QSize(300, 200));
        QVERIFY(pdf.startsWith("%PDF"));
        const Status refused = plot.saveFigure(folder.filePath(QStringLiteral("figure.doc")));
        QVERIFY(!refused.has_value());
        QVERIFY(QString::fromStdString(refused.error().message).contains(QLatin1String(".svg")));
    }

    void dataIsCopiedAsTabs() {
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setAxisTitles(QStringLiteral("true"), QStringLiteral("given"));
        fillMatrix(plot);
        plot.copyData();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("true\tcat\tdog\ncat\t0.75\t0.25\ndog\t0.1\t0.9\n"));
    }

    void aRightClickOnTheCanvasOpensTheMenu() {
        LossScatterPlot chart;
        chart.setLosses({SampleIndex(1)}, {0.5f}, {0.6f});
        MatrixPlot matrix(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        fillMatrix(matrix);
        const auto opens = [](PlotWidget& plot, QWidget* canvas) {
            const QPoint middle = canvas->rect().center();
            QContextMenuEvent click(QContextMenuEvent::Mouse, middle, canvas->mapToGlobal(middle));
            QApplication::sendEvent(canvas, &click);
            const auto* menu = plot.findChild<QMenu*>(plot.objectName() + QStringLiteral("Menu"));
            return menu != nullptr && menu->actions().size() >= 4 && menu->actions().back()->isEnabled();
        };
        for (const auto& [plot, canvas] :
             {std::pair<PlotWidget*, QWidget*>{&chart, &chart.plot()}, {&matrix, matrix.canvas()}}) {
            plot->resize(400, 300);
            plot->show();
            QVERIFY(QTest::qWaitForWindowExposed(plot));
            QVERIFY2(opens(*plot, canvas), qPrintable(plot->objectName()));
        }
    }

    void aCellIsClickedOrWalkedTo() {
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        fillMatrix(plot);
        plot.resize(400, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy clicked(&plot, &MatrixPlot::cellClicked);
        QTest::mouseClick(plot.canvas(), Qt::LeftButton, {}, plot.cellRect(1, 0).center().toPoint());
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), 1);
        QCOMPARE(clicked[0][1].toInt(), 0);
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Up);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(clicked.count(), 2);
        QCOMPARE(clicked[1][0].toInt(), 0);
        QCOMPARE(clicked[1][1].toInt(), 1);
    }

    void namesOfAMatrixAreReadInALowPanelToo() {
        const QStringList names = tenNames();
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setMatrix(std::vector<std::vector<double>>(10, std::vector<double>(10, 0.1)), names, names,
                       MatrixPlot::Format::Percent);
        const QFontMetricsF metrics(plotFont(plot.font()));
        for (const QSize size : {QSize(1040, 210), QSize(340, 165), QSize(1800, 900)}) {
            plot.resize(size);
            plot.show();
            QVERIFY(QTest::qWaitForWindowExposed(&plot));
            const QRectF first = plot.cellRect(0, 0);
            const bool level = first.top() < 2 * metrics.height(); // else the names of the columns are slanted
            QCOMPARE(level, size.width() == 1800);
            if (level) QVERIFY(first.width() >= metrics.horizontalAdvance(names[0]));
            const QImage image = plot.canvas()->grab().toImage();
            int inked = 0;
            for (int y = int(first.top()); y < image.height(); ++y)
                for (int x = 0; x < int(first.left()) - 1; ++x)
                    inked += image.pixelColor(x, y) != plot.theme().background;
            QVERIFY2(inked > 200, qPrintable(QString::number(inked)));
        }
    }

    void everyCellOfAMatrixHasItsNumberInANarrowPanel_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<double>("diagonal");
        QTest::addColumn<double>("beside");
        QTest::newRow("counts") << int(MatrixPlot::Format::Count) << 1016.0 << 168.0;
        QTest::newRow("shares") << int(MatrixPlot::Format::Share) << 1.0 << 0.12;
        QTest::newRow("percentages") << int(MatrixPlot::Format::Percent) << 1.0 << 0.034;
    }

    void everyCellOfAMatrixHasItsNumberInANarrowPanel() {
        QFETCH(int, format);
        QFETCH(double, diagonal);
        QFETCH(double, beside);
        std::vector<std::vector<double>> values(10, std::vector<double>(10, 0));
        for (std::size_t k = 0; k < 10; ++k) {
            values[k][k] = diagonal;
            values[k][(k + 1) % 10] = beside;
        }
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setAxisTitles(QStringLiteral("label"), QStringLiteral("suggested"));
        plot.setMatrix(values, tenNames(), tenNames(), MatrixPlot::Format(format));
        plot.resize(330, 440);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        const QImage image = plot.canvas()->grab().toImage();
        QVERIFY(plot.cellRect(0, 0).width() < 26); // narrow indeed
        for (int row = 0; row < 10; ++row)
            for (int column = 0; column < 10; ++column)
                QVERIFY2(written(image, plot.cellRect(row, column)),
                         qPrintable(QStringLiteral("%1, %2").arg(row).arg(column)));
    }

    void aLongNameDoesNotShrinkAMatrix() {
        const QString longName = QStringLiteral("very-long-class-name-that-goes-on-and-on-and-on");
        QStringList names = tenNames().mid(0, 6);
        const std::vector<std::vector<double>> values(6, std::vector<double>(6, 3));
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setAxisTitles(QStringLiteral("label"), QStringLiteral("suggested"));
        plot.resize(290, 420);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        for (const int at : {1, 5}) {
            names = tenNames().mid(0, 6);
            names[at] = longName;
            plot.setMatrix(values, names, names, MatrixPlot::Format::Count);
            const QRectF first = plot.cellRect(0, 0);
            QVERIFY2(first.width() > 15, qPrintable(QString::number(first.width())));
            const QImage image = plot.canvas()->grab().toImage();
            const auto inked = [&](int x0, int x1, int y0, int y1) {
                int count = 0;
                for (int y = y0; y < y1; ++y)
                    for (int x = x0; x < x1; ++x) count += image.pixelColor(x, y) != plot.theme().background;
                return count;
            };
            QVERIFY(inked(int(first.left()), image.width(), int(first.top()) - 24, int(first.top()) - 4) >
                    50);                                                             // names of the columns
            QCOMPARE(inked(image.width() - 1, image.width(), 0, image.height()), 0); // none is cut off
        }
    }

    void aMatrixWithoutNumbersStaysBlank() {
        MatrixPlot plot(QStringLiteral("matrix"), QStringLiteral("Matrix"));
        plot.setMatrix({}, {}, {}, MatrixPlot::Format::Count);
        QVERIFY(!plot.hasData());
        plot.setMatrix({{std::numeric_limits<double>::quiet_NaN()}}, {QStringLiteral("a")}, {QStringLiteral("b")},
                       MatrixPlot::Format::Percent);
        QVERIFY(plot.hasData());
        plot.resize(200, 200);
        QVERIFY(!plot.grab().isNull());
        QVERIFY(!plot.dataAsTsv().contains(QLatin1String("nan")));
    }

    void aRectangleBrushesTheSamplesInside() {
        std::vector<SampleIndex> samples;
        std::vector<float> a;
        std::vector<float> b;
        for (std::uint32_t i = 0; i < 2000; ++i) {
            CounterRng rng(4, RngPurpose::Test, 0, i);
            samples.push_back(SampleIndex(i + 7));
            a.push_back(float(rng.uniform() * 4));
            b.push_back(float(rng.uniform() * 4));
        }
        LossScatterPlot plot;
        plot.setLosses(samples, a, b);
        QVERIFY(!plot.drawnAsDensity());
        plot.resize(500, 400);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        std::vector<SampleIndex> got;
        connect(&plot, &LossScatterPlot::brushed, this, [&](const std::vector<SampleIndex>& inside) { got = inside; });
        const QRect area = plot.plot().axisRect()->rect();
        const QPoint from(area.left() + 100, area.top() + 60);
        const QPoint to(area.left() + 220, area.top() + 200);
        QTest::mousePress(&plot.plot(), Qt::LeftButton, {}, from);
        QTest::mouseMove(&plot.plot(), to);
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, to);
        std::vector<SampleIndex> expected;
        for (std::size_t i = 0; i < samples.size(); ++i)
            if (double(a[i]) >= plot.plot().xAxis->pixelToCoord(from.x()) &&
                double(a[i]) <= plot.plot().xAxis->pixelToCoord(to.x()) &&
                double(b[i]) <= plot.plot().yAxis->pixelToCoord(from.y()) &&
                double(b[i]) >= plot.plot().yAxis->pixelToCoord(to.y()))
                expected.push_back(samples[i]);
        QVERIFY(!expected.empty());
        QVERIFY(got == expected);
    }

    void aRectangleIsMovedAndOpenedByKeyboard() {
        std::vector<SampleIndex> samples;
        std::vector<float> a, b;
        for (std::uint32_t i = 0; i <= 100; ++i) { // along the diagonal
            samples.push_back(SampleIndex(i));
            a.push_back(0.04f * float(i));
            b.push_back(0.04f * float(i));
        }
        LossScatterPlot plot;
        plot.setLosses(samples, a, b);
        std::vector<SampleIndex> got;
        connect(&plot, &LossScatterPlot::brushed, this, [&](const std::vector<SampleIndex>& inside) { got = inside; });
        QSignalSpy cleared(&plot, &LossScatterPlot::brushCleared);
        QSignalSpy told(&plot, &PlotWidget::notice);
        QTest::keyClick(&plot, Qt::Key_Return);
        QVERIFY(got.empty()); // shows it first
        QTest::keyClick(&plot, Qt::Key_Return);
        QVERIFY(got.front().value >= 40 && got.front().value <= 41);
        QVERIFY(got.back().value >= 59 && got.back().value <= 60);
        for (int i = 0; i < 4; ++i) { // by 0.4 to the right and upwards
            QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
            QTest::keyClick(&plot, Qt::Key_Up, Qt::ShiftModifier);
        }
        QTest::keyClick(&plot, Qt::Key_Minus);
        QTest::keyClick(&plot, Qt::Key_Return);
        QVERIFY(!got.empty() && got.front().value > 70 && got.back().value < 100);
        const QString inside = QStringLiteral("%1 of them inside").arg(got.size());
        QVERIFY2(plot.summary().contains(inside), qPrintable(plot.summary()));
        for (int i = 0; i < 4; ++i) QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
        got.clear();
        QTest::keyClick(&plot, Qt::Key_Return); // nothing lies beside the diagonal
        QVERIFY(got.empty());
        QCOMPARE(told.count(), 1);
        QTest::keyClick(&plot, Qt::Key_Escape);
        QCOMPARE(cleared.count(), 1);
        QVERIFY(!plot.summary().contains(QStringLiteral("inside")));
    }

    void manyPointsBecomeADensity() {
        const std::size_t count = LossScatterPlot::kMostPoints + 1;
        std::vector<SampleIndex> samples;
        for (std::uint32_t i = 0; i < count; ++i) samples.push_back(SampleIndex(i));
        LossScatterPlot plot;
        plot.setLosses(samples, std::vector<float>(count, 1.0f), std::vector<float>(count, 2.0f));
        QVERIFY(plot.drawnAsDensity());
        plot.resize(300, 300);
        QVERIFY(!plot.grab().isNull());
    }

    void probabilitiesAreDrawnOnTheWholeUnitSquare() {
        LossScatterPlot plot(
            {QStringLiteral("cleanScatter"), QStringLiteral("Clean"), {}, QStringLiteral("p(clean)"), true});
        plot.setLosses({SampleIndex(3), SampleIndex(4)}, {0.1f, 0.2f}, {0.1f, 0.3f});
        QVERIFY(plot.plot().xAxis->range().upper >= 1 && plot.plot().yAxis->range().upper >= 1);
        plot.setThreshold(0.5);
        QCOMPARE(plot.dataAsTsv().section(QLatin1Char('\n'), 0, 0),
                 QStringLiteral("index\tp(clean)_1\tp(clean)_2\tgroup"));
        plot.resize(300, 300);
        QVERIFY(!plot.grab().isNull());
    }

    void theCorrectionIsAveragedPerBinOfTheLoss() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<float> losses = {0.1f, 0.2f, nan, 3.9f, 4.0f};
        const std::vector<float> w = {0.0f, 0.2f, 1.0f, 0.9f, 0.7f};
        const std::vector<std::uint8_t> differs = {0, 1, 1, 1, 1};
        const CorrectionBins bins = correctionBins(losses, w, differs, 4);
        QCOMPARE(bins.counts.counts, std::vector<std::uint64_t>({2, 0, 0, 2}));
        QVERIFY(std::abs(bins.meanW[0] - 0.1) < 1e-6 && std::abs(bins.meanW[3] - 0.8) < 1e-6);
        QCOMPARE(bins.differing[0], 0.5);
        QCOMPARE(bins.differing[3], 1.0);
        QVERIFY(std::isnan(bins.meanW[1]) && std::isnan(bins.differing[2]));
        CorrectionPlot plot;
        QVERIFY(!plot.hasData());
        plot.setCorrection(losses, w, differs);
        QVERIFY(plot.hasData() && !plot.dataAsTsv().contains(QLatin1String("nan")));
        plot.resize(300, 200);
        QVERIFY(!plot.grab().isNull());
        plot.plot().replot(QCustomPlot::rpImmediateRefresh);
        int labels = 0;
        for (int i = 0; i < plot.plot().itemCount(); ++i) {
            const auto* label = qobject_cast<QCPItemText*>(plot.plot().item(i));
            if (label == nullptr) continue;
            ++labels; // clear of the curves, and inside the plot
            const QRectF area(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
            QVERIFY(area.bottom() <= plot.plot().axisRect()->top() + 1);
            QVERIFY(QRectF(plot.plot().rect()).contains(area));
        }
        QCOMPARE(labels, 2);
        plot.clear();
        QVERIFY(!plot.hasData());
    }

    void aSparklineTellsTheLastLoss() {
        LossSparkline line;
        line.resize(200, 50);
        line.setValues({});
        QVERIFY(!line.grab().isNull());
        line.setValues({1.0f, std::numeric_limits<float>::quiet_NaN(), 2.5f}, 2.0f);
        QVERIFY(line.accessibleDescription().contains(QLatin1String("2.5")));
        QVERIFY(!line.grab().isNull());
        QSignalSpy clicked(&line, &LossSparkline::epochClicked);
        QTest::mouseClick(&line, Qt::LeftButton, {}, QPoint(4, 20));
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), 1);
    }

    void everyRunColourIsAnotherAndSoIsThatOfTheRest() {
        for (const PlotTheme& theme : {PlotTheme::light(), PlotTheme::fromPalette(darkPalette())}) {
            std::vector<QColor> colours = {theme.colour(InkRest)};
            for (int ink = 0; ink < PlotTheme::runColours(); ++ink) colours.push_back(theme.colour(ink));
            QVERIFY(colours.size() >= 12);
            for (std::size_t a = 0; a < colours.size(); ++a)
                for (std::size_t b = 0; b < a; ++b) {
                    const int apart = std::abs(colours[a].red() - colours[b].red()) +
                                      std::abs(colours[a].green() - colours[b].green()) +
                                      std::abs(colours[a].blue() - colours[b].blue());
                    QVERIFY2(apart >= 60, qPrintable(QStringLiteral("%1 and %2").arg(a).arg(b)));
                }
        }
    }

    void aTitleThatIsCutIsToldByThePointer() {
        ElidedLabel label(nullptr);
        label.setText(QStringLiteral("a title that is much too long for its place & <b>more</b>"));
        label.resize(60, 20);
        label.show();
        const auto point = [&] {
            QHelpEvent event(QEvent::ToolTip, QPoint(5, 5), label.mapToGlobal(QPoint(5, 5)));
            QApplication::sendEvent(&label, &event);
            return QToolTip::text();
        };
        QVERIFY2(point().contains(QStringLiteral("too long for its place &amp; &lt;b&gt;more")),
                 qPrintable(QToolTip::text()));
        QToolTip::hideText();
    }

    void numbersAreWrittenForPeople() {
        QCOMPARE(countText(1604), QStringLiteral("1,604"));
        QCOMPARE(valueText(0.123456), QStringLiteral("0.123"));
        QCOMPARE(valueText(6.38e-12), QStringLiteral("6.38e-12"));
        QCOMPARE(valueText(std::nan("")), QStringLiteral("–"));
        QCOMPARE(durationText(70), QStringLiteral("1:10"));
        QCOMPARE(durationText(3725), QStringLiteral("1:02:05"));
        QCOMPARE(durationText(-1), QStringLiteral("–"));
        QCOMPARE(plainNumber(0.1), QStringLiteral("0.1"));
        QCOMPARE(plainNumber(std::nan("")), QString());
    }
};

QTEST_MAIN(TestPlotWidgets)
#include "tst_plot_widgets.moc"
