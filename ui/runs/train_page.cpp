// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/train_page.h"

#include "ui/plots/disagreement_plot.h"
#include "ui/plots/epoch_slider.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/plots/training_curves_plot.h"
#include "ui/runs/machine_meter.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_queue_panel.h"
#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

/// Losses of the training samples and whether each belongs to the noisy group: a wrong label where the truth is
/// known, else a suspect.
struct TrainingLosses {
    std::vector<SampleIndex> samples;
    std::vector<float> loss, loss2;
    std::vector<std::uint8_t> noisy;
    bool truthKnown = false;
};

TrainingLosses trainingLosses(const Workspace& workspace, const Evidence& evidence) {
    TrainingLosses found;
    const auto dataset = workspace.dataset();
    const auto second = evidence.columns.find("loss-2");
    const auto pNoisy = evidence.columns.find("p-noisy");
    std::vector<std::uint8_t> suspects;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        const SampleIndex sample = evidence.samples[i];
        if (sample.value >= dataset->size() || dataset->splits[sample.value] != Split::Train) continue;
        found.samples.push_back(sample);
        found.loss.push_back(evidence.loss[i]);
        if (second != evidence.columns.end() && i < second->second.size()) found.loss2.push_back(second->second[i]);
        const Label truth = workspace.trueLabel(sample);
        found.truthKnown |= truth != kNoLabel;
        found.noisy.push_back(truth != kNoLabel && truth != workspace.baseLabel(sample) ? 1 : 0);
        const bool suspect = pNoisy != evidence.columns.end() && i < pNoisy->second.size()
                                 ? double(pNoisy->second[i]) >= workspace.threshold()
                                 : workspace.suspect(sample);
        suspects.push_back(suspect ? 1 : 0);
    }
    if (!found.truthKnown) found.noisy = std::move(suspects);
    return found;
}

constexpr int kLeastPanelHeight = 170;

} // namespace

