// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/feature_map_panel.h"

#include "core/project/feature_store.h"
#include "core/project/probability_run.h"
#include "core/stats/principal_plane.h"
#include "ui/plots/feature_map_plot.h"
#include "ui/session/task_pool.h"
#include "ui/session/workspace.h"

#include <QEvent>
#include <QVBoxLayout>

#include <cmath>

namespace assay::ui {
namespace {

struct Map {
    int epoch = 0;
    FeatureMapPlot::Points points;
};

/// Of the samples that the run judges. Nothing where the newest features are those of epoch `known`, or where there are
/// none.
Result<std::optional<Map>> readMap(const Project& project, const RunRecord& run, const Dataset& dataset, int known) {
    const auto file = newestFeatureFile(project.checkpointFolder(run.id));
    if (!file || file->epoch == known) return std::optional<Map>();
    ASSAY_TRY(const auto features, project.features(run.id));
    ASSAY_TRY(const stats::PrincipalPlane plane, stats::principalPlane(features->values, features->dimension));
    Map map;
    map.epoch = features->epoch;
    map.points.shareX = plane.shareX;
    map.points.shareY = plane.shareY;
    for (std::size_t i = 0; i < plane.x.size() && i < dataset.size(); ++i) {
        if (!std::isfinite(plane.x[i]) || !judges(run.config, dataset.splits[i])) continue;
        map.points.samples.push_back(SampleIndex(std::uint32_t(i)));
        map.points.x.push_back(plane.x[i]);
        map.points.y.push_back(plane.y[i]);
    }
    return std::optional(std::move(map));
}

} // namespace

FeatureMapPanel::FeatureMapPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_plot(new FeatureMapPlot(this)), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("featureMapPanel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusProxy(m_plot);
    parent->installEventFilter(this);
    m_delay.setSingleShot(true);
    m_delay.setInterval(300);
    m_colourDelay.setSingleShot(true);
    m_colourDelay.setInterval(0);
    connect(&m_delay, &QTimer::timeout, this, &FeatureMapPanel::load);
    connect(&m_colourDelay, &QTimer::timeout, this, &FeatureMapPanel::colour);
    for (const auto signal : {&Workspace::currentRunChanged, &Workspace::datasetChanged, &Workspace::projectChanged})
        connect(&m_workspace, signal, this, &FeatureMapPanel::load);
    connect(&m_workspace, &Workspace::epochArrived, this, [this](RunId run) {
        if (run == m_workspace.currentRun()) m_delay.start();
    });
    connect(&m_workspace, &Workspace::runEnded, this, [this](RunId run) {
        if (run == m_workspace.currentRun()) m_delay.start();
    });
    const auto recolour = [this] { m_colourDelay.start(); };
    connect(&m_workspace, &Workspace::epochOnShowChanged, this, recolour);
    connect(&m_workspace, &Workspace::thresholdChanged, this, recolour);
    connect(&m_workspace, &Workspace::labelsReady, this, recolour);
    connect(m_plot, &FeatureMapPlot::colouringChanged, this, recolour);
    connect(&m_workspace, &Workspace::focusChanged, this, [this] { m_plot->setMarked(m_workspace.focus()); });
    m_markDelay.setSingleShot(true);
    m_markDelay.setInterval(0);
    connect(&m_markDelay, &QTimer::timeout, this, &FeatureMapPanel::mark);
    for (const auto signal : {&Workspace::viewChanged, &Workspace::selectionChanged})
        connect(&m_workspace, signal, this, [this] {
            if (hasMap()) m_markDelay.start();
        });
    connect(m_plot, &FeatureMapPlot::sampleClicked, &m_workspace,
            [this](SampleIndex sample) { m_workspace.setFocus(sample); });
    connect(m_plot, &FeatureMapPlot::lassoed, this, [this](const std::vector<SampleIndex>& samples) {
        m_lassoed = true;
        Q_EMIT showSamples(samples, tr("chosen on the feature map"));
    });
    connect(m_plot, &PlotWidget::expandRequested, this, &FeatureMapPanel::expandRequested);
    connect(m_plot, &PlotWidget::notice, &m_workspace, &Workspace::notice);
    load();
}

FeatureMapPanel::~FeatureMapPanel() = default;

bool FeatureMapPanel::hasMap() const { return m_plot->hasData(); }

bool FeatureMapPanel::working() const {
    return m_loading || m_delay.isActive() || m_colourDelay.isActive() || m_markDelay.isActive();
}

bool FeatureMapPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show && m_stale) load();
    return QWidget::eventFilter(watched, event);
}

