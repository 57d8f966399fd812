// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/duplicates.h"

#include "core/audit/perceptual_hash.h"
#include "core/base/hash.h"
#include "core/data/pixel_store.h"

#include <algorithm>
#include <map>
#include <numeric>
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

struct Hashed {
    std::uint32_t sample = 0; ///< the first of those with these pixels
    std::uint64_t cosine = 0, difference = 0;
};

/// Two hashes within d bits share at least one of d + 1 bands whole: only pictures that share a band are compared.
class BandSearch {
public:
    BandSearch(const std::vector<Hashed>& pictures, int maxDistance) : m_pictures(pictures), m_distance(maxDistance) {}

    Status joinInto(Groups& groups, const ProgressFn& progress, const std::stop_token& stop) const {
        const int bands = m_distance + 1;
        for (int band = 0; band < bands; ++band) {
            if (progress) progress({"comparing", std::size_t(band), std::size_t(bands)});
            const int low = 64 * band / bands, high = 64 * (band + 1) / bands;
            const std::uint64_t mask = high - low == 64 ? ~std::uint64_t(0) : ((std::uint64_t(1) << (high - low)) - 1);
            std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> buckets;
            for (std::uint32_t i = 0; i < m_pictures.size(); ++i)
                buckets[m_pictures[i].cosine >> low & mask].push_back(i);
            for (const auto& [key, members] : buckets)
                for (std::size_t a = 0; a < members.size(); ++a) {
                    if (stop.stop_requested())
                        return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");
                    for (std::size_t b = a + 1; b < members.size(); ++b)
                        compare(m_pictures[members[a]], m_pictures[members[b]], groups);
                }
        }
        return {};
    }

private:
    void compare(const Hashed& a, const Hashed& b, Groups& groups) const {
        const int cosine = hammingDistance(a.cosine, b.cosine);
        if (cosine > m_distance) return;
        const int difference = hammingDistance(a.difference, b.difference);
        if (difference > m_distance) return;
        groups.join(a.sample, b.sample, std::max({1, cosine, difference}));
    }

    const std::vector<Hashed>& m_pictures;
    int m_distance;
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

    Groups groups(n);
    std::unordered_map<std::string, std::uint32_t> first;
    std::vector<Hashed> pictures;
    constexpr std::size_t kReport = 2048;
    for (std::size_t i = 0; i < n; ++i) {
        if (i % kReport == 0) {
            if (progress) progress({"hashing", i, n});
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");
        }
        const auto pixels = store.picture(SampleIndex(std::uint32_t(i)));
        const auto [seen, isNew] = first.emplace(contentHash(std::as_bytes(pixels)), std::uint32_t(i));
        if (!isNew)
            groups.join(seen->second, std::uint32_t(i), 0);
        else if (options.near)
            pictures.push_back(
                {std::uint32_t(i), cosineHash(pixels, store.geometry()), differenceHash(pixels, store.geometry())});
    }
    if (options.near) ASSAY_CHECK_STATUS(BandSearch(pictures, options.maxDistance).joinInto(groups, progress, stop));

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
