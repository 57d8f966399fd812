// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace assay::ui {

/// What a score that pictures are sorted by is called on the screen.
[[nodiscard]] QString scoreTitle(const QString& score);

} // namespace assay::ui
