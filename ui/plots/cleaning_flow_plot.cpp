// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cleaning_flow_plot.h"

#include "ui/plots/plot_text.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace assay::ui {
namespace {

constexpr std::array kBands = {CleaningBand::Stayed, CleaningBand::Dropped, CleaningBand::Returned,
                               CleaningBand::StayedOut};
constexpr double kNodeWidth = 8;
constexpr double kThinnest = 1.5; ///< of a band that has a sample
constexpr double kReach = 5;      ///< pixels beside a thin band that still belong to it
constexpr double kBend = 0.45;    ///< of the way between two columns, for the curve's control points

/// Text that can be read on bands of any colour.
void drawLabel(QPainter& painter, const PlotTheme& theme, QPointF centre, const QString& text) {
    const QFontMetricsF metrics(painter.font());
    QPainterPath path;
    path.addText(centre.x() - metrics.horizontalAdvance(text) / 2,
                 centre.y() + (metrics.ascent() - metrics.descent()) / 2, painter.font(), text);
    painter.strokePath(path, QPen(theme.background, 3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.fillPath(path, theme.foreground);
}

} // namespace

CleaningFlowPlot::CleaningFlowPlot(QWidget* parent)
    : PaintedPlot(QStringLiteral("cleaningFlow"), tr("Rounds of cleaning"), parent) {
    setEmptyText(tr("Methods that clean in rounds show here what each round keeps and drops."));
    setExpandable(true);
    setHasData(false);
}

std::size_t CleaningFlowPlot::count(const CleaningFlow& flow, CleaningBand band) {
    switch (band) {
    case CleaningBand::Stayed: return flow.stayed;
    case CleaningBand::Dropped: return flow.dropped;
    case CleaningBand::Returned: return flow.returned;
    case CleaningBand::StayedOut: return flow.stayedOut;
    }
    return 0;
}

void CleaningFlowPlot::setFlows(std::vector<CleaningFlow> flows, int planned) {
    if (flows == m_flows && planned == m_planned) return;
    m_flows = std::move(flows);
    m_planned = planned;
    if (m_current && !isThere(*m_current)) m_current.reset();
    setHasData(!m_flows.empty());
    if (hasData()) {
        const CleaningFlow& last = m_flows.back();
        QString text = tr("Round %1 of %2 keeps %3 labels and drops %4.")
                           .arg(m_flows.size())
                           .arg(planned)
                           .arg(countText(last.kept()), countText(last.out()));
        if (m_flows.size() > 1)
            text += QLatin1Char(' ') + tr("%1 returned since the round before, overlap %2.")
                                           .arg(countText(last.returned), percentText(last.jaccard()));
        setSummary(text);
    }
    canvas()->update();
}

void CleaningFlowPlot::deselect() {
    if (!m_current) return;
    m_current.reset();
    setFlows(std::exchange(m_flows, {}), m_planned); // its summary is that of the last round again
}

bool CleaningFlowPlot::isThere(const Place& place) const {
    return place.first >= 1 && place.first <= int(m_flows.size()) &&
           count(m_flows[std::size_t(place.first - 1)], place.second) > 0;
}

QString CleaningFlowPlot::sentence(int round, CleaningBand band) const {
    const QString number = countText(count(m_flows[std::size_t(round - 1)], band));
    switch (band) {
    case CleaningBand::Stayed:
        return round == 1 ? tr("round 1: %1 are kept").arg(number)
                          : tr("round %1: %2 stay kept").arg(round).arg(number);
    case CleaningBand::Dropped:
        return round == 1 ? tr("round 1: %1 are dropped").arg(number)
                          : tr("round %1: %2 that were kept before are dropped").arg(round).arg(number);
    case CleaningBand::Returned: return tr("round %1: %2 that were dropped before return").arg(round).arg(number);
    case CleaningBand::StayedOut: return tr("round %1: %2 stay dropped").arg(round).arg(number);
    }
    return {};
}

QPainterPath CleaningFlowPlot::Band::path() const {
    const double bend = (to.x() - from.x()) * kBend;
    QPainterPath outline(from);
    outline.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
    outline.lineTo(to + QPointF(0, height));
    outline.cubicTo(to + QPointF(-bend, height), from + QPointF(bend, height), from + QPointF(0, height));
    outline.closeSubpath();
    return outline;
}

QPointF CleaningFlowPlot::Band::at(double t) const {
    const double bend = (to.x() - from.x()) * kBend;
    QPainterPath middle(from);
    middle.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
    return middle.pointAtPercent(t) + QPointF(0, height / 2);
}

double CleaningFlowPlot::Band::labelAt() const {
    if (place.second == CleaningBand::Dropped) return place.first == 1 ? 0.6 : 0.22;
    return place.second == CleaningBand::Returned ? 0.78 : 0.5;
}

CleaningFlowPlot::Frame CleaningFlowPlot::frameFor(QSizeF size, const QFont& type) const {
    const QFontMetricsF metrics(type);
    Frame frame;
    // A heading above, the number of what is kept under it; that of what is dropped below.
    frame.top = 2 * metrics.height() + 8;
    const double bottom = metrics.height() + 8;
    frame.height = std::max(20.0, size.height() - frame.top - bottom);
    frame.gap = std::min(frame.height * 0.12, 2 * metrics.height());
    const CleaningFlow& first = m_flows.front();
    frame.perSample = (frame.height - frame.gap) / double(std::max<std::size_t>(1, first.kept() + first.out()));
    const double margin = std::max(metrics.horizontalAdvance(tr("round %1").arg(m_planned)),
                                   metrics.horizontalAdvance(countText(88888))) /
                              2 +
                          6;
    frame.left = margin;
    frame.step = std::max(20.0, (size.width() - 2 * margin) / double(m_flows.size()));
    return frame;
}

std::vector<CleaningFlowPlot::Band> CleaningFlowPlot::bandsIn(const Frame& frame) const {
    std::vector<Band> bands;
    const double all = frame.perSample * double(m_flows.front().keptBefore());
    const double bottom = frame.top + all + frame.gap;
    for (std::size_t r = 0; r < m_flows.size(); ++r) {
        const CleaningFlow& flow = m_flows[r];
        const double x0 = frame.left + double(r) * frame.step + kNodeWidth / 2;
        const double x1 = frame.left + double(r + 1) * frame.step - kNodeWidth / 2;
        const auto high = [&frame](std::size_t samples) { return frame.perSample * double(samples); };
        // What is kept hangs from above, what is dropped stands below; within each, as little crossing as can be.
        const double outBefore = bottom - high(flow.returned + flow.stayedOut), outNow = bottom - high(flow.out());
        const auto add = [&](CleaningBand band, double y0, double y1) {
            const std::size_t samples = count(flow, band);
            if (samples > 0)
                bands.push_back({{int(r) + 1, band}, {x0, y0}, {x1, y1}, std::max(kThinnest, high(samples))});
        };
        add(CleaningBand::Stayed, frame.top, frame.top);
        add(CleaningBand::StayedOut, outBefore + high(flow.returned), outNow + high(flow.dropped));
        add(CleaningBand::Dropped, frame.top + high(flow.stayed), outNow);
        add(CleaningBand::Returned, outBefore, frame.top + high(flow.stayed));
    }
    return bands;
}

void CleaningFlowPlot::paintNode(QPainter& painter, const Frame& frame, int column, bool kept) const {
    const PlotTheme& t = theme();
    const QFontMetricsF metrics(painter.font());
    const CleaningFlow& flow = m_flows[std::size_t(std::max(0, column - 1))];
    const std::size_t samples = column == 0 ? (kept ? flow.keptBefore() : 0) : kept ? flow.kept() : flow.out();
    if (samples == 0) return;
    const double x = frame.left + column * frame.step, height = std::max(kThinnest, frame.perSample * double(samples));
    const double bottom = frame.top + frame.perSample * double(m_flows.front().keptBefore()) + frame.gap;
    painter.fillRect(QRectF(x - kNodeWidth / 2, kept ? frame.top : bottom - height, kNodeWidth, height),
                     kept ? t.clean : t.suspect);
    const double width = frame.step;
    const QRectF place(x - width / 2, kept ? frame.top - metrics.height() - 2 : bottom + 2, width, metrics.height());
    painter.setPen(kept ? t.cleanText : t.suspectText);
    painter.drawText(place, Qt::AlignCenter, countText(samples));
}

void CleaningFlowPlot::paint(QPainter& painter, QSizeF size) const {
    const PlotTheme& t = theme();
    const QFont type = plotFont(font());
    painter.setFont(type);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), t.background);
    if (m_flows.empty()) return;
    const QFontMetricsF metrics(type);
    const Frame frame = frameFor(size, type);
    const std::vector<Band> bands = bandsIn(frame);
    for (const Band& band : bands) {
        const bool endsKept = band.place.second == CleaningBand::Stayed || band.place.second == CleaningBand::Returned;
        const bool moves = band.place.second == CleaningBand::Dropped || band.place.second == CleaningBand::Returned;
        QColor fill = endsKept ? t.clean : t.suspect;
        fill.setAlphaF(moves ? 0.65F : 0.3F);
        painter.fillPath(band.path(), fill);
        if (m_current == band.place) painter.strokePath(band.path(), QPen(t.focus, 2));
    }
    for (int column = 0; column <= int(m_flows.size()); ++column) {
        const double x = frame.left + column * frame.step;
        painter.setPen(t.foreground);
        painter.drawText(QRectF(x - frame.step / 2, 2, frame.step, metrics.height()), Qt::AlignCenter,
                         column == 0 ? tr("start") : tr("round %1").arg(column));
        paintNode(painter, frame, column, true);
        paintNode(painter, frame, column, false);
    }
    for (const Band& band : bands) {
        const QString number = countText(count(m_flows[std::size_t(band.place.first - 1)], band.place.second));
        QString text = band.place.second == CleaningBand::Dropped    ? QStringLiteral("↓ ") + number
                       : band.place.second == CleaningBand::Returned ? QStringLiteral("↑ ") + number
                                                                     : number;
        const double room = frame.step - 2 * kNodeWidth;
        if (band.place.first == 1) { // the first two say what the colours stand for
            const QString words =
                band.place.second == CleaningBand::Dropped ? tr("%1 dropped").arg(text) : tr("%1 kept").arg(text);
            if (metrics.horizontalAdvance(words) < room) text = words;
        }
        if (metrics.horizontalAdvance(text) < room) drawLabel(painter, t, band.at(band.labelAt()), text);
    }
}

