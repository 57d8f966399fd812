// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace assay::stats {

/// Rows of numbers seen from where they differ most: their first two principal components.
struct PrincipalPlane {
    std::vector<float> x, y;       ///< [N]; NaN for rows that are not all finite
    double shareX = 0, shareY = 0; ///< of the variance
    std::size_t used = 0;          ///< rows that are finite
};

/// `values`: [N, dimension]. By subspace iteration with a Rayleigh-Ritz step (Halko, Martinsson, Tropp, SIAM Review
/// 2011), so that no dimension² matrix is made; each axis points to where its largest loading is positive. Numeric
/// where fewer than two rows are finite, or all are equal; Cancelled where `stop` says so, asked a few times a second.
[[nodiscard]] Result<PrincipalPlane> principalPlane(std::span<const float> values, std::size_t dimension,
                                                    const std::function<bool()>& stop = {});

} // namespace assay::stats
