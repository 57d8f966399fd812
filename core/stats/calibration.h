// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay::stats {

/// A line of log-odds: p = 1 / (1 + exp(−(intercept + Σ weights_d x_d))).
struct LogisticModel {
    double intercept = 0;
    std::vector<double> weights; ///< [D]

    [[nodiscard]] double probability(std::span<const float> row) const;
};

struct LogisticOptions {
    LogisticModel prior;         ///< what the model falls back to where there is little to learn from
    double pull = 1;             ///< towards the prior's weights: the inverse of a variance, in log-odds per unit
    double interceptPull = 0.01; ///< the same for the intercept
    int mostSteps = 50;
};

/// The most probable line given answers 0 or 1 under a normal prior about `options.prior`: Newton's method. `rows`:
/// [n, D] row by row, all finite; `answers`: [n]; no answers give back the prior.
[[nodiscard]] LogisticModel fitLogistic(std::span<const float> rows, std::span<const std::uint8_t> answers,
                                        const LogisticOptions& options);

/// Place in the ranking as a share: (values below + half of the equal ones) / n, in (0, 1); 1 is most suspect. What is
/// not finite shares the lowest places. [N]
[[nodiscard]] std::vector<float> percentiles(std::span<const float> values);

/// The inverse of the normal distribution's function (Acklam's rational approximation, error below 1.2e-9 relative),
/// for p in (0, 1).
[[nodiscard]] double probit(double p);

} // namespace assay::stats