QPointF CleaningFlowPlot::bandCentre(int round, CleaningBand band) const {
    if (m_flows.empty()) return {};
    for (const Band& one : bandsIn(frameFor(QSizeF(canvas()->size()), plotFont(font()))))
        if (one.place == Place(round, band)) return one.at(one.labelAt());
    return {};
}

std::optional<CleaningFlowPlot::Place> CleaningFlowPlot::placeAt(QPointF position) const {
    if (m_flows.empty()) return std::nullopt;
    std::vector<Band> bands = bandsIn(frameFor(QSizeF(canvas()->size()), plotFont(font())));
    // Thin ones first: they lie on top, and are hard to hit.
    std::stable_sort(bands.begin(), bands.end(), [](const Band& a, const Band& b) { return a.height < b.height; });
    for (const Band& band : bands)
        if (band.path().contains(position)) return band.place;
    for (const Band& band : bands) {
        QPainterPathStroker stroker;
        stroker.setWidth(2 * kReach);
        if (stroker.createStroke(band.path()).contains(position)) return band.place;
    }
    return std::nullopt;
}

QString CleaningFlowPlot::hoverText(QPointF position) const {
    const auto part = placeAt(position);
    return part ? sentence(part->first, part->second) : QString();
}

void CleaningFlowPlot::clickedAt(QPointF position) {
    const auto part = placeAt(position);
    if (!part) return;
    m_current = part;
    canvas()->update();
    Q_EMIT bandClicked(part->first, part->second);
}

