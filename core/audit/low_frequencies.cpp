// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/low_frequencies.h"

#include "core/stats/vector_math.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay {
namespace {

constexpr int kKept = 6;            // terms in each direction
constexpr int kReach = 2;           // offsets to either side of the middle
constexpr int kLanes = 32;          // room for kKept terms at 2 * kReach + 1 offsets
constexpr int kLargest = 128;       // larger pictures are averaged first
constexpr int kFinest = 64;         // pictures up to this side are cut at every pixel
constexpr int kSmallestShifted = 8; // below, what is left of the middle says too little

/// Which of the terms are kept, v and u: all but the mean and the three highest.
constexpr std::array<std::array<int, 2>, LowFrequencies::kTerms> kOrder = [] {
    std::array<std::array<int, 2>, LowFrequencies::kTerms> order{};
    std::size_t at = 0;
    for (int v = 0; v < kKept; ++v)
        for (int u = 0; u < kKept; ++u)
            if (u + v > 0 && u + v < 2 * kKept - 3) order[at++] = {v, u};
    return order;
}();

/// sums[lane] += factor * values[lane] for every place.
ASSAY_VECTOR_CLONES void addScaled(const float* factors, const float* values, int places, float* sums) {
    float total[kLanes] = {};
    for (int i = 0; i < places; ++i)
        for (int lane = 0; lane < kLanes; ++lane) total[lane] += factors[i] * values[i * kLanes + lane];
    std::copy_n(total, kLanes, sums);
}

} // namespace

float scaledCosine(int u, int place, int length) {
    return float((u == 0 ? 1 : std::numbers::sqrt2) *
                 std::cos(std::numbers::pi * (2 * place + 1) * u / (2.0 * length)) / length);
}

LowFrequencies::LowFrequencies(ImageGeometry geometry) {
    const int longest = std::max(geometry.width, geometry.height), shortest = std::min(geometry.width, geometry.height);
    m_side = std::max(1, std::min((longest + kLargest - 1) / kLargest, shortest));
    m_width = geometry.width / m_side;
    m_height = geometry.height / m_side;
    const int least = std::min(m_width, m_height);
    const int step = std::max(1, (least + kFinest / 2) / kFinest);
    const int reach = least < kSmallestShifted + 2 * kReach ? 0 : kReach;
    m_across = 2 * reach + 1;
    for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x) m_offsets.push_back({x * step * m_side, y * step * m_side});
    const int width = m_width - 2 * reach * step, height = m_height - 2 * reach * step;
    m_columns.assign(std::size_t(m_width * kLanes), 0);
    m_rows.assign(std::size_t(m_across * kKept * m_height), 0);
    for (int o = 0; o < m_across; ++o)
        for (int u = 0; u < kKept; ++u) {
            for (int x = 0; x < width; ++x)
                m_columns[std::size_t((x + o * step) * kLanes + o * kKept + u)] = scaledCosine(u, x, width);
            for (int y = 0; y < height; ++y)
                m_rows[std::size_t((o * kKept + u) * m_height + y + o * step)] = scaledCosine(u, y, height);
        }
}

std::vector<float> LowFrequencies::acrossOf(const GreyPicture& picture) const {
    const GreyPicture small = averaged(picture, m_side);
    std::vector<float> across(std::size_t(m_height * kLanes));
    for (int y = 0; y < m_height; ++y)
        addScaled(&small.levels[std::size_t(y * m_width)], m_columns.data(), m_width, &across[std::size_t(y * kLanes)]);
    return across;
}

void LowFrequencies::termsOfRow(const std::vector<float>& across, int o, Terms* to) const {
    std::array<std::array<float, kLanes>, kKept> down;
    for (int v = 0; v < kKept; ++v)
        addScaled(&m_rows[std::size_t((o * kKept + v) * m_height)], across.data(), m_height,
                  down[std::size_t(v)].data());
    for (int x = 0; x < m_across; ++x)
        for (std::size_t i = 0; i < kTerms; ++i)
            to[x][i] = down[std::size_t(kOrder[i][0])][std::size_t(x * kKept + kOrder[i][1])];
}

std::vector<LowFrequencies::Terms> LowFrequencies::of(const GreyPicture& picture) const {
    const std::vector<float> across = acrossOf(picture);
    std::vector<Terms> terms(m_offsets.size());
    for (int o = 0; o < m_across; ++o) termsOfRow(across, o, &terms[std::size_t(o * m_across)]);
    return terms;
}

LowFrequencies::Terms LowFrequencies::ofMiddle(const GreyPicture& picture) const {
    std::array<Terms, 2 * kReach + 1> row;
    termsOfRow(acrossOf(picture), m_across / 2, row.data());
    return row[std::size_t(m_across / 2)];
}

LowFrequencies::Terms LowFrequencies::mirrored(Terms terms) {
    for (std::size_t i = 0; i < kTerms; ++i)
        if (kOrder[i][1] % 2 == 1) terms[i] = -terms[i];
    return terms;
}

} // namespace assay
