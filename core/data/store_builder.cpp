// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/store_builder.h"

#include "core/base/text.h"
#include "core/data/image_ops.h"
#include "core/data/store_layout.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace assay {
namespace fs = std::filesystem;

/// Writable pages, of a file whose room is reserved or of memory.
class PixelRegion {
public:
    static std::shared_ptr<PixelRegion> onFile(int fd, std::uint64_t bytes, std::string path = {}) {
        if (fd < 0) return nullptr;
        int code = EINTR;
        while (code == EINTR) code = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
        void* address = code == 0 ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
        if (address == MAP_FAILED) {
            ::close(fd);
            if (!path.empty()) ::unlink(path.c_str());
            return nullptr;
        }
        return std::shared_ptr<PixelRegion>(new PixelRegion(address, bytes, fd, std::move(path)));
    }
    static std::shared_ptr<PixelRegion> inMemory(std::uint64_t bytes) {
        void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == MAP_FAILED) return nullptr;
        return std::shared_ptr<PixelRegion>(new PixelRegion(address, bytes, -1, {}));
    }
    ~PixelRegion() {
        ::munmap(m_address, m_bytes);
        if (m_fd >= 0) ::close(m_fd);
    }
    PixelRegion(const PixelRegion&) = delete;
    PixelRegion& operator=(const PixelRegion&) = delete;

    [[nodiscard]] std::uint8_t* data() const { return static_cast<std::uint8_t*>(m_address); }
    [[nodiscard]] std::uint64_t size() const { return m_bytes; }
    [[nodiscard]] int fd() const { return m_fd; }
    [[nodiscard]] const std::string& path() const { return m_path; } ///< empty: no name
    void removeFile() {
        if (!m_path.empty()) ::unlink(m_path.c_str());
    }

private:
    PixelRegion(void* address, std::uint64_t bytes, int fd, std::string path)
        : m_address(address), m_bytes(bytes), m_fd(fd), m_path(std::move(path)) {}
    void* m_address;
    std::uint64_t m_bytes;
    int m_fd;
    std::string m_path;
};

namespace {

constexpr std::string_view kWorkingMark = ".building-";

std::uint64_t regionBytes(std::size_t slots, ImageGeometry geometry) {
    StoreHeader header;
    header.payloadBytes = std::uint64_t(slots) * geometry.bytes();
    return header.fileBytes();
}

bool writeAndSync(const fs::path& file, std::span<const std::byte> bytes) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t wrote = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) break;
        done += static_cast<std::size_t>(wrote);
    }
    const bool good = done == bytes.size() && ::fsync(fd) == 0;
    return ::close(fd) == 0 && good;
}

bool syncFolder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool good = ::fsync(fd) == 0;
    ::close(fd);
    return good;
}

} // namespace

