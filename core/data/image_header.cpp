// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_header.h"

#include "core/base/text.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <string>
#include <zlib.h>

namespace assay {
namespace {

constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

/// Reads numbers without ever leaving the bytes; one bad read makes it bad for good.
class Cursor {
public:
    Cursor(std::span<const std::byte> bytes, bool bigEndian) : m_bytes(bytes), m_big(bigEndian) {}
    [[nodiscard]] bool has(std::uint64_t at, std::uint64_t count) const {
        return at <= m_bytes.size() && count <= m_bytes.size() - at;
    }
    std::uint64_t number(std::uint64_t at, int bytes) {
        if (!has(at, std::uint64_t(bytes))) {
            m_good = false;
            return 0;
        }
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i) {
            const auto byte = std::to_integer<std::uint64_t>(m_bytes[static_cast<std::size_t>(at) + std::size_t(i)]);
            value |= byte << (8 * (m_big ? bytes - 1 - i : i));
        }
        return value;
    }
    std::uint64_t u8(std::uint64_t at) { return number(at, 1); }
    std::uint64_t u16(std::uint64_t at) { return number(at, 2); }
    std::uint64_t u32(std::uint64_t at) { return number(at, 4); }
    [[nodiscard]] bool is(std::uint64_t at, std::string_view text) const {
        if (!has(at, text.size())) return false;
        return std::equal(
            text.begin(), text.end(), m_bytes.begin() + static_cast<std::ptrdiff_t>(at),
            [](char a, std::byte b) { return static_cast<unsigned char>(a) == std::to_integer<unsigned char>(b); });
    }
    [[nodiscard]] bool good() const { return m_good; }
    [[nodiscard]] std::uint64_t size() const { return m_bytes.size(); }
    [[nodiscard]] std::span<const std::byte> from(std::uint64_t at, std::uint64_t count = kAny) const {
        if (at > m_bytes.size()) return {};
        return m_bytes.subspan(static_cast<std::size_t>(at),
                               static_cast<std::size_t>(std::min<std::uint64_t>(count, m_bytes.size() - at)));
    }

private:
    std::span<const std::byte> m_bytes;
    bool m_big;
    bool m_good = true;
};

tl::unexpected<Error> damaged(const char* what) { return fail(ErrorCode::Damaged, what); }

struct TiffDirectory {
    std::uint64_t width = 0, height = 0, bits = 1, samples = 1, photometric = 1, orientation = 1, tileWidth = 0,
                  tileHeight = 0;
};

/// The first directory of a TIFF structure, which is also what EXIF is made of.
std::optional<TiffDirectory> readDirectory(std::span<const std::byte> bytes) {
    const Cursor probe(bytes, false);
    const bool big = probe.is(0, "MM");
    if (!big && !probe.is(0, "II")) return std::nullopt;
    Cursor cursor(bytes, big);
    if (cursor.u16(2) != 42) return std::nullopt;
    const std::uint64_t begin = cursor.u32(4);
    const std::uint64_t count = cursor.u16(begin);
    TiffDirectory directory;
    for (std::uint64_t i = 0; i < count && cursor.good(); ++i) {
        const std::uint64_t entry = begin + 2 + 12 * i;
        const std::uint64_t tag = cursor.u16(entry);
        const std::uint64_t type = cursor.u16(entry + 2);
        const std::uint64_t values = cursor.u32(entry + 4);
        const int size = type == 3 ? 2 : type == 4 ? 4 : 1;
        // Only the bits per sample may have several values; then they lie elsewhere.
        const std::uint64_t at = values * std::uint64_t(size) > 4 ? cursor.u32(entry + 8) : entry + 8;
        if (!cursor.has(at, std::uint64_t(size))) continue;
        const std::uint64_t value = cursor.number(at, size);
        switch (tag) {
        case 256: directory.width = value; break;
        case 257: directory.height = value; break;
        case 258: directory.bits = value; break;
        case 262: directory.photometric = value; break;
        case 274: directory.orientation = value; break;
        case 277: directory.samples = value; break;
        case 322: directory.tileWidth = value; break;
        case 323: directory.tileHeight = value; break;
        default: break;
        }
    }
    return directory;
}

int exifOrientation(std::span<const std::byte> tiff) {
    const auto directory = readDirectory(tiff);
    return directory && directory->orientation >= 1 && directory->orientation <= 8 ? int(directory->orientation) : 1;
}

Result<ImageHeader> readJpeg(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, true);
    ImageHeader header{ImageType::Jpeg, 0, 0, 3, 8, 1};
    std::uint64_t at = 2;
    bool oriented = false;
    while (true) {
        if (!cursor.has(at, 2)) return damaged("damaged: the JPEG ends before it tells its size");
        if (cursor.u8(at) != 0xFF) {
            ++at; // rubbish between segments is skipped, as libjpeg does
            continue;
        }
        const std::uint64_t marker = cursor.u8(at + 1);
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        at += 2;
        if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) continue;
        if (marker == 0xD9 || marker == 0xDA) return damaged("damaged: the JPEG tells no size");
        const std::uint64_t length = cursor.u16(at);
        if (!cursor.good() || length < 2) return damaged("damaged: the JPEG ends before it tells its size");
        if (marker == 0xE1 && cursor.is(at + 2, {"Exif\0", 5}) && !oriented && length > 8) {
            header.orientation = exifOrientation(cursor.from(at + 8, length - 8));
            oriented = true;
        }
        const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) {
            const std::uint64_t precision = cursor.u8(at + 2);
            header.height = cursor.u16(at + 3);
            header.width = cursor.u16(at + 5);
            header.channels = int(std::min<std::uint64_t>(cursor.u8(at + 7), 4));
            if (!cursor.good()) return damaged("damaged: the JPEG ends before it tells its size");
            header.bitsPerChannel = precision > 8 ? 16 : 8;
            return header;
        }
        at += length;
    }
}

