// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/map_kernels.h"

#include "core/stats/vector_math.h"

#include <algorithm>
#include <vector>

namespace assay::learn::kernels {
namespace {

// One picture each. The innermost loops run over channels, which lie side by side; the compiler makes vectors of them,
// for the machine at hand.

/// Where the four of a 2×2 lie, from its first.
struct Square {
    std::size_t next, below;
    explicit Square(const MapShape& s) : next(s.channels), below(s.width * s.channels) {}
};

/// The larger; what is not a number wins.
ASSAY_ALWAYS_INLINE bool wins(float v, float best) { return (v > best) | (v != v); }
ASSAY_ALWAYS_INLINE float relu(float v) { return v < 0.0F ? 0.0F : v; }
/// The gradient where the ReLU let its input pass.
ASSAY_ALWAYS_INLINE float passed(float gradient, float out) { return out <= 0.0F ? 0.0F : gradient; }

/// body(offset of the 2×2 in the picture, offset of its cell in the halved one).
template <class Body>
ASSAY_ALWAYS_INLINE void forSquares(const MapShape& s, Body body) {
    const std::size_t height = s.height / 2, width = s.width / 2;
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            body((2 * y * s.width + 2 * x) * s.channels, (y * width + x) * s.channels);
}

ASSAY_VECTOR_CLONES void halveOne(const float* in, const MapShape& shape, float* out, std::uint8_t* chosen) {
    const MapShape s = shape;
    const Square square(s);
    forSquares(
        s, [=](std::size_t from, std::size_t to) __attribute__((always_inline)) {
            const float *a = in + from, *b = a + square.next, *c = a + square.below, *d = c + square.next;
            float* __restrict value = out + to;
            std::uint8_t* __restrict which = chosen + to;
            for (std::size_t k = 0; k < s.channels; ++k) {
                float best = a[k];
                std::int32_t corner = 0;
                corner = wins(b[k], best) ? 1 : corner;
                best = wins(b[k], best) ? b[k] : best;
                corner = wins(c[k], best) ? 2 : corner;
                best = wins(c[k], best) ? c[k] : best;
                corner = wins(d[k], best) ? 3 : corner;
                best = wins(d[k], best) ? d[k] : best;
                value[k] = best;
                which[k] = std::uint8_t(corner);
            }
        });
}

ASSAY_VECTOR_CLONES void halveAffineReluOne(const float* in, const MapShape& shape, const float* scale,
                                            const float* shift, float* out) {
    const MapShape s = shape;
    const Square square(s);
    forSquares(
        s, [=](std::size_t from, std::size_t to) __attribute__((always_inline)) {
            const float *a = in + from, *b = a + square.next, *c = a + square.below, *d = c + square.next;
            float* __restrict value = out + to;
            for (std::size_t k = 0; k < s.channels; ++k) {
                float best = a[k];
                best = wins(b[k], best) ? b[k] : best;
                best = wins(c[k], best) ? c[k] : best;
                best = wins(d[k], best) ? d[k] : best;
                value[k] = relu(best * scale[k] + shift[k]);
            }
        });
}

ASSAY_VECTOR_CLONES void affineReluOne(const float* in, const MapShape& shape, const float* scale, const float* shift,
                                       float* __restrict out) {
    const std::size_t channels = shape.channels, end = shape.pictureSize();
    for (std::size_t at = 0; at < end; at += channels)
        for (std::size_t c = 0; c < channels; ++c) out[at + c] = relu(in[at + c] * scale[c] + shift[c]);
}

/// Mean and sum of squares about it, of one picture.
ASSAY_VECTOR_CLONES void momentsOfOne(const float* in, const MapShape& shape, float* __restrict mean,
                                      float* __restrict squares) {
    const std::size_t channels = shape.channels, end = shape.pictureSize();
    const float share = 1.0F / float(shape.cells());
    std::fill_n(mean, channels, 0.0F);
    std::fill_n(squares, channels, 0.0F);
    for (std::size_t at = 0; at < end; at += channels)
        for (std::size_t c = 0; c < channels; ++c) mean[c] += in[at + c];
    for (std::size_t c = 0; c < channels; ++c) mean[c] *= share;
    for (std::size_t at = 0; at < end; at += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            const float distance = in[at + c] - mean[c];
            squares[c] += distance * distance;
        }
}

ASSAY_VECTOR_CLONES void gradientSumsOfOne(const float* gradient, const float* out, const float* x,
                                           const MapShape& shape, const float* mean, const float* inverse,
                                           float* __restrict sum, float* __restrict dot) {
    const std::size_t channels = shape.channels, end = shape.pictureSize();
    std::fill_n(sum, channels, 0.0F);
    std::fill_n(dot, channels, 0.0F);
    for (std::size_t at = 0; at < end; at += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            const float g = passed(gradient[at + c], out[at + c]);
            sum[c] += g;
            dot[c] += g * (x[at + c] - mean[c]);
        }
    for (std::size_t c = 0; c < channels; ++c) dot[c] *= inverse[c];
}

/// scale g + slope x + offset of each channel.
struct Line {
    const float *scale, *slope, *offset;
    ASSAY_ALWAYS_INLINE float at(float g, float x, std::size_t c) const {
        return g * scale[c] + x * slope[c] + offset[c];
    }
};

ASSAY_VECTOR_CLONES void normGradientOne(const float* gradient, const float* out, const float* x, const MapShape& shape,
                                         const Line& given, float* __restrict in) {
    const Line line = given;
    const std::size_t channels = shape.channels, end = shape.pictureSize();
    for (std::size_t at = 0; at < end; at += channels)
        for (std::size_t c = 0; c < channels; ++c)
            in[at + c] = line.at(passed(gradient[at + c], out[at + c]), x[at + c], c);
}

ASSAY_VECTOR_CLONES void halvedNormGradientOne(const float* gradient, const float* out, const float* x,
                                               const std::uint8_t* chosen, const MapShape& shape, const Line& given,
                                               float* in) {
    const MapShape s = shape;
    const Line line = given;
    const Square square(s);
    forSquares(
        s, [=](std::size_t to, std::size_t at) __attribute__((always_inline)) {
            float *a = in + to, *b = a + square.next, *c = a + square.below, *d = c + square.next;
#pragma GCC ivdep // the four are four places, and none of them is read
            for (std::size_t k = 0; k < s.channels; ++k) {
                const float value = line.at(passed(gradient[at + k], out[at + k]), x[at + k], k);
                const std::int32_t which = chosen[at + k];
                a[k] = which == 0 ? value : 0.0F;
                b[k] = which == 1 ? value : 0.0F;
                c[k] = which == 2 ? value : 0.0F;
                d[k] = which == 3 ? value : 0.0F;
            }
        });
    // The last row and column of odd sides belong to no 2×2.
    if (s.height % 2 == 1) std::fill_n(in + (s.height - 1) * s.width * s.channels, s.width * s.channels, 0.0F);
    if (s.width % 2 == 1)
        for (std::size_t y = 0; y < s.height; ++y)
            std::fill_n(in + (y * s.width + s.width - 1) * s.channels, s.channels, 0.0F);
}

/// Which cells of a side belong to window i of `grid`.
struct Window {
    std::size_t begin, end;
    Window(std::size_t i, std::size_t side, std::size_t grid)
        : begin(i * side / grid), end(((i + 1) * side + grid - 1) / grid) {}
    [[nodiscard]] std::size_t length() const { return end - begin; }
};

/// body(window's number, offset of a cell, share of a cell) for every cell of every window.
template <class Body>
ASSAY_ALWAYS_INLINE void forWindowCells(const MapShape& s, std::size_t grid, Body body) {
    for (std::size_t i = 0; i < grid; ++i)
        for (std::size_t j = 0; j < grid; ++j) {
            const Window rows(i, s.height, grid), columns(j, s.width, grid);
            const float share = 1.0F / float(rows.length() * columns.length());
            for (std::size_t y = rows.begin; y < rows.end; ++y)
                for (std::size_t x = columns.begin; x < columns.end; ++x)
                    body(i * grid + j, (y * s.width + x) * s.channels, share);
        }
}

/// `turned`: [grid², C], working space.
ASSAY_VECTOR_CLONES void gridMeanOne(const float* in, const MapShape& shape, std::size_t grid, float* __restrict turned,
                                     float* __restrict out) {
    const MapShape s = shape;
    const std::size_t windows = grid * grid;
    std::fill_n(turned, windows * s.channels, 0.0F);
    forWindowCells(
        s, grid, [=](std::size_t window, std::size_t cell, float share) __attribute__((always_inline)) {
            float* __restrict sum = turned + window * s.channels;
            for (std::size_t c = 0; c < s.channels; ++c) sum[c] += share * in[cell + c];
        });
    for (std::size_t c = 0; c < s.channels; ++c)
        for (std::size_t k = 0; k < windows; ++k) out[c * windows + k] = turned[k * s.channels + c];
}

ASSAY_VECTOR_CLONES void gridMeanGradientOne(const float* gradient, const MapShape& shape, std::size_t grid,
                                             float* __restrict turned, float* __restrict in) {
    const MapShape s = shape;
    const std::size_t windows = grid * grid;
    for (std::size_t c = 0; c < s.channels; ++c)
        for (std::size_t k = 0; k < windows; ++k) turned[k * s.channels + c] = gradient[c * windows + k];
    std::fill_n(in, s.pictureSize(), 0.0F);
    forWindowCells(
        s, grid, [=](std::size_t window, std::size_t cell, float share) __attribute__((always_inline)) {
            const float* from = turned + window * s.channels;
            float* __restrict to = in + cell;
            for (std::size_t c = 0; c < s.channels; ++c) to[c] += share * from[c];
        });
}

/// body(picture) for every picture, shared out over OpenMP's threads.
template <class Body>
void forPictures(const MapShape& shape, const Body& body) {
    const auto pictures = std::int64_t(shape.pictures);
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < pictures; ++i) body(std::size_t(i));
}

} // namespace

