// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/remaining_errors.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// `size` of `rows` rows at random, in the order in which they are to be asked, drawn from (seed, Subset, row): the
/// sample that tells how many errors are left where the queue has not been. All rows where `size` is not below their
/// number.
[[nodiscard]] std::vector<std::uint32_t> drawAuditSample(std::size_t rows, std::size_t size, std::uint64_t seed);

/// A member of the random sample is asked about after so many of the queue.
inline constexpr std::size_t kBetweenAudits = 4;

/// A queue with its random sample.
struct MixedQueue {
    std::vector<std::uint32_t> order;
    std::vector<std::uint8_t>
        atRandom; ///< [N] by row: put forward for the sample's sake, not asked by the queue itself
};
/// `ranked` in its order; after every kBetweenAudits undecided rows the next undecided member of `sample` is put
/// forward, and those that are left over stand at the end. A member that the queue comes to before its turn is asked
/// there, as any other: held back, it would stand for rows that the queue has cleaned. `since`: how many were decided
/// since the last member, so that a queue that is made anew after every decision comes to the sample all the same.
/// Decided rows keep their places. `decided`: [N] by row; members need not be in `ranked`.
[[nodiscard]] MixedQueue mixAuditSample(std::span<const std::uint32_t> ranked, std::span<const std::uint8_t> decided,
                                        std::span<const std::uint32_t> sample, std::size_t since = 0);

/// What a review has come to.
struct ReviewState {
    std::span<const float> suspicion;      ///< [N] of the queue
    std::span<const std::uint8_t> decided; ///< [N]
    std::span<const std::uint8_t> wrong;   ///< [N] of the decided ones, those that were wrong
    std::span<const std::uint8_t>
        audited; ///< [N] of the decided ones, those that were asked about at random, not by the queue
};

/// Errors among the rows that are not decided. Those asked about at random that the queue would not have reached by now
/// (no more suspect than the most suspect undecided row) are a random sample of all rows that it has not reached; what
/// the queue found is not part of the estimate, so the estimate is not biased by a good queue.
[[nodiscard]] stats::RemainingErrors errorsLeft(const ReviewState& state, double confidence = 0.95);

} // namespace assay
