// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project_file.h"

#include "core/base/text.h"
#include "core/project/testing.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace assay {

namespace {

std::filesystem::path beside(const std::filesystem::path& project, const char* suffix) {
    std::filesystem::path result = project;
    result += suffix;
    return result;
}

std::uint64_t sizeOrZero(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

std::uint32_t bigEndian(const unsigned char* bytes) {
    return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 | std::uint32_t(bytes[2]) << 8 | bytes[3];
}

/// What a file that is no project seems to be.
std::string lookOf(std::string_view head) {
    struct Kind {
        std::string_view magic;
        const char* name;
    };
    static constexpr Kind kKinds[] = {
        // clang-format off
        {"\x89PNG", "a PNG picture"},      {"\xff\xd8\xff", "a JPEG picture"}, {"PK\x03\x04", "a ZIP archive"},
        {"\x1f\x8b", "a gzip archive"},    {"\xfd" "7zXZ", "an xz archive"},   {"%PDF", "a PDF document"},
        {"\x7f" "ELF", "a program"},       {"GIF8", "a GIF picture"},          {"RIFF", "a RIFF file"},
        // clang-format on
    };
    for (const Kind& kind : kKinds)
        if (head.substr(0, kind.magic.size()) == kind.magic) return kind.name;
    for (const char c : head)
        if (static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\r' && c != '\t') return "a file of another kind";
    return "a text file";
}

tl::unexpected<Error> heldElsewhere(int descriptor, const std::filesystem::path& project) {
    std::array<char, 400> who{};
    const ssize_t n = ::pread(descriptor, who.data(), who.size(), 0);
    std::string holder(who.data(), n > 0 ? std::size_t(n) : 0);
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    return fail(ErrorCode::Busy,
                "the project is open elsewhere" + (holder.empty() ? "" : " (" + escapeForDisplay(holder) + ")"),
                escapeForDisplay(project.string()));
}

std::mutex g_openMutex;
std::map<FileIdentity, int>& openFiles() {
    static std::map<FileIdentity, int> files;
    return files;
}

} // namespace

ProjectFaults& projectFaults() {
    static ProjectFaults faults;
    return faults;
}

std::filesystem::path lockFileOf(const std::filesystem::path& project) { return beside(project, "-lock"); }
std::filesystem::path backupFolderOf(const std::filesystem::path& project) { return beside(project, "-backups"); }
std::filesystem::path journalTextOf(const std::filesystem::path& project) { return beside(project, "-journal.csv"); }
std::filesystem::path checkpointsOf(const std::filesystem::path& project) { return beside(project, "-checkpoints"); }

Result<int> readProjectHeader(const std::filesystem::path& file) {
    const std::string name = escapeForDisplay(file.string());
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return fail(ErrorCode::NotFound, "there is no such project file", name);
        return fail(ErrorCode::Io, std::string("the project file cannot be reached (") + std::strerror(errno) + ")",
                    name);
    }
    if (S_ISDIR(status.st_mode)) return fail(ErrorCode::Format, "this is a folder, not a project file", name);
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::Format, "this is not a regular file", name);
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return fail(ErrorCode::Io, std::string("the project file cannot be read (") + std::strerror(errno) + ")", name);
    std::array<char, 100> head{};
    std::size_t got = 0;
    while (got < head.size()) {
        const ssize_t n = ::pread(descriptor, head.data() + got, head.size() - got, off_t(got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        got += std::size_t(n);
    }
    ::close(descriptor);

    if (got == 0) return fail(ErrorCode::Damaged, "the project file is empty; restore a backup", name);
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    const std::string_view seen(head.data(), got);
    if (got < head.size() && kMagic.substr(0, got) == seen.substr(0, kMagic.size()))
        return fail(ErrorCode::Damaged, "the project file is cut short; restore a backup", name);
    if (seen.substr(0, kMagic.size()) != kMagic)
        return fail(ErrorCode::Format, "this is not an Assay project but " + lookOf(seen), name);
    const auto* bytes = reinterpret_cast<const unsigned char*>(head.data());
    if (bigEndian(bytes + 68) != kProjectApplicationId)
        return fail(ErrorCode::Format, "this is another program's SQLite database, not an Assay project", name);
    const std::uint32_t rawPage = std::uint32_t(bytes[16]) << 8 | bytes[17];
    const std::uint64_t pageSize = rawPage == 1 ? 65536 : rawPage;
    const std::uint64_t expected = pageSize * bigEndian(bytes + 28);
    const bool countHolds = bigEndian(bytes + 24) == bigEndian(bytes + 92);
    if (countHolds && !endedUncleanly(file) && std::uint64_t(status.st_size) < expected)
        return fail(ErrorCode::Damaged,
                    "the project file is cut short (" + withThousands(std::uint64_t(status.st_size)) + " of " +
                        withThousands(expected) + " bytes); restore a backup or save what is readable",
                    name);
    return int(bigEndian(bytes + 60));
}

bool endedUncleanly(const std::filesystem::path& project) {
    return sizeOrZero(beside(project, "-wal")) > 0 || sizeOrZero(beside(project, "-journal")) > 0;
}

std::optional<FileIdentity> identityOf(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    return FileIdentity{std::uint64_t(status.st_dev), std::uint64_t(status.st_ino)};
}

OpenFileMark::OpenFileMark(FileIdentity identity) : m_identity(identity) {
    const std::scoped_lock lock(g_openMutex);
    ++openFiles()[m_identity];
}

OpenFileMark::~OpenFileMark() {
    const std::scoped_lock lock(g_openMutex);
    if (--openFiles()[m_identity] == 0) openFiles().erase(m_identity);
}

bool OpenFileMark::isOpen(FileIdentity identity) {
    const std::scoped_lock lock(g_openMutex);
    return openFiles().contains(identity);
}

Result<std::unique_ptr<ProjectLock>> ProjectLock::acquire(const std::filesystem::path& project) {
    const std::filesystem::path file = lockFileOf(project);
    for (;;) {
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (descriptor < 0) {
            const int reason = errno;
            return fail(reason == ENOSPC ? ErrorCode::NoSpace : ErrorCode::ReadOnly,
                        std::string("the folder of the project cannot be written (") + std::strerror(reason) + ")",
                        escapeForDisplay(project.string()));
        }
        std::unique_ptr<ProjectLock> lock(new ProjectLock(file, descriptor));
        int outcome;
        do outcome = ::flock(descriptor, LOCK_EX | LOCK_NB);
        while (outcome != 0 && errno == EINTR);
        if (outcome != 0) {
            const int reason = errno;
            lock->m_file.clear(); // not ours to remove
            if (reason == EWOULDBLOCK) return heldElsewhere(descriptor, project);
            return fail(ErrorCode::ReadOnly,
                        std::string("the project cannot be locked (") + std::strerror(reason) + ")",
                        escapeForDisplay(project.string()));
        }
        // Whoever held it before may have removed the name in the meantime: then this lock is on nothing.
        struct stat mine {};
        const auto named = identityOf(file);
        if (::fstat(descriptor, &mine) != 0 || named != FileIdentity{mine.st_dev, mine.st_ino}) {
            lock->m_file.clear();
            continue;
        }
        std::array<char, 256> machine{};
        ::gethostname(machine.data(), machine.size() - 1);
        const std::string note =
            "process " + std::to_string(::getpid()) + " on " + machine.data() + " since " + utcNow() + "\n";
        // Only for the message of others: a full disk may swallow it.
        if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, note.data(), note.size(), 0) < 0) errno = 0;
        return lock;
    }
}

