// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// 1 where a loss is not above the (1 − share) quantile of all of them (linear interpolation, as NumPy's default), so
/// that losses equal to the cut stay. What is not finite goes, and has no part in the quantile. [N]
[[nodiscard]] std::vector<std::uint8_t> keepBelowQuantile(std::span<const float> losses, double share);

/// The same with a quantile of its own for each class of `labels` [N]: a hard class loses no more than an easy one. A
/// class of one sample keeps it; a sample without a label goes.
[[nodiscard]] std::vector<std::uint8_t> keepBelowClassQuantile(std::span<const float> losses,
                                                               std::span<const Label> labels, double share);

} // namespace assay::stats
