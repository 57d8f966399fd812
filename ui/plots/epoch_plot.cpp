// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/epoch_plot.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace assay::ui {
namespace {

constexpr double kRoomForBands = 0.5; // on either side, of what the lines span
constexpr int kMostTicks = 4;
constexpr int kTwoTicks = 2; // at the ends of the axis
constexpr double kLinesPerTick = 1.6;
constexpr int kMostEpochTicks = 5;
constexpr double kMostForNames = 0.38; // of the plot's width
constexpr int kBesideNames = 16;
constexpr int kBesideAxisLabel = 8;
constexpr int kLeastHeight = 120;
constexpr int kLeastArea = 66; // one of three and more, with its margins

class EpochTicker final : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override { return std::max(1.0, QCPAxisTicker::getTickStep(range)); }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return tick < 0.5 || std::abs(tick - std::round(tick)) > 1e-6 ? QString()
                                                                      : countText(std::uint64_t(std::llround(tick)));
    }
};

/// What stands beside a vertical axis: all of it, else without its unit, else its beginning, else nothing.
QString labelFor(const QString& whole, const QFontMetricsF& metrics, double room) {
    if (metrics.horizontalAdvance(whole) <= room) return whole;
    const QString bare = whole.section(QLatin1String(", "), 0, 0);
    if (metrics.horizontalAdvance(bare) <= room) return bare;
    const QString cut = metrics.elidedText(bare, Qt::ElideRight, room);
    return cut.size() > 3 ? cut : QString();
}

class ValueTicker final : public QCPAxisTicker {
public:
    explicit ValueTicker(bool percent) : m_percent(percent) { setTickCount(kMostTicks); }

protected:
    /// Where there is room for two, round numbers near both ends: a step may leave but one of its multiples.
    QVector<double> createTickVector(double step, const QCPRange& range) override {
        if (tickCount() != kTwoTicks) return QCPAxisTicker::createTickVector(step, range);
        const double magnitude = std::pow(10.0, std::floor(std::log10(range.size())));
        const double share = range.size() / magnitude;
        const double own = magnitude * (share >= 5 ? 1 : share >= 2 ? 0.5 : 0.2);
        return {std::max(range.lower, std::ceil(range.lower / own - 1e-9) * own),
                std::min(range.upper, std::floor(range.upper / own + 1e-9) * own)};
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (std::abs(tick) < 1e-12) tick = 0;
        return m_percent ? valueText(tick * 100, 4) + QStringLiteral("\u202f%") : valueText(tick, 4);
    }

private:
    bool m_percent;
};

