// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

#include <cstdint>
#include <span>

namespace assay {

/// 64 bits that change little when a picture changes little. Pixels are HWC bytes; colour is taken as grey
/// (Rec. 601). Pictures of the other size are averaged over areas when larger, interpolated when smaller.

/// Signs of the lowest 8 x 8 coefficients of a 32 x 32 cosine transform against their median (Zauner 2010).
[[nodiscard]] std::uint64_t cosineHash(std::span<const std::uint8_t> pixels, ImageGeometry geometry);
/// Whether each of 8 x 8 places is darker than its right neighbour.
[[nodiscard]] std::uint64_t differenceHash(std::span<const std::uint8_t> pixels, ImageGeometry geometry);

/// Bits in which two hashes differ.
[[nodiscard]] int hammingDistance(std::uint64_t a, std::uint64_t b);

} // namespace assay
