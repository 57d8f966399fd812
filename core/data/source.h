// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace assay {

/// One file of a source.
struct SourceEntry {
    std::string path;       ///< relative, '/' between parts, bytes as on disk
    std::uint64_t size = 0; ///< as stored
};

/// A folder, an archive or a single file, seen as a flat list of named files. Reads never leave it: links
/// that lead out, `..` and absolute names are not entries. Any thread.
class Source {
public:
    virtual ~Source() = default;
    /// Sorted by path, bytewise.
    [[nodiscard]] virtual const std::vector<SourceEntry>& entries() const = 0;
    [[nodiscard]] virtual Result<std::vector<std::byte>> read(const std::string& entry,
                                                             std::uint64_t limit = 1ull << 30) const = 0;
    /// The first bytes of an entry, at most `count`.
    [[nodiscard]] virtual Result<std::vector<std::byte>> head(const std::string& entry, std::size_t count) const = 0;
    /// Changes whenever the content may have changed: names, sizes, times.
    [[nodiscard]] virtual std::string fingerprint() const = 0;
    [[nodiscard]] virtual std::filesystem::path location() const = 0;
};

/// Opens a folder, archive (.tar, .tar.gz, .tar.xz, .zip by first bytes) or file. Nothing is unpacked to disk.
/// Entries that are refused (links out, absolute names, too many, ratio over 200) go to `problems`.
[[nodiscard]] Result<std::shared_ptr<const Source>> openSource(const std::filesystem::path& path,
                                                              ProblemCollector& problems, const ProgressFn& progress,
                                                              std::stop_token stop);

} // namespace assay
