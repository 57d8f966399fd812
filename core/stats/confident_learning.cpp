// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/confident_learning.h"

#include "core/stats/confident_counts.h"
#include "core/stats/parallel.h"
#include "core/stats/probability_pass.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
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

/// The rows for which wanted(i) holds, in order; without a branch, as nobody can foresee which they are.
template <class Wanted>
std::vector<std::uint32_t> rowsWhere(std::size_t n, const Wanted& wanted) {
    constexpr std::size_t kStep = 4096;
    std::array<std::uint32_t, kStep> step;
    std::vector<std::uint32_t> rows;
    for (std::size_t begin = 0; begin < n; begin += kStep) {
        std::size_t found = 0;
        for (std::size_t i = begin; i < std::min(n, begin + kStep); ++i) {
            step[found] = std::uint32_t(i);
            found += wanted(i) ? 1 : 0;
        }
        rows.insert(rows.end(), step.begin(), step.begin() + std::ptrdiff_t(found));
    }
    return rows;
}

RowsByClass byClass(const std::vector<std::uint32_t>& rows, std::span<const Label> given, std::size_t classes) {
    RowsByClass by;
    by.begin.assign(classes + 1, 0);
    for (const std::uint32_t i : rows) ++by.begin[std::size_t(given[i]) + 1];
    for (std::size_t k = 0; k < classes; ++k) by.begin[k + 1] += by.begin[k];
    by.rows.resize(rows.size());
    std::vector<std::size_t> next(by.begin.begin(), by.begin.end() - 1);
    for (const std::uint32_t i : rows) by.rows[next[std::size_t(given[i])]++] = i;
    return by;
}

/// A value and where it stands. Exactly n are chosen: ties by position.
template <class T>
struct Candidate {
    T value;
    std::uint32_t row;
};

/// Moves the `n` candidates with the largest values to the front.
template <class T>
void largestFirst(std::span<Candidate<T>> candidates, std::size_t n) {
    if (n >= candidates.size()) return;
    std::nth_element(candidates.begin(), candidates.begin() + std::ptrdiff_t(n), candidates.end(),
                     [](const Candidate<T>& a, const Candidate<T>& b) {
                         return a.value != b.value ? a.value > b.value : a.row < b.row;
                     });
}

/// Rows that are visited here and there are given back after so many: the system fetches more than what is asked for.
constexpr std::size_t kDropEvery = 256;

template <class T>
void dropNowAndThen(const ProbabilityRows<T>& p, std::size_t& visited) {
    if (++visited % kDropEvery == 0) dropRows(p, 0, p.rows());
}

/// Asks for a row that comes a little later, as the machine cannot foresee which it is.
template <class T>
ASSAY_ALWAYS_INLINE void fetchAhead(const ProbabilityRows<T>& p, std::span<const std::uint32_t> rows, std::size_t n) {
    constexpr std::size_t kAway = 12, kLine = 64;
    if (n + kAway >= rows.size()) return;
    const auto row = p.row(rows[n + kAway]);
    const auto* const bytes = reinterpret_cast<const char*>(row.data());
    for (std::size_t at = 0; at < std::min<std::size_t>(row.size_bytes(), 4 * kLine); at += kLine)
        __builtin_prefetch(bytes + at);
    __builtin_prefetch(reinterpret_cast<const char*>(row.data() + row.size()) - 1);
}