Result<ImageHeader> readPng(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, true);
    ImageHeader header{ImageType::Png, 0, 0, 3, 8, 1};
    if (!cursor.has(8, 25) || !cursor.is(12, "IHDR")) return damaged("damaged: the PNG ends before it tells its size");
    header.width = cursor.u32(16);
    header.height = cursor.u32(20);
    header.bitsPerChannel = cursor.u8(24) == 16 ? 16 : 8;
    const std::uint64_t colour = cursor.u8(25);
    header.channels = colour == 0 ? 1 : colour == 2 ? 3 : 4;
    for (std::uint64_t at = 8; cursor.has(at, 8);) {
        const std::uint64_t length = cursor.u32(at);
        if (cursor.is(at + 4, "eXIf") && cursor.has(at + 8, length))
            header.orientation = exifOrientation(cursor.from(at + 8, length));
        if (cursor.is(at + 4, "tRNS")) header.channels = 4;
        at += 12 + length;
    }
    return header;
}

Result<ImageHeader> readWebP(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, false);
    ImageHeader header{ImageType::WebP, 0, 0, 4, 8, 1};
    if (cursor.is(12, "VP8 ") && cursor.has(20, 10)) {
        header.width = cursor.u16(26) & 0x3FFF;
        header.height = cursor.u16(28) & 0x3FFF;
    } else if (cursor.is(12, "VP8L") && cursor.has(20, 5)) {
        const std::uint64_t bits = cursor.u32(21);
        header.width = (bits & 0x3FFF) + 1;
        header.height = ((bits >> 14) & 0x3FFF) + 1;
    } else if (cursor.is(12, "VP8X") && cursor.has(20, 10)) {
        header.width = cursor.number(24, 3) + 1;
        header.height = cursor.number(27, 3) + 1;
        for (std::uint64_t at = 30; cursor.has(at, 8);) {
            const std::uint64_t length = cursor.u32(at + 4);
            if (cursor.is(at, "EXIF")) {
                const bool prefixed = cursor.is(at + 8, {"Exif\0\0", 6});
                header.orientation = exifOrientation(cursor.from(at + (prefixed ? 14 : 8), length));
            }
            at += 8 + length + (length & 1);
        }
    } else {
        return damaged("damaged: the WebP ends before it tells its size");
    }
    return header;
}

