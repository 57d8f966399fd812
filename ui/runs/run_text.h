// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <QString>
#include <QStringList>

#include <map>
#include <string>
#include <vector>

namespace assay::ui {

/// ✔ finished, ▶ running, ❚❚ paused, ○ waiting, ■ stopped, ✖ failed.
[[nodiscard]] QString runMark(RunState state);
/// "3 co-teaching".
[[nodiscard]] QString runTitle(const RunRecord& run);
/// Where runs of one method would look alike, what tells each from those most like it: "threshold 0.8, seed 2"; else
/// empty. Of each run all settings by name, as settingsByName() has them.
[[nodiscard]] QStringList runDistinctions(const std::vector<std::map<std::string, std::string>>& settings);
/// Titles of a project's runs with what tells them apart, "3 fixmatch · threshold 0.8", and with their fold, in order.
[[nodiscard]] QStringList runTitles(const std::vector<RunRecord>& runs,
                                    const std::map<std::int64_t, std::string>& labelSets);
/// "running", "failed: …".
[[nodiscard]] QString runStateText(const RunRecord& run);
/// Why a run that is over has nothing to show; empty where it has an epoch, or one is to come.
[[nodiscard]] QString runEmptyText(const RunRecord& run);
/// "co-teaching · cnn-small · cpu · seed 1 · labels: symmetric 20 %, seed 1"; with how many of each class are learnt,
/// where the run draws them.
[[nodiscard]] QString runHeadline(const RunRecord& run, const QString& labels);

} // namespace assay::ui
