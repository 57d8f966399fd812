// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/duplicates.h"

#include "core/audit/hash_pairs.h"
#include "core/audit/low_frequencies.h"
#include "core/audit/picture_difference.h"
#include "core/audit/term_index.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/data/pixel_store.h"
#include "core/stats/neighbours.h"
#include "core/stats/parallel.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>

namespace assay {
namespace {

/// Union-find that remembers how the members of a set came together.
class Groups {
public:
    explicit Groups(std::size_t n) : m_parent(n), m_known(n) { std::iota(m_parent.begin(), m_parent.end(), 0u); }

    struct Known {
        double difference = 0;
        bool exact = true, shifted = false, mirrored = false, byFeatures = false;
    };
    std::uint32_t root(std::uint32_t i) {
        while (m_parent[i] != i) i = m_parent[i] = m_parent[m_parent[i]];
        return i;
    }
    void join(std::uint32_t a, std::uint32_t b, const Known& how) {
        a = root(a);
        b = root(b);
        if (a == b) return;
        if (b < a) std::swap(a, b);
        m_parent[b] = a;
        Known& known = m_known[a];
        for (const Known& more : {m_known[b], how})
            known = {std::max(known.difference, more.difference), known.exact && more.exact,
                     known.shifted || more.shifted, known.mirrored || more.mirrored,
                     known.byFeatures || more.byFeatures};
    }
    [[nodiscard]] const Known& known(std::uint32_t root) const { return m_known[root]; }

private:
    std::vector<std::uint32_t> m_parent;
    std::vector<Known> m_known;
};

/// Two pictures that are the same once aligned.
struct Copy {
    std::uint32_t a = 0, b = 0;
    Alignment alignment;
    double difference = 0;
    [[nodiscard]] auto order() const {
        return std::tuple(difference, a, b, alignment.offset.y, alignment.offset.x, alignment.mirrored);
    }
};

/// What is known of a picture before it is compared with others.
struct Looks {
    std::string content;
    LookHashes hashes;
    LowFrequencies::Terms terms{};
};

constexpr std::size_t kPart = 256;     // pictures that a worker takes at a time
constexpr std::size_t kSampled = 1000; // pictures by which a data set is judged
constexpr double kLowShare = 0.13;     // of the distance to the most similar one of those, as cleanlab has it
constexpr double kAllShare = 0.3;
constexpr float kFeatureShare = 0.13f; // of the distance to the nearest, as cleanlab has it
constexpr std::size_t kFeatureNeighbours = 10;
constexpr double kHashed = 2;    // hashes allow so many times the difference
constexpr double kSlack = 1.2;   // terms of the whole against those of the middle
constexpr double kStructure = 2; // pictures of fewer low frequencies than so many limits show nothing

class NearSearch {
public:
    NearSearch(const PixelStore& store, const DuplicateOptions& options, const ProgressFn& progress,
               std::stop_token stop)
        : m_store(store), m_options(options), m_progress(progress), m_stop(std::move(stop)),
          m_transform(store.geometry()) {}

    /// `pictures`: the samples that are compared, each other one being an exact copy of one of them.
    Status joinInto(Groups& groups, std::vector<std::uint32_t> pictures, const std::vector<Looks>& looks) {
        for (const std::uint32_t sample : pictures) m_terms.push_back(looks[sample].terms);
        m_pictures = std::move(pictures);
        m_alone.assign(m_pictures.size(), 1);
        learnLimits();
        const TermIndex index(m_terms, kSlack * m_limits.low);
        ASSAY_CHECK_STATUS(joinUnmoved(groups, index));
        ASSAY_CHECK_STATUS(joinHashed(groups, looks));
        return joinMoved(groups, index);
    }

private:
    [[nodiscard]] Status stopped() const { return fail(ErrorCode::Cancelled, "the search for duplicates was stopped"); }
    [[nodiscard]] PictureDifference difference(std::uint32_t a, std::uint32_t b, Alignment alignment) const {
        return differenceOf(m_store.picture(SampleIndex(m_pictures[a])), m_store.picture(SampleIndex(m_pictures[b])),
                            m_store.geometry(), alignment);
    }
    [[nodiscard]] bool shows(std::uint32_t i) const {
        const double least = kStructure * m_limits.low;
        return double(squaredDistance(m_terms[i], {})) >= least * least;
    }
    void join(Groups& groups, const Copy& copy) {
        const bool shifted = !(copy.alignment.offset == CutOffset{});
        groups.join(m_pictures[copy.a], m_pictures[copy.b],
                    {copy.difference, false, shifted, copy.alignment.mirrored, false});
        m_alone[std::max(copy.a, copy.b)] = 0;
    }

