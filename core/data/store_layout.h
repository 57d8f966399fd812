// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace assay {

/// First page of a pixel store file, little-endian: header, pixels from byte 4,096, checksums of their blocks.
struct StoreHeader {
    static constexpr std::array<char, 8> kMagic{'A', 'S', 'S', 'A', 'Y', 'P', 'X', '\n'};
    static constexpr std::uint32_t kVersion = 1;
    static constexpr std::uint32_t kComplete = 0x600D600D;
    static constexpr std::uint64_t kPayloadOffset = 4096;
    static constexpr std::uint64_t kBlock = 1 << 20; ///< pixels under one checksum

    std::array<char, 8> magic = kMagic;
    std::uint32_t version = kVersion;
    std::uint32_t complete = 0; ///< kComplete, written and synced last
    std::uint64_t count = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t channels = 0;
    std::uint32_t reserved = 0;
    std::uint64_t payloadBytes = 0;
    std::uint64_t tableChecksum = 0;  ///< XXH3-64 of the block checksums
    std::uint64_t indexChecksum = 0;  ///< XXH3-64 of the index file beside
    std::uint64_t headerChecksum = 0; ///< XXH3-64 of all the above, with `complete` set

    [[nodiscard]] std::uint64_t blocks() const { return (payloadBytes + kBlock - 1) / kBlock; }
    [[nodiscard]] std::uint64_t tableOffset() const { return (kPayloadOffset + payloadBytes + 7) / 8 * 8; }
    [[nodiscard]] std::uint64_t fileBytes() const { return tableOffset() + blocks() * 8; }
    [[nodiscard]] std::uint64_t ownChecksum() const;
};

[[nodiscard]] std::uint64_t checksum64(std::span<const std::byte> bytes); ///< XXH3-64

} // namespace assay