double lastFinite(const std::vector<double>& values, std::size_t* where = nullptr) {
    for (std::size_t i = values.size(); i-- > 0;) {
        if (!std::isfinite(values[i])) continue;
        if (where != nullptr) *where = i;
        return values[i];
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace

EpochPlot::EpochPlot(const QString& objectName, const QString& title, QWidget* parent)
    : ChartWidget(objectName, title, parent) {
    setEmptyText(tr("A line begins here with a run's first epoch."));
    m_margins = new QCPMarginGroup(&plot());
    plot().plotLayout()->setRowSpacing(2);
    connect(&plot(), &QCustomPlot::afterLayout, this, &EpochPlot::fitToSize);
    connect(&plot(), &QCustomPlot::afterLayout, this, &EpochPlot::placeLabels);
    setPanels({EpochPanel{}});
    setHasData(false);
}

void EpochPlot::setPanels(std::vector<EpochPanel> panels) {
    m_panels = std::move(panels);
    m_series.clear();
    const double line = QFontMetricsF(plotFont(font())).height();
    setMinimumHeight(m_panels.size() > 2 ? int(m_panels.size()) * kLeastArea + int(5 * line) : kLeastHeight);
    rebuild();
}

void EpochPlot::setSeries(std::vector<EpochSeries> series) {
    m_series = std::move(series);
    rebuild();
}

void EpochPlot::rebuild() {
    QCustomPlot& p = plot();
    p.clearItems();
    p.clearPlottables();
    if (m_rects.size() != m_panels.size()) {
        p.plotLayout()->clear();
        m_rects.clear();
        for (std::size_t i = 0; i < m_panels.size(); ++i) {
            auto* rect = new QCPAxisRect(&p, true);
            p.plotLayout()->addElement(int(i), 0, rect);
            rect->setMarginGroup(QCP::msLeft, m_margins);
            rect->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msTop);
            rect->axis(QCPAxis::atBottom)->setTicker(QSharedPointer<QCPAxisTicker>(new EpochTicker));
            for (QCPAxis* axis : rect->axes()) {
                axis->setLayer(QStringLiteral("axes"));
                axis->grid()->setLayer(QStringLiteral("grid"));
            }
            m_rects.push_back(rect);
        }
    }
    m_graphs.assign(m_series.size(), nullptr);
    m_bands.assign(m_series.size(), {nullptr, nullptr});
    m_labels.assign(m_series.size(), nullptr);
    m_marks.clear();
    m_firstEpoch = std::numeric_limits<int>::max();
    m_lastEpoch = 0;
    bool anything = false;
    const auto points = [](const EpochSeries& s, const std::vector<double>& values) {
        QVector<QCPGraphData> line;
        for (std::size_t i = 0; i < std::min(s.epochs.size(), values.size()); ++i)
            line.append(QCPGraphData(s.epochs[i], std::isfinite(values[i]) ? values[i] : qQNaN()));
        return line;
    };
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        const EpochSeries& s = m_series[i];
        if (s.panel < 0 || std::size_t(s.panel) >= m_rects.size()) continue;
        QCPAxisRect* rect = m_rects[std::size_t(s.panel)];
        QCPAxis* x = rect->axis(QCPAxis::atBottom);
        QCPAxis* y = rect->axis(QCPAxis::atLeft);
        if (!s.lower.empty() && s.lower.size() == s.upper.size()) {
            m_bands[i] = {p.addGraph(x, y), p.addGraph(x, y)};
            m_bands[i].first->data()->set(points(s, bandSide(s, s.lower)), true);
            m_bands[i].second->data()->set(points(s, bandSide(s, s.upper)), true);
            m_bands[i].first->setPen(Qt::NoPen);
            m_bands[i].second->setPen(Qt::NoPen);
        }
        m_graphs[i] = p.addGraph(x, y);
        m_graphs[i]->data()->set(points(s, s.values), true);
        for (std::size_t k = 0; k < std::min(s.epochs.size(), s.values.size()); ++k) {
            if (!std::isfinite(s.values[k])) continue;
            anything = true;
            m_firstEpoch = std::min(m_firstEpoch, int(s.epochs[k]));
            m_lastEpoch = std::max(m_lastEpoch, int(s.epochs[k]));
        }
        if (s.name.isEmpty() || !std::isfinite(lastFinite(s.values))) continue;
        if (s.filled && s.weight && *s.weight <= 0) continue; // nothing of it can be seen
        m_labels[i] = new QCPItemText(&p);
        m_labels[i]->setText(s.name);
        m_labels[i]->setClipToAxisRect(false);
        m_labels[i]->position->setType(QCPItemPosition::ptAbsolute);
        m_labels[i]->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        m_labels[i]->setTextAlignment(Qt::AlignLeft);
    }
    for (QCPAxisRect* rect : m_rects) {
        auto* mark = new QCPItemStraightLine(&p);
        for (QCPItemPosition* position : {mark->point1, mark->point2}) {
            position->setAxisRect(rect);
            position->setAxes(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
            position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        mark->setClipAxisRect(rect);
        m_marks.push_back(mark);
    }
    setHasData(anything);
    setRanges();
    setMarkedEpoch(m_marked);
    themeChanged();
    if (!anything) return;
    QStringList parts;
    for (const EpochSeries& s : m_series) {
        std::size_t at = 0;
        if (s.name.isEmpty() || parts.size() >= 10 || !std::isfinite(lastFinite(s.values, &at))) continue;
        parts << tr("%1 %2").arg(s.name, text(s, s.shown.size() > at ? s.shown[at] : s.values[at]));
    }
    setSummary(tr("Epochs %1 to %2; at the end: %3.")
                   .arg(m_firstEpoch)
                   .arg(m_lastEpoch)
                   .arg(parts.join(QStringLiteral(", "))));
}

void EpochPlot::setRanges() {
    for (std::size_t panel = 0; panel < m_rects.size(); ++panel) {
        QCPAxisRect* rect = m_rects[panel];
        const EpochPanel& spec = m_panels[panel];
        QCPAxis* x = rect->axis(QCPAxis::atBottom);
        QCPAxis* y = rect->axis(QCPAxis::atLeft);
        const bool bottom = panel + 1 == m_rects.size();
        x->setTickLabels(bottom);
        x->setLabel(bottom ? tr("epoch") + m_footnote : QString());
        y->setLabel(spec.label);
        y->setTicker(QSharedPointer<QCPAxisTicker>(new ValueTicker(spec.percent)));
        plot().plotLayout()->setRowStretchFactor(int(panel), std::max(spec.height, 0.05));
        if (hasData()) {
            const double room = std::max(0.5, (m_lastEpoch - m_firstEpoch) * 0.02);
            x->setRange(m_firstEpoch - room, m_lastEpoch + room);
        }
        double lo = std::numeric_limits<double>::infinity();
        double hi = -lo;
        const auto widen = [&](const std::vector<double>& values) {
            for (const double v : values) {
                if (!std::isfinite(v)) continue;
                lo = std::min(lo, v);
                hi = std::max(hi, v);
            }
        };
        for (const EpochSeries& s : m_series) {
            if (std::size_t(s.panel) != panel) continue;
            widen(s.values);
            if (s.filled && std::isfinite(lo)) lo = std::min(lo, 0.0);
        }
        if (spec.range) {
            y->setRange(spec.range->first, spec.range->second);
        } else if (std::isfinite(lo)) {
            const double flat = spec.percent ? std::max(std::abs(hi) * 0.1, 0.02) : std::abs(hi) * 0.1;
            const double room =
                spec.bandsWhole ? std::numeric_limits<double>::infinity() : std::max(hi - lo, flat) * kRoomForBands;
            const double least = lo - room, most = hi + room;
            for (const EpochSeries& s : m_series) {
                if (std::size_t(s.panel) != panel) continue;
                widen(bandSide(s, s.lower));
                widen(bandSide(s, s.upper));
            }
            lo = std::max(lo, least);
            hi = std::min(hi, most);
            const double size = hi - lo > 1e-12 ? hi - lo : flat;
            double from = lo - size * 0.06;
            if (lo >= 0 && from < size * 0.15) from = 0; // close to zero: show zero
            double to = hi + size * 0.08;
            if (spec.percent && hi <= 1) to = std::min(to, 1.02);
            if (to == from) to = from + 1; // zero all along
            y->setRange(from, to);
        }
    }
}

std::vector<double> EpochPlot::bandSide(const EpochSeries& series, const std::vector<double>& side) const {
    const EpochPanel& panel = m_panels[std::size_t(series.panel)];
    if (panel.bandsWhole) return side;
    const bool belowZero =
        std::any_of(series.values.begin(), series.values.end(), [](double value) { return value < 0; });
    const double least = belowZero ? -std::numeric_limits<double>::infinity() : 0;
    const double most = panel.percent ? 1 : std::numeric_limits<double>::infinity();
    std::vector<double> drawn = side;
    for (double& value : drawn) value = std::clamp(value, least, most);
    return drawn;
}

/// Names, ticks and titles of the axes as there is room for, which is known once the layout is.
void EpochPlot::fitToSize() {
    if (fitNames()) relayout();
    if (fitAxes()) relayout();
}

void EpochPlot::relayout() {
    using Layout = QCPLayoutElement;
    for (const auto phase : {Layout::upPreparation, Layout::upMargins, Layout::upLayout})
        plot().plotLayout()->update(phase);
}

bool EpochPlot::fitNames() {
    const QFontMetricsF metrics(plotFont(font()));
    double widest = 0;
    for (std::size_t i = 0; i < m_series.size(); ++i)
        if (m_labels[i] != nullptr) widest = std::max(widest, metrics.horizontalAdvance(m_series[i].name));
    const double most = std::max(0.0, plot().viewport().width() * kMostForNames - kBesideNames);
    const double room = std::min(std::ceil(widest), most);
    for (std::size_t i = 0; i < m_series.size(); ++i)
        if (m_labels[i] != nullptr)
            m_labels[i]->setText(metrics.elidedText(m_series[i].name, Qt::ElideMiddle, room + 1));
    const int right = int(std::ceil(room)) + kBesideNames;
    bool changed = false;
    for (QCPAxisRect* rect : m_rects) {
        QMargins margins = rect->margins();
        if (margins.right() == right) continue;
        margins.setRight(right);
        rect->setMargins(margins);
        changed = true;
    }
    return changed;
}

bool EpochPlot::fitAxes() {
    bool changed = false;
    for (std::size_t panel = 0; panel < m_rects.size(); ++panel) {
        const QCPAxisRect* rect = m_rects[panel];
        QCPAxis* y = rect->axis(QCPAxis::atLeft);
        const QString label =
            labelFor(m_panels[panel].label, QFontMetricsF(y->labelFont()), rect->height() + kBesideAxisLabel);
        changed |= label != y->label();
        y->setLabel(label);
        const QFontMetricsF metrics(y->tickLabelFont());
        const int fit = int(rect->height() / (kLinesPerTick * metrics.height()));
        const int ticks = fit > kTwoTicks                          ? std::min(fit, kMostTicks)
                          : rect->height() >= 2 * metrics.height() ? kTwoTicks
                                                                   : 1;
        changed |= ticks != y->ticker()->tickCount();
        y->ticker()->setTickCount(ticks);
        QCPAxis* x = rect->axis(QCPAxis::atBottom);
        const double epoch = metrics.horizontalAdvance(countText(std::uint64_t(m_lastEpoch)));
        const int epochs = std::clamp(int(rect->width() / (1.4 * epoch + 8)), kTwoTicks, kMostEpochTicks);
        changed |= epochs != x->ticker()->tickCount();
        x->ticker()->setTickCount(epochs);
    }
    return changed;
}

void EpochPlot::placeLabels() {
    for (std::size_t panel = 0; panel < m_rects.size(); ++panel) {
        struct Place {
            QCPItemText* label;
            double y;
            std::optional<double> weight;
        };
        std::vector<Place> places;
        QCPAxisRect* rect = m_rects[panel];
        for (std::size_t i = 0; i < m_series.size(); ++i) {
            if (m_labels[i] == nullptr || std::size_t(m_series[i].panel) != panel) continue;
            std::size_t at = 0;
            double value = lastFinite(m_series[i].values, &at);
            if (m_series[i].filled && m_series[i].fillTo >= 0) {
                const EpochSeries& below = m_series[std::size_t(m_series[i].fillTo)];
                if (at < below.values.size() && std::isfinite(below.values[at])) value = (value + below.values[at]) / 2;
            } else if (m_series[i].filled) {
                value /= 2;
            }
            places.push_back({m_labels[i], rect->axis(QCPAxis::atLeft)->coordToPixel(value), m_series[i].weight});
        }
        if (places.empty()) continue;
        std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.y < b.y; });
        const double height = QFontMetricsF(places.front().label->font()).height() * 0.95;
        const double top = rect->top() + height / 2 - 4;
        const double bottom = rect->bottom() - height / 2 + 4;
        for (const Place& place : places) place.label->setVisible(true);
        const bool weighed =
            std::all_of(places.begin(), places.end(), [](const Place& place) { return place.weight.has_value(); });
        while (places.size() > 1 && double(places.size()) * height > bottom - top + height) {
            // No room for all: the lightest goes, else the one that stands closest below another.
            std::size_t least = weighed ? 0 : 1;
            for (std::size_t i = least + 1; i < places.size(); ++i)
                if (weighed ? *places[i].weight < *places[least].weight
                            : places[i].y - places[i - 1].y < places[least].y - places[least - 1].y)
                    least = i;
            places[least].label->setVisible(false);
            places.erase(places.begin() + std::ptrdiff_t(least));
        }
        for (std::size_t i = 0; i < places.size(); ++i)
            places[i].y = std::max(places[i].y, i == 0 ? top : places[i - 1].y + height);
        for (std::size_t i = places.size(); i-- > 0;)
            places[i].y = std::min(places[i].y, i + 1 == places.size() ? bottom : places[i + 1].y - height);
        for (const Place& place : places) place.label->position->setCoords(rect->right() + 6, place.y);
    }
}

