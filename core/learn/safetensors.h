// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace assay::learn {

/// One tensor of a safetensors file.
struct TensorEntry {
    std::string name;
    std::string type; ///< "F32", "F64", "F16", "BF16", "I64", "I32", "U8"
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0; ///< in the data part
};

/// A checked file; `data` points into the bytes that were given.
struct SafetensorsView {
    std::map<std::string, std::string> metadata;
    std::vector<TensorEntry> tensors; ///< in order of offset
    std::span<const std::byte> data;
};

/// Bytes of one number, 0 for a type that we do not read.
[[nodiscard]] std::size_t sizeOfType(const std::string& type);

/// Length and header of a file whose tensors follow in the order of `tensors`; offsets are set here. The metadata
/// gains "sha256": of everything in the file, with 64 zeros in the place of the hash itself.
[[nodiscard]] std::string makeSafetensors(std::map<std::string, std::string> metadata, std::vector<TensorEntry> tensors,
                                          const std::vector<std::span<const std::byte>>& data);

/// Our own checkpoints carry a hash; weights from elsewhere do not.
enum class HashRule { Required, WhereThere };

/// Checks, in this order: length, header size, strict JSON (no duplicate keys, depth, counts), types, shapes,
/// offsets without gap or overlap up to the end, hash. Nothing is allocated beyond the size of the file. Damaged
/// names what is wrong.
[[nodiscard]] Result<SafetensorsView> parseSafetensors(std::span<const std::byte> bytes, const std::string& name,
                                                       HashRule rule = HashRule::Required);

} // namespace assay::learn
