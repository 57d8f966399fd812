// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// Which classes the pseudo-labels of an epoch run away to (confirmation bias), and which they leave out.
struct ClassDrift {
    std::vector<std::size_t> flooded; ///< more than their part, the worst first
    std::vector<std::size_t> starved; ///< hardly any
};
/// `accepted` [K] pseudo-labels of each class, `expected` [K] the part that each has among the labels that count; its
/// sum is 1. A class takes over where it has more than twice its part (half-way to all, where that is less) and chance
/// does not explain it: three standard errors. A class starves below a quarter of its part, where ten are due to it.
[[nodiscard]] ClassDrift classDrift(std::span<const double> accepted, std::span<const double> expected);

/// The highest probability of unlabelled samples in equal bins over [0, 1]: who was accepted, and who is right.
struct ConfidenceBins {
    std::vector<std::uint64_t> accepted, rejected;           ///< [bins]
    std::vector<std::uint64_t> acceptedRight, acceptedKnown; ///< [bins] of those whose truth is known
    std::vector<std::uint64_t> rejectedRight, rejectedKnown; ///< [bins]
    [[nodiscard]] std::size_t size() const { return accepted.size(); }
    /// Which bin a probability falls into; 1 belongs to the last.
    [[nodiscard]] std::size_t binOf(double confidence) const;
};
/// All aligned; `right`: 1 the answer is the truth, 0 it is not, −1 unknown. Confidences that are not finite are left
/// out.
[[nodiscard]] ConfidenceBins confidenceBins(std::span<const float> confidence, std::span<const std::uint8_t> accepted,
                                            std::span<const std::int8_t> right, std::size_t bins);

} // namespace assay::stats
