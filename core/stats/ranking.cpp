// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/ranking.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace assay::stats {
namespace {

/// 0.975 quantiles of Student's t for 1 to 30 degrees of freedom.
constexpr std::array<double, 30> kStudent = {12.7062047364, 4.30265272991, 3.18244630528, 2.7764451052,  2.57058183661,
                                             2.44691184879, 2.36462425101, 2.30600413503, 2.26215716274, 2.22813885196,
                                             2.20098516008, 2.17881282966, 2.16036865646, 2.14478668792, 2.13144954556,
                                             2.11990529922, 2.10981557783, 2.10092204024, 2.09302405441, 2.08596344727,
                                             2.07961384473, 2.0738730679,  2.06865761042, 2.06389856163, 2.05953855275,
                                             2.05552943864, 2.05183051648, 2.0484071418,  2.04522964213, 2.0422724563};

double studentQuantile(std::size_t degrees) {
    if (degrees <= kStudent.size()) return kStudent[degrees - 1];
    // Cornish and Fisher's expansion in 1 / degrees; below 1e-6 off from here on.
    constexpr double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    const double v = double(degrees);
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

} // namespace

Result<DetectionQuality> detectionQuality(std::span<const float> score, std::span<const std::uint8_t> isWrong,
                                          double threshold) {
    if (score.size() != isWrong.size())
        return fail(ErrorCode::InvalidArgument, "there must be one score for every label",
                    withThousands(score.size()) + " scores, " + withThousands(isWrong.size()) + " labels");
    DetectionQuality quality;
    quality.threshold = threshold;
    quality.total = score.size();
    for (std::size_t i = 0; i < score.size(); ++i) {
        if (!std::isfinite(score[i]))
            return fail(ErrorCode::Numeric, "a score is not a finite number", "sample " + std::to_string(i));
        quality.wrong += isWrong[i] ? 1 : 0;
    }
    const std::size_t right = quality.total - quality.wrong;
    if (quality.wrong == 0 || right == 0)
        return fail(ErrorCode::Numeric, quality.wrong == 0
                                            ? "no label is known to be wrong, so finding them cannot be rated"
                                            : "every label is known to be wrong, so finding them cannot be rated");

    const std::vector<std::uint32_t> order = rankDescending(score);
    const double wrong = double(quality.wrong);
    double found = 0, taken = 0, pairs = 0, precisionSum = 0, suspects = 0, hits = 0;
    for (std::size_t i = 0; i < order.size();) {
        const float value = score[order[i]];
        double wrongHere = 0, here = 0;
        for (; i < order.size() && score[order[i]] == value; ++i) {
            ++here;
            wrongHere += isWrong[order[i]] ? 1 : 0;
        }
        const double rightHere = here - wrongHere;
        pairs += rightHere * (found + 0.5 * wrongHere); // wrong ones ranked above, ties half
        found += wrongHere;
        taken += here;
        precisionSum += wrongHere / wrong * (found / taken);
        if (double(value) >= threshold) {
            suspects = taken;
            hits = found;
        }
    }
    quality.auroc = pairs / (wrong * double(right));
    quality.averagePrecision = precisionSum;
    quality.precision = suspects > 0 ? hits / suspects : 0;
    quality.recall = hits / wrong;
    quality.f1 = hits > 0 ? 2 * quality.precision * quality.recall / (quality.precision + quality.recall) : 0;
    return quality;
}

std::vector<std::uint32_t> rankDescending(std::span<const float> score, std::span<const float> tieBreak) {
    const std::vector<std::uint32_t> before =
        tieBreak.empty() ? std::vector<std::uint32_t>() : rankDescending(tieBreak);
    // Sorted by digits of 11 bits, which keeps ties in order: a queue of 100,000 is ranked anew within a frame.
    constexpr std::uint32_t kDigit = 11, kDigits = 3, kBuckets = 1U << kDigit;
    struct Keyed {
        std::uint32_t key, row;
    };
    std::vector<Keyed> from(score.size()), to(score.size());
    std::array<std::array<std::uint32_t, kBuckets>, kDigits> begins{};
    for (std::uint32_t place = 0; place < score.size(); ++place) {
        const std::uint32_t i = before.empty() ? place : before[place];
        // What is not a number stands last; the sum makes one of the two zeros.
        const float value = std::isnan(score[i]) ? -std::numeric_limits<float>::infinity() : score[i] + 0.0F;
        const auto bits = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t rising = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
        from[place] = {~rising, i};
        for (std::uint32_t d = 0; d < kDigits; ++d) ++begins[d][(~rising >> (d * kDigit)) & (kBuckets - 1)];
    }
    for (std::uint32_t d = 0; d < kDigits; ++d) {
        std::uint32_t sum = 0;
        for (std::uint32_t& begin : begins[d]) sum += std::exchange(begin, sum);
        for (const Keyed& one : from) to[begins[d][(one.key >> (d * kDigit)) & (kBuckets - 1)]++] = one;
        from.swap(to);
    }
    std::vector<std::uint32_t> order(score.size());
    std::transform(from.begin(), from.end(), order.begin(), [](const Keyed& one) { return one.row; });
    return order;
}

double quantile(std::vector<float> values, double q) {
    const double position = std::clamp(q, 0.0, 1.0) * double(values.size() - 1);
    const auto rank = std::size_t(position);
    const auto at = values.begin() + std::ptrdiff_t(rank);
    std::nth_element(values.begin(), at, values.end());
    const double below = double(*at);
    if (rank + 1 == values.size()) return below;
    const double above = double(*std::min_element(at + 1, values.end()));
    return below + (above - below) * (position - double(rank));
}

double jaccard(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t both = 0, either = 0;
    for (std::size_t i = 0; i < n; ++i) {
        both += a[i] && b[i] ? 1 : 0;
        either += a[i] || b[i] ? 1 : 0;
    }
    for (const auto rest : {a.subspan(n), b.subspan(n)})
        either += std::size_t(std::count_if(rest.begin(), rest.end(), [](std::uint8_t v) { return v != 0; }));
    return either == 0 ? 1.0 : double(both) / double(either);
}

MeanInterval meanInterval(std::span<const double> values) {
    MeanInterval interval;
    double sum = 0;
    for (const double v : values)
        if (std::isfinite(v)) {
            sum += v;
            ++interval.count;
        }
    if (interval.count == 0) return interval;
    const double n = double(interval.count);
    interval.mean = sum / n;
    if (interval.count == 1) return interval;
    double squares = 0;
    for (const double v : values)
        if (std::isfinite(v)) squares += (v - interval.mean) * (v - interval.mean);
    interval.halfWidth = studentQuantile(interval.count - 1) * std::sqrt(squares / (n - 1) / n);
    return interval;
}

} // namespace assay::stats
