// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

namespace assay::ui {

/// Where a linear axis over bars should end so that the low ones can be read: nothing where all bars fit one scale,
/// else a height that leaves at most an eighth of them (a spike and its slope) to be cut; empty bars at either end do
/// not count. A second hump that stands
/// clear of the spike by a valley is never cut.
[[nodiscard]] std::optional<double> axisCut(std::span<const double> heights);

} // namespace assay::ui
