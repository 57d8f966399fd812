// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/safetensors.h"

#include "core/base/hash.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

namespace assay::learn {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLargestHeader = 16U << 20;
constexpr std::size_t kMostTensors = 100'000;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostDimensions = 8;
constexpr int kDeepest = 4;
constexpr std::size_t kHashDigits = 64;
constexpr const char* kHashKey = "sha256";
constexpr const char* kMetadataKey = "__metadata__";

std::uint64_t readLength(std::span<const std::byte> bytes) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::uint64_t(bytes[i]) << (8 * i);
    return length;
}

/// Strict: one value for every key, not too deep. Discarded where not.
Json parseHeader(const char* begin, const char* end) {
    std::vector<std::set<std::string>> keys;
    bool sound = true;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > kDeepest) sound = false;
        switch (event) {
        case Json::parse_event_t::object_start: keys.emplace_back(); break;
        case Json::parse_event_t::object_end: keys.pop_back(); break;
        case Json::parse_event_t::key:
            if (!keys.back().insert(parsed.get<std::string>()).second) sound = false;
            break;
        default: break;
        }
        return sound;
    };
    Json header = Json::parse(begin, end, watch, false);
    return sound ? header : Json(Json::value_t::discarded);
}

/// How torch.save() begins: a ZIP archive, or before PyTorch 1.6 a pickled number of its own.
bool isTorchFile(std::string_view bytes) {
    return bytes.starts_with("PK\x03\x04") || bytes.starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46");
}

std::string zeroed(std::span<const std::byte> bytes, std::size_t hashAt) {
    std::string copy(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    copy.replace(hashAt, kHashDigits, kHashDigits, '0');
    return copy;
}

std::string hashOf(const std::string& text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }

} // namespace

std::size_t sizeOfType(const std::string& type) {
    if (type == "F64" || type == "I64") return 8;
    if (type == "F32" || type == "I32") return 4;
    if (type == "F16" || type == "BF16") return 2;
    if (type == "U8") return 1;
    return 0;
}

std::string makeSafetensors(std::map<std::string, std::string> metadata, std::vector<TensorEntry> tensors,
                            const std::vector<std::span<const std::byte>>& data) {
    metadata[kHashKey] = std::string(kHashDigits, '0');
    Json header;
    header[kMetadataKey] = metadata;
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::uint64_t end = offset + data[i].size();
        header[tensors[i].name] = {
            {"dtype", tensors[i].type}, {"shape", tensors[i].shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string file(kLengthBytes, '\0');
    for (std::size_t i = 0; i < kLengthBytes; ++i) file[i] = char((text.size() >> (8 * i)) & 0xFF);
    file += text;
    file.reserve(file.size() + offset);
    for (const auto part : data) file.append(reinterpret_cast<const char*>(part.data()), part.size());
    const std::string mark = std::string("\"") + kHashKey + "\":\"";
    const std::size_t at = file.find(mark) + mark.size();
    file.replace(at, kHashDigits, hashOf(file));
    return file;
}

Result<SafetensorsView> parseSafetensors(std::span<const std::byte> bytes, const std::string& name, HashRule rule) {
    const auto damaged = [&](const char* why) { return fail(ErrorCode::Damaged, why, name); };
    if (bytes.size() < kLengthBytes) return damaged("the file is too short to be a checkpoint");
    if (isTorchFile({reinterpret_cast<const char*>(bytes.data()), bytes.size()}))
        return fail(
            ErrorCode::Format,
            "this is PyTorch's own format (.pt, .pth), which is not read; save the weights as .safetensors, with "
            "safetensors.torch.save_file",
            name);
    const std::uint64_t length = readLength(bytes);
    if (length > kLargestHeader || length > bytes.size() - kLengthBytes)
        return damaged("the header is longer than the file or than 16 MiB");
    const char* text = reinterpret_cast<const char*>(bytes.data()) + kLengthBytes;
    if (length == 0 || text[0] != '{') return damaged("the file does not begin as a checkpoint does");
    const Json header = parseHeader(text, text + length);
    if (!header.is_object() || header.size() > kMostTensors) return damaged("the header is not sound JSON");

    SafetensorsView view;
    view.data = bytes.subspan(kLengthBytes + length);
    for (const auto& [key, value] : header.items()) {
        if (!value.is_object()) return damaged("the header holds something that is no tensor");
        if (key == kMetadataKey) {
            for (const auto& [field, content] : value.items()) {
                if (!content.is_string()) return damaged("the metadata hold something that is no text");
                view.metadata[field] = content.get<std::string>();
            }
            continue;
        }
        if (key.size() > kLongestName) return damaged("a tensor's name is too long");
        const auto type = value.find("dtype"), shape = value.find("shape"), offsets = value.find("data_offsets");
        if (value.size() != 3 || type == value.end() || shape == value.end() || offsets == value.end() ||
            !type->is_string() || !shape->is_array() || !offsets->is_array() || offsets->size() != 2 ||
            !(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned())
            return damaged("a tensor is not described as it must be");
        TensorEntry entry;
        entry.name = key;
        entry.type = type->get<std::string>();
        entry.begin = (*offsets)[0].get<std::uint64_t>();
        entry.end = (*offsets)[1].get<std::uint64_t>();
        const std::size_t size = sizeOfType(entry.type);
        if (size == 0) return damaged("a tensor has a type that is not read here");
        if (shape->size() > kMostDimensions) return damaged("a tensor has too many dimensions");
        std::uint64_t product = size;
        for (const auto& extent : *shape) {
            if (!extent.is_number_unsigned()) return damaged("a tensor's shape is not made of whole numbers");
            const auto n = extent.get<std::uint64_t>();
            if (n > std::uint64_t(INT64_MAX) || __builtin_mul_overflow(product, n, &product))
                return damaged("a tensor's shape is too large");
            entry.shape.push_back(std::int64_t(n));
        }
        if (entry.end < entry.begin || entry.end > view.data.size() || entry.end - entry.begin != product)
            return damaged("a tensor's range does not fit its shape");
        view.tensors.push_back(std::move(entry));
    }
    std::sort(view.tensors.begin(), view.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.name < b.name;
    });
    std::uint64_t reached = 0;
    for (const TensorEntry& entry : view.tensors) {
        if (entry.begin != reached) return damaged("the tensors overlap or leave a hole");
        reached = entry.end;
    }
    if (reached != view.data.size()) return damaged("the tensors do not end where the file ends");

    const auto hash = view.metadata.find(kHashKey);
    if (rule == HashRule::WhereThere && hash == view.metadata.end()) return view;
    if (hash == view.metadata.end() || hash->second.size() != kHashDigits) return damaged("the file carries no hash");
    const std::string mark = std::string("\"") + kHashKey + "\":\"" + hash->second + '"';
    const std::size_t at = std::string_view(text, length).find(mark);
    if (at == std::string_view::npos) return damaged("the file carries no hash");
    const std::size_t digits = kLengthBytes + at + mark.size() - 1 - kHashDigits;
    if (hashOf(zeroed(bytes, digits)) != hash->second) return damaged("the content does not fit its hash");
    return view;
}

} // namespace assay::learn
