// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/column_codec.h"

#include "core/base/hash.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <zstd.h>

namespace assay {

namespace {

// Block: kind (1 byte), count (4, little-endian), planes, checksum (16 characters).
// Plane: 0 and the bytes as they are, or 1, packed size (4) and the packed bytes.
enum class Kind : std::uint8_t { Bits = 1, Whole8 = 2, Whole16 = 3, Words = 4 };

constexpr std::size_t kHead = 5, kTail = 16;
constexpr int kPackLevel = 1;
static_assert(std::endian::native == std::endian::little, "columns are stored little-endian");

struct Planes {
    Kind kind = Kind::Words;
    std::size_t count = 0;
    std::vector<std::vector<std::byte>> bytes;
};

std::size_t planesOf(Kind kind) {
    switch (kind) {
    case Kind::Bits:
    case Kind::Whole8: return 1;
    case Kind::Whole16: return 2;
    case Kind::Words: return 4;
    }
    return 0;
}

std::size_t planeSize(Kind kind, std::size_t count) { return kind == Kind::Bits ? (count + 7) / 8 : count; }

void putWord(std::vector<std::byte>& out, std::size_t value) {
    for (int i = 0; i < 4; ++i) out.push_back(std::byte(value >> (8 * i) & 0xff));
}

std::size_t getWord(const std::byte* bytes) {
    std::uint32_t value;
    std::memcpy(&value, bytes, 4);
    return value;
}

std::vector<std::byte> pack(const Planes& planes) {
    std::vector<std::byte> out{std::byte(planes.kind)};
    putWord(out, planes.count);
    std::vector<std::byte> packed;
    for (const auto& plane : planes.bytes) {
        packed.resize(ZSTD_compressBound(plane.size()));
        const std::size_t size = ZSTD_compress(packed.data(), packed.size(), plane.data(), plane.size(), kPackLevel);
        if (ZSTD_isError(size) || size + 4 >= plane.size()) {
            out.push_back(std::byte{0});
            out.insert(out.end(), plane.begin(), plane.end());
        } else {
            out.push_back(std::byte{1});
            putWord(out, size);
            out.insert(out.end(), packed.begin(), packed.begin() + std::ptrdiff_t(size));
        }
    }
    const std::string check = contentHash(out).substr(0, kTail);
    const auto bytes = std::as_bytes(std::span(check));
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}

Result<Planes> unpack(std::span<const std::byte> block, std::size_t limit) {
    const auto damaged = [] { return fail(ErrorCode::Damaged, "a stored column is damaged"); };
    if (block.size() < kHead + kTail) return damaged();
    const auto body = block.first(block.size() - kTail);
    const auto check = block.last(kTail);
    if (std::memcmp(contentHash(body).data(), check.data(), kTail) != 0) return damaged();
    Planes planes;
    planes.kind = Kind(body[0]);
    planes.count = getWord(body.data() + 1);
    const std::size_t number = planesOf(planes.kind);
    if (number == 0 || planes.count > limit) return damaged();
    const std::size_t size = planeSize(planes.kind, planes.count);
    std::size_t at = kHead;
    for (std::size_t i = 0; i < number; ++i) {
        if (at >= body.size()) return damaged();
        const bool isPacked = body[at++] == std::byte{1};
        std::vector<std::byte> plane(size);
        if (isPacked) {
            if (body.size() - at < 4) return damaged();
            const std::size_t packed = getWord(body.data() + at);
            at += 4;
            if (body.size() - at < packed) return damaged();
            if (ZSTD_decompress(plane.data(), size, body.data() + at, packed) != size) return damaged();
            at += packed;
        } else {
            if (body.size() - at < size) return damaged();
            std::memcpy(plane.data(), body.data() + at, size);
            at += size;
        }
        planes.bytes.push_back(std::move(plane));
    }
    if (at != body.size()) return damaged();
    return planes;
}

/// Whole numbers from −1 on, shifted by one, in one or two planes; or four planes of the words themselves.
template <class WholeOf>
Planes planesFor(std::span<const std::uint32_t> words, WholeOf wholeOf, bool bitsAllowed) {
    bool bits = bitsAllowed, whole = true;
    std::int64_t largest = 0;
    for (const std::uint32_t word : words) {
        const std::optional<std::int64_t> value = wholeOf(word);
        if (!value) {
            whole = bits = false;
            break;
        }
        bits = bits && (*value == 0 || *value == 1);
        largest = std::max(largest, *value + 1);
    }
    Planes planes;
    planes.count = words.size();
    if (bits) {
        planes.kind = Kind::Bits;
        std::vector<std::byte> plane(planeSize(Kind::Bits, words.size()));
        for (std::size_t i = 0; i < words.size(); ++i)
            if (*wholeOf(words[i]) == 1) plane[i / 8] |= std::byte(1u << (i % 8));
        planes.bytes.push_back(std::move(plane));
        return planes;
    }
    planes.kind = !whole || largest > 65535 ? Kind::Words : largest > 255 ? Kind::Whole16 : Kind::Whole8;
    planes.bytes.assign(planesOf(planes.kind), std::vector<std::byte>(words.size()));
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint32_t value = planes.kind == Kind::Words ? words[i] : std::uint32_t(*wholeOf(words[i]) + 1);
        for (std::size_t p = 0; p < planes.bytes.size(); ++p) planes.bytes[p][i] = std::byte(value >> (8 * p) & 0xff);
    }
    return planes;
}

template <class WordOf>
std::vector<std::uint32_t> wordsFrom(const Planes& planes, WordOf wordOf) {
    std::vector<std::uint32_t> words(planes.count);
    for (std::size_t i = 0; i < planes.count; ++i) {
        if (planes.kind == Kind::Bits) {
            words[i] = wordOf(std::int64_t(planes.bytes[0][i / 8] >> (i % 8) & std::byte{1}));
            continue;
        }
        std::uint32_t value = 0;
        for (std::size_t p = 0; p < planes.bytes.size(); ++p) value |= std::uint32_t(planes.bytes[p][i]) << (8 * p);
        words[i] = planes.kind == Kind::Words ? value : wordOf(std::int64_t(value) - 1);
    }
    return words;
}

std::optional<std::int64_t> wholeOfFloat(std::uint32_t word) {
    const float value = std::bit_cast<float>(word);
    if (!(value >= -1.0f && value <= 65534.0f)) return std::nullopt;
    const auto whole = std::int64_t(value);
    // By bits: a fraction or a negative zero must come back as it was.
    if (std::bit_cast<std::uint32_t>(float(whole)) != word) return std::nullopt;
    return whole;
}

std::optional<std::int64_t> wholeOfLabel(std::uint32_t word) {
    const auto value = std::int32_t(word);
    if (value < -1 || value > 65534) return std::nullopt;
    return value;
}

template <class To, class From>
std::vector<To> recast(const std::vector<From>& from) {
    static_assert(sizeof(To) == sizeof(From));
    std::vector<To> to(from.size());
    if (!from.empty()) std::memcpy(static_cast<void*>(to.data()), from.data(), from.size() * sizeof(From));
    return to;
}

template <class From>
std::vector<std::uint32_t> wordsOf(std::span<const From> values) {
    std::vector<std::uint32_t> words(values.size());
    if (!values.empty()) std::memcpy(words.data(), values.data(), values.size_bytes());
    return words;
}

} // namespace

