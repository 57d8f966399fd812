// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How the loss histogram looks: its items, their places and colours. What it knows and answers is in
// loss_histogram_plot.cpp.
#include "ui/plots/axis_cut.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QAction>
#include <QComboBox>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr std::size_t kCurvePoints = 240;
constexpr double kLogFloor = 0.5;
constexpr double kTornLow = 0.90, kTornHigh = 0.95; // the torn edge of a bar that is cut, in heights of the axis

class GroupedTicker final : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return valueText(tick, 6); }
};

class GroupedLogTicker final : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return tick < 1 ? QString() : valueText(tick, 6);
    }
};

} // namespace

void LossHistogramPlot::makeItems() {
    QCustomPlot& p = plot();
    QCPAxisRect* rect = p.axisRect();
    rect->setAutoMargins(QCP::msLeft | QCP::msRight | QCP::msBottom);
    p.yAxis2->setVisible(true);
    p.yAxis2->setRange(0, 1.04);
    p.yAxis2->grid()->setVisible(false);
    const QSharedPointer<QCPAxisTickerFixed> halves(new QCPAxisTickerFixed);
    halves->setTickStep(0.5);
    p.yAxis2->setTicker(halves);
    p.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedTicker));
    p.yAxis->ticker()->setTickCount(4);
    p.xAxis->setLabel(tr("loss"));
    p.yAxis->setLabel(tr("samples"));
    p.yAxis2->setLabel(tr("posterior p(noisy) ╌╌"));

    m_allGraph = p.addGraph();
    m_cleanGraph = p.addGraph();
    m_wrongGraph = p.addGraph();
    m_markedGraph = p.addGraph();
    m_rugGraph = p.addGraph(p.xAxis, p.yAxis2);
    m_rugGraph->setLineStyle(QCPGraph::lsImpulse);
    for (QCPGraph* graph : {m_allGraph, m_cleanGraph, m_wrongGraph, m_markedGraph}) {
        graph->setLineStyle(QCPGraph::lsStepCenter);
        graph->setAntialiasedFill(false);
        graph->setAntialiased(false);
    }
    m_tornGraph = p.addGraph();
    m_sumGraph = p.addGraph();
    for (QCPGraph*& graph : m_componentGraphs) graph = p.addGraph();
    m_posteriorGraph = p.addGraph(p.xAxis, p.yAxis2);

    p.setCurrentLayer(QStringLiteral("overlay"));
    m_shade = new QCPItemRect(&p);
    m_shade->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_shade->bottomRight->setType(QCPItemPosition::ptAxisRectRatio);
    m_shade->bottomRight->setCoords(1, 1);
    m_shade->setPen(Qt::NoPen);
    m_brushRect = new QCPItemRect(&p);
    m_brushRect->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushRect->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushRect->setVisible(false);
    m_line = new QCPItemLine(&p);
    for (QCPItemPosition* end : {m_line->start, m_line->end}) end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_line->setClipToAxisRect(false);
    m_line->setHead(QCPLineEnding(QCPLineEnding::esDisc, 7, 7));
    const auto text = [&p] {
        auto* item = new QCPItemText(&p);
        item->setClipToAxisRect(false);
        item->setPadding(QMargins(2, 0, 2, 0));
        return item;
    };
    m_lineLabel = text();
    m_lineLabel->position->setType(QCPItemPosition::ptAbsolute);
    m_brushLabel = text();
    m_brushLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushLabel->setPositionAlignment(Qt::AlignTop | Qt::AlignHCenter);
    m_brushLabel->setVisible(false);
    for (QCPItemText*& label : m_componentLabels) label = text();
    for (std::size_t i = 0; i < 2; ++i) {
        m_truthLabels[i] = text();
        m_truthLabels[i]->position->setType(QCPItemPosition::ptAxisRectRatio);
        m_truthLabels[i]->position->setCoords(1, 0.16 + 0.09 * double(i));
        m_truthLabels[i]->setPositionAlignment(Qt::AlignTop | Qt::AlignRight);
    }
    m_cutLabel = text();
    m_cutLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_warning = text();
    m_warning->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_warning->position->setCoords(0.5, 0.42);
    m_warning->setPositionAlignment(Qt::AlignCenter);
    p.setCurrentLayer(QStringLiteral("main"));
    // It stands at pixels, so that it can be kept inside the plot: known once the layout is, on screen and in figures.
    connect(&p, &QCustomPlot::afterLayout, this, &LossHistogramPlot::placeThresholdLabel);
    connect(&p, &QCustomPlot::afterLayout, this, &LossHistogramPlot::placeComponentLabels);
}

