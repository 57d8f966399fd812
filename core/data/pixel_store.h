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
    /// Maps an existing store; Damaged where its mark or size is not that of a complete one.
    [[nodiscard]] static Result<std::shared_ptr<const PixelStore>> open(const std::filesystem::path& file);

    [[nodiscard]] std::size_t size() const { return m_count; }
    [[nodiscard]] ImageGeometry geometry() const { return m_geometry; }
    /// One picture, HWC.
    [[nodiscard]] std::span<const std::uint8_t> picture(SampleIndex sample) const;
    /// All of them, [N, H, W, C].
    [[nodiscard]] std::span<const std::uint8_t> all() const { return m_pixels; }

private:
    PixelStore() = default;
    std::shared_ptr<const MappedFile> m_file;
    std::span<const std::uint8_t> m_pixels;
    std::size_t m_count = 0;
    ImageGeometry m_geometry;
};

} // namespace assay
