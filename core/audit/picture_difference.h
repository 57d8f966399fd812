// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/low_frequencies.h"

#include <cstdint>
#include <span>

namespace assay {

/// How one picture is laid over another: the part of it that lies at `offset` from the middle, turned left to right or
/// not, over the other's middle.
struct Alignment {
    CutOffset offset;
    bool mirrored = false;
};

/// What is left between two pictures once they are aligned and mean and contrast are made the same; grey levels, 0 to
/// 255. Pictures of more than 64 pixels a side are compared as means of areas.
struct PictureDifference {
    double all = 0; ///< root mean square
    double low = 0; ///< of its lowest frequencies only: where other pictures differ most, and new compression least
    double contrast = 0;   ///< geometric mean of both standard deviations
    double brightness = 0; ///< between the means
    double colour = 0;     ///< root mean square of the colours of 4 x 4 areas, brightness apart
};
/// Both pictures are HWC bytes of this geometry.
[[nodiscard]] PictureDifference differenceOf(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                             ImageGeometry geometry, Alignment alignment = {});

/// How different two pictures may be to count as the same.
struct AlikeLimits {
    double low = 2, all = 9;
    [[nodiscard]] bool hold(const PictureDifference& difference, double generosity = 1) const;
};

} // namespace assay
