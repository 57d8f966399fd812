// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/pseudo_labels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::stats {

ClassDrift classDrift(std::span<const double> accepted, std::span<const double> expected) {
    ClassDrift drift;
    const std::size_t classes = std::min(accepted.size(), expected.size());
    const double all = std::accumulate(accepted.begin(), accepted.begin() + std::ptrdiff_t(classes), 0.0);
    if (!(all > 0)) return drift;
    for (std::size_t k = 0; k < classes; ++k) {
        const double part = expected[k];
        const double share = accepted[k] / all;
        const double error = std::sqrt(std::max(part * (1 - part), 1 / all) / all);
        if (share > std::min(2 * part, (1 + part) / 2) && share - part > 3 * error) drift.flooded.push_back(k);
        if (share < part / 4 && part * all >= 10) drift.starved.push_back(k);
    }
    const auto excess = [&](std::size_t k) { return accepted[k] / all / std::max(expected[k], 1e-9); };
    std::stable_sort(drift.flooded.begin(), drift.flooded.end(),
                     [&](std::size_t a, std::size_t b) { return excess(a) > excess(b); });
    return drift;
}

std::size_t ConfidenceBins::binOf(double confidence) const {
    const auto bins = double(size());
    return std::size_t(std::clamp(std::floor(confidence * bins), 0.0, std::max(0.0, bins - 1)));
}

ConfidenceBins confidenceBins(std::span<const float> confidence, std::span<const std::uint8_t> accepted,
                              std::span<const std::int8_t> right, std::size_t bins) {
    ConfidenceBins made;
    for (auto* counts : {&made.accepted, &made.rejected, &made.acceptedRight, &made.acceptedKnown, &made.rejectedRight,
                         &made.rejectedKnown})
        counts->assign(bins, 0);
    for (std::size_t i = 0; i < std::min({confidence.size(), accepted.size(), right.size()}); ++i) {
        if (!std::isfinite(confidence[i])) continue;
        // A probability of 0.95 as a float lies below the edge of its bin.
        const std::size_t bin = made.binOf(double(confidence[i]) + 1e-6);
        ++(accepted[i] != 0 ? made.accepted : made.rejected)[bin];
        if (right[i] < 0) continue;
        ++(accepted[i] != 0 ? made.acceptedKnown : made.rejectedKnown)[bin];
        (accepted[i] != 0 ? made.acceptedRight : made.rejectedRight)[bin] += right[i] > 0 ? 1 : 0;
    }
    return made;
}

} // namespace assay::stats
