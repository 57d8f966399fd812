// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/grey_picture.h"

#include <algorithm>

namespace assay {

GreyPicture greyOf(std::span<const std::uint8_t> pixels, ImageGeometry g) {
    GreyPicture grey{g.width, g.height, std::vector<float>(std::size_t(g.width) * std::size_t(g.height))};
    for (std::size_t i = 0; i < grey.levels.size(); ++i) {
        const std::uint8_t* p = pixels.data() + i * std::size_t(g.channels);
        grey.levels[i] =
            g.channels == 3 ? 0.299f * float(p[0]) + 0.587f * float(p[1]) + 0.114f * float(p[2]) : float(p[0]);
    }
    return grey;
}

GreyPicture averaged(const GreyPicture& picture, int side) {
    if (side <= 1) return picture;
    GreyPicture small{picture.width / side, picture.height / side, {}};
    small.levels.resize(std::size_t(small.width) * std::size_t(small.height));
    const float share = 1.0f / float(side * side);
    for (int y = 0; y < small.height * side; ++y)
        for (int x = 0; x < small.width * side; ++x)
            small.levels[std::size_t(y / side * small.width + x / side)] +=
                share * picture.levels[std::size_t(y) * std::size_t(picture.width) + std::size_t(x)];
    return small;
}

std::vector<std::uint8_t> mirroredPixels(std::span<const std::uint8_t> pixels, ImageGeometry g) {
    std::vector<std::uint8_t> turned(pixels.size());
    const auto channels = std::size_t(g.channels), width = std::size_t(g.width);
    for (std::size_t at = 0; at < pixels.size(); at += channels) {
        const std::size_t row = at / (width * channels), column = at / channels % width;
        std::copy_n(&pixels[at], channels, &turned[(row * width + width - 1 - column) * channels]);
    }
    return turned;
}

} // namespace assay
