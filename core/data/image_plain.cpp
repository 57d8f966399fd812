// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_ops.h"

#include <utility>

namespace assay {

Image withChannels(Image picture, int channels) {
    if (picture.geometry.channels == channels) return picture;
    const std::size_t pixels = std::size_t(picture.geometry.width) * std::size_t(picture.geometry.height);
    Image result{{picture.geometry.width, picture.geometry.height, channels}, {}};
    result.pixels.resize(result.geometry.bytes());
    if (channels == 3) {
        for (std::size_t i = 0; i < pixels; ++i)
            for (std::size_t c = 0; c < 3; ++c) result.pixels[3 * i + c] = picture.pixels[i];
        return result;
    }
    for (std::size_t i = 0; i < pixels; ++i) {
        const std::uint8_t* from = &picture.pixels[3 * i];
        result.pixels[i] = static_cast<std::uint8_t>((299u * from[0] + 587u * from[1] + 114u * from[2] + 500u) / 1000u);
    }
    return result;
}

Image upright(Image picture, int orientation) {
    if (orientation < 2 || orientation > 8) return picture;
    const int width = picture.geometry.width;
    const int height = picture.geometry.height;
    const int channels = picture.geometry.channels;
    const bool turned = orientation >= 5;
    Image result{{turned ? height : width, turned ? width : height, channels}, {}};
    result.pixels.resize(picture.pixels.size());
    for (int y = 0; y < result.geometry.height; ++y)
        for (int x = 0; x < result.geometry.width; ++x) {
            // Where the pixel that is shown at (x, y) lies in the file.
            int fromX = turned ? y : x;
            int fromY = turned ? x : y;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) fromX = width - 1 - fromX;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
                fromY = height - 1 - fromY;
            const std::uint8_t* from =
                &picture.pixels[(std::size_t(fromY) * std::size_t(width) + std::size_t(fromX)) * std::size_t(channels)];
            std::uint8_t* to = &result.pixels[(std::size_t(y) * std::size_t(result.geometry.width) + std::size_t(x)) *
                                              std::size_t(channels)];
            for (int c = 0; c < channels; ++c) to[c] = from[c];
        }
    return result;
}

} // namespace assay
