// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/picture_difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace assay {
namespace {

constexpr int kKept = 6;          // low frequencies in each direction
constexpr int kCompared = 32;     // least side of what is compared, where pictures are larger
constexpr int kAreas = 4;         // colours are compared in so many areas in each direction
constexpr double kMostGain = 1.5; // a copy's contrast may be so many times the original's

/// A rectangle of a picture, its colours as grey and as what red and blue have more than that.
struct Part {
    GreyPicture grey;
    std::array<double, 2 * kAreas * kAreas> colours{};
    double mean = 0, deviation = 0;
};

Part cut(std::span<const std::uint8_t> pixels, ImageGeometry g, int left, int top, int width, int height,
         bool mirrored) {
    Part part;
    part.grey = {width, height, std::vector<float>(std::size_t(width) * std::size_t(height))};
    const auto channels = std::size_t(g.channels);
    const double share = double(kAreas * kAreas) / (double(width) * height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int from = mirrored ? left + width - 1 - x : left + x;
            const std::uint8_t* p =
                &pixels[(std::size_t(top + y) * std::size_t(g.width) + std::size_t(from)) * channels];
            float& grey = part.grey.levels[std::size_t(y) * std::size_t(width) + std::size_t(x)];
            grey = float(p[0]);
            if (channels != 3) continue;
            grey = 0.299f * float(p[0]) + 0.587f * float(p[1]) + 0.114f * float(p[2]);
            const auto area = std::size_t(2 * (y * kAreas / height * kAreas + x * kAreas / width));
            part.colours[area] += share * double(float(p[0]) - grey);
            part.colours[area + 1] += share * double(float(p[2]) - grey);
        }
    part.grey = averaged(part.grey, std::max(1, std::min(width, height) / kCompared));
    const auto n = double(part.grey.levels.size());
    for (const float v : part.grey.levels) part.mean += double(v) / n;
    double squares = 0;
    for (const float v : part.grey.levels) squares += (double(v) - part.mean) * (double(v) - part.mean);
    part.deviation = std::sqrt(squares / n);
    return part;
}

/// Root mean square of the low frequencies of a plane without mean.
double lowOf(const std::vector<float>& plane, int width, int height) {
    std::vector<double> across(std::size_t(height * kKept));
    for (int u = 0; u < kKept; ++u)
        for (int x = 0; x < width; ++x) {
            const double cosine = double(scaledCosine(u, x, width));
            for (int y = 0; y < height; ++y)
                across[std::size_t(y * kKept + u)] += cosine * double(plane[std::size_t(y * width + x)]);
        }
    std::array<double, kKept * kKept> terms{};
    for (int v = 0; v < kKept; ++v)
        for (int y = 0; y < height; ++y) {
            const double cosine = double(scaledCosine(v, y, height));
            for (int u = 0; u < kKept; ++u)
                terms[std::size_t(v * kKept + u)] += cosine * across[std::size_t(y * kKept + u)];
        }
    double squares = 0;
    for (std::size_t i = 1; i < terms.size(); ++i) squares += terms[i] * terms[i];
    return std::sqrt(squares);
}

} // namespace

PictureDifference differenceOf(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, ImageGeometry g,
                               Alignment alignment) {
    const CutOffset o = alignment.offset;
    const int left = std::abs(o.x), top = std::abs(o.y), width = g.width - 2 * left, height = g.height - 2 * top;
    const Part one = cut(a, g, left + o.x, top + o.y, width, height, alignment.mirrored);
    const Part other = cut(b, g, left, top, width, height, false);
    PictureDifference difference;
    difference.contrast = std::sqrt(one.deviation * other.deviation);
    difference.brightness = std::abs(one.mean - other.mean);
    // A flat picture has no contrast to go by.
    const double gain = std::clamp(std::sqrt((one.deviation + 0.1) / (other.deviation + 0.1)), 1 / std::sqrt(kMostGain),
                                   std::sqrt(kMostGain));
    std::vector<float> rest(one.grey.levels.size());
    double squares = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const double v =
            (double(one.grey.levels[i]) - one.mean) / gain - (double(other.grey.levels[i]) - other.mean) * gain;
        rest[i] = float(v);
        squares += v * v;
    }
    difference.all = std::sqrt(squares / double(rest.size()));
    difference.low = lowOf(rest, one.grey.width, one.grey.height);
    double colours = 0;
    for (std::size_t i = 0; i < one.colours.size(); ++i) colours += std::pow(one.colours[i] - other.colours[i], 2);
    difference.colour = std::sqrt(colours / double(one.colours.size()));
    return difference;
}

bool AlikeLimits::hold(const PictureDifference& d, double generosity) const {
    // Pictures of little contrast must be alike by their own measure as well, down to what rounding leaves.
    const double mostLow = generosity * std::min(low, std::max(1.0, 0.15 * d.contrast));
    const double mostAll = generosity * std::min(all, std::max(3.0, 0.45 * d.contrast));
    return std::hypot(d.low / mostLow, d.all / mostAll) <= 1 && d.brightness <= generosity * (8 + d.contrast) &&
           d.colour <= generosity * 15;
}

} // namespace assay