/// The state of the two pruning filters.
template <class T>
struct Pruning {
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

/// For one given class the largest margins of each other class, all in one block of memory: a class keeps room for
/// twice as many as are wanted, and once that is full, what is below the wanted ones is no longer taken.
template <class T>
class LargestMargins {
public:
    LargestMargins(const Pruning<T>& pruning, std::size_t k)
        : m_begin(pruning.p.classes + 1), m_size(pruning.p.classes) {
        m_least.assign(pruning.p.classes, std::numeric_limits<T>::max());
        m_wanted.resize(pruning.p.classes);
        for (std::size_t j = 0; j < m_size.size(); ++j) {
            const std::int64_t number = j == k ? 0 : pruning.count(j, k);
            m_wanted[j] = std::size_t(std::max<std::int64_t>(0, number));
            if (m_wanted[j] > 0) m_least[j] = 0;
            m_begin[j + 1] = m_begin[j] + (m_wanted[j] > 0 ? 2 * m_wanted[j] + kSpare : 0);
        }
        m_kept.resize(m_begin.back());
    }
    [[nodiscard]] std::size_t wanted(std::size_t j) const { return m_wanted[j]; }
    /// Rows must come in order.
    void offer(std::size_t j, T margin, std::uint32_t row) {
        if (!(margin > m_least[j])) return;
        Candidate<T>* const first = &m_kept[m_begin[j]];
        first[m_size[j]++] = {margin, row};
        if (m_begin[j] + m_size[j] < m_begin[j + 1]) return;
        largestFirst(std::span(first, m_size[j]), m_wanted[j]);
        m_size[j] = m_wanted[j];
        m_least[j] = std::min_element(first, first + m_size[j], [](const auto& a, const auto& b) {
                         return a.value < b.value;
                     })->value; // of equal margins the earlier row counts
    }
    /// The wanted ones; fewer where there were not as many.
    [[nodiscard]] std::span<const Candidate<T>> largest(std::size_t j) {
        const auto kept = std::span(m_kept).subspan(m_begin[j], m_size[j]);
        largestFirst(kept, m_wanted[j]);
        return kept.first(std::min(m_wanted[j], m_size[j]));
    }

private:
    static constexpr std::size_t kSpare = 16;
    std::vector<std::size_t> m_begin, m_size, m_wanted;
    std::vector<T> m_least; ///< margins have to be larger
    std::vector<Candidate<T>> m_kept;
};

/// Flags, for class k and every other one, the samples with the largest margins, where enough margins are above 0. Only
/// those can be issues in the end, so one look at the samples that are ahead is enough.
template <class T>
void flagAhead(const Pruning<T>& pruning, std::size_t k, std::span<const std::uint32_t> ahead, std::uint8_t* flag,
               Pairs& wanting, std::size_t& visited) {
    LargestMargins<T> margins(pruning, k);
    for (std::size_t n = 0; n < ahead.size(); ++n) {
        fetchAhead(pruning.p, ahead, n);
        const std::uint32_t i = ahead[n];
        const auto row = pruning.p.row(i);
        const T own = row[k];
        for (std::size_t j = 0; j < row.size(); ++j) margins.offer(j, row[j] - own, i);
        dropNowAndThen(pruning.p, visited);
    }
    for (std::size_t j = 0; j < pruning.p.classes; ++j) {
        if (margins.wanted(j) == 0) continue;
        const auto largest = margins.largest(j);
        if (largest.size() < margins.wanted(j)) wanting.emplace_back(k, j);
        else
            for (const Candidate<T>& one : largest) flag[one.row] = 1;
    }
}

/// The same for pairs where samples that are behind have to make up the number: one more reading serves them all.
template <class T>
void flagWanting(const Pruning<T>& pruning, const Pairs& wanting, std::uint8_t* flag) {
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
                largestFirst(std::span(pair.best), pair.number);
                pair.best.resize(pair.number);
            }
        }
        dropRows(pruning.p, begin, end);
    }
    for (auto& ofClass : pairs)
        for (Pair& pair : ofClass) {
            largestFirst(std::span(pair.best), pair.number);
            for (std::size_t c = 0; c < std::min(pair.number, pair.best.size()); ++c) flag[pair.best[c].row] = 1;
        }
}

