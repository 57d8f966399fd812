// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace assay {

/// What an archive may hold, and how much of it stays in memory.
struct ArchiveLimits {
    std::size_t entries = 1'000'000;
    std::uint64_t total = 64ull << 30;     ///< bytes unpacked
    std::uint64_t inMemory = 512ull << 20; ///< up to here all content is kept; beyond it is read again when needed
    std::uint64_t ratio = 200;             ///< unpacked to packed, for one entry and for the whole
    std::uint64_t ratioFrom = 4ull << 20;  ///< entries below this size are not asked for their ratio
};

/// Whether these first bytes (512 are enough) are those of a .tar or .zip, perhaps compressed. `packed` tells that
/// they are of a compressed stream, whose content openArchive must look at.
[[nodiscard]] bool looksLikeArchive(std::span<const std::byte> head);
[[nodiscard]] bool looksCompressed(std::span<const std::byte> head);

/// Reads the list, and as much of the content as may stay in memory, in one pass.
[[nodiscard]] Result<std::shared_ptr<const Source>> openArchive(const std::filesystem::path& file,
                                                                const ArchiveLimits& limits, ProblemCollector& problems,
                                                                const ProgressFn& progress, std::stop_token stop);

/// Identity of one regular file: name, size, times.
[[nodiscard]] std::string fileFingerprint(const std::filesystem::path& file);

} // namespace assay
