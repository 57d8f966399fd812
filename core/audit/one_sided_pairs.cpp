// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/one_sided_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace assay {
namespace {

/// Two classes, the lesser first: how often the first is the label and the second is suggested, and the reverse.
struct Counts {
    double forth = 0, back = 0;
    [[nodiscard]] double logRatio() const { return std::log((forth + 0.5) / (back + 0.5)); }
    [[nodiscard]] double variance() const { return 1 / (forth + 0.5) + 1 / (back + 0.5); }
};

bool countsAs(Label given, Label suggested) {
    return given != kNoLabel && suggested != kNoLabel && given != suggested;
}

} // namespace

OneSidedPairs oneSidedPairs(std::span<const Label> given, std::span<const Label> suggested) {
    OneSidedPairs found;
    found.logRatio.assign(given.size(), 0);
    std::map<std::pair<Label, Label>, Counts> pairs;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!countsAs(given[i], suggested[i])) continue;
        Counts& counts = pairs[std::minmax(given[i], suggested[i])];
        (given[i] < suggested[i] ? counts.forth : counts.back) += 1;
    }
    double weights = 0, heterogeneity = -double(pairs.size());
    for (const auto& [classes, counts] : pairs) {
        weights += 1 / counts.variance();
        heterogeneity += counts.logRatio() * counts.logRatio() / counts.variance();
    }
    if (!(heterogeneity > 0)) return found;
    const double between = heterogeneity / weights;
    found.spread = std::sqrt(between);
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!countsAs(given[i], suggested[i])) continue;
        const Counts& counts = pairs.at(std::minmax(given[i], suggested[i]));
        const double shrunk = counts.logRatio() * between / (between + counts.variance());
        found.logRatio[i] = float(given[i] < suggested[i] ? shrunk : -shrunk);
    }
    return found;
}

} // namespace assay