    /// How far the most similar other picture is, among a few that seldom hold two copies of one.
    void learnLimits() {
        const std::size_t n = m_pictures.size(), sampled = std::min(n, kSampled);
        std::vector<double> low, all;
        for (std::size_t i = 0; i < sampled; ++i) {
            const auto a = std::uint32_t(i * n / sampled);
            const double copies = m_limits.low * m_limits.low;
            std::optional<std::uint32_t> nearest;
            double least = 0;
            for (std::size_t j = 0; j < sampled; ++j) {
                const auto b = std::uint32_t(j * n / sampled);
                const double squared = double(squaredDistance(m_terms[a], m_terms[b]));
                if (b == a || squared <= copies || (nearest && squared >= least)) continue;
                nearest = b;
                least = squared;
            }
            if (!nearest) continue;
            low.push_back(std::sqrt(least));
            all.push_back(difference(a, *nearest, {}).all);
        }
        const auto median = [](std::vector<double>& values) {
            std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
            return values[values.size() / 2];
        };
        if (low.empty()) return;
        m_limits.low = std::max(m_limits.low, kLowShare * median(low));
        m_limits.all = std::max(m_limits.all, kAllShare * median(all));
    }

    /// Each picture is laid over those before it that are copies of none.
    Status joinUnmoved(Groups& groups, const TermIndex& index) {
        for (std::uint32_t b = 0; b < m_pictures.size(); ++b) {
            if (b % kPart == 0 && m_stop.stop_requested()) return stopped();
            std::optional<Copy> best;
            index.near(m_terms[b], [&](std::uint32_t a) {
                if (a >= b || m_alone[a] == 0) return true;
                const PictureDifference d = difference(a, b, {});
                if (m_limits.hold(d) && (!best || d.all < best->difference)) best = Copy{a, b, {}, d.all};
                return !best || best->difference > 0.5 * m_limits.all;
            });
            if (best) join(groups, *best);
        }
        return {};
    }

    /// Pictures that two perceptual hashes take for the same; more generously where in this data set that means
    /// something.
    Status joinHashed(Groups& groups, const std::vector<Looks>& looks) {
        std::vector<HashedPicture> hashed;
        for (std::uint32_t i = 0; i < m_pictures.size(); ++i)
            if (shows(i)) hashed.push_back({i, looks[m_pictures[i]].hashes});
        std::vector<HashPair> pairs;
        std::size_t agreeing = 0, known = 0;
        const double most = kHashed * kSlack * m_limits.low;
        const auto status = forEachHashPair(
            hashed, m_options.maxDistance, m_options.mirrored,
            [&](const HashPair& pair) {
                ++agreeing;
                if (groups.root(m_pictures[pair.a]) == groups.root(m_pictures[pair.b])) {
                    ++known;
                    return;
                }
                const auto& terms = m_terms[pair.a];
                const float apart =
                    squaredDistance(pair.mirrored ? LowFrequencies::mirrored(terms) : terms, m_terms[pair.b]);
                if (double(apart) <= most * most) pairs.push_back(pair);
            },
            m_progress, m_stop);
        ASSAY_CHECK_STATUS(status);
        const auto passed = double(pairs.size()); // a pair may have come more than once, as it may among all that agree
        const auto key = [](const HashPair& p) { return std::tuple(p.a, p.b, p.mirrored); };
        std::sort(pairs.begin(), pairs.end(), [&](const HashPair& x, const HashPair& y) { return key(x) < key(y); });
        pairs.erase(std::unique(pairs.begin(), pairs.end(),
                                [&](const HashPair& x, const HashPair& y) { return key(x) == key(y); }),
                    pairs.end());
        std::vector<Copy> sure, likely;
        for (const HashPair& pair : pairs) {
            if (m_stop.stop_requested()) return stopped();
            const Alignment alignment{{}, pair.mirrored};
            const PictureDifference d = difference(pair.a, pair.b, alignment);
            if (m_limits.hold(d, kHashed))
                (m_limits.hold(d) ? sure : likely).push_back({pair.a, pair.b, alignment, d.all});
        }
        joinAll(groups, sure);
        const auto copies = double(sure.size() + likely.size());
        const double alike = double(known) + (pairs.empty() ? 0 : passed * copies / double(pairs.size()));
        if (2 * alike >= double(agreeing)) joinAll(groups, likely);
        return {};
    }

