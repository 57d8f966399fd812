// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/archive_source.h"

#include "core/base/hash.h"
#include "core/base/text.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace assay {
namespace {

constexpr std::size_t kBlock = 16 << 10; ///< small, so that the ratio of one entry can be told
constexpr std::size_t kHead = 4096;      ///< kept of every entry whose content is not

/// libarchive on one open file.
class Reader {
public:
    static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& file) {
        auto reader = std::unique_ptr<Reader>(new Reader);
        reader->m_fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        struct stat status {};
        if (reader->m_fd < 0)
            return fail(errno == ENOENT || errno == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io,
                        errno == ENOENT || errno == ENOTDIR ? "the archive is not at its place any more"
                                                            : "the archive cannot be read",
                        escapeForDisplay(file.string()));
        if (::fstat(reader->m_fd, &status) != 0 || !S_ISREG(status.st_mode))
            return fail(ErrorCode::Unsupported, "not a regular file", escapeForDisplay(file.string()));
        reader->m_packedSize = static_cast<std::uint64_t>(status.st_size);
        reader->m_archive = ::archive_read_new();
        if (!reader->m_archive) return fail(ErrorCode::Internal, "no memory to read an archive");
        ::archive_read_support_filter_all(reader->m_archive);
        ::archive_read_support_format_tar(reader->m_archive);
        ::archive_read_support_format_zip(reader->m_archive);
        if (::archive_read_open_fd(reader->m_archive, reader->m_fd, kBlock) != ARCHIVE_OK)
            return fail(ErrorCode::Format, "the archive cannot be opened (" + reader->reason() + ")",
                        escapeForDisplay(file.filename().string()));
        return reader;
    }
    ~Reader() {
        if (m_archive) ::archive_read_free(m_archive);
        if (m_fd >= 0) ::close(m_fd);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    [[nodiscard]] archive* get() const { return m_archive; }
    [[nodiscard]] std::string reason() const {
        const char* text = ::archive_error_string(m_archive);
        return text ? escapeForDisplay(text) : "unknown reason";
    }
    /// Packed bytes that went in so far.
    [[nodiscard]] std::uint64_t consumed() const {
        return static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_filter_bytes(m_archive, -1), 0));
    }
    [[nodiscard]] std::uint64_t packedSize() const { return m_packedSize; }

private:
    Reader() = default;
    archive* m_archive = nullptr;
    int m_fd = -1;
    std::uint64_t m_packedSize = 0;
};

/// Relative, without "." parts; empty where the name may not be used.
std::string cleanName(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos) return {};
    std::string result;
    std::size_t begin = 0;
    while (begin <= name.size()) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        if (part == "..") return {};
        if (!part.empty() && part != ".") {
            if (!result.empty()) result += '/';
            result += part;
        }
        begin = end + 1;
    }
    return result;
}

enum class EntryEnd { Whole, Cut, TooLarge, Ratio, Archive, Cancelled };

class ArchiveSource final : public Source {
public:
    ArchiveSource(std::filesystem::path file, const ArchiveLimits& limits)
        : m_file(std::move(file)), m_limits(limits), m_fingerprint(fileFingerprint(m_file)) {}

