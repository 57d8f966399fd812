// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace assay::stats {

enum class MixtureKind { Beta, Gaussian };

/// How losses become values in (0, 1) before a fit (Arazo et al. 2019; Li et al. 2020).
enum class Normalisation {
    Percentiles, ///< 5th and 95th percentile; values outside are left out of the fit (Arazo et al. 2019)
    MinMax,      ///< DivideMix
    None,        ///< already in [0, 1]
};

struct MixtureOptions {
    MixtureKind kind = MixtureKind::Beta;
    Normalisation normalisation = Normalisation::Percentiles;
    int iterations = 10;         ///< most EM iterations
    double tolerance = 0;        ///< Gaussian: stop when the mean log-likelihood changes by less; 0: never
    double varianceFloor = 1e-6; ///< Gaussian: reg_covar added to each variance
    std::array<std::array<double, 2>, 2> betaStart = {{{1, 2}, {2, 1}}}; ///< (alpha, beta) of each component
    int bins = 0; ///< ≥ 64: fit on a histogram of so many bins (live view; 4,096 is within 1e-5), 0: exactly
};

struct MixtureComponent {
    double weight = 0.5;
    double alpha = 0, beta = 0;    ///< Beta
    double mean = 0, variance = 0; ///< both kinds
};

/// A fitted two-component mixture. Parameters are finite always.
struct MixtureFit {
    MixtureKind kind = MixtureKind::Beta;
    std::array<MixtureComponent, 2> components;
    int noisyComponent = 1; ///< the one of the larger mean
    bool swapped = false;   ///< EM ended with component 0 as the larger: the original rule would be wrong
    bool collapsed = false; ///< a component ran empty, or the two cannot be told apart (see warning)
    std::string warning;    ///< why the fit deserves no trust; empty where it does
    int iterations = 0;
    std::vector<double> logLikelihood; ///< mean per value, after each iteration
    double lo = 0, hi = 1;             ///< value = (loss − lo) / (hi − lo + epsilon), then clipped into (0, 1)
    double epsilon = 1e-6;             ///< Arazo's 1e-6 with percentiles, else 0
    double peak = 1;         ///< where the posterior of the noisy component is largest: it stays so to the right
    double trough = 0;       ///< where it is smallest: it stays so to the left
    std::size_t used = 0;    ///< values in the fit
    std::size_t dropped = 0; ///< NaN and infinite values, left out and counted

    /// A loss on the scale of the fit, inside [1e-4, 1 − 1e-4]; NaN counts as the least.
    [[nodiscard]] double normalise(double loss) const;
    /// Density of one component times its weight, at a normalised value.
    [[nodiscard]] double weightedDensity(int component, double value) const;
    /// Probability of the noisy component at a normalised value: never falls as the value grows (held level beyond
    /// its peak and before its trough); in [0, 1].
    [[nodiscard]] double posteriorAt(double value) const;
    /// The same for a raw loss; 0 for one that is not finite.
    [[nodiscard]] double pNoisy(double loss) const;
    /// The raw loss at which pNoisy first reaches p (bisection over the scale of the fit); hi where never.
    [[nodiscard]] double lossAtPosterior(double p) const;
};

/// Fits two components by EM with guards against what ends EM early. Numeric error, never NaN, where two groups
/// cannot exist: fewer than two finite values, or all equal.
[[nodiscard]] Result<MixtureFit> fitMixture(std::span<const float> losses, const MixtureOptions& options = {});
[[nodiscard]] Result<MixtureFit> fitMixture(std::span<const double> losses, const MixtureOptions& options = {});

/// pNoisy of every loss; losses that are not finite get 0.
[[nodiscard]] std::vector<float> posteriors(const MixtureFit& fit, std::span<const float> losses);

/// Arazo's lookup: 100 grid points, right tail repaired. For comparison with the direct evaluation.
[[nodiscard]] std::array<double, 100> posteriorLookup(const MixtureFit& fit);

} // namespace assay::stats