Result<ImageHeader> readBmp(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, false);
    ImageHeader header{ImageType::Bmp, 0, 0, 3, 8, 1};
    const std::uint64_t size = cursor.u32(14);
    if (size == 12) {
        header.width = cursor.u16(18);
        header.height = cursor.u16(20);
    } else {
        const auto width = static_cast<std::int32_t>(cursor.u32(18));
        const auto height = static_cast<std::int32_t>(cursor.u32(22));
        if (cursor.good() && (size < 16 || width < 0)) return damaged("damaged: the BMP header has impossible sizes");
        header.width = static_cast<std::uint64_t>(width);
        header.height = height < 0 ? 0 - static_cast<std::uint64_t>(std::int64_t(height)) : std::uint64_t(height);
        if (cursor.has(28, 2) && cursor.u16(28) == 32) header.channels = 4;
    }
    if (!cursor.good()) return damaged("damaged: the BMP ends before it tells its size");
    return header;
}

Result<ImageHeader> readPnm(std::span<const std::byte> bytes) {
    const char kind = static_cast<char>(bytes[1]);
    ImageHeader header{ImageType::Pnm, 0, 0, kind == '3' || kind == '6' ? 3 : 1, 8, 1};
    std::size_t at = 2;
    const auto number = [&]() -> std::optional<std::uint64_t> {
        while (at < bytes.size()) {
            const char c = static_cast<char>(bytes[at]);
            if (c == '#') {
                while (at < bytes.size() && static_cast<char>(bytes[at]) != '\n') ++at;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                ++at;
            } else {
                break;
            }
        }
        std::uint64_t value = 0;
        bool any = false;
        for (; at < bytes.size(); ++at) {
            const char c = static_cast<char>(bytes[at]);
            if (c < '0' || c > '9') break;
            value = std::min<std::uint64_t>(value * 10 + std::uint64_t(c - '0'), 1ull << 40);
            any = true;
        }
        return any ? std::optional(value) : std::nullopt;
    };
    const auto width = number();
    const auto height = number();
    if (!width || !height) return damaged("damaged: the PNM header tells no size");
    header.width = *width;
    header.height = *height;
    if (kind != '1' && kind != '4') {
        const auto largest = number();
        if (!largest) return damaged("damaged: the PNM header ends early");
        if (*largest > 255) header.bitsPerChannel = 16;
    }
    return header;
}

Result<ImageHeader> readTiff(std::span<const std::byte> bytes) {
    const auto directory = readDirectory(bytes);
    if (!directory || directory->width == 0 || directory->height == 0)
        return damaged("damaged: the TIFF tells no size");
    ImageHeader header{ImageType::Tiff, directory->width, directory->height, 3, 8, 1};
    const bool plainGrey = directory->samples == 1 && directory->photometric <= 1;
    header.channels = plainGrey ? 1 : int(std::clamp<std::uint64_t>(directory->samples, 3, 16));
    header.bitsPerChannel = directory->bits > 32 ? 64 : directory->bits > 16 ? 32 : directory->bits > 8 ? 16 : 8;
    header.orientation = directory->orientation >= 1 && directory->orientation <= 8 ? int(directory->orientation) : 1;
    // One tile is read at once, so a tile counts like a picture.
    if (directory->tileWidth > 65'535 || directory->tileHeight > 65'535)
        return damaged("damaged: the TIFF has impossible tiles");
    if (directory->tileWidth * directory->tileHeight > 100'000'000)
        return fail(ErrorCode::Unsupported, "a tile of the TIFF exceeds 100 megapixels");
    return header;
}

