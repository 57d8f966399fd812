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
    std::nth_element(draws.begin(), draws.begin() + std::ptrdiff_t(size), draws.end());
    std::vector<std::uint32_t> sample;
    for (std::size_t i = 0; i < size; ++i) sample.push_back(draws[i].second);
    std::sort(sample.begin(), sample.end());
    return sample;
}

std::vector<std::uint32_t> mixAuditSample(std::span<const std::uint32_t> ranked, std::span<const std::uint8_t> decided,
                                          std::span<const std::uint32_t> sample, std::size_t since) {
    std::vector<std::uint8_t> member(decided.size(), 0);
    std::vector<std::uint32_t> waiting;
    for (const std::uint32_t row : sample) {
        if (decided[row]) continue;
        member[row] = 1;
        waiting.push_back(row);
    }
    std::vector<std::uint32_t> order;
    order.reserve(ranked.size() + waiting.size());
    auto next = waiting.begin();
    for (const std::uint32_t row : ranked) {
        if (member[row]) continue;
        if (!decided[row] && since >= kBetweenAudits && next != waiting.end()) {
            order.push_back(*next++);
            since = 0;
        }
        order.push_back(row);
        since += !decided[row];
    }
    order.insert(order.end(), next, waiting.end());
    return order;
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
