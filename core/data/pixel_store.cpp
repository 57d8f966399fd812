// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pixel_store.h"

#include "core/base/text.h"
#include "core/data/store_layout.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <xxhash.h>

namespace assay {
namespace {

constexpr std::uint64_t kCheckWhole = 256;      ///< blocks
constexpr std::uint64_t kStreamed = 1ull << 30; ///< bytes from which a store is not expected to stay in memory

std::uint64_t storedChecksum(std::span<const std::byte> table, std::uint64_t block) {
    std::uint64_t value = 0;
    std::memcpy(&value, table.data() + block * 8, 8);
    return value;
}

} // namespace

std::uint64_t checksum64(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t StoreHeader::ownChecksum() const {
    StoreHeader whole = *this;
    whole.complete = kComplete;
    return XXH3_64bits(&whole, offsetof(StoreHeader, headerChecksum));
}

Result<std::shared_ptr<const PixelStore>> PixelStore::open(const std::filesystem::path& file) {
    const auto damaged = [&](const char* what) {
        return fail(ErrorCode::Damaged, std::string("the pixel store ") + what, escapeForDisplay(file.string()));
    };
    ASSAY_TRY(const std::shared_ptr<const MappedFile> map, MappedFile::open(file));
    const std::span<const std::byte> bytes = map->bytes();
    if (bytes.size() < StoreHeader::kPayloadOffset) return damaged("is cut");
    StoreHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != StoreHeader::kMagic) return damaged("does not begin like one");
    if (header.version != StoreHeader::kVersion) return damaged("has another version");
    if (header.complete != StoreHeader::kComplete) return damaged("was not finished");
    if (header.headerChecksum != header.ownChecksum()) return damaged("has a changed header");
    const std::uint64_t picture = std::uint64_t(header.width) * header.height * header.channels;
    if (header.width > 65535 || header.height > 65535 || (header.channels != 1 && header.channels != 3) ||
        picture == 0 || header.count > std::numeric_limits<std::uint32_t>::max() ||
        header.payloadBytes / picture != header.count || header.payloadBytes % picture != 0 ||
        header.fileBytes() != bytes.size())
        return damaged("is cut or has impossible sizes");
    const auto table = bytes.subspan(static_cast<std::size_t>(header.tableOffset()));
    if (checksum64(table) != header.tableChecksum) return damaged("is damaged");
    const auto payload = bytes.subspan(StoreHeader::kPayloadOffset, static_cast<std::size_t>(header.payloadBytes));
    const std::uint64_t blocks = header.blocks();
    const std::uint64_t checks = std::min(blocks, kCheckWhole);
    for (std::uint64_t i = 0; i < checks; ++i) {
        const std::uint64_t block = checks < 2 ? 0 : i * (blocks - 1) / (checks - 1);
        const std::uint64_t begin = block * StoreHeader::kBlock;
        const std::uint64_t length = std::min(StoreHeader::kBlock, header.payloadBytes - begin);
        if (checksum64(payload.subspan(begin, length)) != storedChecksum(table, block)) return damaged("is damaged");
    }
    const ImageGeometry geometry{int(header.width), int(header.height), int(header.channels)};
    auto store = std::shared_ptr<PixelStore>(new PixelStore);
    store->m_owner = map;
    store->m_pixels = {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    store->m_count = static_cast<std::size_t>(header.count);
    store->m_geometry = geometry;
    store->m_indexChecksum = header.indexChecksum;
    store->m_streamed = header.payloadBytes >= kStreamed;
    return store;
}

std::shared_ptr<const PixelStore> PixelStore::view(std::shared_ptr<const void> owner,
                                                   std::span<const std::uint8_t> pixels, std::size_t count,
                                                   ImageGeometry geometry) {
    auto store = std::shared_ptr<PixelStore>(new PixelStore);
    store->m_owner = std::move(owner);
    store->m_pixels = pixels;
    store->m_count = count;
    store->m_geometry = geometry;
    return store;
}

std::span<const std::uint8_t> PixelStore::picture(SampleIndex sample) const {
    return m_pixels.subspan(std::size_t(sample.value) * m_geometry.bytes(), m_geometry.bytes());
}

void PixelStore::willNeed(SampleIndex sample) const {
    if (!m_streamed) return;
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto pixels = picture(sample);
    const auto begin = reinterpret_cast<std::uintptr_t>(pixels.data()) & ~(page - 1);
    const auto end = reinterpret_cast<std::uintptr_t>(pixels.data() + pixels.size());
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_WILLNEED);
}

} // namespace assay
