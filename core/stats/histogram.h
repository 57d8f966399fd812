// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// Counts in equal bins over [lo, hi]; values outside fall into the end bins, values not finite are counted apart.
struct Histogram {
    double lo = 0, hi = 1;
    std::vector<std::uint64_t> counts;
    std::uint64_t notFinite = 0;
    [[nodiscard]] double binWidth() const { return (hi - lo) / double(counts.size()); }
    [[nodiscard]] double binCentre(std::size_t bin) const { return lo + (double(bin) + 0.5) * binWidth(); }
};
[[nodiscard]] Histogram histogram(std::span<const float> values, double lo, double hi, std::size_t bins);

} // namespace assay::stats
