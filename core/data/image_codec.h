// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/image.h"
#include "core/data/image_header.h"

#include <cstddef>
#include <span>

namespace assay {

/// How small a picture may be decoded: both sides at least these, 0 where full size is asked for.
struct DecodeScale {
    int shorterSide = 0;
    int longerSide = 0;
};

/// A picture as a person should see it: upright, 8 bits, grey or RGB. The door comes first (first bytes, sizes,
/// limits), then the smallest power-of-two scale that is enough. One rule for all formats: 16 bits become 8 by
/// shifting, transparent pixels are blended over white, CMYK becomes RGB by (1−C)(1−K), of several frames the first
/// counts. Damaged where the data end early; Unsupported, Format or Damaged with a sentence otherwise. Never throws.
[[nodiscard]] Result<Image> decodePicture(std::span<const std::byte> bytes, const DecodeScale& scale = {},
                                          const ImageLimits& limits = {});

/// Whether this build decodes pictures at all.
[[nodiscard]] bool canDecodePictures();

} // namespace assay
