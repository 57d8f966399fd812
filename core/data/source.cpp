// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"

#include "core/base/text.h"
#include "core/data/archive_source.h"
#include "core/data/folder_fingerprint.h"
#include "core/data/folder_source.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace assay {
namespace {

/// The first bytes of a regular file; nothing where it is none.
std::vector<std::byte> headOf(const std::filesystem::path& file, std::size_t count) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return {};
    std::vector<std::byte> bytes(count);
    struct stat status {};
    ssize_t got = 0;
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) got = ::pread(fd, bytes.data(), count, 0);
    ::close(fd);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
}

bool isArchiveFile(const std::filesystem::path& file) {
    // Enough for the first tar header behind a compressor's own.
    const std::vector<std::byte> head = headOf(file, 1 << 16);
    if (looksLikeArchive(head)) return true;
    if (head.size() >= 2 && head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b})
        return looksLikeArchive(gunzip(head, 512).bytes);
    return looksCompressed(head); // xz, bzip2, zstd: nothing else of ours comes in these
}

/// Names beside a binary file that belong to it.
bool belongsToBinary(std::string_view name) {
    const std::string lower = asciiLower(name);
    return lower.find("ubyte") != std::string::npos || lower.find("idx") != std::string::npos ||
           lower.ends_with(".bin") || lower.ends_with(".txt");
}

/// WebVision's lists lie in info/ and name pictures of the folders beside it: the data set begins a folder higher.
bool liesBelowItsPictures(const std::filesystem::path& list) {
    return list.filename() == "train_filelist_google.txt" && list.parent_path().filename() == "info";
}

class SubSource final : public Source {
public:
    SubSource(std::shared_ptr<const Source> whole, std::string prefix)
        : m_whole(std::move(whole)), m_prefix(std::move(prefix)) {
        for (const SourceEntry& entry : m_whole->entries())
            if (entry.path.starts_with(m_prefix)) m_entries.push_back({entry.path.substr(m_prefix.size()), entry.size});
    }
    const std::vector<SourceEntry>& entries() const override { return m_entries; }
    Result<std::vector<std::byte>> read(const std::string& entry, std::uint64_t limit) const override {
        return m_whole->read(m_prefix + entry, limit);
    }
    Result<std::vector<std::byte>> head(const std::string& entry, std::size_t count) const override {
        return m_whole->head(m_prefix + entry, count);
    }
    Result<SharedBytes> share(const std::string& entry, std::uint64_t limit) const override {
        return m_whole->share(m_prefix + entry, limit);
    }
    Status visit(const std::function<bool(const std::string&)>& wanted, std::uint64_t limit, const Visitor& visitor,
                 std::stop_token stop) const override {
        const auto mine = [&](const std::string& entry) {
            return entry.starts_with(m_prefix) && wanted(entry.substr(m_prefix.size()));
        };
        const auto stripped = [&](const std::string& entry, Result<SharedBytes> bytes) {
            return visitor(entry.substr(m_prefix.size()), std::move(bytes));
        };
        return m_whole->visit(mine, limit, stripped, std::move(stop));
    }
    bool randomAccess() const override { return m_whole->randomAccess(); }
    std::string fingerprint() const override { return m_whole->fingerprint(); }
    std::filesystem::path location() const override { return m_whole->location(); }
    std::optional<std::filesystem::path> fileOf(const std::string& entry) const override {
        return m_whole->fileOf(m_prefix + entry);
    }
    std::string focus() const override {
        const std::string whole = m_whole->focus();
        return whole.starts_with(m_prefix) ? whole.substr(m_prefix.size()) : std::string();
    }

private:
    std::shared_ptr<const Source> m_whole;
    std::string m_prefix;
    std::vector<SourceEntry> m_entries;
};

} // namespace

Result<SharedBytes> Source::share(const std::string& entry, std::uint64_t limit) const {
    ASSAY_TRY(auto bytes, read(entry, limit));
    return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

Status Source::visit(const std::function<bool(const std::string&)>& wanted, std::uint64_t limit, const Visitor& visitor,
                     std::stop_token stop) const {
    for (const SourceEntry& entry : entries()) {
        if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading was stopped");
        if (wanted(entry.path)) ASSAY_CHECK_STATUS(visitor(entry.path, share(entry.path, limit)));
    }
    return {};
}

Result<std::shared_ptr<const Source>> openSource(const std::filesystem::path& path, ProblemCollector& problems,
                                                 const ProgressFn& progress, std::stop_token stop) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return fail(errno == ENOENT || errno == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io,
                    errno == ENOENT || errno == ENOTDIR
                        ? "there is no such file or folder"
                        : std::string("cannot be opened (") + std::strerror(errno) + ")",
                    escapeForDisplay(path.string()));
    if (S_ISDIR(status.st_mode)) return openFolder(path, {}, problems, progress, stop);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Unsupported, "neither a folder nor a regular file", escapeForDisplay(path.string()));
    if (status.st_size == 0) return fail(ErrorCode::Format, "the file is empty", escapeForDisplay(path.string()));
    if (isArchiveFile(path)) return openArchive(path, {}, problems, progress, stop);

    FolderListing listing;
    listing.focus = path.filename().string();
    const std::string lower = asciiLower(listing.focus);
    const bool table = lower.ends_with(".csv") || lower.ends_with(".tsv") || lower.ends_with(".txt");
    listing.recursive = table;
    if (!table)
        listing.accepts = [focus = listing.focus](std::string_view name) {
            return name == focus || belongsToBinary(name);
        };
    std::filesystem::path folder = path.parent_path();
    if (folder.empty()) folder = ".";
    std::error_code code;
    if (const auto whole = std::filesystem::absolute(path, code).lexically_normal();
        !code && liesBelowItsPictures(whole)) {
        folder = whole.parent_path().parent_path();
        listing.focus = "info/" + listing.focus;
    }
    return openFolder(folder, std::move(listing), problems, progress, stop);
}

std::string quickFingerprint(const std::filesystem::path& path, const std::stop_token& stop) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    if (S_ISDIR(status.st_mode)) return folderFingerprint(path, stop);
    if (!S_ISREG(status.st_mode) || !isArchiveFile(path)) return {};
    return fileFingerprint(path);
}

std::shared_ptr<const Source> subSource(std::shared_ptr<const Source> source, std::string prefix) {
    if (prefix.empty()) return source;
    return std::make_shared<SubSource>(std::move(source), std::move(prefix));
}

} // namespace assay
