// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/duplicates.h"

#include "core/audit/perceptual_hash.h"
#include "core/base/hash.h"
#include "core/data/pixel_store.h"
#include "core/stats/parallel.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>

namespace assay {
namespace {

/// Union-find with the largest distance that joined a set.
class Groups {
public:
    explicit Groups(std::size_t n) : m_parent(n), m_distance(n) { std::iota(m_parent.begin(), m_parent.end(), 0u); }

    std::uint32_t root(std::uint32_t i) {
        while (m_parent[i] != i) i = m_parent[i] = m_parent[m_parent[i]];
        return i;
    }
    void join(std::uint32_t a, std::uint32_t b, int distance) {
        a = root(a);
        b = root(b);
        if (a == b) return;
        if (b < a) std::swap(a, b);
        m_parent[b] = a;
        m_distance[a] = std::max({m_distance[a], m_distance[b], distance});
    }
    [[nodiscard]] int distance(std::uint32_t root) const { return m_distance[root]; }

private:
    std::vector<std::uint32_t> m_parent;
    std::vector<int> m_distance;
};

struct Hashes {
    std::uint64_t cosine = 0, difference = 0;
};

struct Hashed {
    std::uint32_t sample = 0; ///< the first of those with these pixels
    Hashes upright, mirrored;
};

/// What is known of a picture before it is compared with others.
struct Looks {
    std::string content;
    Hashes upright, mirrored;
};

Hashes hashesOf(std::span<const std::uint8_t> pixels, ImageGeometry geometry) {
    return {cosineHash(pixels, geometry), differenceHash(pixels, geometry)};
}

std::vector<std::uint8_t> mirroredPixels(std::span<const std::uint8_t> pixels, ImageGeometry g) {
    std::vector<std::uint8_t> turned(pixels.size());
    const auto channels = std::size_t(g.channels), width = std::size_t(g.width);
    for (std::size_t at = 0; at < pixels.size(); at += channels) {
        const std::size_t row = at / (width * channels), column = at / channels % width;
        std::copy_n(&pixels[at], channels, &turned[(row * width + width - 1 - column) * channels]);
    }
    return turned;
}

Looks looksOf(std::span<const std::uint8_t> pixels, ImageGeometry geometry, const DuplicateOptions& options) {
    Looks looks;
    looks.content = contentHash(std::as_bytes(pixels));
    if (options.near) looks.upright = hashesOf(pixels, geometry);
    if (options.near && options.mirrored) looks.mirrored = hashesOf(mirroredPixels(pixels, geometry), geometry);
    return looks;
}

/// Two hashes within d bits share at least one of d + 1 bands whole: only pictures that share a band are compared.
class BandSearch {
public:
    BandSearch(const std::vector<Hashed>& pictures, const DuplicateOptions& options)
        : m_pictures(pictures), m_distance(options.maxDistance), m_mirrored(options.mirrored) {}

    Status joinInto(Groups& groups, const ProgressFn& progress, const std::stop_token& stop) const {
        const int bands = m_distance + 1;
        for (int band = 0; band < bands; ++band) {
            if (progress) progress({"comparing", std::size_t(band), std::size_t(bands)});
            const int low = 64 * band / bands, high = 64 * (band + 1) / bands;
            const std::uint64_t mask = high - low == 64 ? ~std::uint64_t(0) : ((std::uint64_t(1) << (high - low)) - 1);
            std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> buckets;
            for (std::uint32_t i = 0; i < m_pictures.size(); ++i)
                buckets[m_pictures[i].upright.cosine >> low & mask].push_back(i);
            for (const auto& [key, members] : buckets)
                for (std::size_t a = 0; a < members.size(); ++a) {
                    if (stop.stop_requested())
                        return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");
                    for (std::size_t b = a + 1; b < members.size(); ++b)
                        compare(m_pictures[members[a]].upright, members[a], members[b], groups);
                }
            for (std::uint32_t i = 0; m_mirrored && i < m_pictures.size(); ++i) {
                const auto members = buckets.find(m_pictures[i].mirrored.cosine >> low & mask);
                if (members == buckets.end()) continue;
                for (const std::uint32_t other : members->second)
                    if (other != i) compare(m_pictures[i].mirrored, i, other, groups);
            }
        }
        return {};
    }

private:
    /// `hashes`: of picture a, upright or mirrored.
    void compare(const Hashes& hashes, std::uint32_t a, std::uint32_t b, Groups& groups) const {
        const int cosine = hammingDistance(hashes.cosine, m_pictures[b].upright.cosine);
        if (cosine > m_distance) return;
        const int difference = hammingDistance(hashes.difference, m_pictures[b].upright.difference);
        if (difference > m_distance) return;
        groups.join(m_pictures[a].sample, m_pictures[b].sample, std::max({1, cosine, difference}));
    }

