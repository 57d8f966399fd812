// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace assay {

/// The perceptual hashes of a picture; see perceptual_hash.h.
struct LookHashes {
    std::uint64_t cosine = 0, difference = 0;
    std::uint64_t mirroredCosine = 0, mirroredDifference = 0; ///< of the picture turned left to right, where asked for
};
[[nodiscard]] LookHashes hashesOf(std::span<const std::uint8_t> pixels, ImageGeometry geometry, bool mirrored);

struct HashedPicture {
    std::uint32_t number = 0;
    LookHashes hashes;
};

/// Two pictures whose hashes agree, the first turned left to right or not.
struct HashPair {
    std::uint32_t a = 0, b = 0;
    bool mirrored = false;
};

/// Calls found() for the pairs of which both hashes differ in at most `distance` bits (0 to 16); for some more than
/// once.
[[nodiscard]] Status forEachHashPair(const std::vector<HashedPicture>& pictures, int distance, bool mirrored,
                                     const std::function<void(const HashPair&)>& found, const ProgressFn& progress,
                                     const std::stop_token& stop);

} // namespace assay