StoreBuilder::StoreBuilder(fs::path folder, std::size_t slots, int boxSide)
    : m_folder(std::move(folder)), m_slots(slots), m_boxSide(boxSide), m_filled(slots, false) {
    static std::atomic<unsigned> serial{0};
    std::error_code code;
    if (!m_folder.empty()) {
        fs::create_directories(m_folder.parent_path(), code);
        removeLeftovers();
        const fs::path working =
            m_folder.string() + std::string(kWorkingMark) + std::to_string(::getpid()) + "-" + std::to_string(++serial);
        if (fs::create_directory(working, code)) {
            m_lock = ::open((working / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (m_lock >= 0 && ::flock(m_lock, LOCK_EX | LOCK_NB) == 0) m_working = working;
            else fs::remove_all(working, code);
        }
    }
    if (m_working.empty())
        m_notes.emplace_back("The cache folder cannot be written, so the pictures are decoded again at each start: " +
                             escapeForDisplay(m_folder.parent_path().string()));
}

StoreBuilder::~StoreBuilder() {
    std::error_code code;
    if (!m_working.empty()) fs::remove_all(m_working, code);
    if (m_lock >= 0) ::close(m_lock);
}

void StoreBuilder::removeLeftovers() const {
    std::error_code code;
    for (const auto& item : fs::directory_iterator(m_folder.parent_path(), code)) {
        if (item.path().filename().native().find(kWorkingMark) == std::string::npos) continue;
        const int lock = ::open((item.path() / "lock").c_str(), O_RDWR | O_CLOEXEC);
        // Whoever builds there holds the lock for as long as it lives.
        const bool dead = lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0;
        if (dead) fs::remove_all(item.path(), code);
        if (lock >= 0) ::close(lock);
    }
}

std::uint8_t* StoreBuilder::at(std::size_t slot) const {
    return m_region->data() + StoreHeader::kPayloadOffset + slot * m_geometry.bytes();
}

Result<std::shared_ptr<PixelRegion>> StoreBuilder::makeRegion(std::uint64_t bytes) {
    if (!m_working.empty()) {
        for (int i = 0; i < 3; ++i) {
            const std::string path = (m_working / ("pixels-" + std::to_string(i))).string();
            const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            if (fd < 0 && errno == EEXIST) continue;
            if (auto region = PixelRegion::onFile(fd, bytes, path)) return region;
            break;
        }
        m_notes.emplace_back("There is no room in the cache folder for " + withThousands(bytes >> 20) +
                             " MiB of pixels, so the pictures are decoded again at each start");
    }
    std::error_code code;
    const fs::path temporary = fs::temp_directory_path(code);
    if (!code)
        if (auto region = PixelRegion::onFile(::open(temporary.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600), bytes))
            return region;
    if (auto region = PixelRegion::inMemory(bytes)) return region;
    return fail(ErrorCode::NoSpace, "there is no room for " + withThousands(bytes >> 20) +
                                        " MiB of pixels, neither in the cache folder nor in memory");
}

Status StoreBuilder::allocate(ImageGeometry geometry) {
    ASSAY_TRY(m_region, makeRegion(regionBytes(m_slots, geometry)));
    m_geometry = geometry;
    return {};
}

Result<std::span<std::uint8_t>> StoreBuilder::slot(std::size_t slot, ImageGeometry geometry) {
    if (!m_region) ASSAY_CHECK_STATUS(allocate(geometry));
    m_filled[slot] = true;
    return std::span<std::uint8_t>(at(slot), geometry.bytes());
}

Status StoreBuilder::place(std::size_t slot, const Image& picture, bool native) {
    const int channels = picture.geometry.channels;
    const auto box = [&](int wanted) { return ImageGeometry{m_boxSide, m_boxSide, wanted}; };
    if (!m_region) {
        m_native = native;
        ASSAY_CHECK_STATUS(allocate(native ? picture.geometry : box(channels)));
    }
    const int wanted = std::max(m_geometry.channels, channels);
    const bool sameSize = picture.geometry.width == m_geometry.width && picture.geometry.height == m_geometry.height;
    if (m_native && !(native && sameSize)) {
        ASSAY_CHECK_STATUS(convert(box(wanted)));
        m_native = false;
    } else if (wanted != m_geometry.channels) {
        ASSAY_CHECK_STATUS(convert({m_geometry.width, m_geometry.height, wanted}));
    }
    const Image right = withChannels(picture, m_geometry.channels);
    if (m_native) std::memcpy(at(slot), right.pixels.data(), right.pixels.size());
    else ASSAY_CHECK_STATUS(letterbox(right, m_boxSide, {at(slot), m_geometry.bytes()}));
    m_filled[slot] = true;
    return {};
}

Status StoreBuilder::convert(ImageGeometry geometry) {
    const std::shared_ptr<PixelRegion> before = m_region;
    const ImageGeometry old = m_geometry;
    const bool sameSize = old.width == geometry.width && old.height == geometry.height;
    ASSAY_CHECK_STATUS(allocate(geometry));
    for (std::size_t i = 0; i < m_slots; ++i) {
        if (!m_filled[i]) continue;
        const std::uint8_t* from = before->data() + StoreHeader::kPayloadOffset + i * old.bytes();
        Image picture{old, std::vector<std::uint8_t>(from, from + old.bytes())};
        picture = withChannels(std::move(picture), geometry.channels);
        if (sameSize) std::memcpy(at(i), picture.pixels.data(), picture.pixels.size());
        else ASSAY_CHECK_STATUS(letterbox(picture, m_boxSide, {at(i), geometry.bytes()}));
    }
    before->removeFile();
    return {};
}

Result<std::shared_ptr<const PixelStore>> StoreBuilder::finish(std::span<const std::byte> index) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < m_slots; ++i) {
        if (!m_filled[i]) continue;
        if (count != i) std::memmove(at(count), at(i), m_geometry.bytes());
        ++count;
    }
    if (count == 0) return fail(ErrorCode::Format, "not one picture could be read");
    const std::span<const std::uint8_t> pixels(at(0), count * m_geometry.bytes());
    if (!m_working.empty() && !m_region->path().empty()) {
        if (const Status published = publish(m_region, index, count); published) {
            if (auto store = PixelStore::open(m_folder / kStorePixels)) return store;
        }
        m_notes.emplace_back("The pixel store could not be written, so the pictures are decoded again at each start: " +
                             escapeForDisplay(m_folder.parent_path().string()));
    }
    return PixelStore::view(m_region, pixels, count, m_geometry);
}