void EpochPlot::setMarkedEpoch(int epoch) {
    m_marked = epoch;
    for (QCPItemStraightLine* mark : m_marks) {
        mark->setVisible(epoch > 0);
        mark->point1->setCoords(epoch, 0);
        mark->point2->setCoords(epoch, 1);
    }
    refresh();
}

void EpochPlot::setFootnote(const QString& text) {
    m_footnote = text.isEmpty() ? QString() : QStringLiteral("        ") + text;
    setRanges();
    refresh();
}

void EpochPlot::restyle() {
    const PlotTheme& t = theme();
    const QFont small = plotFont(font());
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        const EpochSeries& s = m_series[i];
        const QColor colour = t.colour(s.ink);
        if (m_graphs[i] != nullptr) {
            m_graphs[i]->setPen(QPen(colour, s.width, s.style));
            const bool single =
                std::count_if(s.values.begin(), s.values.end(), [](double v) { return std::isfinite(v); }) == 1;
            m_graphs[i]->setScatterStyle(single ? QCPScatterStyle(QCPScatterStyle::ssDisc, colour, 5)
                                                : QCPScatterStyle());
            QColor area = colour;
            area.setAlphaF(float(s.opacity));
            m_graphs[i]->setBrush(!s.filled ? QBrush(Qt::NoBrush)
                                            : QBrush(area, s.hatched ? Qt::BDiagPattern : Qt::SolidPattern));
            if (s.filled && s.fillTo >= 0 && std::size_t(s.fillTo) < m_graphs.size())
                m_graphs[i]->setChannelFillGraph(m_graphs[std::size_t(s.fillTo)]);
        }
        if (m_bands[i].first != nullptr) {
            QColor area = colour;
            area.setAlpha(45);
            m_bands[i].second->setBrush(area);
            m_bands[i].second->setChannelFillGraph(m_bands[i].first);
        }
        if (m_labels[i] != nullptr) {
            const QColor ink = s.ink == InkClean     ? t.cleanText
                               : s.ink == InkSuspect ? t.suspectText
                               : s.ink == InkRest    ? t.muted
                                                     : colour;
            m_labels[i]->setColor(ink);
            m_labels[i]->setFont(small);
        }
    }
    for (QCPItemStraightLine* mark : m_marks) mark->setPen(QPen(t.muted, 1, Qt::DotLine));
    for (std::size_t panel = 0; panel < m_rects.size(); ++panel) {
        QCPAxisRect* rect = m_rects[panel];
        t.applyTo(*rect, font());
        rect->setMinimumMargins(QMargins(6, 8, 10, panel + 1 == m_rects.size() ? 4 : 6));
        rect->axis(QCPAxis::atTop)->setVisible(false);
        rect->axis(QCPAxis::atRight)->setVisible(false);
    }
}

