// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace assay {

/// One file of a source.
struct SourceEntry {
    std::string path;       ///< relative, '/' between parts, bytes as on disk
    std::uint64_t size = 0; ///< as stored
};

using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

/// A folder, an archive or a single file, seen as a flat list of named files. Reads never leave it: links
/// that lead out, `..` and absolute names are not entries. Any thread.
class Source {
public:
    virtual ~Source() = default;
    /// Sorted by path, bytewise.
    [[nodiscard]] virtual const std::vector<SourceEntry>& entries() const = 0;
    [[nodiscard]] virtual Result<std::vector<std::byte>> read(const std::string& entry,
                                                              std::uint64_t limit = 1ull << 30) const = 0;
    /// The same without a copy where the source holds the bytes in memory.
    [[nodiscard]] virtual Result<SharedBytes> share(const std::string& entry, std::uint64_t limit = 1ull << 30) const;
    /// Hands over each entry that `wanted` accepts, in the order that costs least (an archive is read once).
    /// Stops at the first Status that is not good, and as Cancelled.
    using Visitor = std::function<Status(const std::string& entry, Result<SharedBytes> bytes)>;
    [[nodiscard]] virtual Status visit(const std::function<bool(const std::string& entry)>& wanted, std::uint64_t limit,
                                       const Visitor& visitor, std::stop_token stop) const;
    /// Whether share() costs the same in any order; else visit() is the way to read many entries.
    [[nodiscard]] virtual bool randomAccess() const { return true; }
    /// The first bytes of an entry, at most `count`.
    [[nodiscard]] virtual Result<std::vector<std::byte>> head(const std::string& entry, std::size_t count) const = 0;
    /// Changes whenever the content may have changed: names, sizes, times.
    [[nodiscard]] virtual std::string fingerprint() const = 0;
    [[nodiscard]] virtual std::filesystem::path location() const = 0;
    /// Where an entry lies as a regular file of its own (links followed); nothing inside archives.
    [[nodiscard]] virtual std::optional<std::filesystem::path> fileOf(const std::string&) const { return std::nullopt; }
    /// The entry at which the user pointed (a CSV, a batch, an IDX file); empty: all of it.
    [[nodiscard]] virtual std::string focus() const { return {}; }
};

/// Opens a folder, archive (.tar, .tar.gz, .tar.xz, .zip by first bytes) or file. Nothing is unpacked to disk.
/// Entries that are refused (links out, absolute names, too many, ratio over 200) go to `problems`.
[[nodiscard]] Result<std::shared_ptr<const Source>> openSource(const std::filesystem::path& path,
                                                               ProblemCollector& problems, const ProgressFn& progress,
                                                               std::stop_token stop);

/// What fingerprint() would say, where that is known without listing the content: for an archive, and for a folder of
/// plain files. Empty: list it.
[[nodiscard]] std::string quickFingerprint(const std::filesystem::path& path, const std::stop_token& stop = {});

/// A folder of `source` as a source of its own: `prefix` ends in '/', or is empty for the whole.
[[nodiscard]] std::shared_ptr<const Source> subSource(std::shared_ptr<const Source> source, std::string prefix);

/// The content of a gzip stream, at most `limit` bytes of it.
struct Inflated {
    std::vector<std::byte> bytes;
    bool cut = false;      ///< the stream ended early or is damaged; `bytes` is what came before
    bool exceeded = false; ///< there was more than `limit`
};
[[nodiscard]] Inflated gunzip(std::span<const std::byte> compressed, std::uint64_t limit);

} // namespace assay
