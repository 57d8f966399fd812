// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_scatter_plot.h"

#include "ui/plots/dot_pixmap.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr int kCells = 160;
constexpr double kStep = 0.02, kLeastSide = 0.01; // of the axes, by keyboard

} // namespace

LossScatterPlot::LossScatterPlot(QWidget* parent)
    : LossScatterPlot({QStringLiteral("lossScatter"), tr("Loss of network 1 × network 2"),
                       tr("Methods with two networks show both losses of every sample here."), tr("loss")},
                      parent) {}

LossScatterPlot::LossScatterPlot(ScatterSubject subject, QWidget* parent)
    : ChartWidget(subject.objectName, subject.title, parent), m_subject(std::move(subject)) {
    setEmptyText(m_subject.emptyText);
    setToolTip(tr("Draw a rectangle with the mouse to open the pictures inside. By keyboard: arrow keys move one, "
                  "+ and − change its size, Enter opens the pictures inside, Escape takes it away."));
    QCustomPlot& p = plot();
    p.xAxis->setLabel(tr("%1 of network 1").arg(m_subject.quantity));
    p.yAxis->setLabel(tr("%1 of network 2").arg(m_subject.quantity));
    m_map = new QCPColorMap(p.xAxis, p.yAxis);
    m_map->setInterpolate(false);
    m_map->setTightBoundary(true);
    for (QCPGraph*& graph : m_points) {
        graph = p.addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setAdaptiveSampling(false);
    }
    p.setCurrentLayer(QStringLiteral("overlay"));
    m_diagonal = new QCPItemStraightLine(&p);
    m_diagonal->point1->setCoords(0, 0);
    m_diagonal->point2->setCoords(1, 1);
    for (QCPItemStraightLine*& line : m_thresholds) {
        line = new QCPItemStraightLine(&p);
        line->setVisible(false);
    }
    m_brushRect = new QCPItemRect(&p);
    m_brushLabel = new QCPItemText(&p);
    m_brushLabel->setPositionAlignment(Qt::AlignBottom | Qt::AlignLeft);
    m_brushLabel->setPadding(QMargins(3, 1, 3, 1));
    for (std::size_t i = 0; i < 2; ++i) {
        m_groupLabels[i] = new QCPItemText(&p);
        m_groupLabels[i]->position->setType(i == 0 ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptAbsolute);
        if (i > 0) m_groupLabels[i]->position->setParentAnchor(m_groupLabels[0]->bottomLeft);
        m_groupLabels[i]->position->setCoords(i == 0 ? 0.02 : 0, i == 0 ? 0.02 : 0);
        m_groupLabels[i]->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
    }
    p.setCurrentLayer(QStringLiteral("main"));
    placeBrush();
    setExpandable(true);
    themeChanged();
    setHasData(false);
}

void LossScatterPlot::setLosses(std::vector<SampleIndex> samples, std::vector<float> loss1, std::vector<float> loss2,
                                std::vector<std::uint8_t> noisy, bool truthKnown) {
    m_samples.clear();
    m_loss1.clear();
    m_loss2.clear();
    m_noisy.clear();
    m_truthKnown = truthKnown;
    const std::size_t n = std::min({samples.size(), loss1.size(), loss2.size()});
    const bool grouped = noisy.size() == samples.size() && !noisy.empty();
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(loss1[i]) || !std::isfinite(loss2[i])) continue;
        m_samples.push_back(samples[i]);
        m_loss1.push_back(loss1[i]);
        m_loss2.push_back(loss2[i]);
        if (grouped) m_noisy.push_back(noisy[i]);
    }
    redraw();
}

void LossScatterPlot::setThreshold(std::optional<double> threshold) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        m_thresholds[axis]->setVisible(threshold.has_value());
        if (!threshold) continue;
        m_thresholds[axis]->point1->setCoords(axis == 0 ? *threshold : 0, axis == 0 ? 0 : *threshold);
        m_thresholds[axis]->point2->setCoords(axis == 0 ? *threshold : 1, axis == 0 ? 1 : *threshold);
    }
    refresh();
}