template <class T>
std::vector<std::uint8_t> pruneByNoiseRate(const Pruning<T>& pruning, const std::uint32_t* marks) {
    const std::size_t classes = pruning.p.classes;
    const RowsByClass ahead =
        byClass(rowsWhere(pruning.given.size(), [&](std::size_t i) { return (marks[i] & kAhead) != 0; }), pruning.given,
                classes);
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

/// Takes the flag from all but the samples of each class with the smallest probability of it. Most are told by a
/// histogram; those of the bin where a class's number ends are sorted out.
template <class T>
void pruneByClass(const Pruning<T>& pruning, std::vector<std::uint8_t>& flag) {
    const std::size_t rows = pruning.given.size(), classes = pruning.p.classes;
    const std::size_t bins = std::clamp<std::size_t>((std::size_t(1) << 18) / classes, 16, 1024);
    const std::size_t parts = (rows + kChunk - 1) / kChunk;
    const auto bin = [&](std::size_t i) {
        return std::min(bins - 1, std::size_t(std::max(T(0), pruning.own[i]) * T(bins)));
    };
    std::array<std::vector<std::uint32_t>, 2> counts;
    for (auto& worker : counts) worker.assign(classes * bins, 0);
    forEachPart(parts, pruning.worthTwo(), [&](std::size_t part, std::size_t worker) {
        for (std::size_t i = part * kChunk; i < std::min(rows, (part + 1) * kChunk); ++i)
            ++counts[worker][std::size_t(pruning.given[i]) * bins + bin(i)];
    });
    std::vector<std::size_t> last(classes, 0), wanted(classes, 0); // the bin where it ends, and how many of that
    for (std::size_t k = 0; k < classes; ++k) {
        const std::int64_t number = pruning.joint.given[k] - pruning.count(k, k);
        if (number <= 0 || !pruning.prunes(k)) continue;
        std::size_t rest = std::size_t(number), b = 0;
        for (; b + 1 < bins; ++b) {
            const std::size_t here = counts[0][k * bins + b] + counts[1][k * bins + b];
            if (here >= rest) break;
            rest -= here;
        }
        last[k] = b;
        wanted[k] = rest;
    }
    std::array<std::vector<std::uint32_t>, 2> open;
    forEachPart(parts, pruning.worthTwo(), [&](std::size_t part, std::size_t worker) {
        for (std::size_t i = part * kChunk; i < std::min(rows, (part + 1) * kChunk); ++i) {
            const auto k = std::size_t(pruning.given[i]);
            const std::size_t b = bin(i);
            const bool undecided = b == last[k] && wanted[k] > 0;
            if (undecided) open[worker].push_back(std::uint32_t(i));
            flag[i] &= b < last[k] || undecided ? 1 : 0;
        }
    });
    open[0].insert(open[0].end(), open[1].begin(), open[1].end());
    const RowsByClass by = byClass(open[0], pruning.given, classes);
    forEachPart(classes, pruning.worthTwo(), [&](std::size_t k, std::size_t) {
        std::vector<Candidate<T>> candidates;
        for (const std::uint32_t i : by.of(k)) candidates.push_back({-pruning.own[i], i});
        largestFirst(std::span(candidates), wanted[k]);
        for (std::size_t c = wanted[k]; c < candidates.size(); ++c) flag[candidates[c].row] = 0;
    });
}

/// Flags the `number` lowest scores; ties by position.
std::vector<std::uint8_t> lowest(const std::vector<float>& scores, std::size_t number) {
    std::vector<std::uint8_t> flag(scores.size());
    std::vector<Candidate<float>> candidates;
    candidates.reserve(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) candidates.push_back({-scores[i], std::uint32_t(i)});
    number = std::min(number, scores.size());
    largestFirst(std::span(candidates), number);
    for (std::size_t c = 0; c < number; ++c) flag[candidates[c].row] = 1;
    return flag;
}

template <class T>
Result<std::vector<std::uint8_t>> flagged(const ProbabilityRows<T>& p, std::span<const Label> given,
                                          const ConfidentJoint& joint, const T* own, const std::uint32_t* marks,
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
    case IssueFilter::PruneByNoiseRate: return pruneByNoiseRate(pruning(), marks);
    case IssueFilter::PruneByClass: {
        std::vector<std::uint8_t> flag(p.rows(), 1);
        pruneByClass(pruning(), flag);
        return flag;
    }
    case IssueFilter::Both: {
        const Pruning<T> both = pruning();
        std::vector<std::uint8_t> flag = pruneByNoiseRate(both, marks);
        pruneByClass(both, flag);
        return flag;
    }
    case IssueFilter::ConfidentLearning: return joint.offDiagonal;
    case IssueFilter::PredictedNeqGiven: return std::vector<std::uint8_t>(p.rows(), 1);
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

/// Qualities as whole numbers of the same order: none is negative, so their bits are, and rounding to float would tie
/// some.
struct Ranked {
    std::uint64_t quality = 0;
    std::uint32_t row = 0;
    Label suggested = kNoLabel;
};

/// Sorts by quality, then by row, in which order they come. First by the upper 44 bits, digit by digit, which leaves
/// few in the wrong order: comparing 200,000 takes longer than reading a million rows.
void sortByQuality(std::vector<Ranked>& ranked) {
    constexpr unsigned kDigit = 11, kDigits = 4, kBelow = 20;
    constexpr std::size_t kBuckets = std::size_t(1) << kDigit;
    const auto before = [](const Ranked& a, const Ranked& b) {
        return a.quality != b.quality ? a.quality < b.quality : a.row < b.row;
    };
    if (ranked.size() < kBuckets) {
        std::sort(ranked.begin(), ranked.end(), before);
        return;
    }
    std::vector<std::array<std::uint32_t, kBuckets>> begins(kDigits);
    const auto digit = [](const Ranked& one, unsigned d) {
        return (one.quality >> (kBelow + d * kDigit)) & (kBuckets - 1);
    };
    for (const Ranked& one : ranked)
        for (unsigned d = 0; d < kDigits; ++d) ++begins[d][digit(one, d)];
    std::vector<Ranked> to(ranked.size());
    for (unsigned d = 0; d < kDigits; ++d) {
        if (begins[d][digit(ranked.front(), d)] == ranked.size()) continue; // all the same
        std::uint32_t sum = 0;
        for (std::uint32_t& begin : begins[d]) sum += std::exchange(begin, sum);
        for (const Ranked& one : ranked) to[begins[d][digit(one, d)]++] = one;
        ranked.swap(to);
    }
    for (std::size_t begin = 0, end = 0; begin < ranked.size(); begin = end) {
        while (end < ranked.size() && ranked[end].quality >> kBelow == ranked[begin].quality >> kBelow) ++end;
        if (end - begin > 1) std::sort(&ranked[begin], &ranked[begin] + (end - begin), before);
    }
}

/// What the readings found out about each row.
template <class T>
struct Known {
    const T* own = nullptr;
    const std::uint32_t* marks = nullptr;
};

/// The issues' rows with their qualities and likeliest classes, not yet in order.
template <class T>
std::vector<Ranked> rankedOf(const ProbabilityRows<T>& p, std::span<const Label> given,
                             const std::vector<std::uint32_t>& rows, const Known<T>& known, LabelQuality rankBy) {
    std::vector<Ranked> ranked(rows.size());
    constexpr std::size_t kStep = 8192;
    std::array<std::size_t, 2> visited{};
    forEachPart((rows.size() + kStep - 1) / kStep, rows.size() > kStep, [&](std::size_t part, std::size_t worker) {
        for (std::size_t n = part * kStep; n < std::min(rows.size(), (part + 1) * kStep); ++n) {
            const std::uint32_t i = rows[n];
            double quality = double(known.own[i]);
            if (rankBy != LabelQuality::SelfConfidence) {
                fetchAhead(p, rows, n);
                quality = rowQuality(p.row(i), given[i], rankBy, kTie);
                dropNowAndThen(p, visited[worker]);
            }
            ranked[n] = {std::bit_cast<std::uint64_t>(quality + 0.0), i, Label(known.marks[i] >> kFlagBits)};
        }
    });
    return ranked;
}

template <class T>
Result<LabelIssues> findIssues(const ProbabilityRows<T>& p, std::span<const Label> given, const IssueOptions& options) {
    if (options.minExamplesPerClass < 0 || !(options.fracNoise >= 0 && options.fracNoise <= 1))
        return fail(ErrorCode::InvalidArgument,
                    "the least number per class is 0 or more, and the share of noise between 0 and 1");
    LabelIssues found;
    std::vector<Ranked> ranked;
    { // What the readings keep of every row goes before the issues are made of what is left.
        ASSAY_TRY(OwnProbabilities<T> own, readOwn(p, given));
        ASSAY_TRY(RowFlags rows, readRows(p, given, own));
        found.joint = jointOf(std::move(own.thresholds), std::move(own.given), rows, p.rows());
        static_assert(kPredictsOther == 2, "moved to where a flag has its 1");
        ASSAY_TRY(auto flag, flagged(p, given, found.joint, own.own.get(), rows.marks.get(), options));
        const auto issues =
            rowsWhere(flag.size(), [&](std::size_t i) { return (flag[i] & (rows.marks[i] >> 1)) != 0; });
        flag = {};
        ranked = rankedOf(p, given, issues, Known<T>{own.own.get(), rows.marks.get()}, options.rankBy);
    }
    sortByQuality(ranked);
    found.issues.reserve(ranked.size());
    for (const Ranked& one : ranked)
        found.issues.push_back({one.row, given[one.row], one.suggested, float(std::bit_cast<double>(one.quality))});
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
