// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/store_index.h"

#include <cstring>
#include <string_view>
#include <type_traits>
#include <xxhash.h>

namespace assay {
namespace {

constexpr std::uint32_t kIndexVersion = 1;

class Writer {
public:
    template <class T>
    void number(T value) {
        static_assert(std::is_trivially_copyable_v<T>);
        append(&value, sizeof value);
    }
    void text(std::string_view value) {
        number(static_cast<std::uint64_t>(value.size()));
        append(value.data(), value.size());
    }
    template <class T>
    void array(const std::vector<T>& values) {
        number(static_cast<std::uint64_t>(values.size()));
        append(values.data(), values.size() * sizeof(T));
    }
    void texts(const std::vector<std::string>& values) {
        number(static_cast<std::uint64_t>(values.size()));
        for (const std::string& value : values) text(value);
    }
    void table(const NameTable& names) {
        number(static_cast<std::uint64_t>(names.size()));
        for (std::size_t i = 0; i < names.size(); ++i) text(names[i]);
    }
    std::vector<std::byte> bytes;

private:
    void append(const void* data, std::size_t size) {
        const auto* from = static_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), from, from + size);
    }
};

class Parser {
public:
    explicit Parser(std::span<const std::byte> bytes) : m_bytes(bytes) {}
    template <class T>
    T number() {
        T value{};
        if (const std::byte* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
        return value;
    }
    std::string_view text() {
        const auto size = number<std::uint64_t>();
        const std::byte* from = take(size);
        return from ? std::string_view(reinterpret_cast<const char*>(from), size) : std::string_view();
    }
    template <class T>
    std::vector<T> array() {
        const auto count = number<std::uint64_t>();
        if (count > m_bytes.size() / sizeof(T)) m_good = false;
        const std::byte* from = m_good ? take(count * sizeof(T)) : nullptr;
        std::vector<T> values(from ? count : 0);
        if (from && count > 0) std::memcpy(values.data(), from, count * sizeof(T));
        return values;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> values;
        const auto count = number<std::uint64_t>();
        for (std::uint64_t i = 0; i < count && m_good; ++i) values.emplace_back(text());
        return values;
    }
    NameTable table() {
        NameTable names;
        const auto count = number<std::uint64_t>();
        for (std::uint64_t i = 0; i < count && m_good; ++i) names.add(text());
        return names;
    }
    [[nodiscard]] bool good() const { return m_good; }
    [[nodiscard]] bool atEnd() const { return m_good && m_at == m_bytes.size(); }

private:
    const std::byte* take(std::uint64_t size) {
        if (!m_good || size > m_bytes.size() - m_at) {
            m_good = false;
            return nullptr;
        }
        const std::byte* from = m_bytes.data() + m_at;
        m_at += static_cast<std::size_t>(size);
        return from;
    }
    std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
    bool m_good = true;
};

} // namespace

PictureHash pictureHash(std::span<const std::byte> bytes) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    PictureHash hash;
    std::memcpy(hash.data(), canonical.digest, hash.size());
    return hash;
}

std::vector<std::byte> StoreIndex::serialize() const {
    Writer out;
    out.number(kIndexVersion);
    out.text(format);
    out.text(inner);
    out.text(prefix);
    out.texts(classNames);
    out.table(names);
    out.table(entries);
    out.array(givenLabels);
    out.array(trueLabels);
    out.array(splits);
    out.array(hashes);
    out.number(static_cast<std::uint64_t>(unreadable.size()));
    for (const Problem& problem : unreadable) {
        out.text(problem.file);
        out.text(problem.reason);
    }
    out.texts(notes);
    out.number(static_cast<std::uint8_t>(native));
    return std::move(out.bytes);
}

Result<StoreIndex> StoreIndex::parse(std::span<const std::byte> bytes) {
    const auto damaged = [] { return fail(ErrorCode::Damaged, "the index of the pixel store is damaged"); };
    Parser in(bytes);
    if (in.number<std::uint32_t>() != kIndexVersion) return damaged();
    StoreIndex index;
    index.format = in.text();
    index.inner = in.text();
    index.prefix = in.text();
    index.classNames = in.texts();
    index.names = in.table();
    index.entries = in.table();
    index.givenLabels = in.array<Label>();
    index.trueLabels = in.array<Label>();
    index.splits = in.array<Split>();
    index.hashes = in.array<PictureHash>();
    const auto problems = in.number<std::uint64_t>();
    for (std::uint64_t i = 0; i < problems && in.good(); ++i) {
        const std::string_view file = in.text();
        index.unreadable.push_back({std::string(file), std::string(in.text())});
    }
    index.notes = in.texts();
    index.native = in.number<std::uint8_t>() != 0;
    const std::size_t count = index.names.size();
    const auto fits = [&](std::size_t size) { return size == 0 || size == count; };
    if (!in.atEnd() || index.givenLabels.size() != count || index.hashes.size() != count ||
        !fits(index.entries.size()) || !fits(index.trueLabels.size()) || !fits(index.splits.size()))
        return damaged();
    for (const Label label : index.givenLabels)
        if (label != kNoLabel && (label < 0 || static_cast<std::size_t>(label) >= index.classNames.size()))
            return damaged();
    for (const Split split : index.splits)
        if (split > Split::Test) return damaged();
    return index;
}

} // namespace assay
