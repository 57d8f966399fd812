// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// 128 bits of XXH3 of one picture, as it lies in its file.
using PictureHash = std::array<std::byte, 16>;
[[nodiscard]] PictureHash pictureHash(std::span<const std::byte> bytes);

/// All that is known of a data set besides its pixels, so that a second opening neither decodes nor lists.
struct StoreIndex {
    std::string format;
    std::string inner;  ///< archive inside the folder that was opened, else empty
    std::string prefix; ///< common folder that was taken off all names
    std::vector<std::string> classNames;
    NameTable names;
    NameTable entries;              ///< where each picture lies; empty for binary sets
    std::vector<Label> givenLabels; ///< a class, or kNoLabel
    std::vector<Label> trueLabels;  ///< or empty
    std::vector<Split> splits;      ///< or empty: none came with it
    std::vector<PictureHash> hashes;
    std::vector<Problem> unreadable;
    std::vector<std::string> notes;
    bool native = false; ///< the store holds the pictures in full size

    [[nodiscard]] std::vector<std::byte> serialize() const;
    /// Damaged where the bytes do not add up.
    [[nodiscard]] static Result<StoreIndex> parse(std::span<const std::byte> bytes);
};

} // namespace assay
