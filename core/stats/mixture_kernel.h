// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

namespace assay::stats::kernel {

/// Log of a component's weighted density as a linear function of two features of the value: a f1 + b f2 + c.
/// Beta: f1 = ln x, f2 = ln(1 - x). Gaussian: f1 = x, f2 = x^2.
struct LogDensity {
    double a = 0, b = 0, c = 0;
};
using LogDensities = std::array<LogDensity, 2>;

/// Values with their features and, for a histogram, how many each stands for and the mean of their squares (null:
/// each is one value).
struct Features {
    const double* x = nullptr;
    const double* f1 = nullptr;
    const double* f2 = nullptr;
    const double* count = nullptr;
    const double* squares = nullptr;
};

/// Sums over all values: how many, of x, of x^2.
struct Totals {
    double count = 0, x = 0, xx = 0;
};
[[nodiscard]] Totals totalsOf(const Features& features, std::size_t n);

/// Sums over responsibilities r_k of both components, and of the log-likelihood.
struct Sums {
    std::array<double, 2> r{}, rx{}, rxx{};
    double logLikelihood = 0;
};

/// One E-step and the sums that the M-step needs. `floor` is the least log density (Arazo: ln 1e-12). The result
/// does not depend on the number of threads, and swapping the components swaps it bit by bit.
[[nodiscard]] Sums expectation(const Features& features, std::size_t n, const Totals& totals,
                               const LogDensities& densities, double floor);

/// How many values are finite, and the least and greatest of those (0 finite: greatest < least).
struct FiniteRange {
    std::size_t finite = 0;
    double least = 0, most = 0;
};
[[nodiscard]] FiniteRange finiteRange(const float* values, std::size_t n);
[[nodiscard]] FiniteRange finiteRange(const double* values, std::size_t n);

/// f1[i] = ln x[i] and f2[i] = ln(1 - x[i]), x in (0, 1).
void logFeatures(const double* x, std::size_t n, double* f1, double* f2);
/// f2[i] = x[i]^2.
void squareFeatures(const double* x, std::size_t n, double* f2);

/// 1 / (1 + e^-ratio) for every value, ratio being linear in the features.
void posteriors(const Features& features, std::size_t n, const LogDensity& ratio, float* out);

/// Number, sum and sum of squares of the weighted values below and from `cut` on (for k-means in one dimension).
struct Halves {
    std::array<double, 2> count{}, sum{}, squares{};
};
[[nodiscard]] Halves splitAt(const Features& features, std::size_t n, double cut);

} // namespace assay::stats::kernel
