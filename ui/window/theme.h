// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace assay::ui {

enum class Theme { Desktop, Light, Dark };
[[nodiscard]] QString themeId(Theme theme);         ///< "auto", "light", "dark"
[[nodiscard]] Theme themeFromId(const QString& id); ///< Desktop where unknown

/// Follows the desktop, or forces Fusion with a light or a dark palette. Once a theme was forced, Desktop gives back
/// the style and palette that the program began with.
void applyTheme(Theme theme);

} // namespace assay::ui
