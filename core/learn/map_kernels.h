// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// What a small network does between its convolutions, over maps that lie in memory as [B, H, W, C], in as few passes
/// as it takes. Pictures are shared out over the calling thread's OpenMP team; no result depends on how many there are.
/// What is not a number stays so.
namespace assay::learn::kernels {

struct MapShape {
    std::size_t pictures = 0, height = 0, width = 0, channels = 0;
    [[nodiscard]] std::size_t cells() const { return height * width; }
    [[nodiscard]] std::size_t pictureSize() const { return cells() * channels; }
    [[nodiscard]] MapShape halved() const { return {pictures, height / 2, width / 2, channels}; }
};

/// Largest of every 2×2, and which of the four it was (0..3, the first of equals). Sides are at least 2.
void halve(const float* in, MapShape shape, float* out, std::uint8_t* chosen);

/// Mean and biased variance of each channel over all pictures [C].
void moments(const float* in, MapShape shape, double* mean, double* variance);

/// max(0, scale x + shift), scale and shift of each channel [C].
void affineRelu(const float* in, MapShape shape, const float* scale, const float* shift, float* out);
/// The same of the largest of every 2×2. `shape` is that of `in`.
void halveAffineRelu(const float* in, MapShape shape, const float* scale, const float* shift, float* out);

/// Of the gradient g that passes the ReLU (where out > 0): Σ g and Σ g (x − mean) inverse for each channel [C].
void normGradientSums(const float* gradient, const float* out, const float* x, MapShape shape, const float* mean,
                      const float* inverse, double* sum, double* dot);
/// scale g + slope x + offset for each channel: the gradient towards x.
void normGradient(const float* gradient, const float* out, const float* x, MapShape shape, const float* scale,
                  const float* slope, const float* offset, float* in);
/// The same, put back where halve() chose from; 0 elsewhere. `shape` is that of `in`; the others are halved.
void halvedNormGradient(const float* gradient, const float* out, const float* x, const std::uint8_t* chosen,
                        MapShape shape, const float* scale, const float* slope, const float* offset, float* in);

/// Means over grid × grid windows that cover the map and may overlap by a cell; out: [B, C, grid, grid].
void gridMean(const float* in, MapShape shape, std::size_t grid, float* out);
void gridMeanGradient(const float* gradient, MapShape shape, std::size_t grid, float* in);

} // namespace assay::learn::kernels