void LossScatterPlot::redraw() {
    const std::size_t n = m_samples.size();
    setHasData(n > 0);
    m_density = n > kMostPoints;
    m_highest = m_subject.probability ? 1 : 1e-6;
    for (std::size_t i = 0; i < n; ++i) m_highest = std::max({m_highest, double(m_loss1[i]), double(m_loss2[i])});
    const double edge = m_highest * 1.03;
    plot().xAxis->setRange(-0.01 * edge, edge);
    plot().yAxis->setRange(-0.01 * edge, edge);
    m_map->setVisible(m_density);
    std::array<std::size_t, 2> sizes{};
    std::array<QVector<QCPGraphData>, 2> points;
    if (m_density) {
        m_map->data()->setSize(kCells, kCells);
        m_map->data()->setRange(QCPRange(0, edge), QCPRange(0, edge));
        m_map->data()->fill(0);
        std::vector<std::uint32_t> counts(std::size_t(kCells) * kCells);
        for (std::size_t i = 0; i < n; ++i) {
            const auto cell = [&](double loss) {
                return std::size_t(std::clamp(loss / edge, 0.0, 1.0) * (kCells - 1));
            };
            ++counts[cell(double(m_loss2[i])) * kCells + cell(double(m_loss1[i]))];
        }
        for (int y = 0; y < kCells; ++y)
            for (int x = 0; x < kCells; ++x)
                m_map->data()->setCell(x, y, std::log1p(double(counts[std::size_t(y) * kCells + std::size_t(x)])));
        m_map->rescaleDataRange(true);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t group = !m_noisy.empty() && m_noisy[i] != 0 ? 1 : 0;
        ++sizes[group];
        if (!m_density) points[group].append(QCPGraphData(double(m_loss1[i]), double(m_loss2[i])));
    }
    for (std::size_t group = 0; group < 2; ++group) {
        m_points[group]->data()->set(points[group]);
        m_points[group]->setVisible(!m_density);
        m_groupLabels[group]->setVisible(!m_noisy.empty() && !m_density);
    }
    m_groupLabels[0]->setText((m_truthKnown ? tr("● %1 right") : tr("● %1 others")).arg(countText(sizes[0])));
    m_groupLabels[1]->setText((m_truthKnown ? tr("◆ %1 wrong") : tr("◆ %1 suspects")).arg(countText(sizes[1])));
    placeBrush();
    restyle();
    updateSummary();
    refresh();
}

void LossScatterPlot::updateSummary() {
    if (!hasData()) return;
    QString text =
        tr("%1 samples, %2 up to %3.").arg(countText(m_samples.size()), m_subject.quantity, valueText(m_highest));
    if (m_brush) text += tr(" %1 of them inside the rectangle.").arg(countText(brushedSamples().size()));
    setSummary(text);
}

std::vector<SampleIndex> LossScatterPlot::samplesIn(double lo1, double hi1, double lo2, double hi2) const {
    std::vector<SampleIndex> inside;
    for (std::size_t i = 0; i < m_samples.size(); ++i) {
        const double a = double(m_loss1[i]);
        const double b = double(m_loss2[i]);
        if (a >= lo1 && a <= hi1 && b >= lo2 && b <= hi2) inside.push_back(m_samples[i]);
    }
    return inside;
}

std::vector<SampleIndex> LossScatterPlot::brushedSamples() const {
    if (!m_brush) return {};
    const QRectF area = QRectF(m_brush->first, m_brush->second).normalized();
    return samplesIn(area.left(), area.right(), area.top(), area.bottom());
}

void LossScatterPlot::placeBrush() {
    m_brushRect->setVisible(m_brush.has_value());
    m_brushLabel->setVisible(m_brush.has_value());
    if (!m_brush) return;
    const QRectF area = QRectF(m_brush->first, m_brush->second).normalized();
    m_brushRect->topLeft->setCoords(area.left(), area.bottom());
    m_brushRect->bottomRight->setCoords(area.right(), area.top());
    m_brushLabel->position->setCoords(area.left(), area.bottom());
    m_brushLabel->setText(tr("%1 samples").arg(countText(brushedSamples().size())));
}

void LossScatterPlot::clearBrush() {
    m_brush.reset();
    m_brushStart.reset();
    placeBrush();
    updateSummary();
    refresh();
}

void LossScatterPlot::canvasPressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !hasData()) return;
    m_brushStart =
        QPointF(plot().xAxis->pixelToCoord(event->position().x()), plot().yAxis->pixelToCoord(event->position().y()));
}

void LossScatterPlot::canvasMoved(QMouseEvent* event) {
    if (!m_brushStart) {
        ChartWidget::canvasMoved(event);
        return;
    }
    m_brush = std::pair(*m_brushStart, QPointF(plot().xAxis->pixelToCoord(event->position().x()),
                                               plot().yAxis->pixelToCoord(event->position().y())));
    placeBrush();
    plot().layer(QStringLiteral("overlay"))->replot();
}

void LossScatterPlot::canvasReleased(QMouseEvent* event) {
    if (!m_brushStart || event->button() != Qt::LeftButton) return;
    m_brushStart.reset();
    updateSummary();
    const bool dragged = m_brush && std::abs(plot().xAxis->coordToPixel(m_brush->second.x()) -
                                             plot().xAxis->coordToPixel(m_brush->first.x())) >= 3;
    if (!dragged) {
        const bool had = m_brush.has_value();
        clearBrush();
        if (had) Q_EMIT brushCleared();
        return;
    }
    Q_EMIT brushed(brushedSamples());
}

