// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

#include <cstdint>
#include <span>

namespace assay::learn {

/// Filters of PIL's resize.
enum class ResizeFilter { Lanczos, Bicubic, Bilinear, Box, Hamming, Nearest };
inline constexpr int kResizeFilters = 6;

/// A rectangle of the picture, of sides in whole pixels, stretched to the picture's size with that filter.
void cropAndResample(int left, int top, int width, int height, ResizeFilter filter, std::span<const std::uint8_t> in,
                     std::span<std::uint8_t> out, ImageGeometry geometry);

/// PIL's BLUR: the mean of the sixteen pixels at the border of 5×5; the outer two rows and columns stay.
void blur(std::span<const std::uint8_t> in, std::span<std::uint8_t> out, ImageGeometry geometry);

/// One colour in place of a rectangle, clipped at the borders.
void cutRectangle(std::span<std::uint8_t> picture, ImageGeometry geometry, int top, int left, int height, int width,
                  std::uint8_t fill);
/// One colour in place of a square, clipped at the borders.
void cutSquare(std::span<std::uint8_t> picture, ImageGeometry geometry, int side, int centreY, int centreX,
               std::uint8_t fill);

} // namespace assay::learn
