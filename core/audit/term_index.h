// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/low_frequencies.h"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace assay {

/// Finds the pictures whose low frequencies are close to given ones. Pictures lie in cells of a grid over the terms in
/// which they differ most, so a question looks at few of them. Immutable once made, any thread.
class TermIndex {
public:
    using Terms = LowFrequencies::Terms;

    /// `radius`: how far apart, as the root of the squares' sum, terms may lie. `terms` must stay as long as the index.
    TermIndex(std::span<const Terms> terms, double radius);

    /// Calls found(picture) for pictures within the radius, those of a cell in order, until it says false. Terms that
    /// differ by more than half the radius in one of the grid's directions may be missed, and where very many pictures
    /// are all but the same some are left out.
    void near(const Terms& terms, const std::function<bool(std::uint32_t)>& found) const;

private:
    static constexpr std::size_t kDirections = 6;
    struct Cell {
        std::uint64_t key = 0;
        std::uint32_t begin = 0, end = 0; ///< of m_order; empty where there is no such cell
    };
    [[nodiscard]] std::uint64_t keyOf(const std::array<std::int32_t, kDirections>& place) const;
    [[nodiscard]] const Cell& cell(std::uint64_t key) const;

    std::span<const Terms> m_terms;
    float m_squaredRadius = 0, m_reach = 0, m_width = 1;
    std::array<std::size_t, kDirections> m_directions{};
    std::vector<std::uint32_t> m_order;
    std::vector<Cell> m_cells;
};

/// Squared distance.
[[nodiscard]] float squaredDistance(const LowFrequencies::Terms& a, const LowFrequencies::Terms& b);

} // namespace assay
