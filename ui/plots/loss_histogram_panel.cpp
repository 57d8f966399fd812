// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_histogram_panel.h"

#include "ui/plots/epoch_slider.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr double kEven = 0.5;           // as likely wrong as right
constexpr double kLeastAgreement = 0.9; // of a method's own p(noisy) with the loss, for a line to stand for it

} // namespace

LossHistogramPanel::LossHistogramPanel(Workspace& workspace, bool withSlider, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_plot(new LossHistogramPlot(this)) {
    setObjectName(QStringLiteral("lossHistogramPanel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_plot, 1);
    if (withSlider) {
        m_slider = new EpochSlider(this);
        layout->addWidget(m_slider);
        connect(m_slider, &EpochSlider::epochChosen, &m_workspace, &Workspace::showEpoch);
        connect(m_slider, &EpochSlider::liveChosen, &m_workspace, &Workspace::followLive);
        connect(&m_workspace, &Workspace::epochArrived, this, &LossHistogramPanel::updateSlider);
        connect(&m_workspace, &Workspace::runsChanged, this, &LossHistogramPanel::updateSlider);
    }
    m_plot->setEmptyText(tr("The losses of the training samples appear here after a run's first epoch."),
                         tr("New run…"), tr("Import probabilities…"));
    connect(m_plot, &PlotWidget::otherEmptyButtonClicked, this, &LossHistogramPanel::importRequested);
    connect(m_plot, &PlotWidget::emptyButtonClicked, this, &LossHistogramPanel::newRunRequested);
    connect(m_plot, &PlotWidget::expandRequested, this, &LossHistogramPanel::expandRequested);
    connect(m_plot, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    connect(m_plot, &LossHistogramPlot::thresholdMoved, &m_workspace, &Workspace::setThreshold);
    connect(m_plot, &LossHistogramPlot::rangeBrushed, this, [this](double lo, double hi) {
        const auto evidence = m_workspace.currentEvidence();
        if (!evidence) return;
        std::vector<SampleIndex> samples;
        for (std::size_t i = 0; i < evidence->size(); ++i) {
            const SampleIndex sample = evidence->samples[i];
            const double loss = double(evidence->loss[i]);
            if (m_workspace.judges(sample) && loss >= lo && loss <= hi) samples.push_back(sample);
        }
        if (!m_beforeBrush) m_beforeBrush = m_workspace.filter();
        m_brushTitle = tr("loss %1 – %2").arg(valueText(lo), valueText(hi));
        m_workspace.setFilter(m_workspace.filter().exactly(std::move(samples), m_brushTitle));
    });
    connect(m_plot, &LossHistogramPlot::brushCleared, this, [this] {
        ViewFilter filter = m_beforeBrush.value_or(m_workspace.filter());
        filter.score = m_workspace.filter().score;
        filter.descending = m_workspace.filter().descending;
        filter.only.reset();
        filter.onlyTitle.clear();
        m_workspace.setFilter(filter);
    });
    connect(&m_workspace, &Workspace::epochOnShowChanged, this, &LossHistogramPanel::updateLater);
    connect(&m_workspace, &Workspace::currentRunChanged, this, &LossHistogramPanel::updateLater);
    connect(&m_workspace, &Workspace::datasetChanged, this, &LossHistogramPanel::updateLater);
    connect(&m_workspace, &Workspace::labelsReady, this, &LossHistogramPanel::updateLater);
    connect(&m_workspace, &Workspace::thresholdChanged, this, &LossHistogramPanel::updateThreshold);
    connect(&m_workspace, &Workspace::viewChanged, this, [this] {
        const ViewFilter& filter = m_workspace.filter();
        if (filter.only && filter.onlyTitle == m_brushTitle) return;
        m_beforeBrush.reset();
        m_plot->clearBrush();
    });
    m_markDelay.setSingleShot(true);
    m_markDelay.setInterval(0);
    connect(&m_markDelay, &QTimer::timeout, this, &LossHistogramPanel::updateMarked);
    for (const auto signal : {&Workspace::viewChanged, &Workspace::selectionChanged})
        connect(&m_workspace, signal, this, [this] {
            if (isVisible()) m_markDelay.start();
        });
    updateLater();
}

void LossHistogramPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) updateNow();
}

void LossHistogramPanel::updateLater() {
    m_stale = true;
    if (isVisible()) updateNow();
}

void LossHistogramPanel::updateNow() {
    m_stale = false;
    updateSlider();
    const auto evidence = m_workspace.currentEvidence();
    if (!evidence) {
        m_plot->setTitle(tr("Loss"));
        m_plot->clear();
        return;
    }
    std::vector<float> losses;
    std::vector<std::uint8_t> wrong;
    losses.reserve(evidence->size());
    wrong.reserve(evidence->size());
    bool truth = false;
    const auto own = evidence->columns.find("p-noisy");
    const bool judged = own != evidence->columns.end();
    const std::optional<stats::MixtureFit>& mixture = m_workspace.currentMixture();
    const double line = mixture ? mixture->lossAtPosterior(kEven) : NAN;
    std::size_t agreeing = 0;
    for (std::size_t i = 0; i < evidence->size(); ++i) {
        const SampleIndex sample = evidence->samples[i];
        if (!m_workspace.judges(sample)) continue;
        const Label given = m_workspace.baseLabel(sample);
        if (given == kNoLabel) continue; // against no label there is no loss
        losses.push_back(evidence->loss[i]);
        if (judged) agreeing += (double(own->second[i]) >= kEven) == (double(evidence->loss[i]) >= line);
        const Label known = m_workspace.trueLabel(sample);
        truth |= known != kNoLabel;
        wrong.push_back(known != kNoLabel && known != given ? 1 : 0);
    }
    if (!truth) wrong.clear();
    const auto run = m_workspace.currentRun();
    m_plot->setTitle(run ? tr("Loss, run %1, epoch %2").arg(run->value).arg(m_workspace.currentEpoch()) : tr("Loss"));
    const bool pastTheLine = !judged || double(agreeing) >= kLeastAgreement * double(losses.size());
    m_plot->setData(std::move(losses), std::move(wrong), mixture);
    m_plot->setLineShown(pastTheLine);
    updateThreshold();
    updateMarked();
}

void LossHistogramPanel::updateMarked() {
    const auto evidence = m_workspace.currentEvidence();
    const std::vector<SampleIndex> marked = m_workspace.marked();
    std::vector<float> losses;
    for (std::size_t i = 0; evidence && !marked.empty() && i < evidence->size(); ++i) {
        const SampleIndex sample = evidence->samples[i];
        if (m_workspace.judges(sample) && m_workspace.baseLabel(sample) != kNoLabel &&
            std::binary_search(marked.begin(), marked.end(), sample))
            losses.push_back(evidence->loss[i]);
    }
    m_plot->setMarked(std::move(losses));
}

void LossHistogramPanel::updateThreshold() {
    m_plot->setThreshold(m_workspace.threshold());
    if (m_plot->hasData()) m_plot->setSuspectCount(m_workspace.suspectCount());
}

void LossHistogramPanel::updateSlider() {
    if (m_slider == nullptr) return;
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    if (!run) {
        m_slider->setState(0, 0, 0, false, false);
        return;
    }
    const bool running = m_workspace.runningRun() == run->id;
    m_slider->setState(m_workspace.currentEpoch(), run->epochsDone, run->config.epochs, running,
                       m_workspace.followsLive());
}

} // namespace assay::ui
