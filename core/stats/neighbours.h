// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace assay::stats {

/// The nearest of every row, itself left out.
struct Neighbours {
    std::size_t k = 0;
    std::vector<std::uint32_t> rows; ///< [N, k] nearest first, ties by row; the row itself where it has none
    std::vector<float> similarity;   ///< [N, k] cosine in [−1, 1]; −1 where it has none
    [[nodiscard]] std::size_t size() const { return k > 0 ? rows.size() / k : 0; }
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t row) const {
        return std::span(rows).subspan(row * k, k);
    }
    [[nodiscard]] std::span<const float> similarityOf(std::size_t row) const {
        return std::span(similarity).subspan(row * k, k);
    }
    /// Whether the row took part: it has features and there is another that has.
    [[nodiscard]] bool has(std::size_t row) const { return rows[row * k] != row; }
};

/// Exact neighbours by cosine among `values` [N, dimension], by blocked products of which each half serves both rows.
/// Rows that begin with NaN take no part; a row of zeros is at right angles to all. InvalidArgument where fewer than
/// k + 1 rows take part or k is 0; Numeric, naming the row, where another number is not finite; Cancelled when stopped.
/// Two threads; their timing changes nothing.
[[nodiscard]] Result<Neighbours> cosineNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                                  const ProgressFn& progress = {}, std::stop_token stop = {});

} // namespace assay::stats