ProjectLock::~ProjectLock() {
    if (!m_file.empty()) ::unlink(m_file.c_str());
    ::close(m_descriptor);
}

std::filesystem::path temporaryNameFor(const std::filesystem::path& target) {
    static std::atomic<unsigned> counter{0};
    const std::string name = "." + target.filename().string().substr(0, 100) + "." + std::to_string(::getpid()) + "-" +
                             std::to_string(counter++);
    return target.parent_path() / name;
}

namespace {

Status broken(const char* what, const std::filesystem::path& target) {
    return fail(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::Io,
                std::string(what) + " (" + std::strerror(errno) + ")", escapeForDisplay(target.string()));
}

Status syncFile(const std::filesystem::path& finished, const std::filesystem::path& target) {
    const int file = ::open(finished.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return broken("the new file cannot be read back", target);
    const bool synced = ::fsync(file) == 0;
    ::close(file);
    return synced ? Status{} : broken("the disk did not take the new file", target);
}

Status syncFolderOf(const std::filesystem::path& target) {
    const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool kept = directory >= 0 && ::fsync(directory) == 0;
    if (directory >= 0) ::close(directory);
    return kept ? Status{} : broken("the disk did not take the new name", target);
}

} // namespace

Status publishNewFile(const std::filesystem::path& finished, const std::filesystem::path& target) {
    ASSAY_CHECK_STATUS(syncFile(finished, target));
    // A link never replaces what is there; renaming would.
    if (::link(finished.c_str(), target.c_str()) != 0) {
        if (errno == EEXIST)
            return fail(ErrorCode::InvalidArgument, "a file of this name exists already",
                        escapeForDisplay(target.string()));
        if (::syscall(SYS_renameat2, AT_FDCWD, finished.c_str(), AT_FDCWD, target.c_str(), 1u /* RENAME_NOREPLACE */) !=
            0)
            return broken("the new file cannot be given its name", target);
    } else {
        ::unlink(finished.c_str());
    }
    return syncFolderOf(target);
}

Status replaceFile(const std::filesystem::path& finished, const std::filesystem::path& target) {
    ASSAY_CHECK_STATUS(syncFile(finished, target));
    if (::rename(finished.c_str(), target.c_str()) != 0) return broken("the new file cannot be given its name", target);
    return syncFolderOf(target);
}

bool onNetworkShare(const std::filesystem::path& file) {
    if (projectFaults().pretendShare) return true;
    struct statfs status {};
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    if (::statfs(folder.c_str(), &status) != 0) return false;
    switch (static_cast<std::uint32_t>(status.f_type)) {
    case 0x6969:     // NFS
    case 0x517B:     // SMB
    case 0xFF534D42: // CIFS
    case 0xFE534D42: // SMB2
    case 0x65735546: // FUSE: sshfs and the like
    case 0x01021997: // 9P
        return true;
    default: return false;
    }
}

} // namespace assay