void LossHistogramPlot::redraw() {
    setHasData(!m_counts.counts.empty());
    m_truthButton->setVisible(!m_wrong.empty());
    if (m_shown) {
        const QSignalBlocker block(m_kindBox);
        m_kindBox->setCurrentIndex(m_shown->kind == stats::MixtureKind::Beta ? 0 : 1);
    }
    if (m_counts.counts.empty()) return;
    drawCounts();
    drawCurves();
    placeThreshold();
    placeBrush();
    updateSummary();
    refresh();
}

void LossHistogramPlot::drawCounts() {
    const std::size_t bins = m_counts.counts.size();
    const bool apart = m_truthShown && !m_wrong.empty();
    const auto fill = [&](QCPGraph* graph, const auto& count) {
        QVector<QCPGraphData> points;
        points.reserve(qsizetype(bins) + 2);
        const auto value = [&](std::size_t bin) { return std::max(double(count(bin)), m_log ? kLogFloor / 2 : 0.0); };
        const double ground = m_log ? kLogFloor / 2 : 0;
        points.append(QCPGraphData(m_counts.binCentre(0) - m_counts.binWidth(), ground));
        for (std::size_t bin = 0; bin < bins; ++bin) points.append(QCPGraphData(m_counts.binCentre(bin), value(bin)));
        points.append(QCPGraphData(m_counts.binCentre(bins - 1) + m_counts.binWidth(), ground));
        graph->data()->set(points, true);
    };
    m_allGraph->setVisible(!apart);
    m_cleanGraph->setVisible(apart);
    m_wrongGraph->setVisible(apart);
    std::uint64_t wrong = 0;
    std::uint64_t all = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        all += m_counts.counts[bin];
        if (!m_wrong.empty()) wrong += m_wrongCounts.counts[bin];
    }
    if (apart) {
        fill(m_cleanGraph, [&](std::size_t bin) { return m_counts.counts[bin] - m_wrongCounts.counts[bin]; });
        fill(m_wrongGraph, [&](std::size_t bin) { return m_wrongCounts.counts[bin]; });
        m_truthLabels[0]->setText(tr("● %1 right").arg(countText(all - wrong)));
        m_truthLabels[1]->setText(tr("◆ %1 wrong").arg(countText(wrong)));
    } else {
        fill(m_allGraph, [&](std::size_t bin) { return m_counts.counts[bin]; });
    }
    for (QCPItemText* label : m_truthLabels) label->setVisible(apart);

    std::vector<double> heights(bins);
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::uint64_t bad = apart ? m_wrongCounts.counts[bin] : 0;
        heights[bin] = double(std::max(m_counts.counts[bin] - bad, bad));
    }
    const double highest = std::max(1.0, *std::max_element(heights.begin(), heights.end()));
    m_cutAt = m_log || m_wholeAction->isChecked() ? std::nullopt : axisCut(heights);
    QCustomPlot& p = plot();
    p.xAxis->setRange(m_counts.lo, m_counts.hi);
    p.yAxis->setRange(m_log ? kLogFloor : 0, m_log ? std::pow(highest, 1.08) * 1.4 : m_cutAt.value_or(highest * 1.12));
    drawCut(heights);
    drawMarked();
}

void LossHistogramPlot::drawMarked() {
    constexpr double kTick = 0.06;
    const bool any = !m_markedCounts.counts.empty();
    m_markedGraph->setVisible(any);
    m_rugGraph->setVisible(any);
    if (!any) return;
    const double ground = m_log ? kLogFloor / 2 : 0;
    QVector<QCPGraphData> bars, ticks;
    for (std::size_t bin = 0; bin < m_markedCounts.counts.size(); ++bin) {
        const auto count = double(m_markedCounts.counts[bin]);
        bars.append(QCPGraphData(m_markedCounts.binCentre(bin), std::max(count, ground)));
        if (count > 0) ticks.append(QCPGraphData(m_markedCounts.binCentre(bin), kTick));
    }
    m_markedGraph->data()->set(bars, true);
    m_rugGraph->data()->set(ticks, true);
}

