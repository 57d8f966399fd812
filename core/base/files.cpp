// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace assay {
namespace {

namespace fs = std::filesystem;

Error systemError(const std::string& what, const fs::path& file, int number) {
    const ErrorCode code = number == ENOSPC || number == EDQUOT || number == EFBIG  ? ErrorCode::NoSpace
                           : number == ENOENT || number == ENOTDIR                  ? ErrorCode::NotFound
                           : number == EACCES || number == EPERM || number == EROFS ? ErrorCode::ReadOnly
                                                                                    : ErrorCode::Io;
    return {code, what + " (" + std::strerror(number) + ")", escapeForDisplay(file.string())};
}

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : m_fd(fd) {}
    ~Descriptor() { (void)close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return m_fd; }
    /// 0, or the error number.
    [[nodiscard]] int close() {
        if (m_fd < 0) return 0;
        const int fd = std::exchange(m_fd, -1);
        return ::close(fd) == 0 ? 0 : errno;
    }

private:
    int m_fd;
};

/// Buffers, writes everything, keeps the first error; hashes nothing, remembers how much was meant.
class DescriptorSink final : public FileSink {
public:
    explicit DescriptorSink(int fd) : m_fd(fd) { m_buffer.reserve(kBufferSize); }
    using FileSink::write;
    void write(std::string_view bytes) override {
        m_total += bytes.size();
        m_sum = addToSum(m_sum, bytes);
        while (!bytes.empty()) {
            const std::size_t part = std::min(bytes.size(), kBufferSize - m_buffer.size());
            m_buffer.append(bytes.substr(0, part));
            bytes.remove_prefix(part);
            if (m_buffer.size() == kBufferSize) flush();
        }
    }
    void flush() {
        std::string_view rest = m_buffer;
        while (!rest.empty() && m_error == 0) {
            const ssize_t written = ::write(m_fd, rest.data(), rest.size());
            if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
            else if (written < 0 && errno != EINTR) m_error = errno;
        }
        m_buffer.clear();
    }
    [[nodiscard]] int error() const { return m_error; }
    [[nodiscard]] std::uint64_t total() const { return m_total; }
    [[nodiscard]] std::uint64_t sum() const { return m_sum; }

    /// FNV-1a, enough to tell that what was read back is what was meant.
    static std::uint64_t addToSum(std::uint64_t sum, std::string_view bytes) {
        for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
        return sum;
    }
    static constexpr std::uint64_t kSumStart = 0xcbf29ce484222325ull;

private:
    static constexpr std::size_t kBufferSize = 1 << 18;
    int m_fd;
    std::string m_buffer;
    int m_error = 0;
    std::uint64_t m_total = 0;
    std::uint64_t m_sum = kSumStart;
};

std::string descriptorPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

Status compareWithDisk(int fd, const DescriptorSink& sink, const fs::path& target) {
    std::array<char, 1 << 16> buffer;
    std::uint64_t total = 0, sum = DescriptorSink::kSumStart;
    for (;;) {
        const ssize_t count = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(total));
        if (count == 0) break;
        if (count < 0) {
            if (errno == EINTR) continue;
            return tl::unexpected(systemError("the file just written could not be read back", target, errno));
        }
        sum = DescriptorSink::addToSum(sum, {buffer.data(), static_cast<std::size_t>(count)});
        total += static_cast<std::uint64_t>(count);
    }
    if (total != sink.total() || sum != sink.sum())
        return fail(ErrorCode::Io, "what was read back is not what was written", escapeForDisplay(target.string()));
    return {};
}

/// A file that has no name yet, so that nothing stays behind where the process is killed; −1 where the file system
/// knows no such files, or a name cannot be given later because /proc is not there.
int openNameless(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || ::access(descriptorPath(fd).c_str(), F_OK) == 0) return fd;
    ::close(fd);
    return -1;
}

/// Whether nobody writes this temporary file any more: whoever does holds a lock on it, which dies with its process.
bool isLeftover(const std::string& name) {
    const Descriptor file(::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat opened {
    }, named{};
    return file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(file.get(), &opened) == 0 &&
           ::lstat(name.c_str(), &named) == 0 && opened.st_ino == named.st_ino && S_ISREG(named.st_mode);
}

/// Calls `take` with names for a temporary file until one is free, removing what a killed process left under them.
/// Returns the name, or nothing where `take` failed for another reason than that the name was taken (see errno).
template <class Take>
std::string takeTemporaryName(const std::string& prefix, const Take& take) {
    for (int number = 1;; ++number) {
        std::string name = prefix + "part";
        if (number > 1) name += std::to_string(number);
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (take(name.c_str())) return name;
            if (errno != EEXIST) return {};
            if (!isLeftover(name)) break;
            ::unlink(name.c_str());
        }
    }
}

Error noSpaceError(const fs::path& target, std::uint64_t wanted) {
    std::string message = "the disk is full: " + withThousands(wanted) + " bytes were to be written";
    if (const auto left = freeSpace(target)) message += ", " + withThousands(*left) + " are free";
    return {ErrorCode::NoSpace, message, escapeForDisplay(target.string())};
}

fs::path xdgFolder(const char* variable, const char* underHome) {
    if (const char* value = std::getenv(variable); value && value[0] == '/') return fs::path(value) / "assay";
    if (const char* home = std::getenv("HOME"); home && home[0] == '/') return fs::path(home) / underHome / "assay";
    if (const passwd* user = getpwuid(getuid()); user && user->pw_dir)
        return fs::path(user->pw_dir) / underHome / "assay";
    return fs::temp_directory_path() / ("assay-" + std::to_string(getuid()));
}

} // namespace