std::vector<std::byte> encodeFloats(std::span<const float> values) {
    return pack(planesFor(wordsOf(values), wholeOfFloat, true));
}

std::vector<std::byte> encodeLabels(std::span<const Label> values) {
    return pack(planesFor(wordsOf(values), wholeOfLabel, false));
}

std::vector<std::byte> encodeIndices(std::span<const SampleIndex> values) {
    // Indices rise by one almost everywhere: their differences are nearly all 1.
    std::vector<std::uint32_t> words(values.size());
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        words[i] = values[i].value - last;
        last = values[i].value;
    }
    return pack(planesFor(words, wholeOfLabel, false));
}

Result<std::vector<float>> decodeFloats(std::span<const std::byte> block, std::size_t limit) {
    ASSAY_TRY(const Planes planes, unpack(block, limit));
    return recast<float>(
        wordsFrom(planes, [](std::int64_t whole) { return std::bit_cast<std::uint32_t>(float(whole)); }));
}

Result<std::vector<Label>> decodeLabels(std::span<const std::byte> block, std::size_t limit) {
    ASSAY_TRY(const Planes planes, unpack(block, limit));
    return recast<Label>(wordsFrom(planes, [](std::int64_t whole) { return std::uint32_t(std::int32_t(whole)); }));
}

Result<std::vector<SampleIndex>> decodeIndices(std::span<const std::byte> block, std::size_t limit) {
    ASSAY_TRY(const Planes planes, unpack(block, limit));
    const auto words = wordsFrom(planes, [](std::int64_t whole) { return std::uint32_t(std::int32_t(whole)); });
    std::vector<SampleIndex> result(words.size());
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        last += words[i];
        result[i] = SampleIndex(last);
    }
    return result;
}

} // namespace assay