    Status list(ProblemCollector& problems, const ProgressFn& progress, const std::stop_token& stop) {
        ASSAY_TRY(const std::unique_ptr<Reader> reader, Reader::open(m_file));
        std::uint64_t kept = 0;
        std::uint64_t unpacked = 0;
        std::size_t count = 0;
        bool keeping = true;
        archive_entry* item = nullptr;
        while (true) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading the archive was stopped");
            const int code = ::archive_read_next_header(reader->get(), &item);
            if (code == ARCHIVE_EOF) break;
            if (code < ARCHIVE_WARN) {
                const std::string text = "the archive ends early or is damaged (" + reader->reason() + ")";
                if (m_content.empty()) return fail(ErrorCode::Damaged, text, display());
                problems.add(display(), text);
                break;
            }
            if (++count > m_limits.entries)
                return fail(ErrorCode::Unsupported,
                            "the archive holds more than " + withThousands(m_limits.entries) + " entries", display());
            const char* rawName = ::archive_entry_pathname(item);
            const std::string given = rawName ? rawName : "";
            if (::archive_entry_filetype(item) == AE_IFDIR) continue;
            const std::string name = cleanName(given);
            if (name.empty()) {
                problems.add(escapeForDisplay(given), "a name that leads out of the archive");
                continue;
            }
            if (::archive_entry_hardlink(item) || ::archive_entry_filetype(item) != AE_IFREG) {
                problems.add(escapeForDisplay(name), "a link or device inside an archive is not followed");
                continue;
            }
            if (m_content.contains(name)) {
                problems.add(escapeForDisplay(name), "is twice in the archive; the first one counts");
                continue;
            }
            std::vector<std::byte> bytes;
            std::uint64_t size = 0;
            const EntryEnd end =
                readEntry(*reader, item, keeping ? m_limits.inMemory : kHead, bytes, size, unpacked, stop);
            if (end == EntryEnd::Cancelled) return fail(ErrorCode::Cancelled, "reading the archive was stopped");
            if (end == EntryEnd::Archive)
                return fail(ErrorCode::Unsupported,
                            "the archive unpacks to more than " + withThousands(m_limits.ratio) +
                                " times its size or to more than " + withThousands(m_limits.total >> 30) + " GiB",
                            escapeForDisplay(name));
            if (end == EntryEnd::Ratio) {
                problems.add(escapeForDisplay(name),
                             "unpacks to more than " + withThousands(m_limits.ratio) + " times its size; refused");
                continue;
            }
            if (end == EntryEnd::Cut) problems.add(escapeForDisplay(name), "the archive is cut inside this file");
            kept += keeping ? size : bytes.size();
            m_content.emplace(name, std::make_shared<const std::vector<std::byte>>(std::move(bytes)));
            m_entries.push_back({name, size});
            if (keeping && kept > m_limits.inMemory) {
                keeping = false;
                for (auto& [path, content] : m_content)
                    if (content->size() > kHead)
                        content = std::make_shared<const std::vector<std::byte>>(
                            content->begin(), content->begin() + static_cast<std::ptrdiff_t>(kHead));
            }
            if (progress && count % 256 == 0) progress({"reading archive", reader->consumed(), reader->packedSize()});
            if (end == EntryEnd::Cut) break;
        }
        m_inMemory = keeping;
        std::sort(m_entries.begin(), m_entries.end(),
                  [](const SourceEntry& a, const SourceEntry& b) { return a.path < b.path; });
        if (m_entries.empty()) return fail(ErrorCode::Format, "the archive holds no files", display());
        return {};
    }

    const std::vector<SourceEntry>& entries() const override { return m_entries; }
    std::string fingerprint() const override { return m_fingerprint; }
    std::filesystem::path location() const override { return m_file; }
    bool randomAccess() const override { return m_inMemory; }

    Result<SharedBytes> share(const std::string& entry, std::uint64_t limit) const override {
        const auto it = m_content.find(entry);
        if (it == m_content.end())
            return fail(ErrorCode::NotFound, "the archive holds no such file", escapeForDisplay(entry));
        if (m_inMemory) {
            if (it->second->size() > limit) return tl::unexpected(tooLarge(entry, limit));
            return it->second;
        }
        Result<SharedBytes> found =
            fail(ErrorCode::NotFound, "the archive changed since it was listed", escapeForDisplay(entry));
        bool done = false;
        ASSAY_CHECK_STATUS(scan([&](const std::string& name) { return name == entry; }, limit,
                                [&](const std::string&, Result<SharedBytes> bytes) -> Status {
                                    found = std::move(bytes);
                                    done = true;
                                    return {};
                                },
                                {}, &done));
        return found;
    }

    Result<std::vector<std::byte>> read(const std::string& entry, std::uint64_t limit) const override {
        ASSAY_TRY(const SharedBytes bytes, share(entry, limit));
        return *bytes;
    }

    Result<std::vector<std::byte>> head(const std::string& entry, std::size_t count) const override {
        const auto it = m_content.find(entry);
        if (it == m_content.end())
            return fail(ErrorCode::NotFound, "the archive holds no such file", escapeForDisplay(entry));
        if (m_inMemory || count <= kHead) {
            const auto& bytes = *it->second;
            return std::vector<std::byte>(bytes.begin(),
                                          bytes.begin() + static_cast<std::ptrdiff_t>(std::min(count, bytes.size())));
        }
        ASSAY_TRY(auto bytes, read(entry, 1ull << 30));
        bytes.resize(std::min(bytes.size(), count));
        return bytes;
    }

    Status visit(const std::function<bool(const std::string&)>& wanted, std::uint64_t limit, const Visitor& visitor,
                 std::stop_token stop) const override {
        if (m_inMemory) return Source::visit(wanted, limit, visitor, std::move(stop));
        return scan(wanted, limit, visitor, stop, nullptr);
    }