void LossHistogramPlot::drawCut(const std::vector<double>& heights) {
    m_tornGraph->setVisible(m_cutAt.has_value());
    m_cutLabel->setVisible(m_cutAt.has_value());
    if (!m_cutAt) return;
    QVector<QCPGraphData> torn;
    const auto highest = std::size_t(std::max_element(heights.begin(), heights.end()) - heights.begin());
    std::size_t left = highest;
    std::size_t right = highest;
    while (left > 0 && heights[left - 1] > *m_cutAt) --left;
    while (right + 1 < heights.size() && heights[right + 1] > *m_cutAt) ++right;
    for (std::size_t bin = 0; bin < heights.size(); ++bin) {
        const double from = m_counts.lo + double(bin) * m_counts.binWidth();
        if (heights[bin] <= *m_cutAt) {
            torn.append(QCPGraphData(from, NAN)); // a gap in the line
            continue;
        }
        torn.append(QCPGraphData(from, *m_cutAt * kTornLow));
        torn.append(QCPGraphData(from + m_counts.binWidth() / 2, *m_cutAt * kTornHigh));
        torn.append(QCPGraphData(from + m_counts.binWidth() * 0.999, *m_cutAt * kTornLow));
    }
    m_tornGraph->data()->set(torn, true);
    const bool roomRight = right < heights.size() * 2 / 3;
    m_cutLabel->setText(
        (roomRight ? tr("← highest bar %1") : tr("highest bar %1 →")).arg(countText(std::uint64_t(heights[highest]))));
    m_cutLabel->position->setCoords(m_counts.lo + double(roomRight ? right + 1 : left) * m_counts.binWidth(), 0.01);
    m_cutLabel->setPositionAlignment(Qt::AlignTop | (roomRight ? Qt::AlignLeft : Qt::AlignRight));
}

void LossHistogramPlot::drawCurves() {
    const bool drawn = m_shown.has_value();
    for (QCPGraph* graph : m_componentGraphs) graph->setVisible(drawn);
    for (QCPItemText* label : m_componentLabels)
        label->setVisible(drawn && m_fitProblem.isEmpty()); // no shares of a fit not to be trusted
    m_sumGraph->setVisible(drawn);
    m_posteriorGraph->setVisible(drawn);
    plot().yAxis2->setVisible(drawn);
    m_warning->setVisible(!m_fitProblem.isEmpty());
    m_warning->setText(drawn ? tr("Do not trust this fit: %1").arg(m_fitProblem)
                             : tr("No mixture: %1").arg(m_fitProblem));
    if (!drawn) return;

    const stats::MixtureFit& fit = *m_shown;
    const double width = fit.hi - fit.lo + 1e-6;
    const double scale = double(fit.used) * m_counts.binWidth() / width;
    const double from = std::max(fit.lo, m_counts.lo);
    const double to = std::min(fit.hi, m_counts.hi);
    const double ground = m_log ? kLogFloor / 2 : 0;
    const std::array<int, 2> order = {1 - fit.noisyComponent, fit.noisyComponent};
    std::array<QVector<QCPGraphData>, 2> components;
    QVector<QCPGraphData> sum;
    QVector<QCPGraphData> posterior;
    std::array<QPointF, 2> peak = {QPointF(from, -1), QPointF(to, -1)};
    const double top = plot().yAxis->range().upper;
    for (std::size_t i = 0; i < kCurvePoints; ++i) {
        const double loss = from + (to - from) * double(i) / double(kCurvePoints - 1);
        const double value = fit.normalise(loss);
        double total = 0;
        for (std::size_t c = 0; c < 2; ++c) {
            const double height = std::max(fit.weightedDensity(order[c], value) * scale, ground);
            total += height;
            components[c].append(QCPGraphData(loss, height));
            if (height > peak[c].y()) peak[c] = QPointF(loss, height);
        }
        sum.append(QCPGraphData(loss, total));
    }
    for (std::size_t i = 0; i < kCurvePoints; ++i) {
        const double loss = m_counts.lo + (m_counts.hi - m_counts.lo) * double(i) / double(kCurvePoints - 1);
        posterior.append(QCPGraphData(loss, fit.pNoisy(loss)));
    }
    for (std::size_t c = 0; c < 2; ++c) m_componentGraphs[c]->data()->set(components[c], true);
    // The labels stand where nothing else is drawn: the clean one right of its slope, the noisy one on its hill.
    const double span = m_counts.hi - m_counts.lo;
    const auto skyline = [&](double loss) {
        const auto bin = std::size_t(
            std::clamp((loss - m_counts.lo) / m_counts.binWidth(), 0.0, double(m_counts.counts.size() - 1)));
        const double place = std::clamp((loss - from) / std::max(to - from, 1e-9), 0.0, 1.0) * (kCurvePoints - 1);
        return std::max(double(m_counts.counts[bin]), sum[qsizetype(place)].value);
    };
    const double level = std::max(std::min(peak[0].y(), top) * (m_log ? 0.3 : 0.6), ground);
    double right = peak[0].x();
    while (right < m_counts.hi - 0.2 * span && skyline(right) > level) right += 0.01 * span;
    m_componentPlaces[0] = QPointF(right + 0.005 * span, level);
    m_componentLabels[0]->setPositionAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    const double hill = std::clamp(peak[1].x(), m_counts.lo + 0.1 * span, m_counts.hi - 0.1 * span);
    double height = ground;
    for (double loss = hill - 0.06 * span; loss <= hill + 0.06 * span; loss += 0.01 * span)
        height = std::max(height, skyline(loss));
    m_componentPlaces[1] = QPointF(hill, std::min(height * (m_log ? 1.1 : 1), top * (m_log ? 0.5 : 0.88)));
    m_componentLabels[1]->setPositionAlignment(Qt::AlignBottom | Qt::AlignHCenter);
    m_componentLabels[0]->setText(tr("clean %1").arg(percentText(fit.components[std::size_t(order[0])].weight, 0)));
    m_componentLabels[1]->setText(tr("noisy %1").arg(percentText(fit.components[std::size_t(order[1])].weight, 0)));
    m_sumGraph->data()->set(sum, true);
    m_posteriorGraph->data()->set(posterior, true);
    placeComponentLabels();
}

