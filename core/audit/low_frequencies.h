// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/grey_picture.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

/// Where a part of a picture is cut out, in pixels from the middle: to the right and down.
struct CutOffset {
    int x = 0, y = 0;
    bool operator==(const CutOffset&) const = default;
};

/// The lowest terms of the cosine transform of a picture's inner part, cut out at the middle and around it. A shifted
/// copy's middle is the original's part beside the middle, whatever came in at the edge. Terms are in grey levels:
/// the root of their squares' sum is the root mean square of what they draw. The mean is not among them.
class LowFrequencies {
public:
    static constexpr std::size_t kTerms = 32;
    using Terms = std::array<float, kTerms>;

    explicit LowFrequencies(ImageGeometry geometry);

    /// Offsets at which parts are cut out, by rows; the middle one is {0, 0}, the only one for tiny pictures.
    [[nodiscard]] const std::vector<CutOffset>& offsets() const { return m_offsets; }
    [[nodiscard]] std::size_t middle() const { return m_offsets.size() / 2; }
    /// Terms for every offset.
    [[nodiscard]] std::vector<Terms> of(const GreyPicture& picture) const;
    [[nodiscard]] Terms ofMiddle(const GreyPicture& picture) const;
    /// Of the part turned left to right.
    [[nodiscard]] static Terms mirrored(Terms terms);

private:
    /// Terms at every offset of row `o`, into `to`.
    void termsOfRow(const std::vector<float>& across, int o, Terms* to) const;
    [[nodiscard]] std::vector<float> acrossOf(const GreyPicture& picture) const;

    int m_side = 1;                ///< pixels that are averaged first, in either direction
    int m_across = 1;              ///< offsets in each direction
    int m_width = 0, m_height = 0; ///< after averaging
    std::vector<CutOffset> m_offsets;
    std::vector<float> m_columns; ///< [width, kLanes]: cosine u of the part at offset o in lane o * kKept + u
    std::vector<float> m_rows;    ///< [offsets in y * kKept, height]
};

/// Cosine u of a part of `length` places, scaled so that the terms of a picture are in grey levels.
[[nodiscard]] float scaledCosine(int u, int place, int length);

} // namespace assay
