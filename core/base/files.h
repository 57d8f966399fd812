// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Where an atomic write puts its bytes. Errors are kept and returned by writeFileAtomically.
class FileSink {
public:
    virtual ~FileSink() = default;
    virtual void write(std::string_view bytes) = 0;
    void write(std::span<const std::byte> bytes) {
        write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
};

/// The one way in which Assay writes a file that is not its database: a temporary file in the same folder (nameless
/// at first, for a kill leaves nothing behind then), all written, checked, fsynced, read back, mode bits taken over,
/// renamed, folder fsynced. On failure the target is untouched, the temporary gone. Links lead to their target.
[[nodiscard]] Status writeFileAtomically(const std::filesystem::path& target,
                                         const std::function<Status(FileSink&)>& produce);
[[nodiscard]] Status writeFileAtomically(const std::filesystem::path& target, std::string_view content);

/// Makes a folder and those above it, where they are not there yet. `kept` says what is to lie in it, for the sentence
/// of an error: "checkpoints".
[[nodiscard]] Status makeFolder(const std::filesystem::path& folder, std::string_view kept = {});

/// A whole regular file. Never waits on a FIFO or device; refuses more than `limit` bytes.
[[nodiscard]] Result<std::vector<std::byte>> readFile(const std::filesystem::path& file,
                                                      std::uint64_t limit = 256ull << 20);

/// A read-only memory map of a regular file.
class MappedFile {
public:
    [[nodiscard]] static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& file);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }

private:
    MappedFile() = default;
    std::span<const std::byte> m_bytes;
};

/// The user's folders by the XDG base directory rules; created on first use by whoever writes.
[[nodiscard]] std::filesystem::path userCacheFolder();  ///< …/assay: safe to delete
[[nodiscard]] std::filesystem::path userConfigFolder(); ///< …/assay: settings
[[nodiscard]] std::filesystem::path userDataFolder();   ///< …/assay: plugins, projects of the start page
[[nodiscard]] std::filesystem::path userStateFolder();  ///< …/assay: logs

/// Bytes free for an ordinary user on the file system that holds `path` (or its nearest existing parent).
[[nodiscard]] Result<std::uint64_t> freeSpace(const std::filesystem::path& path);

} // namespace assay
