// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/remaining_errors.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// `size` of `rows` rows at random, in order of row, drawn from (seed, Subset, row): the sample that tells how many
/// errors are left where the queue has not been. All rows where `size` is not below their number.
[[nodiscard]] std::vector<std::uint32_t> drawAuditSample(std::size_t rows, std::size_t size, std::uint64_t seed);

/// What a review has come to.
struct ReviewState {
    std::span<const float> suspicion;      ///< [N] of the queue
    std::span<const std::uint8_t> decided; ///< [N]
    std::span<const std::uint8_t> wrong;   ///< [N] of the decided ones, those that were wrong
    std::span<const std::uint8_t>
        audited; ///< [N] of the decided ones, those that were asked about at random, not by the queue
};

/// Errors among the rows that are not decided. The members of the random sample that the queue has not reached by
/// itself (no more suspect than the most suspect undecided row) are a random sample of all rows that it has not
/// reached; what the queue found is not part of the estimate, so the estimate is not biased by a good queue.
[[nodiscard]] stats::RemainingErrors errorsLeft(const ReviewState& state, double confidence = 0.95);

} // namespace assay