int EpochPlot::epochAt(QPointF position) const {
    for (const QCPAxisRect* rect : m_rects) {
        if (!rect->rect().contains(position.toPoint())) continue;
        const double epoch = rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
        return std::clamp(int(std::lround(epoch)), m_firstEpoch, std::max(m_firstEpoch, m_lastEpoch));
    }
    return 0;
}

QString EpochPlot::text(const EpochSeries& series, double value) const {
    const bool percent =
        series.panel >= 0 && std::size_t(series.panel) < m_panels.size() && m_panels[std::size_t(series.panel)].percent;
    return percent ? percentText(value) : valueText(value, 4);
}

QString EpochPlot::hoverText(QPointF position) const {
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const QCPItemText* label = m_labels[i];
        if (label == nullptr || !label->visible() || label->text() == m_series[i].name) continue;
        if (QRectF(label->topLeft->pixelPosition(), label->bottomRight->pixelPosition()).contains(position))
            return m_series[i].name;
    }
    const int epoch = hasData() ? epochAt(position) : 0;
    if (epoch == 0) return {};
    QStringList lines = {tr("epoch %1").arg(epoch)};
    for (const EpochSeries& s : m_series) {
        if (s.panel < 0 || std::size_t(s.panel) >= m_rects.size() ||
            !m_rects[std::size_t(s.panel)]->rect().contains(position.toPoint()))
            continue;
        const auto at = std::find(s.epochs.begin(), s.epochs.end(), double(epoch));
        const auto i = std::size_t(at - s.epochs.begin());
        if (at == s.epochs.end() || i >= s.values.size() || !std::isfinite(s.values[i])) continue;
        const bool alone =
            std::count_if(m_series.begin(), m_series.end(), [&](const auto& one) { return one.panel == s.panel; }) == 1;
        const QString name = s.name.isEmpty() && alone ? m_panels[std::size_t(s.panel)].label : s.name;
        QString line = QStringLiteral("%1  %2").arg(name, text(s, i < s.shown.size() ? s.shown[i] : s.values[i]));
        if (i < s.lower.size() && i < s.upper.size())
            line += tr(" (%1 to %2)").arg(text(s, s.lower[i]), text(s, s.upper[i]));
        lines << line.trimmed();
        if (lines.size() > 14) break;
    }
    return lines.size() > 1 ? lines.join(QLatin1Char('\n')) : QString();
}

