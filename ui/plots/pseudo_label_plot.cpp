// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/pseudo_label_plot.h"

#include "ui/plots/plot_text.h"

#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace assay::ui {
namespace {

constexpr std::size_t kMostClasses = 11;

bool anyFinite(const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

double finiteOr0(double value) { return std::isfinite(value) ? value : 0; }

/// What a class has at the end; before classes that have had none at all, those that had some.
double weightOf(const std::vector<double>& counts) {
    constexpr double kOfWhatWas = 1e-6;
    double last = 0;
    double all = 0;
    for (const double count : counts) {
        if (!std::isfinite(count)) continue;
        last = count;
        all += count;
    }
    return last + kOfWhatWas * all;
}

/// A colour for each of these classes: its own where that is free, else the next.
std::map<std::size_t, int> inksOf(std::vector<std::size_t> classes) {
    std::sort(classes.begin(), classes.end());
    std::map<std::size_t, int> inks;
    std::set<int> taken;
    const int colours = PlotTheme::runColours();
    for (const std::size_t k : classes) {
        int ink = int(k % std::size_t(colours));
        while (taken.size() < std::size_t(colours) && taken.contains(ink)) ink = (ink + 1) % colours;
        taken.insert(ink);
        inks[k] = ink;
    }
    return inks;
}

} // namespace

PseudoLabelPlot::PseudoLabelPlot(QWidget* parent)
    : EpochPlot(QStringLiteral("pseudoLabels"), tr("Pseudo-labels"), parent) {
    setEmptyText(tr("Methods that give labels of their own, such as Pseudo-Label, show here how many they accept."));
    m_stackButton = new QToolButton(this);
    m_stackButton->setText(tr("stack"));
    m_stackButton->setCheckable(true);
    m_stackButton->setChecked(true);
    m_stackButton->setAutoRaise(true);
    m_stackButton->setObjectName(QStringLiteral("pseudoLabelsStack"));
    m_stackButton->setToolTip(tr("Classes on top of each other, or a line for each"));
    m_stackButton->setAccessibleName(tr("Stack the classes"));
    addHeaderWidget(m_stackButton);
    connect(m_stackButton, &QToolButton::toggled, this, &PseudoLabelPlot::setStacked);
    setExpandable(true);
    redraw();
}

void PseudoLabelPlot::setHistory(PseudoLabelHistory history) {
    m_history = std::move(history);
    redraw();
}

void PseudoLabelPlot::setStacked(bool stacked) {
    const QSignalBlocker block(m_stackButton);
    m_stackButton->setChecked(stacked);
    if (m_stacked == stacked) return;
    m_stacked = stacked;
    redraw();
}

void PseudoLabelPlot::redraw() {
    const PseudoLabelHistory& h = m_history;
    const std::size_t epochs = h.epochs.size();
    std::vector<EpochSeries> series;
    const auto add = [&](int panel, const QString& name, int ink, const std::vector<double>& values) -> EpochSeries& {
        EpochSeries s;
        s.panel = panel;
        s.name = name;
        s.ink = ink;
        s.epochs = h.epochs;
        s.values = values;
        s.values.resize(epochs, NAN);
        series.push_back(std::move(s));
        return series.back();
    };
    m_stackButton->setVisible(h.perClass.size() > 1);
    if (h.perClass.size() > 1) {
        // Classes by size; beyond the limit the small ones become one.
        std::vector<std::size_t> order(h.perClass.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::vector<double> totals;
        for (const auto& row : h.perClass)
            totals.push_back(
                std::accumulate(row.begin(), row.end(), 0.0, [](double a, double b) { return a + finiteOr0(b); }));
        std::size_t alone = order.size();
        if (order.size() > kMostClasses) {
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t a, std::size_t b) { return totals[a] > totals[b]; });
            alone = kMostClasses - 1;
        }
        std::vector<double> ground(epochs, 0);
        const auto addClass = [&](const QString& name, int ink, const std::vector<double>& counts) {
            std::vector<double> top(epochs, NAN);
            for (std::size_t e = 0; e < epochs; ++e)
                if (e < counts.size() && std::isfinite(counts[e])) top[e] = (m_stacked ? ground[e] : 0) + counts[e];
            EpochSeries& s = add(0, name, ink, top);
            s.shown = counts;
            s.shown.resize(epochs, NAN);
            s.weight = weightOf(counts);
            s.width = m_stacked ? 0.8 : 1.4;
            s.filled = m_stacked;
            s.opacity = 0.6;
            s.hatched = ink == InkRest;
            s.fillTo = m_stacked && series.size() > 1 ? int(series.size()) - 2 : -1;
            if (m_stacked && *s.weight <= 0) s.style = Qt::NoPen; // it would hide the border of what it lies on
            for (std::size_t e = 0; e < epochs; ++e)
                if (std::isfinite(top[e])) ground[e] = top[e];
        };
        const std::map<std::size_t, int> inks = inksOf({order.begin(), order.begin() + std::ptrdiff_t(alone)});
        for (std::size_t i = 0; i < alone; ++i) {
            const std::size_t k = order[i];
            addClass(k < h.classNames.size() ? h.classNames[k] : QString::number(k), inks.at(k), h.perClass[k]);
        }
        if (alone < order.size()) {
            std::vector<double> rest(epochs, 0);
            for (std::size_t i = alone; i < order.size(); ++i)
                for (std::size_t e = 0; e < std::min(epochs, h.perClass[order[i]].size()); ++e)
                    rest[e] += finiteOr0(h.perClass[order[i]][e]);
            addClass(tr("%1 others").arg(order.size() - alone), InkRest, rest);
        }
    } else if (anyFinite(h.accepted)) {
        EpochSeries& s = add(0, tr("accepted"), InkForeground, h.accepted);
        s.filled = true;
    }
    if (anyFinite(h.acceptance)) add(1, tr("accepted"), InkMuted, h.acceptance).style = Qt::DashLine;
    std::vector<double> correctness = h.correctness;
    if (!anyFinite(correctness) && h.perClassCorrect.size() == h.perClass.size() && !h.perClass.empty()) {
        correctness.assign(epochs, NAN);
        for (std::size_t e = 0; e < epochs; ++e) {
            double right = 0;
            double all = 0;
            for (std::size_t k = 0; k < h.perClass.size(); ++k) {
                if (e < h.perClass[k].size()) all += finiteOr0(h.perClass[k][e]);
                if (e < h.perClassCorrect[k].size()) right += finiteOr0(h.perClassCorrect[k][e]);
            }
            if (all > 0) correctness[e] = right / all;
        }
    }
    if (anyFinite(h.changed)) add(1, tr("changed"), InkSuspect, h.changed).style = Qt::DotLine;
    if (anyFinite(correctness)) add(1, tr("right"), InkClean, correctness);
    if (anyFinite(h.rejectedCorrectness)) {
        EpochSeries& below = add(1, tr("right below"), InkClean, h.rejectedCorrectness);
        below.style = Qt::DashLine;
        below.width = 1;
    }
    const bool entropy = anyFinite(h.entropy);
    const bool shares = std::any_of(series.begin(), series.end(), [](const EpochSeries& s) { return s.panel == 1; });
    std::vector<EpochPanel> panels = {{tr("pseudo-labels"), false, std::nullopt, 1.4}};
    if (shares) panels.push_back({tr("share"), true, std::pair(0.0, 1.05), 0.9});
    if (entropy) {
        add(int(panels.size()), {}, InkMuted, h.entropy);
        panels.push_back({tr("entropy, nats"), false, std::nullopt, 0.6});
    }
    setPanels(std::move(panels));
    setSeries(std::move(series));
}

} // namespace assay::ui
