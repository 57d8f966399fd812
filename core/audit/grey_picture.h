// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// Grey levels, 0 to 255, one plane: width, height and values [H * W].
struct GreyPicture {
    int width = 0, height = 0;
    std::vector<float> levels;
};

/// A picture of HWC bytes as grey (Rec. 601).
[[nodiscard]] GreyPicture greyOf(std::span<const std::uint8_t> pixels, ImageGeometry geometry);
/// Means of areas of side x side; what does not fill one at the right and lower edge is left out.
[[nodiscard]] GreyPicture averaged(const GreyPicture& picture, int side);
/// The bytes of the picture turned left to right.
[[nodiscard]] std::vector<std::uint8_t> mirroredPixels(std::span<const std::uint8_t> pixels, ImageGeometry geometry);

} // namespace assay
