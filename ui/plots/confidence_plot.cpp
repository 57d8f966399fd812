// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/confidence_plot.h"

#include "ui/plots/axis_cut.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::ui {
namespace {

constexpr int kPadding = 3; // beside a label
constexpr double kBetweenLabels = 8;
constexpr double kLineLabelAt = 0.62; // of the height, from above

std::uint64_t sum(const std::vector<std::uint64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
}

QString rightText(std::uint64_t right, std::uint64_t known) {
    return known > 0 ? ConfidencePlot::tr(", %1 right").arg(percentText(double(right) / double(known))) : QString();
}

} // namespace

ConfidencePlot::ConfidencePlot(QWidget* parent)
    : ChartWidget(QStringLiteral("pseudoConfidence"), tr("Highest probability of unlabelled pictures"), parent) {
    setEmptyText(tr("Methods that give labels of their own show here how sure they are, and from where it counts."));
    setFocusPolicy(Qt::StrongFocus);
    QCustomPlot& p = plot();
    p.axisRect()->setAutoMargins(QCP::msLeft | QCP::msRight | QCP::msBottom);
    p.xAxis->setLabel(tr("highest probability"));
    p.yAxis->setLabel(tr("pictures"));
    p.yAxis->ticker()->setTickCount(4);
    p.yAxis2->setRange(0, 1.04);
    p.yAxis2->setLabel(tr("right"));
    p.yAxis2->grid()->setVisible(false);
    m_rejected = new QCPBars(p.xAxis, p.yAxis);
    m_accepted = new QCPBars(p.xAxis, p.yAxis);
    m_accepted->moveAbove(m_rejected);
    for (QCPBars* bars : {m_rejected, m_accepted}) {
        bars->setWidthType(QCPBars::wtPlotCoords);
        bars->setWidth(0.9 / double(kBins));
        bars->setAntialiased(false);
    }
    m_right = p.addGraph(p.xAxis, p.yAxis2);
    p.setCurrentLayer(QStringLiteral("overlay"));
    m_mark = new QCPItemRect(&p);
    m_mark->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_mark->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    for (QCPItemText*& label : m_labels) { // above the axes: bars and line go everywhere
        label = new QCPItemText(&p);
        label->setClipToAxisRect(false);
        label->position->setType(QCPItemPosition::ptAbsolute);
        label->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
        label->setPadding(QMargins(kPadding, 0, kPadding, 0));
    }
    m_lineLabel = new QCPItemText(&p);
    m_lineLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_lineLabel->setPadding(QMargins(kPadding, 0, kPadding, 0));
    connect(&p, &QCustomPlot::afterLayout, this, &ConfidencePlot::placeLabels);
    p.setCurrentLayer(QStringLiteral("main"));
    p.xAxis->setRange(0, 1);
    setExpandable(true);
    themeChanged();
    clear();
}

void ConfidencePlot::deselect() {
    if (!m_current) return;
    m_current.reset();
    redraw();
}

void ConfidencePlot::clear() { setConfidence({}); }

void ConfidencePlot::setConfidence(ConfidenceHistory confidence) {
    m_confidence = std::move(confidence);
    redraw();
}

double ConfidencePlot::from(std::size_t bin) const { return double(bin) / double(m_confidence.bins.size()); }

void ConfidencePlot::redraw() {
    const stats::ConfidenceBins& bins = m_confidence.bins;
    const std::uint64_t accepted = sum(bins.accepted);
    const std::uint64_t rejected = sum(bins.rejected);
    setHasData(accepted + rejected > 0);
    if (!hasData()) {
        m_current.reset();
        return;
    }
    QVector<QCPBarsData> low, high;
    QVector<QCPGraphData> right;
    std::vector<double> heights;
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        const double at = from(bin) + 0.5 / double(bins.size());
        low.append(QCPBarsData(at, double(bins.rejected[bin])));
        high.append(QCPBarsData(at, double(bins.accepted[bin])));
        heights.push_back(double(bins.accepted[bin] + bins.rejected[bin]));
        const std::uint64_t known = bins.acceptedKnown[bin] + bins.rejectedKnown[bin];
        right.append(QCPGraphData(
            at, known > 0 ? double(bins.acceptedRight[bin] + bins.rejectedRight[bin]) / double(known) : qQNaN()));
    }
    m_rejected->data()->set(low, true);
    m_accepted->data()->set(high, true);
    m_right->data()->set(right, true);
    const std::uint64_t acceptedKnown = sum(bins.acceptedKnown);
    const std::uint64_t rejectedKnown = sum(bins.rejectedKnown);
    const bool truth = acceptedKnown + rejectedKnown > 0;
    plot().yAxis2->setVisible(truth);
    m_right->setVisible(truth);
    const double highest = std::max(1.0, *std::max_element(heights.begin(), heights.end()));
    const auto cut = axisCut(heights);
    plot().yAxis->setRange(0, cut.value_or(highest * 1.12));
    m_labels[3]->setText(tr("highest bar %1 ↑").arg(countText(std::uint64_t(highest))));
    m_labels[3]->setVisible(cut.has_value());
    const QString above =
        tr("■ accepted: %1%2").arg(countText(accepted), rightText(sum(bins.acceptedRight), acceptedKnown));
    const QString below =
        tr("■ not accepted: %1%2").arg(countText(rejected), rightText(sum(bins.rejectedRight), rejectedKnown));
    m_labels[0]->setText(above);
    m_labels[1]->setText(below);
    m_labels[2]->setText(tr("— right answers"));
    m_labels[2]->setVisible(truth);
    setSummary(tr("%1; %2.").arg(above.mid(2), below.mid(2)));
    drawThresholds();
    setCurrent(m_current);
}