/// What a file is instead, as far as its first bytes tell.
std::string otherKind(std::span<const std::byte> bytes) {
    const Cursor cursor(bytes, false);
    if (cursor.is(0, "GIF8")) return "a GIF";
    if (cursor.is(0, {"\0\0\1\0", 4})) return "an ICO";
    if (cursor.is(4, "ftypavif")) return "an AVIF";
    if (cursor.is(4, "ftyp")) return "a HEIC picture or a film";
    if (cursor.is(4, "jP  ") || cursor.is(0, "\xff\x4f\xff\x51")) return "a JPEG 2000";
    if (cursor.is(0, "\x76\x2f\x31\x01")) return "an OpenEXR";
    if (cursor.is(0, "8BPS")) return "a Photoshop file";
    if (cursor.is(0, "%PDF")) return "a PDF";
    if (cursor.is(0, "DDS ")) return "a DDS texture";
    if (cursor.is(0, "qoif")) return "a QOI";
    if (cursor.is(0, "farbfeld")) return "a farbfeld picture";
    if (cursor.is(0, "#?RADIANCE") || cursor.is(0, "#?RGBE")) return "a Radiance HDR";
    if (cursor.is(0, "P7") || cursor.is(0, "PF") || cursor.is(0, "Pf")) return "a PAM or PFM";
    if (cursor.is(0, {"II\x2b\0", 4}) || cursor.is(0, {"MM\0\x2b", 4})) return "a BigTIFF";
    if (cursor.is(0, "version https://git-lfs")) return "a Git LFS pointer instead of the picture (run: git lfs pull)";
    std::string text;
    for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 512))) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (c < 9 || (c > 13 && c < 32)) return {};
        text += static_cast<char>(std::tolower(c));
    }
    if (text.find("<svg") != std::string::npos) return "an SVG";
    if (text.find("<html") != std::string::npos || text.find("<!doctype html") != std::string::npos)
        return "a web page";
    return "text";
}

} // namespace

std::string_view imageTypeName(ImageType type) {
    switch (type) {
    case ImageType::Jpeg: return "JPEG";
    case ImageType::Png: return "PNG";
    case ImageType::WebP: return "WebP";
    case ImageType::Bmp: return "BMP";
    case ImageType::Pnm: return "PNM";
    case ImageType::Tiff: return "TIFF";
    }
    return "picture";
}

std::uint64_t ImageHeader::decodedBytes() const {
    if (width > (1u << 31) || height > (1u << 31)) return kAny;
    const std::uint64_t pixels = width * height;
    const std::uint64_t each = std::uint64_t(channels) * std::uint64_t(bitsPerChannel / 8);
    return pixels > kAny / each ? kAny : pixels * each;
}

Result<ImageHeader> readImageHeader(std::span<const std::byte> bytes) {
    if (bytes.empty()) return fail(ErrorCode::Format, "the file is empty");
    const Cursor cursor(bytes, false);
    if (cursor.is(0, "\xff\xd8\xff")) return readJpeg(bytes);
    if (cursor.is(0, "\x89PNG\r\n\x1a\n")) return readPng(bytes);
    if (cursor.is(0, "RIFF") && cursor.is(8, "WEBP")) return readWebP(bytes);
    if (cursor.is(0, {"II*\0", 4}) || cursor.is(0, {"MM\0*", 4})) return readTiff(bytes);
    if (cursor.is(0, "BM")) return readBmp(bytes);
    if (bytes.size() > 2 && cursor.is(0, "P")) {
        const char kind = static_cast<char>(bytes[1]);
        const char after = static_cast<char>(bytes[2]);
        if (kind >= '1' && kind <= '6' && (std::isspace(static_cast<unsigned char>(after)) || after == '#'))
            return readPnm(bytes);
    }
    const std::string other = otherKind(bytes);
    if (!other.empty()) return fail(ErrorCode::Format, "not a picture that Assay reads: it is " + other);
    return fail(ErrorCode::Format, "not a picture that Assay reads (JPEG, PNG, WebP, BMP, PNM, TIFF)");
}

