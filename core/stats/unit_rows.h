// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// Rows that take part in a search for neighbours, scaled to length 1 (rows of zeros stay), and which they are.
struct UnitRows {
    std::vector<std::uint32_t> rows;
    std::vector<float> values; ///< [rows, dimension]
};
/// Of `values` [N, dimension] those that do not begin with NaN. InvalidArgument where `dimension` or `k` is 0 or fewer
/// than k + 1 rows take part; Numeric, naming the row, where another number is not finite.
[[nodiscard]] Result<UnitRows> unitRowsOf(std::span<const float> values, std::size_t dimension, std::size_t k);

} // namespace assay::stats
