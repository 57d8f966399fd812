// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace assay {
struct Registry;
}

namespace assay::ui {

/// What a score that pictures are sorted by is called on the screen.
[[nodiscard]] QString scoreTitle(const QString& score);

/// What it means, in a few lines: title, help, direction and range, what it rests on, and where it comes from.
/// `outOfSample`: of the run on show.
[[nodiscard]] QString scoreHelp(const Registry& registry, const QString& score, bool outOfSample);

} // namespace assay::ui
