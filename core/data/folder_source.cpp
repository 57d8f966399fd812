// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_source.h"

#include "core/base/text.h"
#include "core/data/folder_fingerprint.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <set>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace assay {
namespace {

constexpr int kDeepest = 64;

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0) ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); }

private:
    int m_fd;
};

bool isBeneath(const std::string& root, const std::string& path) {
    return path.size() > root.size() && path.compare(0, root.size(), root) == 0 &&
           (root.ends_with('/') || path[root.size()] == '/');
}

std::string realPath(const std::string& path) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (!resolved) return {};
    std::string result(resolved);
    ::free(resolved);
    return result;
}

Error osError(int code, const std::string& what) {
    if (code == ENOENT || code == ENOTDIR) return {ErrorCode::NotFound, "the file is not there any more", what};
    return {ErrorCode::Io, std::string("the file cannot be read (") + std::strerror(code) + ")", what};
}

class FolderSource final : public Source {
public:
    FolderSource(std::filesystem::path location, std::string root, FolderListing listing)
        : m_location(std::move(location)), m_root(std::move(root)), m_listing(std::move(listing)) {}

    Status list(ProblemCollector& problems, const ProgressFn& progress, const std::stop_token& stop) {
        Descriptor top(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (top.get() < 0) return tl::unexpected(osError(errno, escapeForDisplay(m_root)));
        ASSAY_CHECK_STATUS(walk(top.release(), "", 0, problems, progress, stop));
        std::sort(m_entries.begin(), m_entries.end(),
                  [](const SourceEntry& a, const SourceEntry& b) { return a.path < b.path; });
        m_visited.clear();
        m_fingerprint = m_sum.text(m_listing.focus);
        return {};
    }

    const std::vector<SourceEntry>& entries() const override { return m_entries; }
    std::string fingerprint() const override { return m_fingerprint; }
    std::filesystem::path location() const override { return m_location; }
    std::string focus() const override { return m_listing.focus; }

    Result<std::vector<std::byte>> read(const std::string& entry, std::uint64_t limit) const override {
        ASSAY_TRY(const int fd, openEntry(entry));
        const Descriptor file(fd);
        struct stat status {};
        if (::fstat(fd, &status) != 0) return tl::unexpected(osError(errno, escapeForDisplay(entry)));
        if (static_cast<std::uint64_t>(status.st_size) > limit)
            return fail(ErrorCode::Unsupported,
                        "the file has " + withThousands(static_cast<std::uint64_t>(status.st_size)) +
                            " bytes, more than the " + withThousands(limit) + " that are read",
                        escapeForDisplay(entry));
        return readBytes(fd, entry, static_cast<std::size_t>(status.st_size));
    }

    Result<std::vector<std::byte>> head(const std::string& entry, std::size_t count) const override {
        ASSAY_TRY(const int fd, openEntry(entry));
        const Descriptor file(fd);
        return readBytes(fd, entry, count);
    }

    std::optional<std::filesystem::path> fileOf(const std::string& entry) const override {
        const std::string file = realPath(m_root + "/" + entry);
        if (file.empty() || !isBeneath(m_root, file)) return std::nullopt;
        return file;
    }

private:
    void addFile(std::string path, const struct stat& status) {
        m_sum.add({}, path, status);
        m_entries.push_back({std::move(path), static_cast<std::uint64_t>(status.st_size)});
    }

    /// Takes over `fd`.
    Status walk(int fd, const std::string& prefix, int depth, ProblemCollector& problems, const ProgressFn& progress,
                const std::stop_token& stop) {
        struct stat own {};
        if (::fstat(fd, &own) == 0 && !m_visited.emplace(own.st_dev, own.st_ino).second) {
            ::close(fd);
            problems.add(escapeForDisplay(prefix), "a folder that was seen already; skipped");
            return {};
        }
        DIR* stream = ::fdopendir(fd);
        if (!stream) {
            const int code = errno;
            ::close(fd);
            return tl::unexpected(osError(code, escapeForDisplay(prefix)));
        }
        const auto closer = std::unique_ptr<DIR, int (*)(DIR*)>(stream, ::closedir);
        std::vector<std::string> folders;
        while (const dirent* item = ::readdir(stream)) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "listing was stopped");
            const std::string_view name = item->d_name;
            if (name == "." || name == "..") continue;
            const std::string path = prefix + std::string(name);
            unsigned char type = item->d_type;
            struct stat status {};
            bool known = false;
            if (type == DT_UNKNOWN || type == DT_REG) {
                if (::fstatat(fd, item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
                known = true;
                type = S_ISREG(status.st_mode)   ? DT_REG
                       : S_ISDIR(status.st_mode) ? DT_DIR
                       : S_ISLNK(status.st_mode) ? DT_LNK
                                                 : DT_FIFO;
            }
            if (type == DT_DIR) {
                if (m_listing.recursive) folders.emplace_back(name);
            } else if (type == DT_REG && known) {
                if (accepts(name)) addFile(path, status);
            } else if (type == DT_LNK) {
                if (accepts(name)) addLink(path, problems);
            } else if (accepts(name)) {
                problems.add(escapeForDisplay(path), "not a regular file");
            }
            if (progress && m_entries.size() % 20'000 == 19'999) progress({"listing", m_entries.size(), 0});
        }
        std::sort(folders.begin(), folders.end());
        for (const std::string& folder : folders) {
            const std::string path = prefix + folder + "/";
            if (depth + 1 >= kDeepest) {
                problems.add(escapeForDisplay(path), "more than 64 folders deep; skipped");
                continue;
            }
            const int child = ::openat(fd, folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (child < 0) {
                problems.add(escapeForDisplay(path),
                             std::string("the folder cannot be read (") + std::strerror(errno) + ")");
                continue;
            }
            ASSAY_CHECK_STATUS(walk(child, path, depth + 1, problems, progress, stop));
        }
        return {};
    }

    void addLink(const std::string& path, ProblemCollector& problems) {
        const std::string target = realPath(m_root + "/" + path);
        struct stat status {};
        if (target.empty() || ::stat(target.c_str(), &status) != 0) {
            problems.add(escapeForDisplay(path), "a link that leads nowhere");
        } else if (!isBeneath(m_root, target)) {
            if (target == m_root) problems.add(escapeForDisplay(path), "a link that leads round in a circle; skipped");
            else problems.add(escapeForDisplay(path), "a link that leads out of the data set");
        } else if (S_ISREG(status.st_mode)) {
            addFile(path, status);
        } else if (S_ISDIR(status.st_mode)) {
            problems.add(escapeForDisplay(path), "a link to a folder of the same data set; skipped");
        } else {
            problems.add(escapeForDisplay(path), "not a regular file");
        }
    }

    bool accepts(std::string_view name) const { return !m_listing.accepts || m_listing.accepts(name); }

    /// Opens beneath the root only, never waits, regular files only.
    Result<int> openEntry(const std::string& entry) const {
        const Descriptor root(::open(m_root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (root.get() < 0) {
            if (errno == ENOENT || errno == ENOTDIR)
                return fail(ErrorCode::NotFound, "the data set is not at its place any more", escapeForDisplay(m_root));
            return tl::unexpected(osError(errno, escapeForDisplay(m_root)));
        }
        constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
        open_how how{};
        how.flags = kFlags;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
        int fd = static_cast<int>(::syscall(SYS_openat2, root.get(), entry.c_str(), &how, sizeof how));
        if (fd < 0 && (errno == ENOSYS || errno == EXDEV || errno == EPERM)) {
            const std::string target = realPath(m_root + "/" + entry);
            if (!target.empty() && !isBeneath(m_root, target))
                return fail(ErrorCode::Unsupported, "the name leads out of the data set", escapeForDisplay(entry));
            fd = ::open((m_root + "/" + entry).c_str(), kFlags);
        }
        if (fd < 0) return tl::unexpected(osError(errno, escapeForDisplay(entry)));
        struct stat status {};
        if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
            ::close(fd);
            return fail(ErrorCode::Unsupported, "not a regular file", escapeForDisplay(entry));
        }
        return fd;
    }

    static Result<std::vector<std::byte>> readBytes(int fd, const std::string& entry, std::size_t count) {
        std::vector<std::byte> bytes(count);
        std::size_t have = 0;
        while (have < count) {
            const ssize_t got = ::read(fd, bytes.data() + have, count - have);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return tl::unexpected(osError(errno, escapeForDisplay(entry)));
            if (got == 0) break;
            have += static_cast<std::size_t>(got);
        }
        bytes.resize(have);
        return bytes;
    }

    std::filesystem::path m_location;
    std::string m_root;
    FolderListing m_listing;
    std::vector<SourceEntry> m_entries;
    std::set<std::pair<dev_t, ino_t>> m_visited;
    FolderFingerprint m_sum;
    std::string m_fingerprint;
};

} // namespace

Result<std::shared_ptr<const Source>> openFolder(const std::filesystem::path& folder, FolderListing listing,
                                                 ProblemCollector& problems, const ProgressFn& progress,
                                                 std::stop_token stop) {
    const std::string root = realPath(folder.string());
    if (root.empty()) return fail(ErrorCode::NotFound, "the folder is not there", escapeForDisplay(folder.string()));
    auto source = std::make_shared<FolderSource>(folder, root, std::move(listing));
    ASSAY_CHECK_STATUS(source->list(problems, progress, stop));
    return source;
}

} // namespace assay
