// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <QString>

namespace assay::ui {

/// ✔ finished, ▶ running, ❚❚ paused, ○ waiting, ■ stopped, ✖ failed.
[[nodiscard]] QString runMark(RunState state);
/// "3 co-teaching".
[[nodiscard]] QString runTitle(const RunRecord& run);
/// "running", "failed: …".
[[nodiscard]] QString runStateText(const RunRecord& run);
/// Why a run that is over has nothing to show; empty where it has an epoch, or one is to come.
[[nodiscard]] QString runEmptyText(const RunRecord& run);
/// "co-teaching · cnn-small · cpu · seed 1 · labels: symmetric 20 %, seed 1".
[[nodiscard]] QString runHeadline(const RunRecord& run, const QString& labels);

} // namespace assay::ui
