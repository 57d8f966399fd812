// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace assay::stats {

/// How many wrong labels are left among those that nobody has looked at.
struct RemainingErrors {
    double expected = 0;
    std::size_t least = 0, most = 0; ///< the interval
    std::size_t sampled = 0;         ///< what it rests on
};

/// From a random sample of the unseen ones: `sampled` of them were looked at and `wrong` of those were wrong; `unseen`
/// are left. The interval holds every number of errors that a two-sided test of level 1 − `confidence` does not
/// exclude: exact for drawing without replacement (hypergeometric), after Clopper & Pearson, Biometrika 26, 1934.
/// Without a sample anything is possible.
[[nodiscard]] RemainingErrors remainingErrors(std::size_t unseen, std::size_t sampled, std::size_t wrong,
                                              double confidence = 0.95);

/// Least size of a random sample of `population` for which an error share near `share` is known to ± `halfWidth`, by
/// the normal approximation with the correction for finite populations.
[[nodiscard]] std::size_t auditSampleSize(std::size_t population, double share, double halfWidth);

/// P(X ≤ k) where X of `drawn` balls are marked, `marked` of `population` being so.
[[nodiscard]] double hypergeometricAtMost(std::size_t k, std::size_t population, std::size_t marked, std::size_t drawn);

} // namespace assay::stats
