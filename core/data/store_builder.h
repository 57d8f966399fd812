// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/image.h"
#include "core/data/pixel_store.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace assay {

class PixelRegion;

/// Files of a store inside its folder.
inline constexpr const char* kStorePixels = "pixels";
inline constexpr const char* kStoreIndex = "index";

/// Collects pictures of one geometry in slots, and makes a pixel store of those that were filled. All pictures of a
/// set that are equally large and at most kNativeSide keep their size; otherwise all are fitted into a square.
/// One thread. Until finish() has returned nothing lies in the cache that looks whole; what an unfinished builder
/// left is removed by its destructor, or by the next builder after a crash.
class StoreBuilder {
public:
    static constexpr int kNativeSide = 128;

    /// `folder` is the store's own (…/stores/<key>); where it cannot be made, pixels stay in a nameless temporary
    /// file or in memory, and notes() says so. `boxSide`: side of the square for pictures of mixed sizes.
    StoreBuilder(std::filesystem::path folder, std::size_t slots, int boxSide);
    ~StoreBuilder();
    StoreBuilder(const StoreBuilder&) = delete;
    StoreBuilder& operator=(const StoreBuilder&) = delete;

    /// The picture in full size where its longer side is at most kNativeSide, else fitted into the box side.
    /// A picture of another size or more channels than those before changes the geometry of all.
    [[nodiscard]] Status place(std::size_t slot, const Image& picture, bool native);
    /// One picture of a fixed native geometry, written in place by the caller: HWC.
    [[nodiscard]] Result<std::span<std::uint8_t>> slot(std::size_t slot, ImageGeometry geometry);

    /// Whether all pictures keep their native size.
    [[nodiscard]] bool native() const { return m_native; }
    /// Drops empty slots, writes checksums, index and, last, the mark; maps the result.
    [[nodiscard]] Result<std::shared_ptr<const PixelStore>> finish(std::span<const std::byte> index);
    [[nodiscard]] const std::vector<std::string>& notes() const { return m_notes; }

private:
    [[nodiscard]] Status allocate(ImageGeometry geometry);
    [[nodiscard]] Result<std::shared_ptr<PixelRegion>> makeRegion(std::uint64_t bytes);
    [[nodiscard]] Status convert(ImageGeometry geometry);
    [[nodiscard]] Status publish(const std::shared_ptr<PixelRegion>& region, std::span<const std::byte> index,
                                 std::size_t count);
    [[nodiscard]] std::uint8_t* at(std::size_t slot) const;
    void removeLeftovers() const;

    std::filesystem::path m_folder;  ///< final
    std::filesystem::path m_working; ///< while building; empty: not in the cache
    int m_lock = -1;
    std::size_t m_slots = 0;
    int m_boxSide = 0;
    bool m_native = true;
    ImageGeometry m_geometry;
    std::shared_ptr<PixelRegion> m_region;
    std::vector<bool> m_filled;
    std::vector<std::string> m_notes;
};

} // namespace assay
