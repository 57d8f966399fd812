// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/png_writer.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <zlib.h>

namespace assay {
namespace {

void appendNumber(std::vector<std::byte>& bytes, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(number >> shift));
}

void appendChunk(std::vector<std::byte>& file, std::string_view type, std::span<const std::byte> content) {
    appendNumber(file, static_cast<std::uint32_t>(content.size()));
    const std::size_t begin = file.size();
    for (const char c : type) file.push_back(static_cast<std::byte>(c));
    file.insert(file.end(), content.begin(), content.end());
    const auto* from = reinterpret_cast<const Bytef*>(file.data() + begin);
    appendNumber(file, static_cast<std::uint32_t>(::crc32(0, from, static_cast<uInt>(file.size() - begin))));
}

} // namespace

std::vector<std::byte> writePng(const Image& picture) {
    const auto& [width, height, channels] = picture.geometry;
    const std::size_t row = std::size_t(width) * std::size_t(channels);
    // Each row begins with its filter: 0, none.
    std::vector<std::uint8_t> rows((row + 1) * std::size_t(height));
    for (std::size_t y = 0; y < std::size_t(height); ++y)
        std::copy_n(picture.pixels.begin() + static_cast<std::ptrdiff_t>(y * row), row,
                    rows.begin() + static_cast<std::ptrdiff_t>(y * (row + 1) + 1));
    std::vector<std::byte> packed(::compressBound(static_cast<uLong>(rows.size())));
    uLongf size = static_cast<uLongf>(packed.size());
    ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, rows.data(), static_cast<uLong>(rows.size()),
                Z_DEFAULT_COMPRESSION);
    packed.resize(size);

    std::vector<std::byte> file;
    file.reserve(size + 64);
    for (const unsigned char c : {0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A}) file.push_back(std::byte{c});
    std::vector<std::byte> header;
    appendNumber(header, static_cast<std::uint32_t>(width));
    appendNumber(header, static_cast<std::uint32_t>(height));
    const std::byte colour{static_cast<unsigned char>(channels == 1 ? 0 : 2)};
    header.insert(header.end(), {std::byte{8}, colour, std::byte{0}, std::byte{0}, std::byte{0}});
    appendChunk(file, "IHDR", header);
    appendChunk(file, "IDAT", packed);
    appendChunk(file, "IEND", {});
    return file;
}

} // namespace assay
