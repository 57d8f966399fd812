// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay {

struct ImageGeometry {
    int width = 0;
    int height = 0;
    int channels = 0; ///< 1 grey, 3 RGB
    [[nodiscard]] std::size_t bytes() const { return std::size_t(width) * std::size_t(height) * std::size_t(channels); }
    bool operator==(const ImageGeometry&) const = default;
};

/// An upright 8-bit picture that owns its pixels: rows first, channels interleaved (HWC), no padding.
struct Image {
    ImageGeometry geometry;
    std::vector<std::uint8_t> pixels;
};

} // namespace assay