Status StoreBuilder::publish(const std::shared_ptr<PixelRegion>& region, std::span<const std::byte> index,
                             std::size_t count) {
    const auto io = [] { return fail(ErrorCode::Io, "the pixel store could not be written"); };
    StoreHeader header;
    header.count = count;
    header.width = static_cast<std::uint32_t>(m_geometry.width);
    header.height = static_cast<std::uint32_t>(m_geometry.height);
    header.channels = static_cast<std::uint32_t>(m_geometry.channels);
    header.payloadBytes = std::uint64_t(count) * m_geometry.bytes();
    header.indexChecksum = checksum64(index);
    std::uint8_t* const base = region->data();
    std::vector<std::uint64_t> table(static_cast<std::size_t>(header.blocks()));
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::uint64_t begin = i * StoreHeader::kBlock;
        const std::uint64_t length = std::min(StoreHeader::kBlock, header.payloadBytes - begin);
        table[i] = checksum64(std::as_bytes(std::span<const std::uint8_t>(base + StoreHeader::kPayloadOffset + begin,
                                                                          static_cast<std::size_t>(length))));
    }
    header.tableChecksum = checksum64(std::as_bytes(std::span<const std::uint64_t>(table)));
    header.headerChecksum = header.ownChecksum();
    const std::uint64_t payloadEnd = StoreHeader::kPayloadOffset + header.payloadBytes;
    std::memset(base + payloadEnd, 0, static_cast<std::size_t>(header.tableOffset() - payloadEnd));
    std::memcpy(base + header.tableOffset(), table.data(), table.size() * 8);
    std::memset(base, 0, StoreHeader::kPayloadOffset);
    std::memcpy(base, &header, sizeof header);

    // Order: everything, sync, then the mark, sync, then the name. The mapping stays valid over the rename, and
    // becomes the fallback where one of these steps fails.
    if (::ftruncate(region->fd(), static_cast<off_t>(header.fileBytes())) != 0 || ::fsync(region->fd()) != 0)
        return io();
    if (!writeAndSync(m_working / kStoreIndex, index)) return io();
    header.complete = StoreHeader::kComplete;
    std::memcpy(base, &header, sizeof header);
    if (::fsync(region->fd()) != 0) return io();
    std::error_code code;
    fs::rename(region->path(), m_working / kStorePixels, code);
    if (code || !syncFolder(m_working)) return io();
    fs::remove_all(m_folder, code);
    fs::rename(m_working, m_folder, code);
    if (code) return io();
    m_working.clear();
    ::unlink((m_folder / "lock").c_str());
    syncFolder(m_folder.parent_path());
    return {};
}

} // namespace assay
