// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/confident_learning.h"

#include "core/stats/confident_counts.h"
#include "core/stats/parallel.h"
#include "core/stats/probability_pass.h"

#include <algorithm>
#include <utility>

namespace assay::stats {
namespace {

/// Rows of a class in order of position: those of class k are rows[begin[k]] to rows[begin[k + 1]].
struct RowsByClass {
    std::vector<std::size_t> begin;
    std::vector<std::uint32_t> rows;
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t k) const {
        return std::span(rows).subspan(begin[k], begin[k + 1] - begin[k]);
    }
};

template <class Wanted> RowsByClass rowsByClass(std::span<const Label> given, std::size_t classes, const Wanted& wanted) {
    RowsByClass by;
    by.begin.assign(classes + 1, 0);
    for (std::size_t i = 0; i < given.size(); ++i)
        if (wanted(i)) ++by.begin[std::size_t(given[i]) + 1];
    for (std::size_t k = 0; k < classes; ++k) by.begin[k + 1] += by.begin[k];
    by.rows.resize(by.begin[classes]);
    std::vector<std::size_t> next(by.begin.begin(), by.begin.end() - 1);
    for (std::size_t i = 0; i < given.size(); ++i)
        if (wanted(i)) by.rows[next[std::size_t(given[i])]++] = std::uint32_t(i);
    return by;
}

/// A value and where it stands. Exactly n are chosen: ties by position.
template <class T> struct Candidate {
    T value;
    std::uint32_t row;
};

/// Moves the `n` candidates with the largest values to the front.
template <class T> void largestFirst(std::vector<Candidate<T>>& candidates, std::size_t n) {
    if (n >= candidates.size()) return;
    std::nth_element(candidates.begin(), candidates.begin() + std::ptrdiff_t(n), candidates.end(),
                     [](const Candidate<T>& a, const Candidate<T>& b) {
                         return a.value != b.value ? a.value > b.value : a.row < b.row;
                     });
}

/// Rows that are visited here and there are given back after so many: the system fetches more than what is asked for.
constexpr std::size_t kDropEvery = 256;

template <class T> void dropNowAndThen(const ProbabilityRows<T>& p, std::size_t& visited) {
    if (++visited % kDropEvery == 0) dropRows(p, 0, p.rows());
}

/// The state of the two pruning filters.
template <class T> struct Pruning {
    const ProbabilityRows<T>& p;
    std::span<const Label> given;
    const ConfidentJoint& joint;
    const T* own = nullptr;
    std::vector<std::int64_t> counts; ///< [K, K] of pruneCounts()
    int least = 1;
    [[nodiscard]] std::int64_t count(std::size_t other, std::size_t k) const { return counts[other * p.classes + k]; }
    /// Classes of no more samples than are to be left are not pruned.
    [[nodiscard]] bool prunes(std::size_t k) const { return joint.given[k] > least; }
    [[nodiscard]] bool worthTwo() const { return given.size() >= 20'000; }
};

/// Pairs for which fewer samples are ahead than are to be pruned: given class, other class.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// Flags, for class k and every other one, the samples with the largest margins, where enough margins are above 0. Only
/// those can be issues in the end, so one look at the samples that are ahead is enough.
template <class T>
void flagAhead(const Pruning<T>& pruning, std::size_t k, std::span<const std::uint32_t> ahead, std::uint8_t* flag,
               Pairs& wanting, std::size_t& visited) {
    std::vector<std::vector<Candidate<T>>> candidates(pruning.p.classes);
    for (const std::uint32_t i : ahead) {
        const auto row = pruning.p.row(i);
        const T own = row[k];
        for (std::size_t j = 0; j < row.size(); ++j)
            if (row[j] > own && pruning.count(j, k) > 0) candidates[j].push_back({row[j] - own, i});
        dropNowAndThen(pruning.p, visited);
    }
    for (std::size_t j = 0; j < candidates.size(); ++j) {
        const std::int64_t number = pruning.count(j, k);
        if (j == k || number <= 0) continue;
        if (candidates[j].size() < std::size_t(number)) {
            wanting.emplace_back(k, j);
            continue;
        }
        largestFirst(candidates[j], std::size_t(number));
        for (std::size_t c = 0; c < std::size_t(number); ++c) flag[candidates[j][c].row] = 1;
    }
}

/// The same for pairs where samples that are behind have to make up the number: one more reading serves them all.
template <class T> void flagWanting(const Pruning<T>& pruning, const Pairs& wanting, std::uint8_t* flag) {
    struct Pair {
        std::size_t other, number;
        std::vector<Candidate<T>> best;
    };
    std::vector<std::vector<Pair>> pairs(pruning.p.classes);
    for (const auto& [k, j] : wanting) pairs[k].push_back({j, std::size_t(pruning.count(j, k)), {}});
    const std::size_t step = rowsPerPart(pruning.p.classes);
    for (std::size_t begin = 0; begin < pruning.given.size(); begin += step) {
        const std::size_t end = std::min(pruning.given.size(), begin + step);
        for (std::size_t i = begin; i < end; ++i) {
            const auto k = std::size_t(pruning.given[i]);
            for (Pair& pair : pairs[k]) {
                pair.best.push_back({pruning.p.row(i)[pair.other] - pruning.own[i], std::uint32_t(i)});
                if (pair.best.size() < 2 * pair.number + 16) continue;
                largestFirst(pair.best, pair.number);
                pair.best.resize(pair.number);
            }
        }
        dropRows(pruning.p, begin, end);
    }
    for (auto& ofClass : pairs)
        for (Pair& pair : ofClass) {
            largestFirst(pair.best, pair.number);
            for (std::size_t c = 0; c < std::min(pair.number, pair.best.size()); ++c) flag[pair.best[c].row] = 1;
        }
}

template <class T>
std::vector<std::uint8_t> pruneByNoiseRate(const Pruning<T>& pruning, const std::uint8_t* rowFlags) {
    const std::size_t classes = pruning.p.classes;
    const RowsByClass ahead =
        rowsByClass(pruning.given, classes, [&](std::size_t i) { return (rowFlags[i] & kAhead) != 0; });
    std::vector<std::uint8_t> flag(pruning.given.size());
    Pairs wanting[2];
    std::size_t visited[2] = {};
    forEachPart(classes, pruning.worthTwo(), [&](std::size_t k, std::size_t worker) {
        if (pruning.prunes(k)) flagAhead(pruning, k, ahead.of(k), flag.data(), wanting[worker], visited[worker]);
    });
    wanting[0].insert(wanting[0].end(), wanting[1].begin(), wanting[1].end());
    if (!wanting[0].empty()) flagWanting(pruning, wanting[0], flag.data());
    return flag;
}

/// For each class the samples with the smallest probability of it.
template <class T> std::vector<std::uint8_t> pruneByClass(const Pruning<T>& pruning) {
    std::vector<std::uint8_t> flag(pruning.given.size());
    const RowsByClass by = rowsByClass(pruning.given, pruning.p.classes, [](std::size_t) { return true; });
    forEachPart(pruning.p.classes, pruning.worthTwo(), [&](std::size_t k, std::size_t) {
        const auto rows = by.of(k);
        const std::int64_t number = std::int64_t(rows.size()) - pruning.count(k, k);
        if (number <= 0 || !pruning.prunes(k)) return;
        std::vector<Candidate<T>> candidates;
        candidates.reserve(rows.size());
        for (const std::uint32_t i : rows) candidates.push_back({-pruning.own[i], i});
        largestFirst(candidates, std::size_t(number));
        for (std::size_t c = 0; c < std::size_t(number); ++c) flag[candidates[c].row] = 1;
    });
    return flag;
}

/// Flags the `number` lowest scores; ties by position.
std::vector<std::uint8_t> lowest(const std::vector<float>& scores, std::size_t number) {
    std::vector<std::uint8_t> flag(scores.size());
    std::vector<Candidate<float>> candidates;
    candidates.reserve(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) candidates.push_back({-scores[i], std::uint32_t(i)});
    number = std::min(number, scores.size());
    largestFirst(candidates, number);
    for (std::size_t c = 0; c < number; ++c) flag[candidates[c].row] = 1;
    return flag;
}

template <class T>
Result<std::vector<std::uint8_t>> flagged(const ProbabilityRows<T>& p, std::span<const Label> given,
                                          const ConfidentJoint& joint, const T* own, const std::uint8_t* rowFlags,
                                          const IssueOptions& options) {
    const auto pruning = [&] {
        return Pruning<T>{p,
                          given,
                          joint,
                          own,
                          pruneCounts(joint, options.minExamplesPerClass, options.fracNoise),
                          options.minExamplesPerClass};
    };
    switch (options.filter) {
    case IssueFilter::PruneByNoiseRate:
        return pruneByNoiseRate(pruning(), rowFlags);
    case IssueFilter::PruneByClass:
        return pruneByClass(pruning());
    case IssueFilter::Both: {
        const Pruning<T> both = pruning();
        std::vector<std::uint8_t> flag = pruneByNoiseRate(both, rowFlags);
        const std::vector<std::uint8_t> also = pruneByClass(both);
        for (std::size_t i = 0; i < flag.size(); ++i) flag[i] &= also[i];
        return flag;
    }
    case IssueFilter::ConfidentLearning:
        return joint.offDiagonal;
    case IssueFilter::PredictedNeqGiven:
        return std::vector<std::uint8_t>(p.rows(), 1);
    case IssueFilter::LowSelfConfidence: {
        ASSAY_TRY(const std::vector<float> scores, labelQuality(p, given, LabelQuality::SelfConfidence));
        return lowest(scores, joint.estimatedErrors);
    }
    case IssueFilter::LowNormalizedMargin: {
        ASSAY_TRY(const std::vector<float> scores, labelQuality(p, given, LabelQuality::NormalizedMargin));
        return lowest(scores, joint.estimatedErrors);
    }
    }
    return std::vector<std::uint8_t>();
}

template <class T>
Result<LabelIssues> findIssues(const ProbabilityRows<T>& p, std::span<const Label> given, const IssueOptions& options) {
    if (options.minExamplesPerClass < 0 || !(options.fracNoise >= 0 && options.fracNoise <= 1))
        return fail(ErrorCode::InvalidArgument,
                    "the least number per class is 0 or more, and the share of noise between 0 and 1");
    ASSAY_TRY(OwnProbabilities<T> own, readOwn(p, given));
    ASSAY_TRY(RowFlags rows, readRows(p, given, own));
    LabelIssues found;
    found.joint = jointOf(std::move(own.thresholds), std::move(own.given), rows, p.rows());
    ASSAY_TRY(const auto flag, flagged(p, given, found.joint, own.own.get(), rows.flags.get(), options));
    struct Ranked {
        double quality;
        std::uint32_t row;
        Label suggested;
    };
    std::vector<Ranked> ranked; // by quality in full precision, as rounding to float would tie some
    std::size_t visited = 0;
    for (std::size_t i = 0; i < flag.size(); ++i) {
        if (flag[i] == 0 || (rows.flags[i] & kPredictsOther) == 0) continue;
        const auto row = p.row(i);
        ranked.push_back({rowQuality(row, given[i], options.rankBy), std::uint32_t(i), Label(largestAt(row))});
        dropNowAndThen(p, visited);
    }
    std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
        return a.quality != b.quality ? a.quality < b.quality : a.row < b.row;
    });
    found.issues.reserve(ranked.size());
    for (const Ranked& one : ranked)
        found.issues.push_back({one.row, given[one.row], one.suggested, float(one.quality)});
    return found;
}

} // namespace

Result<LabelIssues> findLabelIssues(const Probabilities& p, std::span<const Label> given, const IssueOptions& options) {
    return findIssues(p, given, options);
}
Result<LabelIssues> findLabelIssues(const FloatProbabilities& p, std::span<const Label> given,
                                    const IssueOptions& options) {
    return findIssues(p, given, options);
}

} // namespace assay::stats