    Status joinMoved(Groups& groups, const TermIndex& index) {
        const std::size_t n = m_pictures.size(), parts = (n + kPart - 1) / kPart;
        const std::vector<std::uint8_t> alone = m_alone;
        std::array<std::vector<Copy>, 2> found;
        std::atomic<std::size_t> done{0};
        stats::forEachPart(parts, n > kPart, [&](std::size_t part, std::size_t worker) {
            if (m_stop.stop_requested()) return;
            for (std::size_t a = part * kPart; a < std::min(n, (part + 1) * kPart); ++a)
                if (alone[a] != 0 && shows(std::uint32_t(a))) findMoved(std::uint32_t(a), index, alone, found[worker]);
            ++done;
            if (m_progress && worker == 0) m_progress({"comparing", done.load(), parts});
        });
        if (m_stop.stop_requested()) return stopped();
        found[0].insert(found[0].end(), found[1].begin(), found[1].end());
        joinAll(groups, found[0]);
        return {};
    }

    /// Copies of which the middle is a part of picture a, beside its own middle or turned round. Half of the offsets
    /// are enough, as the other half is found from the copy.
    void findMoved(std::uint32_t a, const TermIndex& index, const std::vector<std::uint8_t>& alone,
                   std::vector<Copy>& found) const {
        const auto& offsets = m_transform.offsets();
        const std::size_t middle = m_transform.middle(),
                          across = std::size_t(std::lround(std::sqrt(double(offsets.size()))));
        const auto terms = m_transform.of(greyOf(m_store.picture(SampleIndex(m_pictures[a])), m_store.geometry()));
        const auto look = [&](std::size_t o, bool mirrored, bool fromBoth) {
            const Alignment alignment{offsets[o], mirrored};
            index.near(mirrored ? LowFrequencies::mirrored(terms[o]) : terms[o], [&](std::uint32_t b) {
                if (b == a || alone[b] == 0 || (fromBoth && b < a)) return true;
                const PictureDifference d = difference(a, b, alignment);
                if (m_limits.hold(d)) found.push_back({a, b, alignment, d.all});
                return true;
            });
        };
        for (std::size_t o = middle + 1; o < offsets.size(); ++o) look(o, false, false);
        // Turned round, offsets to the left and right of the middle lead from either picture to the other.
        for (std::size_t o = middle - across / 2; m_options.mirrored && o < offsets.size(); ++o)
            look(o, true, offsets[o].y == 0);
    }

    void joinAll(Groups& groups, std::vector<Copy>& copies) {
        std::sort(copies.begin(), copies.end(), [](const Copy& x, const Copy& y) { return x.order() < y.order(); });
        for (const Copy& copy : copies) join(groups, copy);
    }