void CleaningFlowPlot::walk(int rounds, int bands) {
    if (!m_current) {
        m_current = Place(int(m_flows.size()), CleaningBand::Stayed);
    } else {
        m_current->first = std::clamp(m_current->first + rounds, 1, int(m_flows.size()));
        int next = int(m_current->second) + bands;
        while (next >= 0 && next < int(kBands.size()) && !isThere({m_current->first, CleaningBand(next)}) && bands != 0)
            next += bands;
        if (next >= 0 && next < int(kBands.size())) m_current->second = CleaningBand(next);
    }
    if (!isThere(*m_current))
        for (const CleaningBand band : kBands)
            if (isThere({m_current->first, band})) {
                m_current->second = band;
                break;
            }
    setSummary(sentence(m_current->first, m_current->second));
    canvas()->update();
}

void CleaningFlowPlot::keyPressEvent(QKeyEvent* event) {
    if (!hasData()) return PaintedPlot::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left: return walk(-1, 0);
    case Qt::Key_Right: return walk(1, 0);
    case Qt::Key_Up: return walk(0, -1);
    case Qt::Key_Down: return walk(0, 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current) Q_EMIT bandClicked(m_current->first, m_current->second);
        return;
    default: PaintedPlot::keyPressEvent(event);
    }
}

QString CleaningFlowPlot::dataAsTsv() const {
    QString text = QStringLiteral("round\tstayed\tdropped\treturned\tstayed out\n");
    for (std::size_t r = 0; r < m_flows.size(); ++r) {
        text += QString::number(r + 1);
        for (const CleaningBand band : kBands) text += QLatin1Char('\t') + QString::number(count(m_flows[r], band));
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
