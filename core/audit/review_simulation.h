// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/fusion.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// What a reviewer who knows the truth finds by going through a queue.
struct ReviewCurve {
    std::string name;
    std::vector<std::uint32_t> order; ///< [N] rows as they were looked at
    std::vector<std::uint32_t> found; ///< [N] wrong labels found by them, each counted in
};

/// The order of a curve as a score of every row, higher = looked at earlier. [N]
[[nodiscard]] std::vector<float> placesOf(const ReviewCurve& curve);

/// In one order [N] of rows.
[[nodiscard]] ReviewCurve reviewInOrder(std::string name, std::span<const std::uint32_t> order,
                                        std::span<const std::uint8_t> wrong);
/// In an order drawn from (seed, Subset, row).
[[nodiscard]] ReviewCurve reviewAtRandom(std::string name, std::span<const std::uint8_t> wrong, std::uint64_t seed);
/// By fusion, ranked anew by the answers so far after every `every` decisions.
[[nodiscard]] ReviewCurve reviewRanked(std::string name, const Fusion& fusion, std::span<const std::uint8_t> wrong,
                                       std::size_t every);

} // namespace assay
