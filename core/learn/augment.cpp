// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/augment.h"

#include "core/learn/picture_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay::learn {
namespace {

int reflect(int i, int n) {
    if (n == 1) return 0;
    const int period = 2 * (n - 1);
    i = ((i % period) + period) % period;
    return i < n ? i : period - i;
}

/// A crop shifted by (dy, dx) of the padded picture, mirrored where asked.
void shiftAndFlip(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry g, int dy, int dx,
                  bool flip, Padding padding, std::uint8_t fill) {
    const std::size_t channels = std::size_t(g.channels);
    const std::size_t row = std::size_t(g.width) * channels;
    const auto source = [&](int x) { return (flip ? g.width - 1 - x : x) + dx; };
    // Columns from `left` up to `right` come from inside the picture.
    const int left = std::clamp(flip ? dx : -dx, 0, g.width),
              right = std::clamp(g.width + (flip ? dx : -dx), left, g.width);
    for (int y = 0; y < g.height; ++y) {
        std::uint8_t* to = out.data() + std::size_t(y) * row;
        int sy = y + dy;
        if (sy < 0 || sy >= g.height) {
            if (padding == Padding::Zeros) {
                std::memset(to, fill, row);
                continue;
            }
            sy = reflect(sy, g.height);
        }
        const std::uint8_t* from = in.data() + std::size_t(sy) * row;
        const auto pixel = [&](int x) { return from + std::size_t(x) * channels; };
        const auto edge = [&](int begin, int end) {
            for (int x = begin; x < end; ++x) {
                std::uint8_t* at = to + std::size_t(x) * channels;
                if (padding == Padding::Zeros) std::memset(at, fill, channels);
                else std::memcpy(at, pixel(reflect(source(x), g.width)), channels);
            }
        };
        edge(0, left);
        if (!flip) {
            if (right > left)
                std::memcpy(to + std::size_t(left) * channels, pixel(source(left)),
                            std::size_t(right - left) * channels);
        } else if (channels == 1) {
            if (right > left) std::reverse_copy(pixel(source(right - 1)), pixel(source(left)) + 1, to + left);
        } else {
            for (int x = left; x < right; ++x) {
                std::uint8_t* at = to + std::size_t(x) * channels;
                for (std::size_t c = 0; c < channels; ++c) at[c] = pixel(source(x))[c];
            }
        }
        edge(right, g.width);
    }
}

} // namespace

void augment(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry geometry,
             const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample,
             std::uint32_t view, std::vector<std::uint8_t>& scratch) {
    if (!options.any()) {
        std::memcpy(out.data(), in.data(), in.size());
        return;
    }
    // Views of one epoch lie in epochs of their own, far above any real one.
    CounterRng rng(seed, RngPurpose::Augment, epoch + (view << 24), sample);
    int dy = 0, dx = 0;
    if (options.cropPadding > 0) {
        const auto range = std::uint32_t(2 * options.cropPadding + 1);
        dy = int(rng.below(range)) - options.cropPadding;
        dx = int(rng.below(range)) - options.cropPadding;
    }
    const bool flip = options.flip > 0 && rng.uniform() < options.flip;
    if (options.smallestArea < 1) {
        scratch.resize(in.size());
        cropAndResize(drawCrop(rng, geometry, options.smallestArea), in, scratch, geometry);
        in = scratch;
    }
    shiftAndFlip(in, out, geometry, dy, dx, flip, options.padding, options.fill);
    if (options.coloured()) varyColours(rng, options, out, geometry, scratch);
    if (options.randAugmentOps > 0) randAugment(rng, options, out, geometry, scratch);
    const std::uint8_t cut = options.cutoutFill < 0 ? options.fill : std::uint8_t(options.cutoutFill);
    if (options.erasing > 0 && rng.uniform() < options.erasing) {
        const CropBox box = drawErased(rng, geometry);
        cutRectangle(out, geometry, box.top, box.left, box.height, box.width, cut);
    }
    if (options.cutout > 0) {
        const int y = int(rng.below(std::uint32_t(geometry.height)));
        const int x = int(rng.below(std::uint32_t(geometry.width)));
        const int side = options.cutoutVaries ? int(rng.uniform() * (options.cutout + 1)) : options.cutout;
        cutSquare(out, geometry, side, y, x, cut);
    }
}

std::vector<std::uint8_t> resizeArea(std::span<const std::uint8_t> in, ImageGeometry from, ImageGeometry to) {
    // One axis at a time: every output position is a weighted sum of a run of input positions.
    struct Run {
        int begin;
        std::vector<float> weights;
    };
    const auto plan = [](int source, int target) {
        std::vector<Run> runs(static_cast<std::size_t>(target));
        const double scale = double(source) / target;
        for (int i = 0; i < target; ++i) {
            Run& run = runs[std::size_t(i)];
            if (scale >= 1) {
                const double lo = i * scale, hi = std::min(double(source), (i + 1) * scale);
                run.begin = int(lo);
                for (int s = run.begin; s < source && s < hi - 1e-9; ++s)
                    run.weights.push_back(float((std::min(hi, s + 1.0) - std::max(lo, double(s))) / (hi - lo)));
            } else {
                const double centre = std::clamp((i + 0.5) * scale - 0.5, 0.0, double(source - 1));
                run.begin = std::min(int(centre), std::max(0, source - 2));
                const double share = centre - run.begin;
                run.weights.push_back(float(1 - share));
                if (source > 1) run.weights.push_back(float(share));
            }
        }
        return runs;
    };
    const auto rows = plan(from.height, to.height), columns = plan(from.width, to.width);
    const std::size_t channels = std::size_t(from.channels);
    std::vector<float> line(std::size_t(from.width) * channels);
    std::vector<std::uint8_t> out(to.bytes());
    for (int y = 0; y < to.height; ++y) {
        std::fill(line.begin(), line.end(), 0.0F);
        const Run& run = rows[std::size_t(y)];
        for (std::size_t k = 0; k < run.weights.size(); ++k) {
            const std::uint8_t* source = in.data() + (std::size_t(run.begin) + k) * line.size();
            for (std::size_t i = 0; i < line.size(); ++i) line[i] += run.weights[k] * float(source[i]);
        }
        for (int x = 0; x < to.width; ++x) {
            const Run& across = columns[std::size_t(x)];
            for (std::size_t c = 0; c < channels; ++c) {
                float sum = 0;
                for (std::size_t k = 0; k < across.weights.size(); ++k)
                    sum += across.weights[k] * line[(std::size_t(across.begin) + k) * channels + c];
                out[(std::size_t(y) * std::size_t(to.width) + std::size_t(x)) * channels + c] =
                    std::uint8_t(std::clamp(sum + 0.5F, 0.0F, 255.0F));
            }
        }
    }
    return out;
}

} // namespace assay::learn
