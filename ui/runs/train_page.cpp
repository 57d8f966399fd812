// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/train_page.h"

#include "ui/models/gallery_model.h"
#include "ui/plots/cleaning_flow_plot.h"
#include "ui/plots/confidence_plot.h"
#include "ui/plots/correction_plot.h"
#include "ui/plots/disagreement_plot.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/epoch_slider.h"
#include "ui/plots/loss_histogram_panel.h"
#include "ui/plots/loss_histogram_plot.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/pseudo_class_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/plots/training_curves_plot.h"
#include "ui/runs/feature_map_panel.h"
#include "ui/runs/machine_meter.h"
#include "ui/runs/run_queue_panel.h"
#include "ui/runs/run_text.h"
#include "ui/runs/sample_views_plot.h"
#include "ui/runs/train_panels.h"
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
#include <type_traits>

namespace assay::ui {
namespace {

constexpr int kLeastPanelHeight = 190;

} // namespace

TrainPage::TrainPage(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("trainPage"));
    setAccessibleName(tr("Train"));
    m_queue = new RunQueuePanel(workspace, this);
    m_headline = new ElidedLabel(this);
    m_headline->setObjectName(QStringLiteral("trainHeadline"));
    m_headline->setContentsMargins(6, 6, 6, 6);
    m_warning = new QWidget(this);
    m_warningText = new QLabel(m_warning);
    m_warningText->setObjectName(QStringLiteral("pseudoWarning"));
    m_warningText->setTextFormat(Qt::PlainText);
    m_warningText->setWordWrap(true);
    auto* show = new QPushButton(tr("Show &them"), m_warning);
    show->setObjectName(QStringLiteral("pseudoWarningShow"));
    show->setToolTip(tr("Open the pictures that were given one of the classes that take over"));
    connect(show, &QPushButton::clicked, this, [this] {
        if (m_pseudo.labels()) showPseudoClasses(m_pseudo.labels()->drift.flooded);
    });
    auto* warningRow = new QHBoxLayout(m_warning);
    warningRow->setContentsMargins(6, 0, 6, 2);
    warningRow->addWidget(m_warningText, 1);
    warningRow->addWidget(show);
    m_warning->hide();
    m_board = new QWidget(this);
    m_grid = new QGridLayout(m_board);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(4);
    makePanels();
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
    column->addWidget(m_warning);
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
        if (!isVisible() || run != m_workspace.currentRun()) return;
        updateRounds();
        updateBands();
        arrange();
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

template <typename Plot, typename Fill>
Plot* TrainPage::addPanel(Plot* plot, Fill fill, bool always) {
    m_panels.push_back({plot, [plot, fill](const RunOnShow& now) { fill(*plot, now); },
                        [plot, always] { return always || plot->hasData(); }});
    connect(plot, &PlotWidget::expandRequested, this, [this, plot] { setExpanded(plot); });
    connect(plot, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    connect(&m_workspace, &Workspace::currentRunChanged, plot, &PlotWidget::deselect);
    if constexpr (std::is_base_of_v<EpochPlot, Plot>) {
        connect(plot, &EpochPlot::epochClicked, &m_workspace, &Workspace::showEpoch);
        m_panels.back().fill = [plot, fill](const RunOnShow& now) {
            fill(*plot, now);
            plot->setMarkedEpoch(now.workspace.currentEpoch());
        };
    }
    return plot;
}

// The panels in the order of the page. One that has nothing to say about a run is left out.
void TrainPage::makePanels() {
    auto* curves = addPanel(new TrainingCurvesPlot(m_board), fillCurves, true);
    curves->setEmptyText(tr("Loss and accuracy appear after a run's first epoch."), tr("New run…"));
    connect(curves, &PlotWidget::emptyButtonClicked, this, &TrainPage::newRunRequested);
    m_waiting.emplace_back(curves, curves->emptyText());
    addHistogram();
    addPanel(new DisagreementPlot(m_board), fillDisagreement);
    addPanel(new CorrectionPlot(m_board), fillCorrection);
    for (const ScalarPanel& panel : scalarPanels()) {
        auto* plot = addPanel(new EpochPlot(panel.objectName, panel.title, m_board),
                              [panel](EpochPlot& filled, const RunOnShow& now) { fillScalars(filled, panel, now); });
        plot->setPanels(panel.areas);
        plot->setExpandable(true);
    }
    auto* answers =
        addPanel(new EpochPlot(QStringLiteral("meanAnswer"), tr("Mean answer to the unlabelled, by class"), m_board),
                 fillMeanAnswer);
    answers->setPanels({{tr("share"), true, std::nullopt, 1}});
    answers->setExpandable(true);
    m_bands = addPanel(new LossBandsPlot(m_board), [this](LossBandsPlot&, const RunOnShow&) { updateBands(); });
    m_rounds = addPanel(new CleaningFlowPlot(m_board), [this](CleaningFlowPlot&, const RunOnShow&) { updateRounds(); });
    connect(m_rounds, &CleaningFlowPlot::bandClicked, this, &TrainPage::showBand);
    addPseudoPanels();
    auto* losses = addPanel(new LossScatterPlot(m_board), fillLossScatter);
    const ScatterSubject clean{QStringLiteral("cleanScatter"), tr("Clean, says network 1 × network 2"),
                               tr("DivideMix shows here what both networks think of every label."), tr("p(clean)"),
                               true};
    auto* probabilities = addPanel(new LossScatterPlot(clean, m_board), fillCleanScatter);
    for (LossScatterPlot* scatter : {losses, probabilities})
        connect(scatter, &LossScatterPlot::brushed, this, [this, scatter](const std::vector<SampleIndex>& samples) {
            Q_EMIT showSamples(samples, tr("brushed in %1").arg(scatter->title()));
        });
    auto* views = addPanel(new SampleViewsPlot(m_workspace, m_board),
                           [](SampleViewsPlot&, const RunOnShow&) {}); // follows by itself
    connect(views, &SampleViewsPlot::changed, this, &TrainPage::arrange);
    addFeatureMap();
    auto* transitions =
        new MatrixPlot(QStringLiteral("transitions"), tr("Realised noise: true class → label"), m_board);
    addPanel(transitions, [this](MatrixPlot& plot, const RunOnShow&) { updateTransitions(plot); });
    transitions->setAxisTitles(tr("true"), tr("label"));
    transitions->setEmptyText(tr("Where the true classes are known, this shows which became which."));
    transitions->setExpandable(true);
    connect(transitions, &MatrixPlot::cellClicked, this, &TrainPage::showTransition);
}

void TrainPage::addHistogram() {
    auto* histogram = new LossHistogramPanel(m_workspace, false, m_board); // it follows the workspace by itself
    m_panels.push_back({histogram, [](const RunOnShow&) {}, [] { return true; }});
    connect(histogram, &LossHistogramPanel::newRunRequested, this, &TrainPage::newRunRequested);
    connect(histogram, &LossHistogramPanel::importRequested, this, &TrainPage::importRequested);
    m_waiting.emplace_back(&histogram->plot(), histogram->plot().emptyText());
    connect(histogram, &LossHistogramPanel::expandRequested, this, [this, histogram] { setExpanded(histogram); });
}

void TrainPage::addPseudoPanels() {
    addPanel(new PseudoLabelPlot(m_board), fillPseudoLabels);
    auto* classes = addPanel(new PseudoClassPlot(m_board),
                             [this](PseudoClassPlot& plot, const RunOnShow& now) { m_pseudo.fill(plot, now); });
    connect(classes, &PseudoClassPlot::classClicked, this,
            [this](int label) { showPseudoClasses({std::size_t(label)}); });
    auto* confidence = addPanel(new ConfidencePlot(m_board),
                                [this](ConfidencePlot& plot, const RunOnShow& now) { m_pseudo.fill(plot, now); });
    connect(confidence, &ConfidencePlot::binClicked, this, &TrainPage::showPseudoBin);
}

void TrainPage::showPseudoClasses(const std::vector<std::size_t>& classes) {
    if (classes.empty() || m_pseudo.epoch() == 0) return;
    const std::vector<SampleIndex> samples = m_pseudo.ofClasses(classes);
    const QString title = classes.size() > 1 ? tr("pseudo-labels %1, epoch %2") : tr("pseudo-label %1, epoch %2");
    const QString named = title.arg(PseudoMonitor::namesOf(m_workspace, classes), QString::number(m_pseudo.epoch()));
    holdPseudoEpoch(samples);
    Q_EMIT showPseudoLabels(samples, named, QLatin1String(kPseudoLabelScore));
}

void TrainPage::showPseudoBin(double from, double to) {
    if (m_pseudo.epoch() == 0) return;
    const std::vector<SampleIndex> samples = m_pseudo.between(from, to);
    const QString title = tr("unlabelled, sure by %1 to %2, epoch %3")
                              .arg(fixedText(from, 3), fixedText(to, 3), QString::number(m_pseudo.epoch()));
    holdPseudoEpoch(samples);
    Q_EMIT showPseudoLabels(samples, title, QLatin1String(kPseudoConfidenceScore));
}

/// The next epoch may say another label of the same pictures, so the view stays with the one that they were opened
/// from.
void TrainPage::holdPseudoEpoch(const std::vector<SampleIndex>& opened) {
    if (!opened.empty()) m_workspace.showEpoch(m_pseudo.epoch());
}

void TrainPage::addFeatureMap() {
    auto* map = new FeatureMapPanel(m_workspace, m_board); // like the histogram
    m_panels.push_back({map, [](const RunOnShow&) {}, [map] { return map->hasMap(); }});
    connect(map, &FeatureMapPanel::mapChanged, this, &TrainPage::arrange);
    connect(map, &FeatureMapPanel::showSamples, this, &TrainPage::showSamples);
    connect(map, &FeatureMapPanel::expandRequested, this, [this, map] { setExpanded(map); });
}

void TrainPage::showTransition(int from, int to) {
    const auto dataset = m_workspace.dataset();
    if (!dataset) return;
    std::vector<SampleIndex> samples;
    for (std::uint32_t i = 0; i < dataset->size(); ++i)
        if (m_workspace.trueLabel(SampleIndex(i)) == from && m_workspace.baseLabel(SampleIndex(i)) == to)
            samples.push_back(SampleIndex(i));
    Q_EMIT showSamples(samples, tr("%1 labelled %2")
                                    .arg(QString::fromStdString(dataset->classNames[std::size_t(from)]),
                                         QString::fromStdString(dataset->classNames[std::size_t(to)])));
}

void TrainPage::setExpanded(QWidget* panel) {
    m_expanded = m_expanded == panel ? nullptr : panel;
    m_shown.clear();
    arrange();
}

void TrainPage::arrange() {
    std::vector<QWidget*> panels;
    for (const Panel& panel : m_panels)
        if (panel.speaks()) panels.push_back(panel.widget);
    if (m_expanded != nullptr && std::find(panels.begin(), panels.end(), m_expanded) != panels.end())
        panels = {m_expanded};
    if (panels == m_shown) return;
    m_shown = panels;
    for (const Panel& panel : m_panels) {
        m_grid->removeWidget(panel.widget);
        panel.widget->setVisible(std::find(panels.begin(), panels.end(), panel.widget) != panels.end());
    }
    const int columns = std::min(3, int(panels.size()));
    const int rows = (int(panels.size()) + columns - 1) / columns;
    for (int i = 0; i < std::max({m_grid->rowCount(), m_grid->columnCount(), rows, columns}); ++i) {
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
        const QString from =
            labels == m_workspace.labelSetNames().end() ? QString() : QString::fromStdString(labels->second);
        m_headline->setText(tr("Run %1   %2").arg(run->id.value).arg(runHeadline(*run, from)));
        m_headline->setToolTip(runStateText(*run));
    } else {
        m_headline->setText(m_workspace.project() ? tr("No run on show") : tr("No data set is open"));
    }
    m_logLink->setEnabled(run.has_value());
    const QString over = run ? runEmptyText(*run) : QString();
    for (const auto& [plot, sentence] : m_waiting) plot->setEmptySentence(over.isEmpty() ? sentence : over);
    const auto epochs = run ? m_workspace.epochs(run->id) : std::make_shared<const std::vector<EpochSummary>>();
    const RunOnShow now{m_workspace, run, epochs, m_workspace.currentEvidence()};
    m_pseudo.update(now);
    for (const Panel& panel : m_panels) panel.fill(now);
    const QString warning = m_pseudo.warning(m_workspace);
    m_warningText->setText(warning.isEmpty() ? QString() : QStringLiteral("⚠ ") + warning);
    m_warning->setVisible(!warning.isEmpty());
    updateSlider();
    arrange();
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
}

void TrainPage::updateRounds() {
    const auto id = m_workspace.currentRun();
    std::vector<CleaningFlow> flows;
    std::vector<std::shared_ptr<const Evidence>> ends;
    if (m_roundsRun == id) ends.swap(m_roundEnds);
    m_roundEnds.clear();
    m_roundsRun = id;
    int planned = 0;
    if (id && m_workspace.dataset()) {
        const auto epochs = m_workspace.epochs(*id);
        for (const EpochSummary& epoch : *epochs) {
            if (!epoch.cleaning) continue;
            const auto known =
                std::find_if(ends.begin(), ends.end(), [&](const auto& one) { return one->epoch == epoch.epoch; });
            const auto evidence = known != ends.end() ? *known : m_workspace.evidence(*id, epoch.epoch);
            if (!evidence) break; // evidenceReady brings us back
            const auto kept = evidence->columns.find(kKeptColumn);
            if (kept == evidence->columns.end()) continue;
            planned = epoch.cleaning->rounds;
            flows.push_back(cleaningFlow(m_roundEnds.empty() ? std::span<const float>()
                                                             : m_roundEnds.back()->columns.at(kKeptColumn),
                                         kept->second));
            m_roundEnds.push_back(evidence);
        }
    }
    m_rounds->setFlows(std::move(flows), planned);
}

void TrainPage::showBand(int round, CleaningBand band) {
    const auto at = std::size_t(round - 1);
    if (round < 1 || at >= m_roundEnds.size()) return;
    const Evidence& now = *m_roundEnds[at];
    const std::vector<float>& kept = now.columns.at(kKeptColumn);
    const std::vector<float>* before = at > 0 ? &m_roundEnds[at - 1]->columns.at(kKeptColumn) : nullptr;
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const CleaningFlow one =
            cleaningFlow(before != nullptr && i < before->size() ? std::span<const float>(*before).subspan(i, 1)
                                                                 : std::span<const float>(),
                         std::span<const float>(kept).subspan(i, 1));
        if (CleaningFlowPlot::count(one, band) > 0) samples.push_back(now.samples[i]);
    }
    Q_EMIT showSamples(samples, m_rounds->sentence(round, band));
}

void TrainPage::updateTransitions(MatrixPlot& plot) {
    const auto dataset = m_workspace.dataset();
    const auto id = m_workspace.currentRun();
    const auto labels = id ? m_workspace.labels(*id) : m_workspace.baseLabels();
    if (labels.get() == m_transitionsOf) return;
    m_transitionsOf = labels.get();
    constexpr std::size_t kMostClasses = 100;
    if (!dataset || !labels || labels->trueLabels.empty() || dataset->classNames.size() > kMostClasses) {
        plot.setMatrix({}, {}, {}, MatrixPlot::Format::Percent);
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
    plot.setMatrix(std::move(share), names, names, MatrixPlot::Format::Percent, 1.0);
}

void TrainPage::updateSlider() {
    const auto id = m_workspace.currentRun();
    const auto run = id ? m_workspace.run(*id) : std::nullopt;
    if (!run) {
        m_slider->setState(0, 0, 0, false, false);
        return;
    }
    m_slider->setState(m_workspace.currentEpoch(), run->epochsDone, run->config.epochs,
                       m_workspace.runningRun() == run->id, m_workspace.followsLive());
}

} // namespace assay::ui
