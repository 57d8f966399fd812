// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// How well a score finds the samples that are wrong.
struct DetectionQuality {
    double auroc = 0;                         ///< ties count half (Mann–Whitney)
    double averagePrecision = 0;              ///< Σ (R_i − R_{i−1}) P_i over distinct thresholds, as scikit-learn
    double f1 = 0, precision = 0, recall = 0; ///< where `score >= threshold` is called wrong
    double threshold = 0;
    std::size_t wrong = 0, total = 0;
};
/// `score`: higher = more suspect; `isWrong`: the hidden truth. Numeric error where only one kind is present or
/// a score is not finite.
[[nodiscard]] Result<DetectionQuality> detectionQuality(std::span<const float> score,
                                                        std::span<const std::uint8_t> isWrong, double threshold);

/// Sample positions, most suspect first; ties by `tieBreak` where there is one, largest first, then by position; NaN
/// last.
[[nodiscard]] std::vector<std::uint32_t> rankDescending(std::span<const float> score,
                                                        std::span<const float> tieBreak = {});
/// q in [0, 1], linear interpolation as NumPy's default; values must be finite and at least one.
[[nodiscard]] double quantile(std::vector<float> values, double q);
/// |A ∩ B| / |A ∪ B|; 1 where both are empty.
[[nodiscard]] double jaccard(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);
/// Mean and half-width of the 95 % interval of Student's t over few repetitions (seeds); half-width 0 where
/// there is only one. Values that are not finite are left out of `count`.
struct MeanInterval {
    double mean = 0, halfWidth = 0;
    std::size_t count = 0;
};
[[nodiscard]] MeanInterval meanInterval(std::span<const double> values);

} // namespace assay::stats
