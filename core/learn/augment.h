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

/// Stands for a length that follows from the picture's size.
inline constexpr int kRelativeToPicture = -1;

/// Whose RandAugment: how many operations, how strong and how often (see strong_view.cpp for each).
enum class RandAugmentKind {
    Torchvision, ///< level of 0..30, always applied (Cubuk et al., NeurIPS 2020)
    FixMatch,    ///< ten levels drawn anew, each applied half the time (Sohn et al., NeurIPS 2020, PyTorch port)
    TorchSsl,    ///< any strength, always applied (Zhang et al., NeurIPS 2021, TorchSSL)
    Mpl          ///< level of 0..30, applied with a probability drawn from 0.2 to 0.8 (Pham et al., CVPR 2021)
};

/// How a training picture is varied. Every random number is drawn from (seed, Augment, epoch, sample), so what a
/// network saw can be rendered again, and nothing depends on loaders or threads.
struct AugmentOptions {
    int cropPadding = 0; ///< pixels on each side before a crop of the old size; 0: none
    Padding padding = Padding::Zeros;
    double flip = 0;          ///< probability of a horizontal flip
    int cutout = 0;           ///< side of the square, centre uniform, clipped at the borders; 0: none (DeVries 2017)
    int randAugmentOps = 0;   ///< operations in a row, with replacement; 0: none (Cubuk et al. 2020, torchvision's)
    int randAugmentLevel = 9; ///< magnitude index m, 0..30
    RandAugmentKind randAugmentKind = RandAugmentKind::Torchvision;
    bool photometric = false;  ///< RandAugment draws only operations that move nothing
    std::uint8_t fill = 0;     ///< grey of padding and geometric operations, and of the cutout unless it has its own
    int cutoutFill = -1;       ///< grey of the cutout; −1: fill
    bool cutoutVaries = false; ///< the square's side is uniform from 0 to `cutout`
    double erasing = 0;        ///< probability of erasing a rectangle, with the cutout's grey (Zhong et al., AAAI 2020)
    double smallestArea = 1;   ///< random resized crop: the least share of the area that is kept; 1: none
    double jitter = 0;         ///< probability of a colour jitter
    double brightness = 0, contrast = 0, saturation = 0; ///< factors of the jitter, uniform in 1 ± these
    double hue = 0;      ///< shift of the jitter, uniform in ± this share of the circle
    double grey = 0;     ///< probability of losing the colours
    double solarise = 0; ///< probability of inverting what is 128 or brighter
    [[nodiscard]] bool any() const {
        return cropPadding > 0 || flip > 0 || cutout > 0 || randAugmentOps > 0 || smallestArea < 1 || erasing > 0 ||
               coloured();
    }
    [[nodiscard]] bool coloured() const { return jitter > 0 || grey > 0 || solarise > 0; }
};

/// The strong view of contrastive learning: random resized crop, flip, jitter, grey, solarise (Chen et al., ICML 2020,
/// as TCL has it: Huang et al., CVPR 2023). On pictures of one channel what concerns colours does nothing.
[[nodiscard]] AugmentOptions contrastiveView();

/// `weak` followed by RandAugment of that kind with its own number of operations and a cutout of half the picture.
[[nodiscard]] AugmentOptions strongView(const AugmentOptions& weak, RandAugmentKind kind);

/// `in` and `out`: HWC of `geometry`, not overlapping. `view` tells apart several variants of one sample in one
/// epoch. `scratch` is working space kept between calls.
void augment(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry geometry,
             const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample,
             std::uint32_t view, std::vector<std::uint8_t>& scratch);

/// An operation on a whole picture. Geometric ones use nearest neighbours about the picture's centre.
enum class RandAugmentOp {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
};
inline constexpr int kRandAugmentOps = 14;
/// What FixMatch's and TorchSSL's RandAugment give an operation at `share` of the largest strength: slope, pixels,
/// degrees, bits, level, or the factor of an enhancement. `sign`: −1 or 1, where there are two directions.
[[nodiscard]] double strongAmount(RandAugmentOp op, double share, double sign, ImageGeometry geometry);
/// By `amount` in the operation's own unit: shear factor, pixels, degrees, factor of the enhancement, bits kept,
/// threshold; without a meaning for the others.
void applyOperation(RandAugmentOp op, double amount, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
                    ImageGeometry geometry, std::uint8_t fill);
/// At magnitude `level` of 0..30 with torchvision's 31 bins (Cubuk et al., NeurIPS 2020).
void applyRandAugment(RandAugmentOp op, double level, bool negative, std::span<const std::uint8_t> in,
                      std::span<std::uint8_t> out, ImageGeometry geometry, std::uint8_t fill);

/// Grey of a pixel, 0 to 255; its first value where there are fewer than three.
[[nodiscard]] inline double luma(const std::uint8_t* pixel, int channels) {
    return channels < 3 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}
/// out = degenerate + factor (in − degenerate), clipped: Brightness (degenerate is black), Contrast (the mean grey) or
/// Color (the pixel's grey).
void enhance(RandAugmentOp op, double factor, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
             ImageGeometry geometry);
/// Turns every pixel's hue by `shift` of the circle; pictures without three channels stay as they are.
void shiftHue(double shift, std::span<std::uint8_t> picture, ImageGeometry geometry);
/// Every pixel becomes its luma; pictures without three channels stay as they are.
void loseColours(std::span<std::uint8_t> picture, ImageGeometry geometry);
/// A rectangle of the picture, stretched to the picture's size.
struct CropBox {
    int top = 0, left = 0, height = 0, width = 0;
};
/// torchvision's: area uniform from `smallestArea` to 1, aspect ratio log-uniform from 3/4 to 4/3, the centre where
/// ten draws do not fit.
[[nodiscard]] CropBox drawCrop(CounterRng& rng, ImageGeometry geometry, double smallestArea);
/// Random erasing's, as torchvision draws it: area uniform from 0.02 to 0.33 of the picture's, aspect ratio log-uniform
/// from 0.3 to 3.3; empty where ten draws do not fit.
[[nodiscard]] CropBox drawErased(CounterRng& rng, ImageGeometry geometry);
void cropAndResize(const CropBox& box, std::span<const std::uint8_t> in, std::span<std::uint8_t> out,
                   ImageGeometry geometry);
/// Jitter, grey and solarise of `options`, in place.
void varyColours(CounterRng& rng, const AugmentOptions& options, std::span<std::uint8_t> picture,
                 ImageGeometry geometry, std::vector<std::uint8_t>& scratch);

/// RandAugment of `options`, in place.
void randAugment(CounterRng& rng, const AugmentOptions& options, std::span<std::uint8_t> picture,
                 ImageGeometry geometry, std::vector<std::uint8_t>& scratch);

/// Averages areas (shrinking) or interpolates linearly (growing) to another size; HWC, same channels.
[[nodiscard]] std::vector<std::uint8_t> resizeArea(std::span<const std::uint8_t> in, ImageGeometry from,
                                                   ImageGeometry to);

} // namespace assay::learn
