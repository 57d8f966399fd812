// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace assay {

/// "ASAY" at byte 68 of the file: lets file(1) and the desktop know a project without SQLite.
inline constexpr std::uint32_t kProjectApplicationId = 0x41534159;
/// Schema version, major × 1000 + minor. A newer minor may be read, a newer major not.
inline constexpr int kProjectSchema = 1001;

/// What lies beside a project P.assay.
[[nodiscard]] std::filesystem::path lockFileOf(const std::filesystem::path& project);     ///< P.assay-lock
[[nodiscard]] std::filesystem::path backupFolderOf(const std::filesystem::path& project); ///< P.assay-backups
[[nodiscard]] std::filesystem::path journalTextOf(const std::filesystem::path& project);  ///< P.assay-journal.csv
[[nodiscard]] std::filesystem::path checkpointsOf(const std::filesystem::path& project);  ///< P.assay-checkpoints

/// The first 100 bytes, looked at before SQLite may touch the file. Returns the schema version. Format for another
/// program's file, Damaged for one cut short. A newer schema is returned, not refused.
[[nodiscard]] Result<int> readProjectHeader(const std::filesystem::path& file);

/// True where a log lies beside the file that a clean end would have emptied.
[[nodiscard]] bool endedUncleanly(const std::filesystem::path& project);

/// Device and inode: which file a name stands for.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0;
    auto operator<=>(const FileIdentity&) const = default;
};
[[nodiscard]] std::optional<FileIdentity> identityOf(const std::filesystem::path& file);

/// Makes `target` from a finished file in the same folder, fails where it exists already, syncs the folder.
[[nodiscard]] Status publishNewFile(const std::filesystem::path& finished, const std::filesystem::path& target);
/// Puts a finished file of the same folder in the place of `target`, syncs the folder.
[[nodiscard]] Status replaceFile(const std::filesystem::path& finished, const std::filesystem::path& target);
/// A free name in the folder of `target`, for a file that becomes it.
[[nodiscard]] std::filesystem::path temporaryNameFor(const std::filesystem::path& target);

/// Notes while alive that this process has connections to a file. Closing any other descriptor of such a file
/// would drop SQLite's locks (POSIX), so nobody may read it but through SQLite.
class OpenFileMark {
public:
    explicit OpenFileMark(FileIdentity identity);
    ~OpenFileMark();
    OpenFileMark(const OpenFileMark&) = delete;
    OpenFileMark& operator=(const OpenFileMark&) = delete;
    [[nodiscard]] static bool isOpen(FileIdentity identity);

private:
    FileIdentity m_identity;
};

/// The right to write a project: a lock that the kernel frees with the process, so none is ever stale. What the
/// lock file says is only for the message.
class ProjectLock {
public:
    /// Busy where another holds it (the message says who), ReadOnly where the lock file cannot be made.
    [[nodiscard]] static Result<std::unique_ptr<ProjectLock>> acquire(const std::filesystem::path& project);
    ~ProjectLock();
    ProjectLock(const ProjectLock&) = delete;
    ProjectLock& operator=(const ProjectLock&) = delete;

private:
    ProjectLock(std::filesystem::path file, int descriptor) : m_file(std::move(file)), m_descriptor(descriptor) {}
    std::filesystem::path m_file;
    int m_descriptor = -1;
};

/// True on a network or user-space file system, where a write-ahead log cannot be shared.
[[nodiscard]] bool onNetworkShare(const std::filesystem::path& file);

} // namespace assay