private:
    std::string display() const { return escapeForDisplay(m_file.filename().string()); }

    static Error tooLarge(const std::string& entry, std::uint64_t limit) {
        return {ErrorCode::Unsupported, "the file has more than the " + withThousands(limit) + " bytes that are read",
                escapeForDisplay(entry)};
    }

    /// Reads one entry; of its content at most `keep` bytes stay in `bytes`.
    EntryEnd readEntry(const Reader& reader, archive_entry* item, std::uint64_t keep, std::vector<std::byte>& bytes,
                       std::uint64_t& size, std::uint64_t& unpacked, const std::stop_token& stop) const {
        const std::uint64_t before = reader.consumed();
        if (::archive_entry_size_is_set(item))
            bytes.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(
                {keep, static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_entry_size(item), 0)), 64ull << 20})));
        const void* block = nullptr;
        std::size_t length = 0;
        la_int64_t offset = 0;
        while (true) {
            const int code = ::archive_read_data_block(reader.get(), &block, &length, &offset);
            if (code == ARCHIVE_EOF) return EntryEnd::Whole;
            if (code < ARCHIVE_WARN) return EntryEnd::Cut;
            const auto* data = static_cast<const std::byte*>(block);
            // A sparse entry leaves holes; they count as zero bytes.
            const std::uint64_t end = static_cast<std::uint64_t>(offset) + length;
            if (end < size) return EntryEnd::Cut;
            unpacked += end - size;
            const std::uint64_t hole =
                static_cast<std::uint64_t>(offset) > size ? static_cast<std::uint64_t>(offset) - size : 0;
            size = end;
            if (unpacked > m_limits.total) return EntryEnd::Archive;
            if (unpacked > m_limits.ratio * reader.packedSize() + m_limits.ratioFrom * 16) return EntryEnd::Archive;
            if (size > m_limits.ratioFrom && size > m_limits.ratio * (reader.consumed() - before + kBlock))
                return EntryEnd::Ratio;
            if (bytes.size() < keep) {
                bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size() + hole, keep)));
                const std::size_t room = static_cast<std::size_t>(keep) - bytes.size();
                bytes.insert(bytes.end(), data, data + std::min(room, length));
            }
            if (stop.stop_requested()) return EntryEnd::Cancelled;
        }
    }

    Status scan(const std::function<bool(const std::string&)>& wanted, std::uint64_t limit, const Visitor& visitor,
                const std::stop_token& stop, const bool* done) const {
        ASSAY_TRY(const std::unique_ptr<Reader> reader, Reader::open(m_file));
        std::unordered_set<std::string> seen;
        std::uint64_t unpacked = 0;
        archive_entry* item = nullptr;
        while (!(done && *done)) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "reading the archive was stopped");
            const int code = ::archive_read_next_header(reader->get(), &item);
            if (code == ARCHIVE_EOF || code < ARCHIVE_WARN) break;
            const char* rawName = ::archive_entry_pathname(item);
            const std::string name = cleanName(rawName ? rawName : "");
            if (::archive_entry_filetype(item) != AE_IFREG || ::archive_entry_hardlink(item)) continue;
            if (!m_content.contains(name) || !wanted(name) || !seen.insert(name).second) continue;
            std::vector<std::byte> bytes;
            std::uint64_t size = 0;
            const EntryEnd end = readEntry(*reader, item, limit + 1, bytes, size, unpacked, stop);
            if (end == EntryEnd::Cancelled) return fail(ErrorCode::Cancelled, "reading the archive was stopped");
            if (end == EntryEnd::Archive || end == EntryEnd::Ratio || bytes.size() > limit) {
                ASSAY_CHECK_STATUS(visitor(name, tl::unexpected(tooLarge(name, limit))));
            } else {
                ASSAY_CHECK_STATUS(visitor(name, std::make_shared<const std::vector<std::byte>>(std::move(bytes))));
            }
            if (end == EntryEnd::Cut) break;
        }
        return {};
    }

    std::filesystem::path m_file;
    ArchiveLimits m_limits;
    std::string m_fingerprint;
    std::vector<SourceEntry> m_entries;
    std::unordered_map<std::string, SharedBytes> m_content; ///< whole, or the first kHead bytes
    bool m_inMemory = true;
};

bool startsWith(std::span<const std::byte> head, std::string_view magic, std::size_t at = 0) {
    return head.size() >= at + magic.size() && std::memcmp(head.data() + at, magic.data(), magic.size()) == 0;
}

} // namespace

bool looksCompressed(std::span<const std::byte> head) {
    return startsWith(head, "\x1f\x8b") || startsWith(head, {"\xfd\x37\x7a\x58\x5a\x00", 6}) ||
           startsWith(head, "BZh") || startsWith(head, "\x28\xb5\x2f\xfd");
}

bool looksLikeArchive(std::span<const std::byte> head) {
    return startsWith(head, "PK\x03\x04") || startsWith(head, "PK\x05\x06") || startsWith(head, "ustar", 257);
}

Result<std::shared_ptr<const Source>> openArchive(const std::filesystem::path& file, const ArchiveLimits& limits,
                                                  ProblemCollector& problems, const ProgressFn& progress,
                                                  std::stop_token stop) {
    auto source = std::make_shared<ArchiveSource>(file, limits);
    ASSAY_CHECK_STATUS(source->list(problems, progress, stop));
    return source;
}

std::string fileFingerprint(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    ContentHasher hasher;
    hasher.add(std::string_view(file.filename().native()));
    hasher.add(static_cast<std::uint64_t>(status.st_size));
    hasher.add(static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000u +
               static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
    hasher.add(static_cast<std::uint64_t>(status.st_ctim.tv_sec) * 1'000'000'000u +
               static_cast<std::uint64_t>(status.st_ctim.tv_nsec));
    return "file-" + hasher.hex();
}

} // namespace assay
