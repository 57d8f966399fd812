// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/errors_left.h"

#include "core/base/rng.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace assay {

std::vector<std::uint32_t> drawAuditSample(std::size_t rows, std::size_t size, std::uint64_t seed) {
    std::vector<std::pair<double, std::uint32_t>> draws(rows);
    for (std::uint32_t row = 0; row < rows; ++row)
        draws[row] = {CounterRng(seed, RngPurpose::Subset, 1, row).uniform(), row};
    size = std::min(size, rows);
    std::partial_sort(draws.begin(), draws.begin() + std::ptrdiff_t(size), draws.end());
    std::vector<std::uint32_t> sample;
    for (std::size_t i = 0; i < size; ++i) sample.push_back(draws[i].second);
    return sample;
}

MixedQueue mixAuditSample(std::span<const std::uint32_t> ranked, std::span<const std::uint8_t> decided,
                          std::span<const std::uint32_t> sample, std::size_t since) {
    MixedQueue mixed{{}, std::vector<std::uint8_t>(decided.size(), 0)};
    mixed.order.reserve(ranked.size() + sample.size());
    std::vector<std::uint8_t> asked(decided.begin(), decided.end());
    auto next = sample.begin();
    const auto putForward = [&] {
        next = std::find_if(next, sample.end(), [&](std::uint32_t row) { return asked[row] == 0; });
        if (next == sample.end()) return false;
        mixed.order.push_back(*next);
        mixed.atRandom[*next] = asked[*next] = 1;
        return true;
    };
    for (const std::uint32_t row : ranked) {
        if (decided[row]) {
            mixed.order.push_back(row);
            continue;
        }
        if (asked[row]) continue;
        if (since >= kBetweenAudits && putForward()) since = 0;
        if (asked[row]) continue;
        mixed.order.push_back(row);
        asked[row] = 1;
        ++since;
    }
    while (putForward()) {
    }
    return mixed;
}

stats::RemainingErrors errorsLeft(const ReviewState& state, double confidence) {
    std::size_t unseen = 0, sampled = 0, wrong = 0;
    float frontier = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < state.decided.size(); ++i)
        if (!state.decided[i]) {
            ++unseen;
            frontier = std::max(frontier, state.suspicion[i]);
        }
    for (std::size_t i = 0; i < state.decided.size(); ++i) {
        if (!state.decided[i] || !state.audited[i] || state.suspicion[i] > frontier) continue;
        ++sampled;
        wrong += state.wrong[i] != 0;
    }
    return stats::remainingErrors(unseen, sampled, wrong, confidence);
}

} // namespace assay
