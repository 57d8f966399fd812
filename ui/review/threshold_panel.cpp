// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/threshold_panel.h"

#include "ui/plots/loss_histogram_plot.h"
#include "ui/session/workspace.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace assay::ui {

ThresholdPanel::ThresholdPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_plot(new LossHistogramPlot(this)),
      m_slider(new QSlider(Qt::Horizontal, this)), m_epoch(new QLabel(this)), m_live(new QToolButton(this)) {
    setObjectName(QStringLiteral("thresholdPanel"));
    m_plot->setEmptyText(tr("The losses of a run fill this histogram; suspects are the ones past the threshold."),
                         tr("Find suspects (F5)"));
    m_plot->setExpandable(true);
    m_slider->setObjectName(QStringLiteral("epochSlider"));
    m_slider->setAccessibleName(tr("Epoch on show"));
    m_slider->setToolTip(tr("Play the epochs back"));
    m_slider->setPageStep(1);
    m_live->setObjectName(QStringLiteral("followLive"));
    m_live->setText(tr("live"));
    m_live->setCheckable(true);
    m_live->setToolTip(tr("Follow the running run"));
    auto* line = new QHBoxLayout;
    line->setContentsMargins(8, 0, 8, 2);
    line->addWidget(m_epoch);
    line->addWidget(m_slider, 1);
    line->addWidget(m_live);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_plot, 1);
    layout->addLayout(line);

    connect(m_plot, &LossHistogramPlot::thresholdMoved, &workspace, &Workspace::setThreshold);
    connect(m_plot, &LossHistogramPlot::rangeBrushed, this, &ThresholdPanel::brush);
    connect(m_plot, &LossHistogramPlot::brushCleared, this, [this] {
        ViewFilter filter = m_workspace.filter();
        filter.only.clear();
        filter.onlyTitle.clear();
        m_workspace.setFilter(filter);
    });
    connect(m_plot, &PlotWidget::emptyButtonClicked, this, &ThresholdPanel::findSuspectsRequested);
    connect(m_plot, &PlotWidget::expandRequested, this, &ThresholdPanel::expandRequested);
    connect(m_plot, &PlotWidget::notice, this, &ThresholdPanel::notice);
    connect(m_slider, &QSlider::valueChanged, &workspace, &Workspace::showEpoch);
    connect(m_live, &QToolButton::clicked, this, [this](bool on) {
        if (on) m_workspace.followLive();
        else m_workspace.showEpoch(m_workspace.currentEpoch());
        showSlider();
    });
    connect(&workspace, &Workspace::epochOnShowChanged, this, &ThresholdPanel::showEpoch);
    connect(&workspace, &Workspace::thresholdChanged, this, &ThresholdPanel::showThreshold);
    connect(&workspace, &Workspace::currentRunChanged, this, &ThresholdPanel::showEpoch);
    connect(&workspace, &Workspace::labelsReady, this, &ThresholdPanel::showEpoch);
    connect(&workspace, &Workspace::runsChanged, this, &ThresholdPanel::showSlider);
    connect(&workspace, &Workspace::epochArrived, this, &ThresholdPanel::showSlider);
    showEpoch();
}

void ThresholdPanel::showEpoch() {
    const auto dataset = m_workspace.dataset();
    const auto evidence = m_workspace.currentEvidence();
    const auto run = m_workspace.currentRun();
    showSlider();
    if (!dataset || !evidence || !run) {
        m_plot->clear();
        m_plot->setTitle(tr("Loss"));
        return;
    }
    std::vector<float> losses;
    std::vector<std::uint8_t> wrong;
    const auto labels = m_workspace.labels(*run);
    const bool truth = labels && labels->trueLabels.size() == dataset->size();
    losses.reserve(evidence->size());
    for (std::size_t row = 0; row < evidence->size(); ++row) {
        const std::size_t sample = evidence->samples[row].value;
        if (dataset->splits[sample] != Split::Train) continue;
        losses.push_back(evidence->loss[row]);
        if (truth) wrong.push_back(labels->labels[sample] != labels->trueLabels[sample]);
    }
    m_plot->setTitle(tr("Loss, run %1, epoch %2").arg(run->value).arg(evidence->epoch));
    m_plot->setData(std::move(losses), std::move(wrong), m_workspace.currentMixture());
    showThreshold();
}

void ThresholdPanel::showThreshold() {
    m_plot->setThreshold(m_workspace.threshold());
    m_plot->setSuspectCount(m_workspace.suspectCount());
}

void ThresholdPanel::showSlider() {
    const auto run = m_workspace.currentRun();
    const auto record = run ? m_workspace.run(*run) : std::nullopt;
    const QSignalBlocker quiet(m_slider);
    const bool some = record && record->epochsDone > 0;
    m_slider->setEnabled(some);
    m_live->setEnabled(m_workspace.runningRun().has_value());
    m_live->setChecked(m_workspace.followsLive());
    m_epoch->setText(some ? tr("epoch %1").arg(m_workspace.currentEpoch()) : tr("no epoch yet"));
    if (!some) return;
    m_slider->setRange(1, record->epochsDone);
    m_slider->setValue(m_workspace.currentEpoch());
}

void ThresholdPanel::brush(double low, double high) {
    const auto dataset = m_workspace.dataset();
    const auto evidence = m_workspace.currentEvidence();
    if (!dataset || !evidence) return;
    ViewFilter filter = m_workspace.filter();
    filter.only.clear();
    for (std::size_t row = 0; row < evidence->size(); ++row) {
        const double loss = double(evidence->loss[row]);
        if (loss >= low && loss <= high && dataset->splits[evidence->samples[row].value] == Split::Train)
            filter.only.push_back(evidence->samples[row]);
    }
    const QLocale locale;
    filter.onlyTitle = tr("loss %1 to %2").arg(locale.toString(low, 'g', 3), locale.toString(high, 'g', 3));
    m_workspace.setFilter(filter);
}

} // namespace assay::ui
