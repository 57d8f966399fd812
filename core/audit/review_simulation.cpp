// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/review_simulation.h"

#include "core/base/rng.h"
#include "core/stats/ranking.h"

#include <algorithm>

namespace assay {

ReviewCurve reviewInOrder(std::string name, std::span<const std::uint32_t> order, std::span<const std::uint8_t> wrong) {
    ReviewCurve curve{std::move(name), std::vector(order.begin(), order.end()), {}};
    std::uint32_t found = 0;
    for (const std::uint32_t row : order) curve.found.push_back(found += wrong[row]);
    return curve;
}

std::vector<float> placesOf(const ReviewCurve& curve) {
    std::vector<float> places(curve.order.size());
    for (std::size_t i = 0; i < curve.order.size(); ++i) places[curve.order[i]] = float(curve.order.size() - i);
    return places;
}

ReviewCurve reviewAtRandom(std::string name, std::span<const std::uint8_t> wrong, std::uint64_t seed) {
    std::vector<float> draws;
    for (std::uint32_t row = 0; row < wrong.size(); ++row)
        draws.push_back(float(CounterRng(seed, RngPurpose::Subset, 2, row).uniform()));
    return reviewInOrder(std::move(name), stats::rankDescending(draws), wrong);
}

ReviewCurve reviewRanked(std::string name, const Fusion& fusion, std::span<const std::uint8_t> wrong,
                         std::size_t every) {
    std::vector<ReviewAnswer> answers;
    std::vector<std::uint8_t> seen(wrong.size(), 0);
    std::vector<std::uint32_t> order;
    while (order.size() < wrong.size()) {
        const auto ranked = stats::rankDescending(fusion.rank(answers).suspicion);
        std::size_t taken = 0;
        for (auto row = ranked.begin(); row != ranked.end() && taken < every; ++row) {
            if (seen[*row]) continue;
            seen[*row] = 1;
            order.push_back(*row);
            answers.push_back({*row, wrong[*row] != 0});
            ++taken;
        }
    }
    return reviewInOrder(std::move(name), order, wrong);
}

} // namespace assay
