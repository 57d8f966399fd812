// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/hash_pairs.h"

#include "core/audit/grey_picture.h"
#include "core/audit/perceptual_hash.h"

#include <algorithm>

namespace assay {

LookHashes hashesOf(std::span<const std::uint8_t> pixels, ImageGeometry geometry, bool mirrored) {
    LookHashes hashes{cosineHash(pixels, geometry), differenceHash(pixels, geometry)};
    if (!mirrored) return hashes;
    const auto turned = mirroredPixels(pixels, geometry);
    hashes.mirroredCosine = cosineHash(turned, geometry);
    hashes.mirroredDifference = differenceHash(turned, geometry);
    return hashes;
}

Status forEachHashPair(const std::vector<HashedPicture>& pictures, int distance, bool mirrored,
                       const std::function<void(const HashPair&)>& found, const ProgressFn& progress,
                       const std::stop_token& stop) {
    // Two hashes within d bits share at least one of d + 1 bands whole: only pictures that share a band are compared.
    const auto agree = [&](std::uint64_t cosine, std::uint64_t difference, const LookHashes& other) {
        return hammingDistance(cosine, other.cosine) <= distance &&
               hammingDistance(difference, other.difference) <= distance;
    };
    struct Entry {
        std::uint64_t band;
        std::uint32_t at;
        bool operator<(const Entry& other) const { return band != other.band ? band < other.band : at < other.at; }
    };
    const int bands = distance + 1;
    std::vector<Entry> entries(pictures.size());
    for (int band = 0; band < bands; ++band) {
        if (progress) progress({"comparing", std::size_t(band), std::size_t(bands)});
        const int low = 64 * band / bands, high = 64 * (band + 1) / bands;
        const std::uint64_t mask = high - low == 64 ? ~std::uint64_t(0) : ((std::uint64_t(1) << (high - low)) - 1);
        for (std::uint32_t i = 0; i < pictures.size(); ++i) entries[i] = {pictures[i].hashes.cosine >> low & mask, i};
        std::sort(entries.begin(), entries.end());
        for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
            while (end < entries.size() && entries[end].band == entries[begin].band) ++end;
            for (std::size_t a = begin; a < end; ++a) {
                if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");
                const HashedPicture& one = pictures[entries[a].at];
                for (std::size_t b = a + 1; b < end; ++b)
                    if (agree(one.hashes.cosine, one.hashes.difference, pictures[entries[b].at].hashes))
                        found({one.number, pictures[entries[b].at].number, false});
            }
        }
        for (std::uint32_t i = 0; mirrored && i < pictures.size(); ++i) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");
            const LookHashes& one = pictures[i].hashes;
            const std::uint64_t wanted = one.mirroredCosine >> low & mask;
            for (auto at = std::lower_bound(entries.begin(), entries.end(), Entry{wanted, 0});
                 at != entries.end() && at->band == wanted; ++at)
                if (at->at != i && agree(one.mirroredCosine, one.mirroredDifference, pictures[at->at].hashes))
                    found({pictures[i].number, pictures[at->at].number, true});
        }
    }
    return {};
}

} // namespace assay
