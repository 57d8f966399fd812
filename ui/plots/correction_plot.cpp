// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/correction_plot.h"

#include "ui/plots/axis_cut.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr std::size_t kBins = 40;

} // namespace

CorrectionBins correctionBins(std::span<const float> losses, std::span<const float> w,
                              std::span<const std::uint8_t> differs, std::size_t bins) {
    CorrectionBins made;
    double highest = 0;
    for (const float loss : losses)
        if (std::isfinite(loss)) highest = std::max(highest, double(loss));
    made.counts = stats::histogram(losses, 0, std::max(highest, 1e-6), bins);
    made.meanW.assign(bins, 0);
    made.differing.assign(bins, 0);
    for (std::size_t i = 0; i < std::min({losses.size(), w.size(), differs.size()}); ++i) {
        if (!std::isfinite(losses[i])) continue;
        const double place = (double(losses[i]) - made.counts.lo) / made.counts.binWidth();
        const auto bin = std::size_t(std::clamp(place, 0.0, double(bins - 1)));
        made.meanW[bin] += double(w[i]);
        made.differing[bin] += differs[i] != 0 ? 1 : 0;
    }
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const auto count = double(made.counts.counts[bin]);
        made.meanW[bin] = count > 0 ? made.meanW[bin] / count : NAN;
        made.differing[bin] = count > 0 ? made.differing[bin] / count : NAN;
    }
    return made;
}

CorrectionPlot::CorrectionPlot(QWidget* parent)
    : ChartWidget(QStringLiteral("correction"), tr("Correction over the loss"), parent) {
    setEmptyText(
        tr("Methods that correct losses show here, once their warm-up is over, how far which labels are believed."));
    QCustomPlot& p = plot();
    p.axisRect()->setAutoMargins(QCP::msLeft | QCP::msRight | QCP::msBottom);
    p.xAxis->setLabel(tr("loss"));
    p.yAxis->setLabel(tr("samples"));
    p.yAxis->ticker()->setTickCount(4);
    p.yAxis2->setVisible(true);
    p.yAxis2->setRange(0, 1.04);
    p.yAxis2->setLabel(tr("share"));
    p.yAxis2->grid()->setVisible(false);
    m_counts = p.addGraph();
    m_counts->setLineStyle(QCPGraph::lsStepCenter);
    m_counts->setAntialiasedFill(false);
    m_differing = p.addGraph(p.xAxis, p.yAxis2);
    m_w = p.addGraph(p.xAxis, p.yAxis2);
    p.setCurrentLayer(QStringLiteral("overlay"));
    for (std::size_t i = 0; i < 2; ++i) { // above the axes: the curves go everywhere, and end at one place
        m_labels[i] = new QCPItemText(&p);
        m_labels[i]->setClipToAxisRect(false);
        m_labels[i]->position->setType(i == 0 ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptAbsolute);
        if (i > 0) m_labels[i]->position->setParentAnchor(m_labels[0]->bottomRight);
        m_labels[i]->position->setCoords(i == 0 ? 0 : 8, 0);
        m_labels[i]->setPositionAlignment(Qt::AlignBottom | Qt::AlignLeft);
        m_labels[i]->setPadding(QMargins(0, 0, 3, 3));
    }
    m_labels[0]->setText(tr("— mean w"));
    m_labels[1]->setText(tr("╌ other class"));
    setToolTip(
        tr("Mean w: how far the label is given up. Other class: how often the network's own answer is another one."));
    p.setCurrentLayer(QStringLiteral("main"));
    setExpandable(true);
    themeChanged();
    clear();
}

void CorrectionPlot::clear() {
    m_bins = {};
    redraw();
}

void CorrectionPlot::setCorrection(std::span<const float> losses, std::span<const float> w,
                                   std::span<const std::uint8_t> differs) {
    m_bins = losses.empty() ? CorrectionBins{} : correctionBins(losses, w, differs, kBins);
    redraw();
}

void CorrectionPlot::redraw() {
    const stats::Histogram& counts = m_bins.counts;
    setHasData(!counts.counts.empty());
    if (counts.counts.empty()) return;
    QVector<QCPGraphData> bars, w, differing;
    std::vector<double> heights;
    double weighted = 0;
    double all = 0;
    for (std::size_t bin = 0; bin < counts.counts.size(); ++bin) {
        const double at = counts.binCentre(bin);
        heights.push_back(double(counts.counts[bin]));
        bars.append(QCPGraphData(at, heights.back()));
        w.append(QCPGraphData(at, m_bins.meanW[bin]));
        differing.append(QCPGraphData(at, m_bins.differing[bin]));
        if (counts.counts[bin] == 0) continue;
        weighted += m_bins.meanW[bin] * heights.back();
        all += heights.back();
    }
    m_counts->data()->set(bars, true);
    m_w->data()->set(w, true);
    m_differing->data()->set(differing, true);
    const double highest = std::max(1.0, *std::max_element(heights.begin(), heights.end()));
    plot().xAxis->setRange(counts.lo, counts.hi);
    plot().yAxis->setRange(0, axisCut(heights).value_or(highest * 1.12));
    setSummary(tr("%1 samples; w is %2 on average.")
                   .arg(countText(std::uint64_t(all)), valueText(all > 0 ? weighted / all : NAN)));
    restyle();
    refresh();
}

void CorrectionPlot::restyle() {
    const PlotTheme& t = theme();
    QColor bar = t.muted;
    bar.setAlpha(70);
    m_counts->setPen(QPen(bar, 0));
    m_counts->setBrush(bar);
    m_w->setPen(QPen(t.suspect, 2));
    m_differing->setPen(QPen(t.foreground, 1.4, Qt::DashLine));
    for (QCPItemText* label : m_labels) label->setFont(plotFont(font()));
    plot().axisRect()->setMargins(QMargins(0, int(QFontMetricsF(plotFont(font())).height()) + 8, 0, 0));
    m_labels[0]->setColor(t.suspectText);
    m_labels[1]->setColor(t.foreground);
}

QString CorrectionPlot::hoverText(QPointF position) const {
    if (!hasData() || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const stats::Histogram& counts = m_bins.counts;
    const double place = (plot().xAxis->pixelToCoord(position.x()) - counts.lo) / counts.binWidth();
    const auto bin = std::size_t(std::clamp(place, 0.0, double(counts.counts.size() - 1)));
    return tr("loss %1 – %2: %3 samples\nmean w %4, own answer differs for %5")
        .arg(valueText(counts.lo + double(bin) * counts.binWidth()),
             valueText(counts.lo + double(bin + 1) * counts.binWidth()), countText(counts.counts[bin]),
             valueText(m_bins.meanW[bin]), percentText(m_bins.differing[bin]));
}

QString CorrectionPlot::dataAsTsv() const {
    QString text = QStringLiteral("loss_from\tloss_to\tsamples\tmean_w\town_answer_differs\n");
    for (std::size_t bin = 0; bin < m_bins.counts.counts.size(); ++bin) {
        const double from = m_bins.counts.lo + double(bin) * m_bins.counts.binWidth();
        text += plainNumber(from) + QLatin1Char('\t') + plainNumber(from + m_bins.counts.binWidth()) +
                QLatin1Char('\t') + QString::number(m_bins.counts.counts[bin]) + QLatin1Char('\t') +
                plainNumber(m_bins.meanW[bin]) + QLatin1Char('\t') + plainNumber(m_bins.differing[bin]) +
                QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
