// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/header_bar.h"

#include "core/base/text.h"
#include "ui/plots/elided_label.h"
#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QTabBar>
#include <QToolButton>

#include <algorithm>

namespace assay::ui {

namespace {

constexpr int kProgressSteps = 1000;

QFrame* separator(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::VLine);
    line->setFrameShadow(QFrame::Sunken);
    return line;
}

} // namespace

HeaderBar::HeaderBar(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("headerBar"));
    buildUi();
    connect(&workspace, &Workspace::datasetChanged, this, &HeaderBar::update);
    connect(&workspace, &Workspace::currentRunChanged, this, &HeaderBar::update);
    connect(&workspace, &Workspace::labelSetsChanged, this, &HeaderBar::update);
    connect(&workspace, &Workspace::decisionsChanged, this, &HeaderBar::update);
    connect(&workspace, &Workspace::runsChanged, this, &HeaderBar::updateRun);
    connect(&workspace, &Workspace::runProgress, this, &HeaderBar::updateRun);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &HeaderBar::updateRun);
    update();
}

void HeaderBar::buildUi() {
    m_layouts = new QTabBar(this);
    m_layouts->setObjectName(QStringLiteral("layoutTabs"));
    m_layouts->setDocumentMode(true);
    m_layouts->setDrawBase(false);
    m_layouts->setExpanding(false);
    m_layouts->setFocusPolicy(Qt::TabFocus);
    m_layouts->addTab(tr("Audit"));
    m_layouts->addTab(tr("Train"));
    m_layouts->addTab(tr("Compare"));
    for (int i = 0; i < 3; ++i) m_layouts->setTabToolTip(i, tr("Ctrl+%1").arg(i + 1));

    m_data = new ElidedLabel(this);
    m_data->setObjectName(QStringLiteral("headerData"));
    m_data->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_run = new ElidedLabel(this);
    m_run->setObjectName(QStringLiteral("headerRun"));
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("headerProgress"));
    m_progress->setAccessibleName(tr("Progress of the run"));
    m_progress->setRange(0, kProgressSteps);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(130);
    m_progress->setMaximumHeight(fontMetrics().height());
    m_left = new QLabel(this);
    m_pause = new QToolButton(this);
    m_pause->setObjectName(QStringLiteral("headerPause"));
    m_pause->setAutoRaise(true);
    connect(m_pause, &QToolButton::clicked, this, [this] {
        if (m_workspace.paused()) m_workspace.continueRun();
        else m_workspace.pauseRun();
    });
    m_stop = new QToolButton(this);
    m_stop->setObjectName(QStringLiteral("headerStop"));
    m_stop->setText(QStringLiteral("■"));
    m_stop->setAutoRaise(true);
    m_stop->setAccessibleName(tr("Stop the run"));
    m_stop->setToolTip(tr("Stop after this batch; what was learned is kept and the run can be resumed"));
    connect(m_stop, &QToolButton::clicked, this, [this] {
        if (const auto run = m_workspace.runningRun()) m_workspace.stopRun(*run);
    });
    m_decided = new QLabel(this);
    m_decided->setObjectName(QStringLiteral("headerDecided"));
    m_search = new QToolButton(this);
    m_search->setObjectName(QStringLiteral("headerSearch"));
    m_search->setText(tr("⌕ Commands"));
    m_search->setToolTip(tr("Find any command (Ctrl+Shift+P)"));
    m_search->setAutoRaise(true);
    connect(m_search, &QToolButton::clicked, this, &HeaderBar::searchRequested);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 2, 6, 2);
    layout->addWidget(m_layouts);
    layout->addWidget(separator(this));
    layout->addWidget(m_data, 1);
    layout->addWidget(m_run);
    layout->addWidget(m_progress);
    layout->addWidget(m_left);
    layout->addWidget(m_pause);
    layout->addWidget(m_stop);
    layout->addWidget(separator(this));
    layout->addWidget(m_decided);
    layout->addWidget(m_search);
}

QString HeaderBar::dataText() const {
    const auto dataset = m_workspace.dataset();
    if (!dataset) return m_workspace.opening() ? tr("Opening…") : tr("No data set is open");
    const auto location = dataset->location;
    const std::string name = (location.has_filename() ? location : location.parent_path()).filename().string();
    QStringList parts{QString::fromStdString(escapeForDisplay(name)), QLocale().toString(qulonglong(dataset->size()))};
    if (const auto labels = m_workspace.baseLabels(); labels && labels->origin != LabelOrigin::Given)
        parts << QString::fromStdString(escapeForDisplay(labels->source));
    if (m_workspace.readOnly()) parts << tr("read-only");
    return parts.join(QStringLiteral(" · "));
}

void HeaderBar::update() {
    m_data->setText(dataText());
    m_data->setToolTip(m_workspace.dataset() ? QString::fromStdString(m_workspace.dataset()->location.string())
                                             : QString());
    m_decided->setText(tr("%L1 decided").arg(m_workspace.decidedCount()));
    m_decided->setVisible(m_workspace.dataset() != nullptr);
    updateRun();
}

void HeaderBar::updateRun() {
    const auto running = m_workspace.runningRun();
    const auto shown = running ? running : m_workspace.currentRun();
    const auto record = shown ? m_workspace.run(*shown) : std::nullopt;
    m_progress->setVisible(running.has_value());
    m_pause->setVisible(running.has_value());
    m_stop->setVisible(running.has_value());
    if (!record) {
        m_run->setText(m_workspace.dataset() ? tr("no run yet") : QString());
        m_left->clear();
        return;
    }
    const auto progress = running ? m_workspace.progress() : std::nullopt;
    const int epoch = progress ? progress->epoch : m_workspace.currentEpoch();
    QString state;
    if (record->state == RunState::Paused) state = tr(", paused");
    else if (record->state == RunState::Stopping) state = tr(", stopping");
    m_run->setText(tr("run %1 %2, epoch %3/%4%5")
                       .arg(record->id.value)
                       .arg(QString::fromStdString(record->config.method))
                       .arg(epoch)
                       .arg(record->config.epochs)
                       .arg(state));
    m_run->setToolTip(m_run->text());
    m_pause->setText(m_workspace.paused() ? QStringLiteral("▶") : QStringLiteral("❚❚"));
    m_pause->setToolTip(m_workspace.paused() ? tr("Continue the run") : tr("Pause the run"));
    m_pause->setAccessibleName(m_pause->toolTip());
    m_stop->setEnabled(record->state != RunState::Stopping);
    m_left->clear();
    if (!progress) {
        m_progress->setValue(0);
        return;
    }
    const double part = progress->batches > 0 ? double(progress->batch) / double(progress->batches) : 0;
    const double share = (std::max(0, progress->epoch - 1) + part) / std::max(1, progress->epochs);
    m_progress->setValue(int(share * kProgressSteps));
    if (progress->secondsLeft >= 0) m_left->setText(tr("%1 left").arg(durationText(progress->secondsLeft)));
}

} // namespace assay::ui