void LossScatterPlot::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_brush) {
        clearBrush();
        Q_EMIT brushCleared();
        return;
    }
    if (!hasData()) {
        ChartWidget::keyPressEvent(event);
        return;
    }
    const double step = kStep * m_highest * (event->modifiers().testFlag(Qt::ShiftModifier) ? 5 : 1);
    QPointF way;
    double growth = 1;
    switch (event->key()) {
    case Qt::Key_Left: way = {-step, 0}; break;
    case Qt::Key_Right: way = {step, 0}; break;
    case Qt::Key_Up: way = {0, step}; break;
    case Qt::Key_Down: way = {0, -step}; break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: growth = 1.2; break;
    case Qt::Key_Minus: growth = 1 / 1.2; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_brush) break;
        if (const auto inside = brushedSamples(); inside.empty())
            Q_EMIT notice(tr("No picture lies inside the rectangle."));
        else Q_EMIT brushed(inside);
        return;
    default: ChartWidget::keyPressEvent(event); return;
    }
    if (m_brush) {
        const QRectF area = QRectF(m_brush->first, m_brush->second).normalized();
        const auto within = [this](double value) { return std::clamp(value, 0.0, m_highest); };
        const auto side = [&](double length) { return std::clamp(length * growth, kLeastSide * m_highest, m_highest); };
        const QPointF half(side(area.width()) / 2, side(area.height()) / 2);
        const QPointF centre(within(area.center().x() + way.x()), within(area.center().y() + way.y()));
        m_brush = std::pair(centre - half, centre + half);
    } else { // the first key shows one
        m_brush = std::pair(QPointF(0.4, 0.4) * m_highest, QPointF(0.6, 0.6) * m_highest);
    }
    placeBrush();
    updateSummary();
    refresh();
}

void LossScatterPlot::restyle() {
    const PlotTheme& t = theme();
    const double scale = std::max(2.0, devicePixelRatioF());
    const bool grouped = !m_noisy.empty();
    m_points[0]->setScatterStyle(QCPScatterStyle(dotPixmap(grouped ? t.clean : t.muted, false, scale)));
    m_points[1]->setScatterStyle(QCPScatterStyle(dotPixmap(t.suspect, true, scale)));
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setColorStopAt(0, t.background);
    for (int i = 1; i <= 8; ++i) gradient.setColorStopAt(i / 8.0, t.sequential(i / 8.0));
    m_map->setGradient(gradient);
    m_diagonal->setPen(QPen(t.muted, 0, Qt::DotLine));
    for (QCPItemStraightLine* line : m_thresholds) line->setPen(QPen(t.foreground, 1, Qt::DashLine));
    QColor area = t.focus;
    area.setAlpha(45);
    m_brushRect->setPen(QPen(t.focus, 1));
    m_brushRect->setBrush(area);
    m_brushLabel->setColor(t.foreground);
    m_brushLabel->setFont(plotFont(font()));
    m_groupLabels[0]->setColor(t.cleanText);
    m_groupLabels[1]->setColor(t.suspectText);
    QColor ground = t.background;
    ground.setAlpha(200);
    for (QCPItemText* label : m_groupLabels) {
        label->setFont(plotFont(font()));
        label->setBrush(ground);
    }
}

QString LossScatterPlot::hoverText(QPointF position) const {
    if (!hasData() || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const double a = plot().xAxis->pixelToCoord(position.x());
    const double b = plot().yAxis->pixelToCoord(position.y());
    const double reach = m_highest * 0.012;
    const auto near = samplesIn(a - reach, a + reach, b - reach, b + reach);
    const QString place = tr("%1 1: %2, %1 2: %3").arg(m_subject.quantity, valueText(a), valueText(b));
    return near.empty() ? place : place + tr("\n%1 samples here").arg(countText(near.size()));
}

QString LossScatterPlot::dataAsTsv() const {
    QString name = m_subject.quantity;
    name.replace(QLatin1Char(' '), QLatin1Char('_'));
    QString text = QStringLiteral("index\t%1_1\t%1_2\tgroup\n").arg(name);
    for (std::size_t i = 0; i < m_samples.size(); ++i) {
        text += QString::number(m_samples[i].value) + QLatin1Char('\t') + plainNumber(double(m_loss1[i])) +
                QLatin1Char('\t') + plainNumber(double(m_loss2[i])) + QLatin1Char('\t') +
                (m_noisy.empty() ? QString() : QString::number(m_noisy[i])) + QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
