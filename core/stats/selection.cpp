// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/selection.h"

#include "core/stats/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::stats {
namespace {

void keepGroup(std::span<const float> losses, const std::vector<std::size_t>& group, double share,
               std::vector<std::uint8_t>& kept) {
    std::vector<float> finite;
    finite.reserve(group.size());
    for (const std::size_t i : group)
        if (std::isfinite(losses[i])) finite.push_back(losses[i]);
    if (finite.empty()) return;
    const double cut = quantile(std::move(finite), 1 - std::clamp(share, 0.0, 1.0));
    for (const std::size_t i : group) kept[i] = double(losses[i]) <= cut; // false for what is not a number
}

} // namespace

std::vector<std::uint8_t> keepBelowQuantile(std::span<const float> losses, double share) {
    std::vector<std::uint8_t> kept(losses.size(), 0);
    std::vector<std::size_t> all(losses.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    keepGroup(losses, all, share, kept);
    return kept;
}

std::vector<std::uint8_t> keepBelowClassQuantile(std::span<const float> losses, std::span<const Label> labels,
                                                 double share) {
    std::vector<std::uint8_t> kept(losses.size(), 0);
    std::map<Label, std::vector<std::size_t>> classes;
    for (std::size_t i = 0; i < std::min(losses.size(), labels.size()); ++i)
        if (labels[i] != kNoLabel) classes[labels[i]].push_back(i);
    for (const auto& [label, members] : classes) keepGroup(losses, members, share, kept);
    return kept;
}

} // namespace assay::stats
