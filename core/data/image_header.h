// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace assay {

enum class ImageType { Jpeg, Png, WebP, Bmp, Pnm, Tiff };
[[nodiscard]] std::string_view imageTypeName(ImageType type); ///< "JPEG", "PNG", …

/// What a file claims to be, read from its first bytes without any decoder.
struct ImageHeader {
    ImageType type = ImageType::Png;
    std::uint64_t width = 0; ///< as stored, before it is turned upright
    std::uint64_t height = 0;
    int channels = 3;                                 ///< as decoded, 1 to 5
    int bitsPerChannel = 8;                           ///< as decoded: 8, 16 or 32
    int orientation = 1;                              ///< EXIF, 1 to 8; 1 where it is absent or broken
    [[nodiscard]] std::uint64_t decodedBytes() const; ///< saturates
};

/// What the door lets through.
struct ImageLimits {
    std::uint64_t fileBytes = 256ull << 20;
    std::uint64_t pixels = 100'000'000;
    std::uint64_t side = 65'535;
    std::uint64_t decodedBytes = 512ull << 20;
};

/// Type and sizes. Format where the first bytes are of none of the six types (with what they are instead, if that is
/// known), Damaged where the header is cut or impossible.
[[nodiscard]] Result<ImageHeader> readImageHeader(std::span<const std::byte> bytes);

/// The chunks of a PNG that its picture is made of, each compared with its checksum: nothing else reaches the decoder
/// (colour profiles, text, further frames). Damaged where a chunk is cut or changed.
[[nodiscard]] Result<std::vector<std::byte>> essentialPng(std::span<const std::byte> bytes);

/// The first frame of an animated WebP as a WebP of its own, which is all that the decoder reads; empty where the
/// file is a still picture.
[[nodiscard]] std::vector<std::byte> firstWebPFrame(std::span<const std::byte> bytes);

/// Says no with a sentence: "20,000 × 20,000 exceeds 100 megapixels".
[[nodiscard]] Status checkLimits(const ImageHeader& header, std::uint64_t fileBytes, const ImageLimits& limits);

} // namespace assay