TrainPage::TrainPage(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("trainPage"));
    setAccessibleName(tr("Train"));
    m_queue = new RunQueuePanel(workspace, this);
    m_headline = new QLabel(this);
    m_headline->setObjectName(QStringLiteral("trainHeadline"));
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_headline->setMargin(6);
    m_board = new QWidget(this);
    m_grid = new QGridLayout(m_board);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(4);
    makePlots();
    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName(QStringLiteral("trainScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(m_board);

    m_slider = new EpochSlider(this);
    connect(m_slider, &EpochSlider::epochChosen, &m_workspace, &Workspace::showEpoch);
    connect(m_slider, &EpochSlider::liveChosen, &m_workspace, &Workspace::followLive);
    auto* bottom = new QHBoxLayout;
    bottom->setContentsMargins(0, 2, 6, 2);
    bottom->addWidget(m_slider, 1);
    m_logLink = new QPushButton(tr("&log"), this);
    m_logLink->setObjectName(QStringLiteral("runLogLink"));
    m_logLink->setAccessibleName(tr("Log of this run"));
    m_logLink->setToolTip(tr("What this run has told: settings, notes, figures of every epoch"));
    m_logLink->setFlat(true);
    connect(m_logLink, &QPushButton::clicked, this, &TrainPage::logRequested);
    bottom->addWidget(m_logLink);
    bottom->addWidget(new MachineMeter(this));
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_headline);
    column->addWidget(m_scroll, 1);
    column->addLayout(bottom);

    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setObjectName(QStringLiteral("trainSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_queue);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({230, 1000});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);

    connect(m_queue, &RunQueuePanel::newRunRequested, this, &TrainPage::newRunRequested);
    for (const auto signal : {&Workspace::epochOnShowChanged, &Workspace::currentRunChanged, &Workspace::datasetChanged,
                              &Workspace::projectChanged, &Workspace::runsChanged, &Workspace::labelSetsChanged})
        connect(&m_workspace, signal, this, &TrainPage::updateLater);
    connect(&m_workspace, &Workspace::epochArrived, this, &TrainPage::updateLater);
    connect(&m_workspace, &Workspace::labelsReady, this, [this] {
        m_bandsRun.reset();
        updateLater();
    });
    connect(&m_workspace, &Workspace::evidenceReady, this, [this](RunId run) {
        if (isVisible() && run == m_workspace.currentRun()) updateBands();
    });
    // Without a truth the bands are those of suspects, so they follow the threshold once it rests.
    m_bandsDelay.setSingleShot(true);
    m_bandsDelay.setInterval(400);
    connect(&m_bandsDelay, &QTimer::timeout, this, [this] {
        m_bandsRun.reset();
        updateLater();
    });
    connect(&m_workspace, &Workspace::thresholdChanged, this, [this] {
        if (!m_bandsTruth) m_bandsDelay.start();
    });
    updateLater();
}

void TrainPage::makePlots() {
    m_curves = new TrainingCurvesPlot(m_board);
    m_histogram = new LossHistogramPanel(m_workspace, false, m_board);
    m_disagreement = new DisagreementPlot(m_board);
    m_scatter = new LossScatterPlot(m_board);
    m_bands = new LossBandsPlot(m_board);
    m_pseudo = new PseudoLabelPlot(m_board);
    m_transitions = new MatrixPlot(QStringLiteral("transitions"), tr("Realised noise: true class → label"), m_board);
    m_transitions->setAxisTitles(tr("true"), tr("label"));
    m_transitions->setEmptyText(tr("Where the true classes are known, this shows which became which."));
    m_transitions->setExpandable(true);
    m_curves->setEmptyText(tr("Loss and accuracy appear after a run's first epoch."), tr("New run…"));
    connect(m_curves, &PlotWidget::emptyButtonClicked, this, &TrainPage::newRunRequested);
    connect(m_histogram, &LossHistogramPanel::newRunRequested, this, &TrainPage::newRunRequested);
    connect(m_histogram, &LossHistogramPanel::expandRequested, this, [this] { setExpanded(m_histogram); });
    for (PlotWidget* plot : std::initializer_list<PlotWidget*>{m_curves, m_disagreement, m_scatter, m_bands, m_pseudo, m_transitions}) {
        connect(plot, &PlotWidget::expandRequested, this, [this, plot] { setExpanded(plot); });
        connect(plot, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    }
    for (EpochPlot* plot : std::initializer_list<EpochPlot*>{m_curves, m_disagreement, m_bands, m_pseudo})
        connect(plot, &EpochPlot::epochClicked, &m_workspace, &Workspace::showEpoch);
    connect(m_scatter, &LossScatterPlot::brushed, this, [this](const std::vector<SampleIndex>& samples) {
        Q_EMIT showSamples(samples, tr("brushed in loss 1 × loss 2"));
    });
    connect(m_transitions, &MatrixPlot::cellClicked, this, [this](int row, int column) {
        const auto dataset = m_workspace.dataset();
        if (!dataset) return;
        std::vector<SampleIndex> samples;
        for (std::uint32_t i = 0; i < dataset->size(); ++i)
            if (m_workspace.trueLabel(SampleIndex(i)) == row && m_workspace.baseLabel(SampleIndex(i)) == column)
                samples.push_back(SampleIndex(i));
        Q_EMIT showSamples(samples, tr("%1 labelled %2").arg(QString::fromStdString(dataset->classNames[std::size_t(row)]),
                                                             QString::fromStdString(dataset->classNames[std::size_t(column)])));
    });
}

void TrainPage::setExpanded(QWidget* panel) {
    m_expanded = m_expanded == panel ? nullptr : panel;
    m_shown.clear();
    arrange();
}

void TrainPage::arrange() {
    std::vector<QWidget*> panels = {m_curves, m_histogram};
    if (m_disagreement->hasData()) panels.push_back(m_disagreement);
    if (m_bands->hasData()) panels.push_back(m_bands);
    if (m_pseudo->hasData()) panels.push_back(m_pseudo);
    if (m_scatter->hasData()) panels.push_back(m_scatter);
    if (m_transitions->hasData()) panels.push_back(m_transitions);
    if (m_expanded != nullptr && std::find(panels.begin(), panels.end(), m_expanded) != panels.end()) panels = {m_expanded};
    if (panels == m_shown) return;
    m_shown = panels;
    for (QWidget* all : std::initializer_list<QWidget*>{m_curves, m_histogram, m_disagreement, m_scatter, m_bands, m_pseudo, m_transitions}) {
        m_grid->removeWidget(all);
        all->setVisible(std::find(panels.begin(), panels.end(), all) != panels.end());
    }
    const int columns = std::min(3, int(panels.size()));
    const int rows = (int(panels.size()) + columns - 1) / columns;
    for (int i = 0; i < 8; ++i) {
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
        m_grid->setRowStretch(i, i < rows ? 1 : 0);
        m_grid->setRowMinimumHeight(i, i < rows ? kLeastPanelHeight : 0);
    }
    for (std::size_t i = 0; i < panels.size(); ++i) {
        // The last panel takes what is left of its row.
        const int row = int(i) / columns;
        const int column = int(i) % columns;
        m_grid->addWidget(panels[i], row, column, 1, i + 1 == panels.size() ? columns - column : 1);
    }
}

void TrainPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) updateNow();
}

void TrainPage::updateLater() {
    m_stale = true;
    if (isVisible()) updateNow();
}

void TrainPage::updateNow() {
    m_stale = false;
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    if (run) {
        const auto labels = m_workspace.labelSetNames().find(run->labelSet);
        const QString from = labels == m_workspace.labelSetNames().end() ? QString() : QString::fromStdString(labels->second);
        m_headline->setText(tr("Run %1   %2").arg(run->id.value).arg(runHeadline(*run, from)));
        m_headline->setToolTip(runStateText(*run));
    } else {
        m_headline->setText(m_workspace.project() ? tr("No run on show") : tr("No data set is open"));
    }
    m_logLink->setEnabled(run.has_value());
    updateCurves();
    updateBands();
    updateScatter();
    updateTransitions();
    updateSlider();
    arrange();
}

void TrainPage::updateCurves() {
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    const auto dataset = m_workspace.dataset();
    static const std::vector<EpochSummary> kNone;
    const auto kept = run ? m_workspace.epochs(run->id) : nullptr;
    const std::vector<EpochSummary>& epochs = kept ? *kept : kNone;
    if (epochs.empty())
        m_curves->setRuns({});
    else
        m_curves->setRuns({runCurves(runTitle(*run), int(run->id.value - 1), epochs)});
    m_disagreement->setHistory(hasDisagreement(epochs) ? disagreementHistory(epochs) : DisagreementHistory{});
    m_pseudo->setHistory(hasPseudoLabels(epochs) && dataset ? pseudoLabelHistory(epochs, dataset->classNames)
                                                            : PseudoLabelHistory{});
    for (EpochPlot* plot : std::initializer_list<EpochPlot*>{m_curves, m_disagreement, m_bands, m_pseudo})
        plot->setMarkedEpoch(m_workspace.currentEpoch());
}

void TrainPage::updateBands() {
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    if (!run || !m_workspace.dataset()) {
        m_bandsRun.reset();
        m_bandOfEpoch.clear();
        m_bands->setBands({}, false);
        return;
    }
    if (m_bandsRun != id) {
        m_bandsRun = id;
        m_bandOfEpoch.clear();
    }
    const auto epochs = m_workspace.epochs(*id);
    for (const EpochSummary& epoch : *epochs) {
        if (m_bandOfEpoch.contains(epoch.epoch)) continue;
        const auto evidence = m_workspace.evidence(*id, epoch.epoch);
        if (!evidence) break; // one at a time; evidenceReady brings us back
        const TrainingLosses losses = trainingLosses(m_workspace, *evidence);
        m_bandsTruth = losses.truthKnown;
        m_bandOfEpoch[epoch.epoch] = lossBand(epoch.epoch, losses.loss, losses.noisy);
    }
    std::vector<LossBand> bands;
    for (const auto& [epoch, band] : m_bandOfEpoch) bands.push_back(band);
    m_bands->setBands(bands, m_bandsTruth);
    m_bands->setMarkedEpoch(m_workspace.currentEpoch());
    arrange();
}

void TrainPage::updateScatter() {
    const auto evidence = m_workspace.currentEvidence();
    if (!evidence || !m_workspace.dataset() || !evidence->columns.contains("loss-2")) {
        if (m_scatter->hasData()) m_scatter->setLosses({}, {}, {});
        return;
    }
    TrainingLosses losses = trainingLosses(m_workspace, *evidence);
    m_scatter->setLosses(std::move(losses.samples), std::move(losses.loss), std::move(losses.loss2),
                         std::move(losses.noisy), losses.truthKnown);
}

void TrainPage::updateTransitions() {
    const auto dataset = m_workspace.dataset();
    const auto id = m_workspace.currentRun();
    const auto labels = id ? m_workspace.labels(*id) : m_workspace.baseLabels();
    if (labels.get() == m_transitionsOf) return;
    m_transitionsOf = labels.get();
    constexpr std::size_t kMostClasses = 100;
    if (!dataset || !labels || labels->trueLabels.empty() || dataset->classNames.size() > kMostClasses) {
        m_transitions->setMatrix({}, {}, {}, MatrixPlot::Format::Percent);
        return;
    }
    const std::size_t classes = dataset->classNames.size();
    std::vector<std::vector<double>> share(classes, std::vector<double>(classes));
    std::vector<double> rows(classes);
    for (std::size_t i = 0; i < labels->labels.size(); ++i) {
        const Label from = labels->trueLabels[i];
        const Label to = labels->labels[i];
        if (from < 0 || to < 0 || std::size_t(from) >= classes || std::size_t(to) >= classes) continue;
        share[std::size_t(from)][std::size_t(to)] += 1;
        rows[std::size_t(from)] += 1;
    }
    QStringList names;
    for (std::size_t k = 0; k < classes; ++k) {
        names << QString::fromStdString(dataset->classNames[k]);
        for (double& cell : share[k]) cell = rows[k] > 0 ? cell / rows[k] : NAN;
    }
    m_transitions->setMatrix(std::move(share), names, names, MatrixPlot::Format::Percent, 1.0);
}

void TrainPage::updateSlider() {
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    if (!run) {
        m_slider->setState(0, 0, 0, false, false);
        return;
    }
    m_slider->setState(m_workspace.currentEpoch(), run->epochsDone, run->config.epochs, m_workspace.runningRun() == run->id,
                       m_workspace.followsLive());
}

} // namespace assay::ui
