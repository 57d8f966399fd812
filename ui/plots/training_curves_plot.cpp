// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/training_curves_plot.h"

#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::ui {

TrainingCurvesPlot::TrainingCurvesPlot(QWidget* parent)
    : EpochPlot(QStringLiteral("trainingCurves"), tr("Loss and accuracy"), parent) {
    setEmptyText(tr("Loss and accuracy of training, validation and test appear after a run's first epoch."));
    m_rateButton = new QToolButton(this);
    m_rateButton->setText(tr("rate"));
    m_rateButton->setCheckable(true);
    m_rateButton->setAutoRaise(true);
    m_rateButton->setObjectName(QStringLiteral("trainingCurvesRate"));
    m_rateButton->setToolTip(tr("Show the learning rate"));
    m_rateButton->setAccessibleName(tr("Show the learning rate"));
    addHeaderWidget(m_rateButton);
    connect(m_rateButton, &QToolButton::toggled, this, &TrainingCurvesPlot::setLearningRateShown);
    setExpandable(true);
    redraw();
}

void TrainingCurvesPlot::setRuns(std::vector<RunCurves> runs) {
    m_runs = std::move(runs);
    redraw();
}

void TrainingCurvesPlot::setLearningRateShown(bool shown) {
    const QSignalBlocker block(m_rateButton);
    m_rateButton->setChecked(shown);
    if (m_rateShown == shown) return;
    m_rateShown = shown;
    redraw();
}

void TrainingCurvesPlot::setSplit(const QString& split) {
    m_split = split;
    redraw();
}

void TrainingCurvesPlot::redraw() {
    struct SplitStyle {
        const char* key;
        QString name;
        Qt::PenStyle style;
        double width;
    };
    const std::array<SplitStyle, 3> splits = {{{"train", tr("train"), Qt::DotLine, 1.4},
                                               {"validation", tr("validation"), Qt::DashLine, 1.4},
                                               {"test", tr("test"), Qt::SolidLine, 1.8}}};
    std::vector<EpochPanel> panels = {{tr("accuracy"), true, std::nullopt, 1}, {tr("loss"), false, std::nullopt, 1}};
    if (m_rateShown) panels.push_back({tr("rate"), false, std::nullopt, 0.45});
    const bool single = m_runs.size() == 1;
    std::vector<EpochSeries> series;
    for (const RunCurves& run : m_runs) {
        const auto line = [&](int panel, const std::string& key, const QString& name, Qt::PenStyle style,
                              double width) {
            const auto values = run.values.find(key);
            if (values == run.values.end() ||
                std::none_of(values->second.begin(), values->second.end(), [](double v) { return std::isfinite(v); }))
                return false;
            EpochSeries s;
            s.name = name;
            s.panel = panel;
            s.ink = run.colour;
            s.style = style;
            s.width = width;
            s.epochs = run.epochs;
            s.values = values->second;
            if (const auto low = run.lower.find(key); low != run.lower.end()) s.lower = low->second;
            if (const auto high = run.upper.find(key); high != run.upper.end()) s.upper = high->second;
            series.push_back(std::move(s));
            return true;
        };
        for (int panel = 0; panel < 2; ++panel) {
            const std::string what = panel == 0 ? "-accuracy" : "-loss";
            bool named = false;
            for (std::size_t i = splits.size(); i-- > 0;) { // the test line carries the run's name, where there is one
                const SplitStyle& split = splits[i];
                if (!m_split.isEmpty() && m_split != QLatin1String(split.key)) continue;
                const QString name = single ? split.name : named ? QString() : run.name;
                const bool own = !single && !named && run.colour >= PlotTheme::runColours();
                named |= line(panel, split.key + what, name, own ? PlotTheme::runStyle(run.colour) : split.style,
                              split.width);
            }
        }
        if (m_rateShown)
            line(2, "learning-rate", single ? QString() : run.name,
                 single ? Qt::SolidLine : PlotTheme::runStyle(run.colour), 1.4);
    }
    setPanels(std::move(panels));
    setFootnote(single || !m_split.isEmpty() ? QString() : tr("— test    ╌ validation    ⋯ train"));
    setSeries(std::move(series));
}

} // namespace assay::ui
