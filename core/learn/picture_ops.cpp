// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/picture_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

namespace assay::learn {
namespace {

double sinc(double x) {
    if (x == 0) return 1;
    return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

/// How far a filter reaches, in source pixels.
double reachOf(ResizeFilter filter) {
    switch (filter) {
    case ResizeFilter::Lanczos: return 3;
    case ResizeFilter::Bicubic: return 2;
    case ResizeFilter::Bilinear:
    case ResizeFilter::Hamming: return 1;
    case ResizeFilter::Box:
    case ResizeFilter::Nearest: return 0.5;
    }
    return 1;
}

double weightOf(ResizeFilter filter, double x) {
    x = std::abs(x);
    switch (filter) {
    case ResizeFilter::Lanczos: return x < 3 ? sinc(x) * sinc(x / 3) : 0;
    case ResizeFilter::Bicubic: {
        constexpr double a = -0.5;
        if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
    case ResizeFilter::Bilinear: return std::max(0.0, 1 - x);
    case ResizeFilter::Hamming: return x < 1 ? sinc(x) * (0.54 + 0.46 * std::cos(std::numbers::pi * x)) : 0;
    case ResizeFilter::Box:
    case ResizeFilter::Nearest: return x <= 0.5 ? 1 : 0;
    }
    return 0;
}

/// Which source pixels make a target pixel, and by how much.
struct Source {
    int begin = 0;
    std::vector<double> weights;
};

std::vector<Source> sourcesOf(int offset, int length, int target, ResizeFilter filter) {
    const double scale = double(length) / target, reach = reachOf(filter) * std::max(1.0, scale);
    std::vector<Source> sources(std::size_t(target), Source{});
    for (int i = 0; i < target; ++i) {
        Source& source = sources[std::size_t(i)];
        const double centre = (i + 0.5) * scale;
        if (filter == ResizeFilter::Nearest) {
            source = {offset + std::clamp(int(centre), 0, length - 1), {1}};
            continue;
        }
        const int first = std::max(0, int(centre - reach + 0.5)), last = std::min(length, int(centre + reach + 0.5));
        double sum = 0;
        for (int s = first; s < last; ++s) {
            source.weights.push_back(weightOf(filter, (s + 0.5 - centre) / std::max(1.0, scale)));
            sum += source.weights.back();
        }
        source.begin = offset + first;
        if (sum == 0) source = {offset + std::clamp(int(centre), 0, length - 1), {1}};
        else
            for (double& weight : source.weights) weight /= sum;
    }
    return sources;
}

} // namespace

void cropAndResample(int left, int top, int width, int height, ResizeFilter filter, std::span<const std::uint8_t> in,
                     std::span<std::uint8_t> out, ImageGeometry g) {
    const auto columns = sourcesOf(left, width, g.width, filter), rows = sourcesOf(top, height, g.height, filter);
    const auto channels = std::size_t(g.channels), line = std::size_t(g.width) * channels;
    // Across first, for the rows that are needed; both steps round as PIL's do.
    std::vector<std::uint8_t> across(std::size_t(g.height) * line);
    const auto rounded = [](double value) { return std::uint8_t(std::clamp(value + 0.5, 0.0, 255.0)); };
    for (int y = top; y < top + height; ++y)
        for (std::size_t x = 0; x < columns.size(); ++x)
            for (std::size_t c = 0; c < channels; ++c) {
                double sum = 0;
                for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
                    sum += columns[x].weights[k] *
                           in[std::size_t(y) * line + (std::size_t(columns[x].begin) + k) * channels + c];
                across[std::size_t(y) * line + x * channels + c] = rounded(sum);
            }
    for (std::size_t y = 0; y < rows.size(); ++y)
        for (std::size_t i = 0; i < line; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < rows[y].weights.size(); ++k)
                sum += rows[y].weights[k] * across[(std::size_t(rows[y].begin) + k) * line + i];
            out[y * line + i] = rounded(sum);
        }
}

void blur(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry g) {
    std::memcpy(out.data(), in.data(), in.size());
    const int channels = g.channels;
    const auto place = [&](int y, int x, int c) {
        return (std::size_t(y) * std::size_t(g.width) + std::size_t(x)) * std::size_t(channels) + std::size_t(c);
    };
    for (int y = 2; y + 2 < g.height; ++y)
        for (int x = 2; x + 2 < g.width; ++x)
            for (int c = 0; c < channels; ++c) {
                int sum = 0;
                for (int dy = -2; dy <= 2; ++dy)
                    for (int dx = -2; dx <= 2; ++dx)
                        if (std::max(std::abs(dy), std::abs(dx)) == 2) sum += in[place(y + dy, x + dx, c)];
                out[place(y, x, c)] = std::uint8_t((sum + 8) / 16);
            }
}

void cutRectangle(std::span<std::uint8_t> picture, ImageGeometry g, int top, int left, int height, int width,
                  std::uint8_t fill) {
    const int bottom = std::min(g.height, top + height), right = std::min(g.width, left + width);
    top = std::max(0, top);
    left = std::max(0, left);
    if (right <= left) return;
    for (int y = top; y < bottom; ++y)
        std::memset(picture.data() +
                        (std::size_t(y) * std::size_t(g.width) + std::size_t(left)) * std::size_t(g.channels),
                    fill, std::size_t(right - left) * std::size_t(g.channels));
}

void cutSquare(std::span<std::uint8_t> picture, ImageGeometry g, int side, int centreY, int centreX,
               std::uint8_t fill) {
    cutRectangle(picture, g, centreY - side / 2, centreX - side / 2, side, side, fill);
}

} // namespace assay::learn