void halve(const float* in, MapShape shape, float* out, std::uint8_t* chosen) {
    const std::size_t from = shape.pictureSize(), to = shape.halved().pictureSize();
    forPictures(shape, [&](std::size_t i) { halveOne(in + i * from, shape, out + i * to, chosen + i * to); });
}

void moments(const float* in, MapShape shape, double* mean, double* variance) {
    const std::size_t channels = shape.channels, size = shape.pictureSize();
    std::vector<float> means(shape.pictures * channels), squares(shape.pictures * channels);
    forPictures(shape, [&](std::size_t i) {
        momentsOfOne(in + i * size, shape, means.data() + i * channels, squares.data() + i * channels);
    });
    // Pictures are of one size, so that the mean of their means is the mean of all (Chan et al. 1979).
    std::fill_n(mean, channels, 0.0);
    std::fill_n(variance, channels, 0.0);
    for (std::size_t at = 0; at < means.size(); at += channels)
        for (std::size_t c = 0; c < channels; ++c) mean[c] += means[at + c];
    for (std::size_t c = 0; c < channels; ++c) mean[c] /= double(shape.pictures);
    for (std::size_t at = 0; at < means.size(); at += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            const double distance = means[at + c] - mean[c];
            variance[c] += squares[at + c] + double(shape.cells()) * distance * distance;
        }
    for (std::size_t c = 0; c < channels; ++c) variance[c] /= double(shape.pictures * shape.cells());
}

