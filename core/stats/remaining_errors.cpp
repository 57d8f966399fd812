// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/remaining_errors.h"

#include <algorithm>
#include <cmath>

namespace assay::stats {
namespace {

double logChoose(std::size_t n, std::size_t k) {
    return std::lgamma(double(n) + 1) - std::lgamma(double(k) + 1) - std::lgamma(double(n - k) + 1);
}

} // namespace

double hypergeometricAtMost(std::size_t k, std::size_t population, std::size_t marked, std::size_t drawn) {
    const std::size_t unmarked = population - marked;
    const std::size_t least = drawn > unmarked ? drawn - unmarked : 0, most = std::min(drawn, marked);
    if (k >= most) return 1;
    double sum = 0;
    const double all = logChoose(population, drawn);
    for (std::size_t x = least; x <= k; ++x)
        sum += std::exp(logChoose(marked, x) + logChoose(unmarked, drawn - x) - all);
    return std::min(sum, 1.0);
}

RemainingErrors remainingErrors(std::size_t unseen, std::size_t sampled, std::size_t wrong, double confidence) {
    if (sampled == 0) return {0, 0, unseen, 0};
    wrong = std::min(wrong, sampled);
    const std::size_t population = unseen + sampled;
    const double tail = (1 - confidence) / 2;
    // Of how many marked in all: at least those seen, at most as many as were not seen to be right.
    const std::size_t fewest = wrong, largest = population - (sampled - wrong);
    // P(X ≥ wrong) rises with the number marked; the first that is not excluded is the lower end.
    std::size_t low = fewest, high = largest;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const double atLeast = wrong == 0 ? 1 : 1 - hypergeometricAtMost(wrong - 1, population, middle, sampled);
        if (atLeast > tail) high = middle;
        else low = middle + 1;
    }
    const std::size_t least = low;
    // P(X ≤ wrong) falls with it; the last that is not excluded is the upper end.
    low = least;
    high = largest;
    while (low < high) {
        const std::size_t middle = low + (high - low + 1) / 2;
        if (hypergeometricAtMost(wrong, population, middle, sampled) > tail) low = middle;
        else high = middle - 1;
    }
    return {double(unseen) * double(wrong) / double(sampled), least - wrong, low - wrong, sampled};
}

std::size_t auditSampleSize(std::size_t population, double share, double halfWidth) {
    if (population == 0) return 0;
    constexpr double kQuantile = 1.959963984540054; // of the normal distribution, for 95 %
    const double spread = std::clamp(share, 0.001, 0.999) * (1 - std::clamp(share, 0.001, 0.999));
    const double endless = kQuantile * kQuantile * spread / (halfWidth * halfWidth);
    return std::min(population, std::size_t(std::ceil(endless / (1 + (endless - 1) / double(population)))));
}

} // namespace assay::stats