/// Inside the axes. In a small plot the two would lie over one another: then the clean one goes to the line below the
/// other.
void LossHistogramPlot::placeComponentLabels() {
    if (!m_shown || m_counts.counts.empty()) return;
    const QRectF inside = plot().axisRect()->rect();
    std::array<QRectF, 2> areas;
    for (std::size_t c = 0; c < 2; ++c) {
        QCPItemText* label = m_componentLabels[c];
        label->position->setCoords(m_componentPlaces[c]);
        areas[c] = QRectF(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition());
        const double left = std::max(inside.left(), std::min(areas[c].left(), inside.right() - areas[c].width()));
        const double aside = left - areas[c].left();
        label->position->setPixelPosition(label->position->pixelPosition() + QPointF(aside, 0));
        areas[c].translate(aside, 0);
    }
    if (!areas[0].intersects(areas[1])) return;
    const double down = areas[1].bottom() + 1 - areas[0].top(), up = areas[1].top() - 1 - areas[0].bottom();
    const bool room = areas[0].bottom() + down < plot().axisRect()->bottom();
    const QPointF at = m_componentLabels[0]->position->pixelPosition();
    m_componentLabels[0]->position->setPixelPosition({at.x(), at.y() + (room ? down : up)});
}

void LossHistogramPlot::placeThreshold() {
    const bool drawn = m_given.has_value();
    m_line->setVisible(drawn && m_lineShown);
    m_shade->setVisible(drawn && m_lineShown);
    m_lineLabel->setVisible(drawn);
    if (!drawn) return;
    const double x = std::clamp(m_lineLoss, m_counts.lo, m_counts.hi);
    m_line->start->setCoords(x, 1);
    m_line->end->setCoords(x, 0);
    m_shade->topLeft->setCoords(x, 0);
    const std::size_t count = m_suspectCount ? *m_suspectCount : suspects();
    QString text = tr("threshold %1 → %2 suspects").arg(fixedText(m_threshold, 2), countText(count));
    if (m_shown && m_shown->kind != m_given->kind)
        text += tr(" · %1 here %2").arg(m_kindBox->currentText(), fixedText(m_shown->pNoisy(m_lineLoss), 2));
    m_lineLabel->setText(text);
    placeThresholdLabel();
}

