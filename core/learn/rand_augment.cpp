// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

namespace assay::learn {
namespace {

/// Inverse map, nearest neighbour: out(x, y) = in(a x' + b y' + c, d x' + e y' + f), primed from the centre.
void affine(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry g, double a, double b,
            double c, double d, double e, double f, std::uint8_t fill) {
    const double cx = (g.width - 1) * 0.5, cy = (g.height - 1) * 0.5;
    const std::size_t channels = std::size_t(g.channels);
    std::uint8_t* to = out.data();
    for (int y = 0; y < g.height; ++y) {
        for (int x = 0; x < g.width; ++x, to += channels) {
            const double px = x - cx, py = y - cy;
            const int sx = int(std::floor(a * px + b * py + c + cx + 0.5)),
                      sy = int(std::floor(d * px + e * py + f + cy + 0.5));
            if (sx < 0 || sy < 0 || sx >= g.width || sy >= g.height) {
                std::memset(to, fill, channels);
                continue;
            }
            const std::uint8_t* from =
                in.data() + (std::size_t(sy) * std::size_t(g.width) + std::size_t(sx)) * channels;
            for (std::size_t k = 0; k < channels; ++k) to[k] = from[k];
        }
    }
}

std::uint8_t blend(double degenerate, double value, double factor) {
    return std::uint8_t(std::clamp(degenerate + factor * (value - degenerate), 0.0, 255.0));
}

void sharpen(double factor, std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry g) {
    std::memcpy(out.data(), in.data(), in.size());
    const int channels = g.channels;
    const auto at = [&](int y, int x, int c) {
        return int(
            in[(std::size_t(y) * std::size_t(g.width) + std::size_t(x)) * std::size_t(channels) + std::size_t(c)]);
    };
    for (int y = 1; y + 1 < g.height; ++y)
        for (int x = 1; x + 1 < g.width; ++x)
            for (int c = 0; c < channels; ++c) {
                int sum = 4 * at(y, x, c);
                for (int dy = -1; dy <= 1; ++dy)
                    for (int dx = -1; dx <= 1; ++dx) sum += at(y + dy, x + dx, c);
                out[(std::size_t(y) * std::size_t(g.width) + std::size_t(x)) * std::size_t(channels) + std::size_t(c)] =
                    blend(std::floor(sum / 13.0 + 0.5), at(y, x, c), factor);
            }
}

/// Applies a table of 256 values to every channel, made from that channel's histogram.
template <class MakeTable>
void byHistogram(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, int channels, MakeTable makeTable) {
    for (int c = 0; c < channels; ++c) {
        std::array<int, 256> histogram{};
        for (std::size_t i = std::size_t(c); i < in.size(); i += std::size_t(channels)) ++histogram[in[i]];
        const std::array<std::uint8_t, 256> table = makeTable(histogram);
        for (std::size_t i = std::size_t(c); i < in.size(); i += std::size_t(channels)) out[i] = table[in[i]];
    }
}

std::array<std::uint8_t, 256> identityTable() {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < 256; ++i) table[i] = std::uint8_t(i);
    return table;
}

std::array<std::uint8_t, 256> stretchTable(const std::array<int, 256>& histogram) {
    auto table = identityTable();
    int lo = 0, hi = 255;
    while (lo < 255 && histogram[std::size_t(lo)] == 0) ++lo;
    while (hi > 0 && histogram[std::size_t(hi)] == 0) --hi;
    if (hi <= lo) return table;
    for (int i = 0; i < 256; ++i) {
        const double value = (i - lo) * 255.0 / (hi - lo);
        table[std::size_t(i)] = std::uint8_t(std::clamp(value, 0.0, 255.0));
    }
    return table;
}

std::array<std::uint8_t, 256> equalizeTable(const std::array<int, 256>& histogram) {
    auto table = identityTable();
    int total = 0, last = 0;
    for (const int count : histogram) {
        total += count;
        if (count) last = count;
    }
    const int step = (total - last) / 255;
    if (step == 0) return table;
    int below = 0;
    for (std::size_t i = 0; i < 256; ++i) {
        table[i] = std::uint8_t(std::min(255, (step / 2 + below) / step));
        below += histogram[i];
    }
    return table;
}

} // namespace

