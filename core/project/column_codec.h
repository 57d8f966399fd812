// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstddef>
#include <span>
#include <vector>

namespace assay {

/// Columns of numbers as the project stores them: lossless to the bit, as small as their values allow. A column that
/// holds only 0 and 1 takes a bit a sample, one of small whole numbers from −1 on a byte or two, any other its four
/// bytes; then each byte plane is packed by Zstandard where that makes it smaller. A checksum ends the block.
[[nodiscard]] std::vector<std::byte> encodeFloats(std::span<const float> values);
[[nodiscard]] std::vector<std::byte> encodeLabels(std::span<const Label> values);
[[nodiscard]] std::vector<std::byte> encodeIndices(std::span<const SampleIndex> values);

/// Back again. Damaged where the block is not whole; never allocates more than `limit` values ask for.
[[nodiscard]] Result<std::vector<float>> decodeFloats(std::span<const std::byte> block, std::size_t limit);
[[nodiscard]] Result<std::vector<Label>> decodeLabels(std::span<const std::byte> block, std::size_t limit);
[[nodiscard]] Result<std::vector<SampleIndex>> decodeIndices(std::span<const std::byte> block, std::size_t limit);

} // namespace assay
