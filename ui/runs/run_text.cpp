// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_text.h"

#include <QCoreApplication>

namespace assay::ui {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("RunText", text); }

} // namespace

QString runMark(RunState state) {
    switch (state) {
    case RunState::Queued: return QStringLiteral("○");
    case RunState::Running: return QStringLiteral("▶");
    case RunState::Paused: return QStringLiteral("❚❚");
    case RunState::Stopping: return QStringLiteral("…");
    case RunState::Finished: return QStringLiteral("✔");
    case RunState::Stopped: return QStringLiteral("■");
    case RunState::Failed: return QStringLiteral("✖");
    }
    return {};
}

QString runTitle(const RunRecord& run) {
    return QStringLiteral("%1 %2").arg(run.id.value).arg(QString::fromStdString(run.config.method));
}

QString runStateText(const RunRecord& run) {
    const QString reason = QString::fromStdString(run.reason);
    switch (run.state) {
    case RunState::Queued: return translated("waiting");
    case RunState::Running: return translated("running");
    case RunState::Paused: return translated("paused");
    case RunState::Stopping: return translated("stopping");
    case RunState::Finished: return translated("finished");
    case RunState::Stopped: return translated("stopped");
    case RunState::Failed: return reason.isEmpty() ? translated("failed") : translated("failed: %1").arg(reason);
    }
    return {};
}

QString runEmptyText(const RunRecord& run) {
    if (run.epochsDone > 0) return {};
    if (run.state == RunState::Failed) return translated("Run %1 %2").arg(run.id.value).arg(runStateText(run));
    if (run.state == RunState::Stopped) return translated("Run %1 was stopped before its first epoch ended.").arg(run.id.value);
    return {};
}

QString runHeadline(const RunRecord& run, const QString& labels) {
    const QString device = QString::fromStdString(run.result ? run.result->device : run.config.device);
    QString text = QStringLiteral("%1 · %2 · %3 · ")
                       .arg(QString::fromStdString(run.config.method), QString::fromStdString(run.config.network), device);
    text += translated("seed %1").arg(run.config.seed);
    if (!labels.isEmpty()) text += QStringLiteral(" · ") + translated("labels: %1").arg(labels);
    return text;
}

} // namespace assay::ui
