// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/image.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay::learn {

enum class Padding { Zeros, Reflect };

/// How a training picture is varied. Every random number is drawn from (seed, Augment, epoch, sample), so what a
/// network saw can be rendered again, and nothing depends on loaders or threads.
struct AugmentOptions {
    int cropPadding = 0;      ///< pixels on each side before a crop of the old size; 0: none
    Padding padding = Padding::Zeros;
    double flip = 0;          ///< probability of a horizontal flip
    int cutout = 0;           ///< side of the square, centre uniform, clipped at the borders; 0: none (DeVries 2017)
    int randAugmentOps = 0;   ///< operations in a row, with replacement; 0: none (Cubuk et al. 2020, torchvision's)
    int randAugmentLevel = 9; ///< magnitude index m, 0..30
    std::uint8_t fill = 0;    ///< grey of padding, cutout and geometric operations
    [[nodiscard]] bool any() const { return cropPadding > 0 || flip > 0 || cutout > 0 || randAugmentOps > 0; }
};

/// `in` and `out`: HWC of `geometry`, not overlapping. `view` tells apart several variants of one sample in one
/// epoch. `scratch` is working space kept between calls.
void augment(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry geometry,
             const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample,
             std::uint32_t view, std::vector<std::uint8_t>& scratch);

/// One operation of RandAugment at magnitude `level` of 0..30 with torchvision's 31 bins (methods: Cubuk et al.,
/// NeurIPS 2020). Geometric ones use nearest neighbours about the picture's centre.
enum class RandAugmentOp {
    Identity, ShearX, ShearY, TranslateX, TranslateY, Rotate, Brightness, Color, Contrast, Sharpness, Posterize,
    Solarize, AutoContrast, Equalize,
};
inline constexpr int kRandAugmentOps = 14;
void applyRandAugment(RandAugmentOp op, double level, bool negative, std::span<const std::uint8_t> in,
                      std::span<std::uint8_t> out, ImageGeometry geometry, std::uint8_t fill);

/// Averages areas (shrinking) or interpolates linearly (growing) to another size; HWC, same channels.
[[nodiscard]] std::vector<std::uint8_t> resizeArea(std::span<const std::uint8_t> in, ImageGeometry from,
                                                   ImageGeometry to);

} // namespace assay::learn
