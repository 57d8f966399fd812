// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

namespace assay::learn {
namespace {

constexpr int kColours = 3;
constexpr int kCropTries = 10;
constexpr double kWidestAspect = 4.0 / 3.0;
constexpr std::uint8_t kSolariseFrom = 128;

double uniformIn(CounterRng& rng, double lo, double hi) { return lo + (hi - lo) * rng.uniform(); }

/// A box of that size anywhere inside the picture; nothing where it is empty or leaves fewer than `rest` rows or
/// columns.
std::optional<CropBox> placeBox(CounterRng& rng, ImageGeometry geometry, int height, int width, int rest) {
    if (width < 1 || height < 1 || width > geometry.width - rest || height > geometry.height - rest)
        return std::nullopt;
    const int top = int(rng.below(std::uint32_t(geometry.height - height + 1)));
    const int left = int(rng.below(std::uint32_t(geometry.width - width + 1)));
    return CropBox{top, left, height, width};
}

std::uint8_t toByte(double value) { return std::uint8_t(std::clamp(value * 255.0 + 0.5, 0.0, 255.0)); }

} // namespace

AugmentOptions contrastiveView() {
    AugmentOptions options;
    options.smallestArea = 0.2;
    options.flip = 0.5;
    options.jitter = 0.8;
    options.brightness = options.contrast = options.saturation = 0.4;
    options.hue = 0.1;
    options.grey = 0.2;
    options.solarise = 0.5;
    return options;
}

CropBox drawCrop(CounterRng& rng, ImageGeometry geometry, double smallestArea) {
    const double area = double(geometry.width) * geometry.height;
    for (int i = 0; i < kCropTries; ++i) {
        const double target = area * uniformIn(rng, smallestArea, 1);
        const double aspect = std::exp(uniformIn(rng, -std::log(kWidestAspect), std::log(kWidestAspect)));
        const int width = int(std::lround(std::sqrt(target * aspect)));
        const int height = int(std::lround(std::sqrt(target / aspect)));
        if (const auto box = placeBox(rng, geometry, height, width, 0)) return *box;
    }
    const double aspect = double(geometry.width) / geometry.height;
    CropBox box{0, 0, geometry.height, geometry.width};
    if (aspect < 1 / kWidestAspect) box.height = std::max(1, int(std::lround(geometry.width * kWidestAspect)));
    if (aspect > kWidestAspect) box.width = std::max(1, int(std::lround(geometry.height * kWidestAspect)));
    box.top = (geometry.height - box.height) / 2;
    box.left = (geometry.width - box.width) / 2;
    return box;
}

CropBox drawErased(CounterRng& rng, ImageGeometry geometry) {
    constexpr double kLeastArea = 0.02, kMostArea = 0.33, kLeastAspect = 0.3, kMostAspect = 3.3;
    const double area = double(geometry.width) * geometry.height;
    for (int i = 0; i < kCropTries; ++i) {
        const double target = area * uniformIn(rng, kLeastArea, kMostArea);
        const double aspect = std::exp(uniformIn(rng, std::log(kLeastAspect), std::log(kMostAspect)));
        const int height = int(std::lround(std::sqrt(target * aspect)));
        const int width = int(std::lround(std::sqrt(target / aspect)));
        if (const auto box = placeBox(rng, geometry, height, width, 1)) return *box;
    }
    return {};
}

void cropAndResize(const CropBox& box, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
                   ImageGeometry geometry) {
    // Linear between pixel centres: the crop is never larger than the picture, so nothing needs averaging.
    struct Tap {
        std::size_t first = 0, second = 0;
        float share = 0; ///< of the second
    };
    const auto tap = [](int i, int size, int from, int length) {
        const double centre = std::clamp((i + 0.5) * length / size - 0.5, 0.0, double(length - 1));
        const int first = int(centre);
        return Tap{std::size_t(from + first), std::size_t(from + std::min(first + 1, length - 1)),
                   float(centre - first)};
    };
    const std::size_t channels = std::size_t(geometry.channels), row = std::size_t(geometry.width) * channels;
    for (int y = 0; y < geometry.height; ++y) {
        const Tap down = tap(y, geometry.height, box.top, box.height);
        const std::uint8_t *upper = in.data() + down.first * row, *lower = in.data() + down.second * row;
        std::uint8_t* to = out.data() + std::size_t(y) * row;
        for (int x = 0; x < geometry.width; ++x) {
            const Tap across = tap(x, geometry.width, box.left, box.width);
            for (std::size_t c = 0; c < channels; ++c, ++to) {
                const std::size_t a = across.first * channels + c, b = across.second * channels + c;
                const float above = float(upper[a]) + across.share * (float(upper[b]) - float(upper[a]));
                const float below = float(lower[a]) + across.share * (float(lower[b]) - float(lower[a]));
                *to = std::uint8_t(above + down.share * (below - above) + 0.5F);
            }
        }
    }
}

void shiftHue(double shift, std::span<std::uint8_t> picture, ImageGeometry geometry) {
    if (geometry.channels != kColours) return;
    for (std::size_t i = 0; i < picture.size(); i += kColours) {
        const std::array<double, kColours> rgb = {picture[i] / 255.0, picture[i + 1] / 255.0, picture[i + 2] / 255.0};
        const double value = std::max({rgb[0], rgb[1], rgb[2]}), chroma = value - std::min({rgb[0], rgb[1], rgb[2]});
        if (chroma <= 0) continue;
        double sextant = 0;
        if (value == rgb[0]) sextant = (rgb[1] - rgb[2]) / chroma;
        else if (value == rgb[1]) sextant = 2 + (rgb[2] - rgb[0]) / chroma;
        else sextant = 4 + (rgb[0] - rgb[1]) / chroma;
        const double turned = sextant + 6 * shift;
        for (std::size_t c = 0; c < kColours; ++c) {
            // Each channel is a trapezoid over the circle, two sextants after the one before it.
            constexpr std::array<double, kColours> kStart = {5, 3, 1};
            double at = std::fmod(kStart[c] + turned, 6.0);
            if (at < 0) at += 6;
            picture[i + c] = toByte(value - chroma * std::clamp(std::min(at, 4 - at), 0.0, 1.0));
        }
    }
}

void loseColours(std::span<std::uint8_t> picture, ImageGeometry geometry) {
    if (geometry.channels != kColours) return;
    for (std::size_t i = 0; i < picture.size(); i += kColours)
        std::memset(picture.data() + i, int(luma(picture.data() + i, kColours) + 0.5), kColours);
}

void varyColours(CounterRng& rng, const AugmentOptions& options, std::span<std::uint8_t> picture,
                 ImageGeometry geometry, std::vector<std::uint8_t>& scratch) {
    // Every number is drawn whether it is used or not, so that no draw depends on the number of channels.
    const bool jittered = rng.uniform() < options.jitter;
    std::array<int, 4> order = {0, 1, 2, 3};
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(std::uint32_t(i))]);
    const auto factor = [&rng](double spread) { return uniformIn(rng, std::max(0.0, 1 - spread), 1 + spread); };
    const std::array<double, 4> amounts = {factor(options.brightness), factor(options.contrast),
                                           factor(options.saturation), uniformIn(rng, -options.hue, options.hue)};
    if (jittered) {
        for (const int which : order) {
            if (which == 3) {
                shiftHue(amounts[3], picture, geometry);
                continue;
            }
            constexpr std::array kOps = {RandAugmentOp::Brightness, RandAugmentOp::Contrast, RandAugmentOp::Color};
            if (which == 2 && geometry.channels != kColours) continue;
            scratch.assign(picture.begin(), picture.end());
            enhance(kOps[std::size_t(which)], amounts[std::size_t(which)], scratch, picture, geometry);
        }
    }
    if (rng.uniform() < options.grey) loseColours(picture, geometry);
    if (rng.uniform() < options.solarise)
        for (std::uint8_t& value : picture)
            if (value >= kSolariseFrom) value = std::uint8_t(255 - value);
}

} // namespace assay::learn
