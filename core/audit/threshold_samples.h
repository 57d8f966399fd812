// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// The column of an epoch's evidence with what belowThreshold() gives.
inline constexpr const char* kBelowThresholdColumn = "below-threshold";

/// One training in which some samples, the threshold samples, were given a class that does not exist: how large margins
/// get where the label is certainly wrong (Pleiss et al., NeurIPS 2020, arXiv:2001.10528, section 3.2).
struct MarginAreas {
    std::vector<float> area;               ///< [R] mean margin of the label as it was learnt; NaN where none was
    std::vector<std::uint8_t> isThreshold; ///< [R]
};

/// The quantile `share` of the threshold samples' areas; NaN where there is none.
[[nodiscard]] double marginThreshold(const MarginAreas& training, double share);

/// [R] how far each area lies below the threshold, above 0 for those that are flagged; mean of the trainings in which
/// the sample had its own label. A sample that none of them has learnt gets the least of all values.
[[nodiscard]] std::vector<float> belowThreshold(std::span<const MarginAreas> trainings, double share);

} // namespace assay