void affineRelu(const float* in, MapShape shape, const float* scale, const float* shift, float* out) {
    const std::size_t size = shape.pictureSize();
    forPictures(shape, [&](std::size_t i) { affineReluOne(in + i * size, shape, scale, shift, out + i * size); });
}

void halveAffineRelu(const float* in, MapShape shape, const float* scale, const float* shift, float* out) {
    const std::size_t from = shape.pictureSize(), to = shape.halved().pictureSize();
    forPictures(shape, [&](std::size_t i) { halveAffineReluOne(in + i * from, shape, scale, shift, out + i * to); });
}

void normGradientSums(const float* gradient, const float* out, const float* x, MapShape shape, const float* mean,
                      const float* inverse, double* sum, double* dot) {
    const std::size_t channels = shape.channels, size = shape.pictureSize();
    std::vector<float> sums(shape.pictures * channels), dots(shape.pictures * channels);
    forPictures(shape, [&](std::size_t i) {
        gradientSumsOfOne(gradient + i * size, out + i * size, x + i * size, shape, mean, inverse,
                          sums.data() + i * channels, dots.data() + i * channels);
    });
    std::fill_n(sum, channels, 0.0);
    std::fill_n(dot, channels, 0.0);
    for (std::size_t at = 0; at < sums.size(); at += channels)
        for (std::size_t c = 0; c < channels; ++c) {
            sum[c] += sums[at + c];
            dot[c] += dots[at + c];
        }
}

void normGradient(const float* gradient, const float* out, const float* x, MapShape shape, const float* scale,
                  const float* slope, const float* offset, float* in) {
    const std::size_t size = shape.pictureSize();
    const Line line{scale, slope, offset};
    forPictures(shape, [&](std::size_t i) {
        normGradientOne(gradient + i * size, out + i * size, x + i * size, shape, line, in + i * size);
    });
}

void halvedNormGradient(const float* gradient, const float* out, const float* x, const std::uint8_t* chosen,
                        MapShape shape, const float* scale, const float* slope, const float* offset, float* in) {
    const std::size_t to = shape.pictureSize(), from = shape.halved().pictureSize();
    const Line line{scale, slope, offset};
    forPictures(shape, [&](std::size_t i) {
        halvedNormGradientOne(gradient + i * from, out + i * from, x + i * from, chosen + i * from, shape, line,
                              in + i * to);
    });
}

void gridMean(const float* in, MapShape shape, std::size_t grid, float* out) {
    const std::size_t means = shape.channels * grid * grid;
    forPictures(shape, [&](std::size_t i) {
        std::vector<float> turned(means);
        gridMeanOne(in + i * shape.pictureSize(), shape, grid, turned.data(), out + i * means);
    });
}

void gridMeanGradient(const float* gradient, MapShape shape, std::size_t grid, float* in) {
    const std::size_t means = shape.channels * grid * grid;
    forPictures(shape, [&](std::size_t i) {
        std::vector<float> turned(means);
        gridMeanGradientOne(gradient + i * means, shape, grid, turned.data(), in + i * shape.pictureSize());
    });
}

} // namespace assay::learn::kernels