Result<std::vector<std::byte>> essentialPng(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, true);
    std::vector<std::byte> kept;
    kept.reserve(bytes.size());
    const auto keep = [&](std::uint64_t at, std::uint64_t count) {
        const auto part = cursor.from(at, count);
        kept.insert(kept.end(), part.begin(), part.end());
    };
    keep(0, 8);
    bool pixels = false;
    for (std::uint64_t at = 8;;) {
        if (!cursor.has(at, 12) || !cursor.has(at + 8, cursor.u32(at)) || !cursor.has(at, 12 + cursor.u32(at))) {
            return damaged("damaged: ends early");
        }
        const std::uint64_t length = cursor.u32(at);
        const bool wanted = cursor.is(at + 4, "IHDR") || cursor.is(at + 4, "PLTE") || cursor.is(at + 4, "tRNS") ||
                            cursor.is(at + 4, "IDAT") || cursor.is(at + 4, "IEND");
        if (wanted) {
            const auto checked = cursor.from(at + 4, length + 4);
            const auto sum = ::crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
            if (sum != cursor.u32(at + 8 + length)) return damaged("damaged: a checksum of the PNG is wrong");
            keep(at, length + 12);
            pixels = pixels || cursor.is(at + 4, "IDAT");
        } else if ((cursor.u8(at + 4) & 0x20) == 0) {
            return damaged("damaged: the PNG holds a part that no decoder knows");
        }
        if (cursor.is(at + 4, "IEND")) break;
        at += length + 12;
    }
    if (!pixels) return damaged("damaged: the PNG holds no pixels");
    return kept;
}

std::vector<std::byte> firstWebPFrame(std::span<const std::byte> bytes) {
    Cursor cursor(bytes, false);
    std::vector<std::byte> result;
    const auto add = [&](std::span<const std::byte> part) { result.insert(result.end(), part.begin(), part.end()); };
    const auto text = [&](std::string_view part) { add(std::as_bytes(std::span(part))); };
    const auto number = [&](std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i) result.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
    };
    if (!cursor.is(12, "VP8X")) return {};
    for (std::uint64_t at = 30; cursor.has(at, 8);) {
        const std::uint64_t length = cursor.u32(at + 4);
        if (cursor.is(at, "ANMF")) {
            if (length < 24 || !cursor.has(at + 8, length)) return {};
            const auto frame = cursor.from(at + 24, length - 16);
            const bool alpha = cursor.is(at + 24, "ALPH");
            text("RIFF");
            number(4 + (alpha ? 18 : 0) + frame.size(), 4);
            text("WEBP");
            if (alpha) {
                text("VP8X");
                number(10, 4);
                number(0x10, 4);
                number(cursor.number(at + 14, 3), 3); // width and height less one, as in the frame's header
                number(cursor.number(at + 17, 3), 3);
            }
            add(frame);
            return result;
        }
        at += 8 + length + (length & 1);
    }
    return {};
}

Status checkLimits(const ImageHeader& header, std::uint64_t fileBytes, const ImageLimits& limits) {
    if (fileBytes > limits.fileBytes)
        return fail(ErrorCode::Unsupported,
                    "the file is larger than " + withThousands(limits.fileBytes >> 20) + " MiB");
    const std::string size = withThousands(header.width) + " × " + withThousands(header.height);
    if (header.width == 0 || header.height == 0) return fail(ErrorCode::Damaged, "damaged: the picture is " + size);
    if (header.decodedBytes() == kAny || header.width * header.height > limits.pixels)
        return fail(ErrorCode::Unsupported,
                    size + " exceeds " + withThousands(limits.pixels / 1'000'000) + " megapixels");
    if (header.width > limits.side || header.height > limits.side)
        return fail(ErrorCode::Unsupported, size + " exceeds " + withThousands(limits.side) + " pixels a side");
    if (header.decodedBytes() > limits.decodedBytes)
        return fail(ErrorCode::Unsupported,
                    size + " takes more than " + withThousands(limits.decodedBytes >> 20) + " MiB once decoded");
    return {};
}

} // namespace assay
