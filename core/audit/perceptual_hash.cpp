// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/perceptual_hash.h"

#include "core/audit/grey_picture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace assay {
namespace {

constexpr int kSide = 32, kKept = 8;

/// Weights with which `from` places make place `i` of `to`: the overlap of areas, or the two nearest.
void weightsOf(int from, int to, int i, std::vector<std::pair<int, float>>& weights) {
    weights.clear();
    const double scale = double(from) / to;
    if (from <= to) {
        const double centre = std::clamp((i + 0.5) * scale - 0.5, 0.0, double(from - 1));
        const int left = std::min(int(centre), from - 1), right = std::min(left + 1, from - 1);
        const auto share = float(centre - left);
        weights.emplace_back(left, 1 - share);
        weights.emplace_back(right, share);
        return;
    }
    const double begin = i * scale, end = (i + 1) * scale;
    for (int at = int(begin); at < std::min(from, int(std::ceil(end))); ++at) {
        const double overlap = std::min(end, at + 1.0) - std::max(begin, double(at));
        weights.emplace_back(at, float(overlap / scale));
    }
}

std::vector<float> resized(const GreyPicture& grey, int toWidth, int toHeight) {
    const int width = grey.width, height = grey.height;
    std::vector<float> rows(std::size_t(toWidth) * std::size_t(height));
    std::vector<std::pair<int, float>> weights;
    for (int x = 0; x < toWidth; ++x) {
        weightsOf(width, toWidth, x, weights);
        for (int y = 0; y < height; ++y)
            for (const auto& [at, weight] : weights)
                rows[std::size_t(y * toWidth + x)] += weight * grey.levels[std::size_t(y * width + at)];
    }
    std::vector<float> out(std::size_t(toWidth) * std::size_t(toHeight));
    for (int y = 0; y < toHeight; ++y) {
        weightsOf(height, toHeight, y, weights);
        for (const auto& [at, weight] : weights)
            for (int x = 0; x < toWidth; ++x)
                out[std::size_t(y * toWidth + x)] += weight * rows[std::size_t(at * toWidth + x)];
    }
    return out;
}

/// cos(pi (2 x + 1) u / 64) for the kept u.
const std::array<float, kKept * kSide>& cosines() {
    static const auto table = [] {
        std::array<float, kKept * kSide> t{};
        for (int u = 0; u < kKept; ++u)
            for (int x = 0; x < kSide; ++x)
                t[std::size_t(u * kSide + x)] = float(std::cos(std::numbers::pi * (2 * x + 1) * u / (2.0 * kSide)));
        return t;
    }();
    return table;
}

bool isEmpty(std::span<const std::uint8_t> pixels, ImageGeometry g) {
    return g.width < 1 || g.height < 1 || g.channels < 1 || pixels.size() < g.bytes();
}

} // namespace

std::uint64_t cosineHash(std::span<const std::uint8_t> pixels, ImageGeometry geometry) {
    if (isEmpty(pixels, geometry)) return 0;
    const auto grey = resized(greyOf(pixels, geometry), kSide, kSide);
    const auto& cosine = cosines();
    std::array<float, kSide * kKept> half{}; // rows transformed
    for (int y = 0; y < kSide; ++y)
        for (int u = 0; u < kKept; ++u) {
            float sum = 0;
            for (int x = 0; x < kSide; ++x)
                sum += cosine[std::size_t(u * kSide + x)] * grey[std::size_t(y * kSide + x)];
            half[std::size_t(y * kKept + u)] = sum;
        }
    std::array<float, kKept * kKept> low{};
    for (int v = 0; v < kKept; ++v)
        for (int u = 0; u < kKept; ++u) {
            float sum = 0;
            for (int y = 0; y < kSide; ++y)
                sum += cosine[std::size_t(v * kSide + y)] * half[std::size_t(y * kKept + u)];
            // What a constant picture leaves is rounding, whose sign would be chance.
            low[std::size_t(v * kKept + u)] = std::abs(sum) < 0.05f ? 0.0f : sum;
        }
    auto sorted = low;
    std::sort(sorted.begin(), sorted.end());
    const float median = 0.5f * (sorted[31] + sorted[32]);
    std::uint64_t hash = 0;
    for (const float coefficient : low) hash = hash << 1 | (coefficient > median ? 1u : 0u);
    return hash;
}

std::uint64_t differenceHash(std::span<const std::uint8_t> pixels, ImageGeometry geometry) {
    if (isEmpty(pixels, geometry)) return 0;
    const auto small = resized(greyOf(pixels, geometry), kKept + 1, kKept);
    std::uint64_t hash = 0;
    for (int y = 0; y < kKept; ++y)
        for (int x = 0; x < kKept; ++x) {
            const std::size_t at = std::size_t(y * (kKept + 1) + x);
            hash = hash << 1 | (small[at + 1] > small[at] + 0.01f ? 1u : 0u);
        }
    return hash;
}

int hammingDistance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

} // namespace assay