    const PixelStore& m_store;
    const DuplicateOptions& m_options;
    const ProgressFn& m_progress;
    std::stop_token m_stop;
    LowFrequencies m_transform;
    std::vector<std::uint32_t> m_pictures;
    std::vector<LowFrequencies::Terms> m_terms; ///< of each picture's middle
    std::vector<std::uint8_t> m_alone;          ///< 1 where a picture is no copy of an earlier one
    AlikeLimits m_limits;
};

/// Joins pairs whose features are nearer than kFeatureShare of the usual distance to the nearest.
Status joinByFeatures(Groups& groups, const FeatureMatrix& features, const ProgressFn& progress, std::stop_token stop) {
    std::size_t taking = 0;
    for (std::size_t i = 0; i < features.rows(); ++i) taking += features.has(i) ? 1 : 0;
    if (taking < 2) return {};
    ASSAY_TRY(const stats::Neighbours near,
              stats::cosineNeighbours(features.values, features.dimension, std::min(kFeatureNeighbours, taking - 1),
                                      progress, std::move(stop)));
    std::vector<float> nearest;
    for (std::size_t i = 0; i < near.size(); ++i)
        if (near.has(i)) nearest.push_back(1 - near.similarityOf(i).front());
    const auto middle = nearest.begin() + std::ptrdiff_t(nearest.size() / 2);
    std::nth_element(nearest.begin(), middle, nearest.end());
    const float limit = kFeatureShare * *middle;
    Groups::Known how;
    how.exact = false;
    how.byFeatures = true;
    for (std::uint32_t i = 0; i < near.size(); ++i)
        for (std::size_t j = 0; near.has(i) && j < near.k && 1 - near.similarityOf(i)[j] < limit; ++j)
            groups.join(i, near.of(i)[j], how);
    return {};
}

DuplicateGroup describe(std::vector<SampleIndex> samples, const Groups::Known& known, const Dataset& dataset,
                        const std::vector<Label>& labels) {
    DuplicateGroup group;
    group.exact = known.exact;
    group.shifted = known.shifted;
    group.mirrored = known.mirrored;
    group.byFeatures = known.byFeatures;
    group.difference = known.difference;
    group.conflicting = labelsDiffer(samples, labels);
    for (const SampleIndex sample : samples)
        group.crossesSplits =
            group.crossesSplits || dataset.splits[sample.value] != dataset.splits[samples.front().value];
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

    if (options.features && options.features->rows() != n)
        return fail(ErrorCode::InvalidArgument, "the features have " + withThousands(options.features->rows()) +
                                                    " rows, the data set has " + withThousands(n) + " samples");

    const LowFrequencies transform(store.geometry());
    std::vector<Looks> looks(n);
    std::atomic<std::size_t> hashed{0};
    stats::forEachPart((n + kPart - 1) / kPart, n > kPart, [&](std::size_t part, std::size_t worker) {
        if (stop.stop_requested()) return;
        const std::size_t end = std::min(n, (part + 1) * kPart);
        for (std::size_t i = part * kPart; i < end; ++i) {
            const auto pixels = store.picture(SampleIndex(std::uint32_t(i)));
            looks[i].content = contentHash(std::as_bytes(pixels));
            if (!options.near) continue;
            looks[i].hashes = hashesOf(pixels, store.geometry(), options.mirrored);
            looks[i].terms = transform.ofMiddle(greyOf(pixels, store.geometry()));
        }
        hashed += end - part * kPart;
        if (progress && worker == 0) progress({"hashing", hashed.load(), n});
    });
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for duplicates was stopped");

    Groups groups(n);
    std::unordered_map<std::string, std::uint32_t> first;
    std::vector<std::uint32_t> pictures;
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto [seen, isNew] = first.emplace(std::move(looks[i].content), i);
        if (isNew) pictures.push_back(i);
        else groups.join(seen->second, i, {});
    }
    if (options.near)
        ASSAY_CHECK_STATUS(NearSearch(store, options, progress, stop).joinInto(groups, std::move(pictures), looks));
    if (options.near && options.features) ASSAY_CHECK_STATUS(joinByFeatures(groups, *options.features, progress, stop));

    std::map<std::uint32_t, std::vector<SampleIndex>> members;
    for (std::uint32_t i = 0; i < n; ++i) members[groups.root(i)].emplace_back(i);
    std::vector<DuplicateGroup> found;
    for (auto& [root, samples] : members)
        if (samples.size() > 1) found.push_back(describe(std::move(samples), groups.known(root), dataset, labels));
    std::stable_sort(found.begin(), found.end(), [](const DuplicateGroup& a, const DuplicateGroup& b) {
        const auto key = [](const DuplicateGroup& g) { return std::tuple(!g.conflicting, !g.crossesSplits, !g.exact); };
        return key(a) < key(b);
    });
    return found;
}

bool labelsDiffer(const std::vector<SampleIndex>& samples, const std::vector<Label>& labels) {
    Label seen = kNoLabel;
    for (const SampleIndex sample : samples) {
        const Label label = labels[sample.value];
        if (label == kNoLabel) continue;
        if (seen != kNoLabel && label != seen) return true;
        seen = label;
    }
    return false;
}

Result<DuplicateSearch::Groups> DuplicateSearch::groups(std::stop_token stop) {
    const std::scoped_lock lock(m_looking);
    if (!m_groups) {
        ASSAY_TRY(auto found, findDuplicates(*m_dataset, m_dataset->givenLabels, {}, {}, std::move(stop)));
        m_groups = std::make_shared<const std::vector<DuplicateGroup>>(std::move(found));
    }
    return m_groups;
}

} // namespace assay