void EpochPlot::canvasPressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !hasData()) return;
    const int epoch = epochAt(event->position());
    if (epoch > 0) Q_EMIT epochClicked(epoch);
}

QString EpochPlot::dataAsTsv() const {
    std::set<double> epochs;
    QStringList header = {QStringLiteral("epoch")};
    std::vector<std::map<double, double>> columns;
    for (const EpochSeries& s : m_series) {
        QString panel;
        if (s.panel >= 0 && std::size_t(s.panel) < m_panels.size()) panel = m_panels[std::size_t(s.panel)].label;
        header << (panel + QLatin1Char(' ') + s.name).trimmed();
        columns.emplace_back();
        const std::vector<double>& values = s.shown.empty() ? s.values : s.shown;
        for (std::size_t i = 0; i < std::min(s.epochs.size(), values.size()); ++i) {
            epochs.insert(s.epochs[i]);
            columns.back()[s.epochs[i]] = values[i];
        }
    }
    QString out = header.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (const double epoch : epochs) {
        out += plainNumber(epoch);
        for (const auto& column : columns) {
            const auto found = column.find(epoch);
            out += QLatin1Char('\t') + (found == column.end() ? QString() : plainNumber(found->second));
        }
        out += QLatin1Char('\n');
    }
    return out;
}

} // namespace assay::ui