void FeatureMapPanel::clear() {
    m_epoch = 0;
    m_samples.clear();
    if (!m_plot->hasData()) return;
    m_plot->setPoints({});
    Q_EMIT mapChanged();
}

void FeatureMapPanel::load() {
    m_stale = !parentWidget()->isVisible();
    if (m_stale) return;
    if (m_loading) {
        m_again = true;
        return;
    }
    const auto run = m_workspace.currentRun();
    const auto project = m_workspace.project();
    const auto dataset = m_workspace.dataset();
    if (run != m_run || !project || !dataset) clear();
    m_run = run;
    const auto record = run ? m_workspace.run(*run) : std::nullopt;
    if (!record || !project || !dataset) return;
    m_loading = true;
    m_pool->run(
        [project, dataset, record = *record, known = m_epoch] { return readMap(*project, record, *dataset, known); },
        [this, id = *run](Result<std::optional<Map>> found) {
            m_loading = false;
            const bool stale = std::exchange(m_again, false) || id != m_workspace.currentRun();
            if (id == m_workspace.currentRun()) {
                if (!found) {
                    clear();
                    Q_EMIT m_workspace.notice(
                        tr("No feature map: %1").arg(QString::fromStdString(found.error().sentence())));
                } else if (*found) {
                    m_epoch = (*found)->epoch;
                    m_samples = (*found)->points.samples;
                    m_plot->setTitle(tr("Feature map, epoch %1").arg(m_epoch));
                    m_plot->setPoints(std::move((*found)->points));
                    m_plot->setMarked(m_workspace.focus());
                    mark();
                    colour();
                    Q_EMIT mapChanged();
                }
            }
            if (stale) load();
        });
}

void FeatureMapPanel::mark() {
    if (m_lassoed && m_workspace.filter().onlyTitle != tr("chosen on the feature map")) {
        m_lassoed = false;
        m_plot->clearLasso(); // another set is on show
    }
    m_plot->setStandingOut(m_workspace.marked());
}

void FeatureMapPanel::colour() {
    const auto dataset = m_workspace.dataset();
    if (!dataset || m_samples.empty()) return;
    std::vector<FeatureMapPlot::Group> groups;
    std::vector<int> groupOf(m_samples.size(), -1);
    const auto colouring = m_plot->colouring();
    if (colouring == FeatureMapPlot::Colouring::Suspects) {
        groups = {{tr("clean"), InkClean, false}, {tr("suspect"), InkSuspect, true}};
        for (std::size_t i = 0; i < m_samples.size(); ++i) groupOf[i] = m_workspace.suspect(m_samples[i]) ? 1 : 0;
    } else {
        const bool given = colouring == FeatureMapPlot::Colouring::Given;
        const int classes = int(dataset->classNames.size());
        for (int k = 0; k < classes; ++k)
            groups.push_back(
                {QString::fromStdString(dataset->classNames[std::size_t(k)]), k, k / PlotTheme::runColours() % 2 == 1});
        for (std::size_t i = 0; i < m_samples.size(); ++i) {
            // Where nothing else is suggested the run agrees with the label.
            Label label = given ? kNoLabel : m_workspace.suggestedLabel(m_samples[i]);
            if (label == kNoLabel) label = m_workspace.baseLabel(m_samples[i]);
            groupOf[i] = label >= 0 && label < classes ? int(label) : -1;
        }
    }
    m_plot->setGroups(std::move(groups), std::move(groupOf), colouring != FeatureMapPlot::Colouring::Suspects);
}

} // namespace assay::ui