void LossHistogramPlot::placeThresholdLabel() {
    if (!m_given || m_counts.counts.empty()) return;
    const QRect rect = plot().axisRect()->rect();
    const QString text = m_lineLabel->text();
    const double half = QFontMetricsF(m_lineLabel->font()).horizontalAdvance(text) / 2 + 4;
    const double pixel =
        m_lineShown ? plot().xAxis->coordToPixel(std::clamp(m_lineLoss, m_counts.lo, m_counts.hi)) : rect.center().x();
    m_lineLabel->position->setCoords(
        std::clamp(pixel, rect.left() + half, std::max(rect.left() + half, rect.right() - half)), rect.top() - 4);
    m_lineLabel->setPositionAlignment(Qt::AlignBottom | Qt::AlignHCenter);
}

void LossHistogramPlot::placeBrush() {
    m_brushRect->setVisible(m_brush.has_value());
    m_brushLabel->setVisible(m_brush.has_value());
    if (!m_brush) return;
    const auto [lo, hi] = *m_brush;
    m_brushRect->topLeft->setCoords(lo, 0);
    m_brushRect->bottomRight->setCoords(hi, 1);
    m_brushLabel->position->setCoords((lo + hi) / 2, 0.22);
    m_brushLabel->setText(tr("%1 – %2: %3").arg(valueText(lo), valueText(hi), countText(countIn(lo, hi))));
}

void LossHistogramPlot::setLogScale(bool log) {
    if (m_log == log) return;
    m_log = log;
    const QSignalBlocker block(m_logButton);
    m_logButton->setChecked(log);
    QCPAxis* axis = plot().yAxis;
    axis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (log) axis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedLogTicker));
    else axis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedTicker));
    axis->ticker()->setTickCount(4);
    redraw();
}

void LossHistogramPlot::restyle() {
    const PlotTheme& t = theme();
    const auto area = [](QColor colour, int alpha) {
        colour.setAlpha(alpha);
        return QBrush(colour);
    };
    m_allGraph->setPen(QPen(t.muted, 0));
    m_allGraph->setBrush(area(t.muted, t.dark ? 70 : 60));
    m_cleanGraph->setPen(QPen(t.clean, 0));
    m_cleanGraph->setBrush(area(t.clean, 80));
    m_wrongGraph->setPen(QPen(t.suspect, 0));
    m_wrongGraph->setBrush(area(t.suspect, 95));
    m_markedGraph->setPen(QPen(t.foreground, 0));
    m_markedGraph->setBrush(area(t.foreground, 110));
    m_rugGraph->setPen(QPen(t.foreground, 2));
    m_componentGraphs[0]->setPen(QPen(t.clean, 1.8));
    m_componentGraphs[1]->setPen(QPen(t.suspect, 1.8));
    m_tornGraph->setPen(QPen(t.background, 2.5));
    m_sumGraph->setPen(QPen(t.foreground, 1));
    m_posteriorGraph->setPen(QPen(t.foreground, 1, Qt::DashLine));
    m_line->setPen(QPen(t.foreground, 1.6));
    m_shade->setBrush(area(t.suspect, t.dark ? 26 : 20));
    m_brushRect->setPen(QPen(t.focus, 1));
    m_brushRect->setBrush(area(t.focus, 40));
    QFont small = plotFont(font());
    QFont strong = small;
    strong.setWeight(QFont::DemiBold);
    const auto style = [&](QCPItemText* item, const QColor& colour, const QFont& type) {
        item->setColor(colour);
        item->setFont(type);
    };
    style(m_lineLabel, t.foreground, strong);
    style(m_brushLabel, t.foreground, small);
    style(m_componentLabels[0], t.cleanText, strong);
    style(m_componentLabels[1], t.suspectText, strong);
    style(m_truthLabels[0], t.cleanText, small);
    style(m_truthLabels[1], t.suspectText, small);
    style(m_cutLabel, t.muted, small);
    style(m_warning, t.muted, small);
    plot().axisRect()->setMargins(QMargins(0, int(QFontMetricsF(strong).height()) + 10, 0, 0));
    if (!m_counts.counts.empty()) placeThreshold();
}
} // namespace assay::ui