void ConfidencePlot::drawThresholds() {
    QCustomPlot& p = plot();
    for (QCPItemStraightLine* line : m_thresholds) p.removeItem(line);
    m_thresholds.clear();
    std::vector<double> at = m_confidence.classThresholds;
    if (at.empty() && m_confidence.threshold) at = {*m_confidence.threshold};
    for (const double value : at) {
        auto* line = new QCPItemStraightLine(&p);
        line->point1->setCoords(value, 0);
        line->point2->setCoords(value, 1);
        m_thresholds.push_back(line);
    }
    m_lineLabel->setVisible(!at.empty());
    if (!at.empty()) {
        const auto [least, most] = std::minmax_element(at.begin(), at.end());
        m_lineLabel->setText(*least == *most ? tr("from %1").arg(valueText(*least))
                                             : tr("by class, %1 to %2").arg(valueText(*least), valueText(*most)));
    }
    restyle();
    refresh();
}

/// The figures above the axes, in as many rows as they need.
void ConfidencePlot::placeLabels() {
    const QFontMetricsF metrics(plotFont(font()));
    const QRectF room = QRectF(plot().viewport()).adjusted(4, 2, -4, 0);
    std::vector<double> ends; // of the rows
    for (QCPItemText* label : m_labels) {
        if (!label->visible()) continue;
        const double width = metrics.horizontalAdvance(label->text()) + 2 * kPadding;
        auto row = std::find_if(ends.begin(), ends.end(), [&](double end) { return end + width <= room.right(); });
        if (row == ends.end()) row = ends.insert(ends.end(), room.left());
        label->position->setCoords(*row, room.top() + double(row - ends.begin()) * metrics.height());
        *row += width + kBetweenLabels;
    }
    QCPAxisRect* rect = plot().axisRect();
    QMargins margins = rect->margins();
    const int top = int(std::ceil(room.top() + double(ends.size()) * metrics.height())) + 4;
    if (margins.top() != top) {
        margins.setTop(top);
        rect->setMargins(margins);
        using Layout = QCPLayoutElement;
        for (const auto phase : {Layout::upPreparation, Layout::upMargins, Layout::upLayout})
            plot().plotLayout()->update(phase);
    }
    placeLineLabel();
}

/// Left of the lowest threshold, else right of the highest, else right of the lowest: it does not leave the axes.
void ConfidencePlot::placeLineLabel() {
    if (m_thresholds.empty()) return;
    std::vector<double> at;
    for (const QCPItemStraightLine* line : m_thresholds) at.push_back(line->point1->key());
    const auto [least, most] = std::minmax_element(at.begin(), at.end());
    const double width = QFontMetricsF(plotFont(font())).horizontalAdvance(m_lineLabel->text()) + 2 * kPadding;
    const QCPAxis* axis = plot().xAxis;
    const QRect inside = plot().axisRect()->rect();
    const bool left = axis->coordToPixel(*least) - width >= inside.left();
    const bool right = axis->coordToPixel(*most) + width <= inside.right();
    m_lineLabel->position->setCoords(left || !right ? *least : *most, kLineLabelAt);
    m_lineLabel->setPositionAlignment(Qt::AlignBottom | (left ? Qt::AlignRight : Qt::AlignLeft));
}