    const std::vector<Hashed>& m_pictures;
    int m_distance;
    bool m_mirrored;
};

DuplicateGroup describe(std::vector<SampleIndex> samples, int distance, const Dataset& dataset,
                        const std::vector<Label>& labels) {
    DuplicateGroup group;
    group.distance = distance;
    group.exact = distance == 0;
    for (const SampleIndex sample : samples) {
        group.conflicting = group.conflicting || labels[sample.value] != labels[samples.front().value];
        group.crossesSplits =
            group.crossesSplits || dataset.splits[sample.value] != dataset.splits[samples.front().value];
    }
    group.samples = std::move(samples);
    return group;
}

} // namespace

Result<std::vector<DuplicateGroup>> findDuplicates(const Dataset& dataset, const std::vector<Label>& labels,
                                                   const DuplicateOptions& options, const ProgressFn& progress,
                                                   std::stop_token stop) {
    if (!dataset.pixels)
        return fail(ErrorCode::Unsupported,
                    "duplicates are found by pixels, and this data set was opened without them");
    if (options.maxDistance < 0 || options.maxDistance > 16)
        return fail(ErrorCode::InvalidArgument, "pictures may differ in 0 to 16 bits of their hash to count as alike");
    const PixelStore& store = *dataset.pixels;
    const std::size_t n = std::min(store.size(), dataset.size());
    if (labels.size() < n || dataset.splits.size() < n)
        return fail(ErrorCode::InvalidArgument, "there must be one label for every sample");

    std::vector<Looks> looks(n);
    constexpr std::size_t kPart = 512;
    std::atomic<std::size_t> hashed{0};
    stats::forEachPart((n + kPart - 1) / kPart, n > kPart, [&](std::size_t part, std::size_t worker) {
        if (stop.stop_requested()) return;
        const std::size_t end = std::min(n, (part + 1) * kPart);
        for (std::size_t i = part * kPart; i < end; ++i)
            looks[i] = looksOf(store.picture(SampleIndex(std::uint32_t(i))), store.geometry(), options);
        hashed += end - part * kPart;
        if (progress && worker == 0) progress({"hashing", hashed.load(), n});
    });
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");

    Groups groups(n);
    std::unordered_map<std::string, std::uint32_t> first;
    std::vector<Hashed> pictures;
    for (std::size_t i = 0; i < n; ++i) {
        const auto [seen, isNew] = first.emplace(std::move(looks[i].content), std::uint32_t(i));
        if (!isNew)
            groups.join(seen->second, std::uint32_t(i), 0);
        else if (options.near)
            pictures.push_back({std::uint32_t(i), looks[i].upright, looks[i].mirrored});
    }
    if (options.near) ASSAY_CHECK_STATUS(BandSearch(pictures, options).joinInto(groups, progress, stop));

    std::map<std::uint32_t, std::vector<SampleIndex>> members;
    for (std::uint32_t i = 0; i < n; ++i) members[groups.root(i)].emplace_back(i);
    std::vector<DuplicateGroup> found;
    for (auto& [root, samples] : members)
        if (samples.size() > 1) found.push_back(describe(std::move(samples), groups.distance(root), dataset, labels));
    std::stable_sort(found.begin(), found.end(), [](const DuplicateGroup& a, const DuplicateGroup& b) {
        const auto key = [](const DuplicateGroup& g) { return std::tuple(!g.conflicting, !g.crossesSplits, !g.exact); };
        return key(a) < key(b);
    });
    return found;
}

} // namespace assay
