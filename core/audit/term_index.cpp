// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/term_index.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace assay {
namespace {

constexpr int kMostLooks = 4096; // pictures that one question compares at most
constexpr float kCellsPerReach = 4;

/// The directions in which the pictures vary most.
template <std::size_t kDirections>
std::array<std::size_t, kDirections> widest(std::span<const LowFrequencies::Terms> terms) {
    std::array<double, LowFrequencies::kTerms> sum{}, squares{};
    for (const auto& t : terms)
        for (std::size_t i = 0; i < t.size(); ++i) {
            sum[i] += double(t[i]);
            squares[i] += double(t[i]) * double(t[i]);
        }
    std::array<std::size_t, LowFrequencies::kTerms> order{};
    std::iota(order.begin(), order.end(), std::size_t(0));
    const auto n = double(std::max<std::size_t>(1, terms.size()));
    const auto variance = [&](std::size_t i) { return squares[i] / n - sum[i] / n * (sum[i] / n); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return variance(a) > variance(b); });
    std::array<std::size_t, kDirections> first{};
    std::copy_n(order.begin(), kDirections, first.begin());
    return first;
}

} // namespace

float squaredDistance(const LowFrequencies::Terms& a, const LowFrequencies::Terms& b) {
    constexpr std::size_t kSums = 8; // side by side, so that they can be added at once
    std::array<float, kSums> sums{};
    for (std::size_t i = 0; i < a.size(); i += kSums)
        for (std::size_t j = 0; j < kSums; ++j) sums[j] += (a[i + j] - b[i + j]) * (a[i + j] - b[i + j]);
    return std::accumulate(sums.begin(), sums.end(), 0.0f);
}

TermIndex::TermIndex(std::span<const Terms> terms, double radius)
    : m_terms(terms), m_squaredRadius(float(radius * radius)), m_reach(float(radius / 2)),
      m_width(kCellsPerReach * float(radius / 2)), m_directions(widest<kDirections>(terms)), m_order(terms.size()) {
    std::vector<std::uint64_t> keys(terms.size());
    for (std::size_t i = 0; i < terms.size(); ++i) {
        std::array<std::int32_t, kDirections> place{};
        for (std::size_t d = 0; d < kDirections; ++d)
            place[d] = std::int32_t(std::floor(terms[i][m_directions[d]] / m_width));
        keys[i] = keyOf(place);
    }
    std::iota(m_order.begin(), m_order.end(), 0u);
    std::sort(m_order.begin(), m_order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
    m_cells.resize(std::bit_ceil(2 * terms.size() + 2));
    for (std::uint32_t begin = 0, end = 0; begin < m_order.size(); begin = end) {
        const std::uint64_t key = keys[m_order[begin]];
        while (end < m_order.size() && keys[m_order[end]] == key) ++end;
        std::size_t at = key & (m_cells.size() - 1);
        while (m_cells[at].end != 0) at = (at + 1) & (m_cells.size() - 1);
        m_cells[at] = {key, begin, end};
    }
}

std::uint64_t TermIndex::keyOf(const std::array<std::int32_t, kDirections>& place) const {
    std::uint64_t key = 0;
    for (const std::int32_t p : place) { // mixed as splitmix64 does
        key = (key ^ std::uint32_t(p)) + 0x9e3779b97f4a7c15ull;
        key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ull;
        key ^= key >> 27;
    }
    return key;
}

const TermIndex::Cell& TermIndex::cell(std::uint64_t key) const {
    std::size_t at = key & (m_cells.size() - 1);
    while (m_cells[at].end != 0 && m_cells[at].key != key) at = (at + 1) & (m_cells.size() - 1);
    return m_cells[at];
}

void TermIndex::near(const Terms& terms, const std::function<bool(std::uint32_t)>& found) const {
    // Where a term lies near the edge of its cell, the cell beyond is asked as well.
    std::array<std::array<std::int32_t, 2>, kDirections> places{};
    std::array<unsigned, kDirections> beyond{};
    std::size_t ways = 1;
    for (std::size_t d = 0; d < kDirections; ++d) {
        const float at = terms[m_directions[d]] / m_width, floor = std::floor(at), edge = m_reach / m_width;
        places[d][0] = places[d][1] = std::int32_t(floor);
        if (at - floor < edge) places[d][1] -= 1;
        if (floor + 1 - at < edge) places[d][1] += 1;
        beyond[d] = places[d][1] != places[d][0] ? 2 : 1;
        ways *= beyond[d];
    }
    int looks = 0;
    for (std::size_t way = 0; way < ways; ++way) {
        std::array<std::int32_t, kDirections> place{};
        for (std::size_t d = 0, rest = way; d < kDirections; rest /= beyond[d], ++d)
            place[d] = places[d][rest % beyond[d]];
        const Cell& here = cell(keyOf(place));
        for (std::uint32_t i = here.begin; i < here.end; ++i) {
            if (++looks > kMostLooks) return;
            if (squaredDistance(terms, m_terms[m_order[i]]) <= m_squaredRadius && !found(m_order[i])) return;
        }
    }
}

} // namespace assay
