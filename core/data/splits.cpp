// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/splits.h"

#include "core/base/rng.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay {

std::vector<Split> stratifiedSplit(std::span<const Label> labels, int classCount, std::uint64_t seed,
                                   double testFraction) {
    std::vector<std::vector<std::pair<double, std::uint32_t>>> drawsPerClass(static_cast<std::size_t>(classCount));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] >= classCount) continue;
        const auto sample = static_cast<std::uint32_t>(i);
        CounterRng rng(seed, RngPurpose::Split, 0, sample);
        drawsPerClass[static_cast<std::size_t>(labels[i])].emplace_back(rng.uniform(), sample);
    }
    std::vector<Split> splits(labels.size(), Split::Train);
    for (auto& draws : drawsPerClass) {
        const auto wanted = static_cast<std::size_t>(std::lround(double(draws.size()) * testFraction));
        const std::size_t count = std::min(wanted, draws.empty() ? 0 : draws.size() - 1);
        std::sort(draws.begin(), draws.end());
        for (std::size_t i = 0; i < count; ++i) splits[draws[i].second] = Split::Test;
    }
    return splits;
}

std::optional<Split> parseSplitName(std::string_view name) {
    const std::string lower = asciiLower(name);
    if (lower == "train" || lower == "training") return Split::Train;
    if (lower == "val" || lower == "valid" || lower == "validation" || lower == "dev") return Split::Validation;
    if (lower == "test" || lower == "testing" || lower == "t10k") return Split::Test;
    return std::nullopt;
}

} // namespace assay
