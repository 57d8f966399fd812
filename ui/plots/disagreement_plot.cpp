// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/disagreement_plot.h"

#include "ui/plots/plot_text.h"

#include <QLabel>

#include <algorithm>
#include <cmath>

namespace assay::ui {

DisagreementPlot::DisagreementPlot(QWidget* parent)
    : EpochPlot(QStringLiteral("disagreement"), tr("Disagreement"), parent) {
    setEmptyText(tr("Methods with two networks, such as Co-Teaching, show here on how many samples they differ."));
    setPanels({{tr("share"), true, std::pair(0.0, 1.04), 1}});
    m_verdict = new QLabel(this);
    m_verdict->setObjectName(QStringLiteral("disagreementVerdict"));
    m_verdict->setToolTip(tr(
        "Share of the samples on which the two networks differ. Two networks that differ on less than 1 % of the samples no longer correct each other"));
    addHeaderWidget(m_verdict);
    setExpandable(true);
}

QString DisagreementPlot::verdict() const { return m_verdict->text(); }

void DisagreementPlot::setHistory(const DisagreementHistory& history) {
    std::vector<EpochSeries> series;
    const auto add = [&](const std::vector<double>& values, const QString& name, int ink, Qt::PenStyle style) {
        if (std::none_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) return;
        EpochSeries s;
        s.name = name;
        s.ink = ink;
        s.style = style;
        s.epochs = history.epochs;
        s.values = values;
        series.push_back(std::move(s));
    };
    add(history.differing, tr("differ"), InkSuspect, Qt::SolidLine);
    add(history.keepRate, tr("kept R(T)"), InkMuted, Qt::DashLine);
    add(history.selected, tr("selected"), InkForeground, Qt::SolidLine);
    add(history.overlap, tr("overlap"), InkClean, Qt::SolidLine);
    add(history.labelPrecision, tr("precision"), InkForeground, Qt::DotLine);
    add(history.labelRecall, tr("recall"), InkMuted, Qt::DotLine);
    setSeries(std::move(series));
    double last = NAN;
    for (const double v : history.differing)
        if (std::isfinite(v)) last = v;
    m_verdict->setText(!std::isfinite(last) ? QString()
                       : last < 0.01        ? tr("◆ %1: one opinion").arg(percentText(last))
                                            : tr("● %1: two opinions").arg(percentText(last)));
}

} // namespace assay::ui