Status writeFileAtomically(const fs::path& requested, const std::function<Status(FileSink&)>& produce) {
    std::error_code code;
    const fs::path target = fs::is_symlink(requested, code) ? fs::weakly_canonical(requested, code) : requested;
    if (fs::is_directory(target, code))
        return fail(ErrorCode::InvalidArgument, "this is a folder, a file name was expected",
                    escapeForDisplay(target.string()));
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");

    const std::string prefix = (folder / ("." + target.filename().string().substr(0, 200) + ".")).string();
    std::string temporary; // its name, once it has one
    int opened = openNameless(folder);
    if (opened < 0)
        temporary = takeTemporaryName(prefix, [&](const char* name) {
            opened = ::open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            return opened >= 0;
        });
    Descriptor file(opened);
    if (file.get() < 0) return tl::unexpected(systemError("cannot write here", target, errno));
    ::flock(file.get(), LOCK_EX | LOCK_NB);
    const Descriptor lock(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0)); // holds it until the file has its name
    const auto giveUp = [&](Error error) -> Status {
        if (!temporary.empty()) ::unlink(temporary.c_str());
        return tl::unexpected(std::move(error));
    };

    DescriptorSink sink(file.get());
    if (Status produced = produce(sink); !produced) return giveUp(std::move(produced).error());
    sink.flush();
    int error = sink.error();
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
    if (error == ENOSPC || error == EDQUOT) return giveUp(noSpaceError(target, sink.total()));
    if (error != 0) return giveUp(systemError("the disk reported an error while writing", target, error));
    if (Status same = compareWithDisk(file.get(), sink, target); !same) return giveUp(std::move(same).error());

    struct stat existing {};
    static const mode_t mask = [] { // read once: reading it means setting it for the whole process
        const mode_t current = ::umask(022);
        ::umask(current);
        return current;
    }();
    const mode_t mode = ::stat(target.c_str(), &existing) == 0 ? existing.st_mode & 07777 : 0666 & ~mask;
    if (::fchmod(file.get(), mode) != 0) return giveUp(systemError("cannot set the file's permissions", target, errno));
    if (temporary.empty()) {
        temporary = takeTemporaryName(prefix, [&](const char* name) {
            return ::linkat(AT_FDCWD, descriptorPath(file.get()).c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
        });
        if (temporary.empty()) return giveUp(systemError("cannot put the new file in place", target, errno));
    }
    if (const int failed = file.close(); failed != 0)
        return giveUp(systemError("the disk reported an error while closing", target, failed));
    if (::rename(temporary.c_str(), target.c_str()) != 0)
        return giveUp(systemError("cannot put the new file in place", target, errno));

    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0 && ::fsync(directory.get()) != 0 && errno != EINVAL)
        return tl::unexpected(systemError("the disk reported an error after writing", target, errno));
    return {};
}

Status writeFileAtomically(const fs::path& target, std::string_view content) {
    return writeFileAtomically(target, [&](FileSink& sink) -> Status {
        sink.write(content);
        return {};
    });
}

Status makeFolder(const fs::path& folder, std::string_view kept) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (!code) return {};
    const std::string what = kept.empty() ? "the folder" : "the folder for " + std::string(kept);
    return fail(ErrorCode::Io, what + " cannot be made: " + code.message(), folder.string());
}

namespace {

/// Opens without waiting on a FIFO, and only a regular file.
Result<std::pair<int, std::uint64_t>> openRegular(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return tl::unexpected(systemError("cannot open the file", file, errno));
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        return fail(ErrorCode::Format, "not a regular file", escapeForDisplay(file.string()));
    }
    return std::pair{fd, static_cast<std::uint64_t>(info.st_size)};
}

} // namespace

Result<std::vector<std::byte>> readFile(const fs::path& file, std::uint64_t limit) {
    ASSAY_TRY(const auto opened, openRegular(file));
    const Descriptor descriptor(opened.first);
    if (opened.second > limit)
        return fail(ErrorCode::InvalidArgument,
                    "the file has " + withThousands(opened.second) + " bytes, more than the " + withThousands(limit) +
                        " that are read here",
                    escapeForDisplay(file.string()));
    std::vector<std::byte> bytes(opened.second);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::read(descriptor.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(systemError("cannot read the file", file, errno));
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const fs::path& file) {
    ASSAY_TRY(const auto opened, openRegular(file));
    const Descriptor descriptor(opened.first);
    std::shared_ptr<MappedFile> mapped(new MappedFile);
    if (opened.second > 0) {
        void* address = ::mmap(nullptr, opened.second, PROT_READ, MAP_SHARED, descriptor.get(), 0);
        if (address == MAP_FAILED) return tl::unexpected(systemError("cannot map the file", file, errno));
        mapped->m_bytes = {static_cast<const std::byte*>(address), opened.second};
    }
    return std::shared_ptr<const MappedFile>(std::move(mapped));
}

MappedFile::~MappedFile() {
    if (!m_bytes.empty()) ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

fs::path userCacheFolder() { return xdgFolder("XDG_CACHE_HOME", ".cache"); }
fs::path userConfigFolder() { return xdgFolder("XDG_CONFIG_HOME", ".config"); }
fs::path userDataFolder() { return xdgFolder("XDG_DATA_HOME", ".local/share"); }
fs::path userStateFolder() { return xdgFolder("XDG_STATE_HOME", ".local/state"); }

Result<std::uint64_t> freeSpace(const fs::path& path) {
    std::error_code code;
    fs::path existing = fs::absolute(path, code);
    while (!existing.empty() && !fs::exists(existing, code) && existing != existing.root_path())
        existing = existing.parent_path();
    struct statvfs info {};
    if (::statvfs(existing.c_str(), &info) != 0)
        return tl::unexpected(systemError("cannot tell how much room is left", existing, errno));
    return std::uint64_t(info.f_bavail) * info.f_frsize;
}

} // namespace assay
