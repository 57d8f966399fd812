// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/one_sided_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace assay {
namespace {

/// Two classes, the lesser first.
struct Pair {
    double forth = 0, back = 0; ///< how often the first is the label and the second is suggested, and the reverse
    double sizes = 0;           ///< log of the second's size over the first's
    double left = 0;            ///< of the log-ratio, what the classes' sizes do not explain
    [[nodiscard]] double logRatio() const { return std::log((forth + 0.5) / (back + 0.5)); }
    [[nodiscard]] double variance() const { return 1 / (forth + 0.5) + 1 / (back + 0.5); }
};

bool countsAs(Label given, Label suggested) { return given != kNoLabel && suggested != kNoLabel && given != suggested; }

} // namespace

OneSidedPairs oneSidedPairs(std::span<const Label> given, std::span<const Label> suggested) {
    OneSidedPairs found;
    found.logRatio.assign(given.size(), 0);
    std::map<std::pair<Label, Label>, Pair> pairs;
    std::map<Label, double> sizes;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i] != kNoLabel) sizes[given[i]] += 1;
        if (!countsAs(given[i], suggested[i])) continue;
        Pair& pair = pairs[std::minmax(given[i], suggested[i])];
        (given[i] < suggested[i] ? pair.forth : pair.back) += 1;
    }

    const auto logSize = [&sizes](Label label) { return std::log(sizes[label] + 0.5); };
    double products = 0, squares = 0;
    for (auto& [classes, pair] : pairs) {
        pair.sizes = logSize(classes.second) - logSize(classes.first);
        products += pair.logRatio() * pair.sizes / pair.variance();
        squares += pair.sizes * pair.sizes / pair.variance();
    }
    const double slope = products > 0 ? products / squares : 0;
    double weights = 0, heterogeneity = -double(pairs.size()) + (slope > 0 ? 1 : 0);
    for (auto& [classes, pair] : pairs) {
        pair.left = pair.logRatio() - slope * pair.sizes;
        weights += 1 / pair.variance();
        heterogeneity += pair.left * pair.left / pair.variance();
    }
    if (!(heterogeneity > 0)) return found;
    const double between = heterogeneity / weights;
    found.spread = std::sqrt(between);
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!countsAs(given[i], suggested[i])) continue;
        const Pair& pair = pairs.at(std::minmax(given[i], suggested[i]));
        const double shrunk = pair.left * between / (between + pair.variance());
        found.logRatio[i] = float(given[i] < suggested[i] ? shrunk : -shrunk);
    }
    return found;
}

} // namespace assay