void ConfidencePlot::restyle() {
    const PlotTheme& t = theme();
    QColor rest = t.muted;
    rest.setAlpha(110);
    m_rejected->setPen(Qt::NoPen);
    m_rejected->setBrush(rest);
    m_accepted->setPen(Qt::NoPen);
    m_accepted->setBrush(t.clean);
    m_right->setPen(QPen(t.foreground, 1.6));
    m_right->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, t.foreground, 4));
    m_mark->setPen(QPen(t.focus, 1));
    QColor mark = t.focus;
    mark.setAlpha(40);
    m_mark->setBrush(mark);
    for (std::size_t k = 0; k < m_thresholds.size(); ++k) {
        const bool own = !m_confidence.classThresholds.empty();
        m_thresholds[k]->setPen(QPen(own ? t.colour(int(k)) : t.suspect, own ? 1.2 : 2, Qt::DashLine));
    }
    QColor ground = t.background;
    ground.setAlpha(200);
    for (QCPItemText* label : {m_labels[0], m_labels[1], m_labels[2], m_labels[3], m_lineLabel}) {
        label->setFont(plotFont(font()));
        label->setBrush(ground);
    }
    m_labels[0]->setColor(t.cleanText);
    m_labels[1]->setColor(t.muted);
    m_labels[2]->setColor(t.foreground);
    m_labels[3]->setColor(t.muted);
    m_lineLabel->setColor(t.suspectText);
}

std::optional<std::size_t> ConfidencePlot::binAt(QPointF position) const {
    if (!hasData() || !plot().axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    return m_confidence.bins.binOf(plot().xAxis->pixelToCoord(position.x()));
}

QPointF ConfidencePlot::barFoot(std::size_t bin) const {
    return {plot().xAxis->coordToPixel(from(bin) + 0.5 / double(m_confidence.bins.size())),
            plot().yAxis->coordToPixel(0) - 2};
}

QString ConfidencePlot::sentence(std::size_t bin) const {
    const stats::ConfidenceBins& bins = m_confidence.bins;
    QString text = tr("%1 to %2: %3 accepted%4; %5 not%6")
                       .arg(fixedText(from(bin), 3), fixedText(from(bin + 1), 3), countText(bins.accepted[bin]),
                            rightText(bins.acceptedRight[bin], bins.acceptedKnown[bin]), countText(bins.rejected[bin]),
                            rightText(bins.rejectedRight[bin], bins.rejectedKnown[bin]));
    QStringList near;
    for (std::size_t k = 0; k < m_confidence.classThresholds.size() && k < m_confidence.classNames.size(); ++k)
        if (bins.binOf(m_confidence.classThresholds[k]) == bin)
            near << tr("%1 from %2").arg(m_confidence.classNames[k], fixedText(m_confidence.classThresholds[k], 3));
    if (!near.isEmpty()) text += QLatin1Char('\n') + near.join(QStringLiteral(", "));
    else if (m_confidence.classThresholds.empty() && m_confidence.threshold)
        text += QLatin1Char('\n') + tr("threshold %1").arg(fixedText(*m_confidence.threshold, 3));
    return text;
}

QString ConfidencePlot::hoverText(QPointF position) const {
    const auto bin = binAt(position);
    return bin ? sentence(*bin) : QString();
}

void ConfidencePlot::setCurrent(std::optional<std::size_t> bin) {
    m_current = bin;
    m_mark->setVisible(bin.has_value());
    if (bin) {
        m_mark->topLeft->setCoords(from(*bin), 0);
        m_mark->bottomRight->setCoords(from(*bin + 1), 1);
        setSummary(sentence(*bin));
    }
    refresh();
}

void ConfidencePlot::canvasPressed(QMouseEvent* event) {
    const auto bin = event->button() == Qt::LeftButton ? binAt(event->position()) : std::nullopt;
    if (!bin) return;
    setCurrent(bin);
    Q_EMIT binClicked(from(*bin), from(*bin + 1));
}

void ConfidencePlot::keyPressEvent(QKeyEvent* event) {
    if (!hasData()) return ChartWidget::keyPressEvent(event);
    const std::size_t last = m_confidence.bins.size() - 1;
    switch (event->key()) {
    case Qt::Key_Left: return setCurrent(m_current && *m_current > 0 ? *m_current - 1 : m_current ? 0 : last);
    case Qt::Key_Right: return setCurrent(m_current ? std::min(*m_current + 1, last) : last);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current) Q_EMIT binClicked(from(*m_current), from(*m_current + 1));
        return;
    default: return ChartWidget::keyPressEvent(event);
    }
}

QString ConfidencePlot::dataAsTsv() const {
    const stats::ConfidenceBins& bins = m_confidence.bins;
    QString text = QStringLiteral(
        "from\tto\taccepted\taccepted_right\taccepted_known\trejected\trejected_right\trejected_known\n");
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        text += plainNumber(from(bin)) + QLatin1Char('\t') + plainNumber(from(bin + 1));
        for (const auto* counts : {&bins.accepted, &bins.acceptedRight, &bins.acceptedKnown, &bins.rejected,
                                   &bins.rejectedRight, &bins.rejectedKnown})
            text += QLatin1Char('\t') + QString::number((*counts)[bin]);
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
