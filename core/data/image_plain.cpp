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

} // namespace assay