void enhance(RandAugmentOp op, double factor, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
             ImageGeometry g) {
    const int channels = g.channels;
    const std::size_t pixels = std::size_t(g.width) * std::size_t(g.height);
    double mean = 0;
    if (op == RandAugmentOp::Contrast) {
        for (std::size_t i = 0; i < pixels; ++i) mean += luma(in.data() + i * std::size_t(channels), channels);
        mean = std::floor(mean / double(pixels) + 0.5);
    }
    for (std::size_t i = 0; i < pixels; ++i) {
        const std::uint8_t* pixel = in.data() + i * std::size_t(channels);
        const double degenerate = op == RandAugmentOp::Brightness ? 0.0
                                  : op == RandAugmentOp::Contrast ? mean
                                                                  : std::floor(luma(pixel, channels) + 0.5);
        for (int c = 0; c < channels; ++c)
            out[i * std::size_t(channels) + std::size_t(c)] = blend(degenerate, pixel[c], factor);
    }
}

void applyOperation(RandAugmentOp op, double amount, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
                    ImageGeometry g, std::uint8_t fill) {
    switch (op) {
    case RandAugmentOp::Identity: std::memcpy(out.data(), in.data(), in.size()); return;
    // About the picture's upper left corner, as FixMatch's, CTAugment's and torchvision's code has it.
    case RandAugmentOp::ShearX: affine(in, out, g, 1, amount, amount * 0.5 * g.height, 0, 1, 0, fill); return;
    case RandAugmentOp::ShearY: affine(in, out, g, 1, 0, 0, amount, 1, amount * 0.5 * g.width, fill); return;
    case RandAugmentOp::TranslateX: affine(in, out, g, 1, 0, std::trunc(amount), 0, 1, 0, fill); return;
    case RandAugmentOp::TranslateY: affine(in, out, g, 1, 0, 0, 0, 1, std::trunc(amount), fill); return;
    case RandAugmentOp::Rotate: {
        const double angle = amount * std::numbers::pi / 180.0;
        affine(in, out, g, std::cos(angle), -std::sin(angle), 0, std::sin(angle), std::cos(angle), 0, fill);
        return;
    }
    case RandAugmentOp::Brightness:
    case RandAugmentOp::Color:
    case RandAugmentOp::Contrast: enhance(op, amount, in, out, g); return;
    case RandAugmentOp::Sharpness: sharpen(amount, in, out, g); return;
    case RandAugmentOp::Posterize: {
        const auto mask = std::uint8_t(0xFF << (8 - std::clamp(int(amount), 0, 8)));
        std::transform(in.begin(), in.end(), out.begin(), [mask](std::uint8_t v) { return std::uint8_t(v & mask); });
        return;
    }
    case RandAugmentOp::Solarize:
        std::transform(in.begin(), in.end(), out.begin(),
                       [amount](std::uint8_t v) { return v >= amount ? std::uint8_t(255 - v) : v; });
        return;
    case RandAugmentOp::AutoContrast: byHistogram(in, out, g.channels, stretchTable); return;
    case RandAugmentOp::Equalize: byHistogram(in, out, g.channels, equalizeTable); return;
    }
}

void applyRandAugment(RandAugmentOp op, double level, bool negative, std::span<const std::uint8_t> in,
                      std::span<std::uint8_t> out, ImageGeometry g, std::uint8_t fill) {
    const double share = level / 30.0;
    const double sign = negative ? -1.0 : 1.0;
    const auto amount = [&] {
        switch (op) {
        case RandAugmentOp::ShearX:
        case RandAugmentOp::ShearY: return sign * 0.3 * share;
        case RandAugmentOp::TranslateX: return -sign * 150.0 / 331.0 * g.width * share;
        case RandAugmentOp::TranslateY: return -sign * 150.0 / 331.0 * g.height * share;
        case RandAugmentOp::Rotate: return sign * 30.0 * share;
        case RandAugmentOp::Posterize: return 8 - double(std::lround(level / 7.5));
        case RandAugmentOp::Solarize: return 255.0 * (1 - share);
        default: return 1 + sign * 0.9 * share;
        }
    };
    applyOperation(op, amount(), in, out, g, fill);
}

} // namespace assay::learn
