// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <span>

namespace assay {

/// The picture with 1 or 3 channels: grey is repeated, colour becomes grey by the Rec. 601 weights.
[[nodiscard]] Image withChannels(Image picture, int channels);

/// The picture turned and mirrored as EXIF orientation 2 to 8 asks for; anything else changes nothing.
[[nodiscard]] Image upright(Image picture, int orientation);

/// The picture scaled so that its longer side is `side` (area interpolation when smaller, linear when larger),
/// centred in a black square of that side. `out` holds side × side × picture.geometry.channels bytes.
[[nodiscard]] Status letterbox(const Image& picture, int side, std::span<std::uint8_t> out);

/// The picture scaled so that its longer side is `side`; each side at least 1.
[[nodiscard]] Result<Image> fitted(const Image& picture, int side);

} // namespace assay
