// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_text.h"

#include "core/project/cross_validation.h"
#include "core/project/run_figures.h"

#include <QCoreApplication>

#include <algorithm>
#include <set>

namespace assay::ui {
namespace {

using Settings = std::map<std::string, std::string>;

QString translated(const char* text) { return QCoreApplication::translate("RunText", text); }

/// Names of what is not the same in both.
std::vector<std::string> differences(const Settings& a, const Settings& b) {
    std::vector<std::string> names;
    for (const DifferingSetting& one : differingSettings({a, b})) names.push_back(one.name);
    return names;
}

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

QStringList runDistinctions(const std::vector<Settings>& settings) {
    constexpr std::size_t kMostNamed = 3;
    QStringList found;
    for (const Settings& one : settings) {
        std::set<std::string> telling;
        std::size_t least = 0;
        for (const Settings& other : settings) {
            if (&other == &one || other.at("method") != one.at("method")) continue;
            const std::vector<std::string> names = differences(one, other);
            if (names.empty() || (least > 0 && names.size() > least)) continue;
            if (names.size() < least) telling.clear();
            least = names.size();
            telling.insert(names.begin(), names.end());
        }
        std::vector<std::string> names(telling.begin(), telling.end());
        std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name != "seed"; });
        QStringList words;
        for (const std::string& name : names)
            if (const auto value = one.find(name); value != one.end() && std::size_t(words.size()) < kMostNamed)
                words << QString::fromStdString(name + " " + value->second);
        found << words.join(QStringLiteral(", "));
    }
    return found;
}

QStringList runTitles(const std::vector<RunRecord>& runs, const std::map<std::int64_t, std::string>& labelSets) {
    std::vector<Settings> settings;
    QStringList titles;
    for (const RunRecord& run : runs) {
        const auto labels = labelSets.find(run.labelSet);
        const std::string name = labels == labelSets.end() ? std::string() : labels->second;
        const auto fold = parseFoldLabelName(name);
        settings.push_back(settingsByName(run.config, fold ? fold->labels : name));
        titles << (fold ? translated("%1, fold %2 of %3")
                              .arg(runTitle(run), QString::number(fold->fold + 1), QString::number(fold->folds))
                        : runTitle(run));
    }
    const QStringList telling = runDistinctions(settings);
    for (qsizetype i = 0; i < titles.size(); ++i)
        if (!telling[i].isEmpty()) titles[i] += QStringLiteral(" · ") + telling[i];
    return titles;
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
    if (run.state == RunState::Stopped)
        return translated("Run %1 was stopped before its first epoch ended.").arg(run.id.value);
    return {};
}

QString runHeadline(const RunRecord& run, const QString& labels) {
    const QString device = QString::fromStdString(run.result ? run.result->device : run.config.device);
    QString text =
        QStringLiteral("%1 · %2 · %3 · ")
            .arg(QString::fromStdString(run.config.method), QString::fromStdString(run.config.network), device);
    text += translated("seed %1").arg(run.config.seed);
    if (!labels.isEmpty()) text += QStringLiteral(" · ") + translated("labels: %1").arg(labels);
    const auto labelled = run.config.settings.find("labelled"), count = run.config.settings.find("labelled-per-class");
    if (labelled != run.config.settings.end() && count != run.config.settings.end() &&
        toText(labelled->second) == "per-class")
        text += translated(", %1 of each class").arg(QString::fromStdString(toText(count->second)));
    return text;
}

} // namespace assay::ui
