// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/stats/mixture.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace assay::stats {

/// Memory for n doubles that are all about to be written.
[[nodiscard]] inline std::unique_ptr<double[]> unsetDoubles(std::size_t n) {
    return std::make_unique_for_overwrite<double[]>(n);
}

/// How losses map into (0, 1), and which of them a fit sees.
struct SampleScale {
    double lo = 0, hi = 1; ///< value = (loss - lo) / (hi - lo + epsilon)
    double epsilon = 0;
    double keepFrom = 0, keepTo = 0; ///< raw losses outside are left out of the fit
    double clip = 0;                 ///< values <= 0 become clip, values >= 1 become 1 - clip
    double least = 0;                ///< then clamped to [least, 1 - least]
    std::size_t finite = 0;          ///< values that are neither NaN nor infinite
};

/// Numeric error where fewer than two values are finite or all are equal; InvalidArgument where values that ought
/// to lie in [0, 1] already do not.
template <class T>
[[nodiscard]] Result<SampleScale> findScale(std::span<const T> losses, Normalisation normalisation, MixtureKind kind);

/// The values of the fit, in order; returns how many. `out` has room for all losses.
template <class T>
[[nodiscard]] std::size_t scaleValues(std::span<const T> losses, const SampleScale& scale, double* out);

/// A cell of a histogram over [0, 1]: how many values, their mean, and about how much they vary (width^2 / 12).
struct Bin {
    double count = 0, mean = 0, variance = 0;
};
/// The values of the fit as a histogram of equal bins (32 or more), the outermost cut finer; cells in no order.
template <class T>
[[nodiscard]] std::vector<Bin> scaleIntoBins(std::span<const T> losses, const SampleScale& scale, std::size_t bins);

} // namespace assay::stats
