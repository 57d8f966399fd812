// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace assay {

/// All pictures of a data set at one size, memory-mapped: uint8 [N, H, W, C]. Lives in the user's cache
/// folder, named by content, safe to delete. Immutable, any thread.
class PixelStore {
public:
    /// Maps an existing store; Damaged where its mark, size or checksums are not those of a complete one. Up to
    /// 256 MiB every block of pixels is compared with its checksum, beyond that an even choice of blocks.
    [[nodiscard]] static Result<std::shared_ptr<const PixelStore>> open(const std::filesystem::path& file);
    /// Pixels that somebody else keeps alive: [count, H, W, C].
    [[nodiscard]] static std::shared_ptr<const PixelStore> view(std::shared_ptr<const void> owner,
                                                                std::span<const std::uint8_t> pixels, std::size_t count,
                                                                ImageGeometry geometry);

    [[nodiscard]] std::size_t size() const { return m_count; }
    [[nodiscard]] ImageGeometry geometry() const { return m_geometry; }
    /// One picture, HWC.
    [[nodiscard]] std::span<const std::uint8_t> picture(SampleIndex sample) const;
    /// Asks the system to fetch a picture before it is wanted. Returns at once; does nothing for a store that is likely
    /// to be in memory anyway. For pictures that are visited in no order, where reading ahead on disk is in vain.
    void willNeed(SampleIndex sample) const;
    /// All of them, [N, H, W, C].
    [[nodiscard]] std::span<const std::uint8_t> all() const { return m_pixels; }
    /// Checksum of the index file that belongs to this store; 0 for a view.
    [[nodiscard]] std::uint64_t indexChecksum() const { return m_indexChecksum; }

private:
    PixelStore() = default;
    std::shared_ptr<const void> m_owner;
    std::span<const std::uint8_t> m_pixels;
    std::size_t m_count = 0;
    ImageGeometry m_geometry;
    std::uint64_t m_indexChecksum = 0;
    bool m_streamed = false; ///< on disk and large
};

} // namespace assay
