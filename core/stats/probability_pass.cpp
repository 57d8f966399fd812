// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/probability_pass.h"

#include "core/base/text.h"
#include "core/stats/parallel.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wpsabi"

namespace assay::stats {
namespace {

using namespace simd;

constexpr double kLeastThreshold = 2 * kTie;
constexpr double kRowSlack = 1e-3;
constexpr std::size_t kNamed = 10;         // faulty rows that an error names
constexpr std::size_t kGroups = 64;        // partial sums of the thresholds: fixed, so that threads do not change them
constexpr std::size_t kAcross = 24;        // up to so many classes, eight rows are read at a time, a class in each step
constexpr std::size_t kLocalClasses = 512; // up to so many, each worker counts for itself
constexpr std::size_t kWorthValues = 200'000;

constexpr std::size_t kFetched = 24; // rows ahead

const double kMostAllowed = 1 + kRowSlack;

/// Collects what is wrong with a table and names the first few.
class Faults {
public:
    void add(std::size_t row, const std::string& what) {
        if (++m_count <= kNamed) m_text += (m_text.empty() ? "row " : "; row ") + std::to_string(row) + ": " + what;
    }
    [[nodiscard]] bool any() const { return m_count > 0; }
    [[nodiscard]] std::string text() const {
        return m_count <= kNamed ? m_text : m_text + "; and " + withThousands(m_count - kNamed) + " more";
    }

private:
    std::size_t m_count = 0;
    std::string m_text;
};

template <class T>
Status checkShape(const ProbabilityRows<T>& p, std::span<const Label> given) {
    if (p.classes < 2) return fail(ErrorCode::InvalidArgument, "probabilities need at least two classes");
    if (p.values.empty()) return fail(ErrorCode::Numeric, "there are no probabilities");
    if (p.values.size() % p.classes != 0)
        return fail(ErrorCode::InvalidArgument, "the last row of probabilities is cut off");
    if (given.size() != p.rows())
        return fail(ErrorCode::InvalidArgument, "there must be one row of probabilities for every label",
                    withThousands(given.size()) + " labels, " + withThousands(p.rows()) + " rows");
    return {};
}

template <class T>
Status checkRows(const ProbabilityRows<T>& p, std::span<const Label> given) {
    Faults faults;
    for (std::size_t i = 0; i < p.rows(); ++i) {
        const auto row = p.row(i);
        double sum = 0;
        bool good = true;
        for (const T v : row) {
            sum += double(v);
            good = good && double(v) >= 0 && double(v) <= kMostAllowed;
        }
        const bool label = given[i] >= 0 && std::size_t(given[i]) < p.classes;
        if (label && good && std::abs(sum - 1) <= kRowSlack) continue;
        if (!label) {
            faults.add(i, "label " + std::to_string(given[i]) + " is outside 0 to " + std::to_string(p.classes - 1));
            continue;
        }
        const auto bad =
            std::find_if(row.begin(), row.end(), [](T v) { return !(double(v) >= 0 && double(v) <= kMostAllowed); });
        faults.add(i, bad != row.end() ? "column " + std::to_string(bad - row.begin()) + " is " + formatNumber(*bad)
                                       : "its sum is " + formatNumber(sum));
    }
    if (!faults.any()) return {};
    return fail(
        ErrorCode::Numeric,
        "the probabilities cannot be used: each must lie between 0 and 1, each row must sum to 1 (rows that were "
        "rounded can be divided by their sum first: a tick in the import sheet, --normalise on the command line), and "
        "each label must be one of the columns",
        faults.text());
}

template <class T>
Status checkAll(const ProbabilityRows<T>& p, std::span<const Label> given) {
    ASSAY_CHECK_STATUS(checkShape(p, given));
    return checkRows(p, given);
}

/// A row, or eight of them in the lanes, as far as it is read: everything that later steps need. No number above 1 can
/// pass where none is below 0 and their sum is right; what is not a number spoils the sum.
struct Lanes {
    Doubles sum{}, least{}, best = splat(-1);
    Words at{}, confident{}, place{};
};

/// `k`: the class of each lane; `reach`: what makes it confident.
ASSAY_ALWAYS_INLINE void take(Lanes& lanes, const Doubles& v, const Words& k, const Doubles& reach) {
    lanes.sum += v;
    lanes.least = smaller(v, lanes.least);
    lanes.at = v > lanes.best ? k : lanes.at;
    lanes.best = larger(v, lanes.best);
    lanes.confident = v >= reach ? lanes.confident + 1 : lanes.confident;
    lanes.place = v >= reach ? k : lanes.place;
}

/// What became of one row. `place` is right where it is confident of one class only.
struct RowEnd {
    double sum = 0, best = 0;
    std::size_t at = 0, confident = 0, place = 0;
};

/// A row's mark and count. `guess` is −1 where it is confident of nothing.
ASSAY_ALWAYS_INLINE std::uint32_t judge(const RowEnd& row, double own, std::size_t given, std::int64_t& guess) {
    guess = row.confident == 0 ? -1 : std::int64_t(row.confident == 1 ? row.place : row.at);
    return std::uint32_t((guess >= 0 && guess != std::int64_t(given) ? kOffDiagonal : 0) |
                         (row.at != given && row.best > own + kTie ? kPredictsOther : 0) |
                         (row.best > own ? kAhead : 0) | row.at << kFlagBits);
}

constexpr Words kSteps = {0, 1, 2, 3, 4, 5, 6, 7};
constexpr Words kHalves = {4, 5, 6, 7, 0, 1, 2, 3}, kQuarters = {2, 3, 0, 1, 6, 7, 4, 5},
                kNeighbours = {1, 0, 3, 2, 5, 4, 7, 6};

/// All lanes joined in every lane.
template <class V, class Join>
ASSAY_ALWAYS_INLINE V joined(V v, const Join& join) {
    v = join(v, __builtin_shuffle(v, kHalves));
    v = join(v, __builtin_shuffle(v, kQuarters));
    return join(v, __builtin_shuffle(v, kNeighbours));
}

template <class T>
ASSAY_ALWAYS_INLINE bool rowAlong(const T* row, std::size_t classes, const double* reach, RowEnd& end) {
    Lanes lanes;
    std::size_t k = 0;
    Words at = kSteps;
    for (; k + kLanes <= classes; k += kLanes, at += kLanes) take(lanes, load(row + k), at, load(reach + k));
    if (k < classes && classes >= kLanes) {
        // The last eight once more; those that were taken count as 0, which changes nothing.
        const Words fresh = (Words)(kSteps >= Words{} + (kLanes - (classes - k)));
        const std::size_t from = classes - kLanes;
        take(lanes, fromBits(bits(load(row + from)) & fresh), kSteps + from, load(reach + from));
    } else if (k < classes) {
        Doubles rest{};
        for (std::size_t i = 0; k + i < classes; ++i) rest[i] = double(row[k + i]);
        take(lanes, rest, at, load(reach + k));
    }
    const auto sum = [](const auto& a, const auto& b) { return a + b; };
    const Doubles best = joined(lanes.best, [](const Doubles& a, const Doubles& b) { return larger(a, b); });
    const Words first = lanes.best == best ? lanes.at : Words{} + classes; // of equal ones the first counts
    end.best = best[0];
    end.at = joined(first, [](const Words& a, const Words& b) { return a < b ? a : b; })[0];
    end.sum = joined(lanes.sum, sum)[0];
    end.confident = joined(lanes.confident, sum)[0];
    end.place = joined(lanes.place, sum)[0];
    const Doubles least = joined(lanes.least, [](const Doubles& a, const Doubles& b) { return smaller(a, b); });
    return least[0] >= 0 && std::abs(end.sum - 1) <= kRowSlack;
}

/// The largest of a row but for the given class.
template <class T>
ASSAY_ALWAYS_INLINE double otherAlong(const T* row, std::size_t classes, std::size_t given) {
    Doubles most = splat(-1);
    std::size_t k = 0;
    Words at = kSteps;
    for (; k + kLanes <= classes; k += kLanes, at += kLanes)
        most = larger(at == given ? splat(-1) : load(row + k), most);
    double other = most[0];
    for (std::size_t i = 1; i < kLanes; ++i) other = std::max(other, most[i]);
    for (; k < classes; ++k)
        if (k != given) other = std::max(other, double(row[k]));
    return other;
}

/// What a worker writes: marks of its rows, and how many of each pair it saw.
template <class T>
struct Reading {
    const T* values = nullptr;
    std::size_t classes = 0;
    const Label* given = nullptr;
    const T* own = nullptr;
    const double* reach = nullptr;
    std::uint32_t* marks = nullptr;
    T* others = nullptr;
    std::int64_t* counts = nullptr; ///< [K, K], and one more for what is not counted
    bool shared = false;            ///< both workers count in one table
};

template <class T>
ASSAY_ALWAYS_INLINE void note(const Reading<T>& r, std::size_t i, const RowEnd& end) {
    const auto given = std::size_t(r.given[i]);
    std::int64_t guess = 0;
    r.marks[i] = judge(end, double(r.own[i]), given, guess);
    if (guess < 0) return;
    std::int64_t& cell = r.counts[given * r.classes + std::size_t(guess)];
    if (r.shared) std::atomic_ref(cell).fetch_add(1, std::memory_order_relaxed);
    else ++cell;
}

using Labels = Label __attribute__((vector_size(32)));
using Marks = std::uint32_t __attribute__((vector_size(32)));

/// Eight rows of few classes, lane i holding row i, read and noted. False where one may be faulty.
template <bool kOthers, class T>
ASSAY_ALWAYS_INLINE bool readEight(const Reading<T>& r, std::size_t i) {
    const std::size_t classes = r.classes;
    const T* rows = r.values + i * classes;
    Labels labels;
    std::memcpy(&labels, r.given + i, sizeof labels);
    const Words given = __builtin_convertvector(labels, Words);
    const Doubles own = load(r.own + i);
    Lanes lanes;
    Doubles other = splat(-1);
    for (std::size_t k = 0; k < classes; ++k) {
        const T* v = rows + k;
        const Doubles column = {double(v[0]),           double(v[classes]),     double(v[2 * classes]),
                                double(v[3 * classes]), double(v[4 * classes]), double(v[5 * classes]),
                                double(v[6 * classes]), double(v[7 * classes])};
        take(lanes, column, Words{} + k, splat(r.reach[k]));
        if constexpr (kOthers) other = larger(given == Words{} + k ? splat(-1) : column, other);
    }
    // Comparisons give all bits or none.
    const Words counted = (Words)(lanes.confident != 0), single = (Words)(lanes.confident == 1);
    const Words guess = (lanes.place & single) | (lanes.at & ~single);
    const Words cells = ((given * classes + guess) & counted) | (~counted & classes * classes); // or the spare one
    const Words marks =
        ((Words)(guess != given) & counted & std::uint64_t(kOffDiagonal)) |
        ((Words)(lanes.at != given) & (Words)(lanes.best > own + kTie) & std::uint64_t(kPredictsOther)) |
        ((Words)(lanes.best > own) & std::uint64_t(kAhead)) | lanes.at << kFlagBits;
    const Marks narrow = __builtin_convertvector(marks, Marks);
    std::memcpy(r.marks + i, &narrow, sizeof narrow);
    for (std::size_t j = 0; j < kLanes; ++j) {
        ++r.counts[cells[j]];
        if constexpr (kOthers) r.others[i + j] = T(other[j]);
    }
    const Words good = (Words)(absolute(lanes.sum - 1.0) <= kRowSlack) & (Words)(lanes.least >= 0);
    return joined(good, [](const Words& a, const Words& b) { return a & b; })[0] != 0;
}

/// False where a row of the part may be faulty.
template <bool kOthers, class T>
ASSAY_ALWAYS_INLINE bool readPart(const Reading<T>& r, std::size_t begin, std::size_t end) {
    bool good = true;
    std::size_t i = begin;
    for (; r.classes <= kAcross && i + kLanes <= end; i += kLanes) good = readEight<kOthers>(r, i) && good;
    for (; i < end; ++i) {
        RowEnd row;
        good = rowAlong(r.values + i * r.classes, r.classes, r.reach, row) && good;
        if (row.at < r.classes) note(r, i, row);
        if constexpr (kOthers)
            r.others[i] = T(
                row.at != std::size_t(r.given[i]) ? row.best : otherAlong(r.values + i * r.classes, r.classes, row.at));
    }
    return good;
}

ASSAY_VECTOR_CLONES bool readDoubles(const Reading<double>& r, std::size_t begin, std::size_t end) {
    return readPart<false>(r, begin, end);
}
ASSAY_VECTOR_CLONES bool readFloats(const Reading<float>& r, std::size_t begin, std::size_t end) {
    return readPart<false>(r, begin, end);
}
ASSAY_VECTOR_CLONES bool readDoublesAndOthers(const Reading<double>& r, std::size_t begin, std::size_t end) {
    return readPart<true>(r, begin, end);
}
ASSAY_VECTOR_CLONES bool readFloatsAndOthers(const Reading<float>& r, std::size_t begin, std::size_t end) {
    return readPart<true>(r, begin, end);
}
bool read(const Reading<double>& r, std::size_t begin, std::size_t end) {
    return r.others != nullptr ? readDoublesAndOthers(r, begin, end) : readDoubles(r, begin, end);
}
bool read(const Reading<float>& r, std::size_t begin, std::size_t end) {
    return r.others != nullptr ? readFloatsAndOthers(r, begin, end) : readFloats(r, begin, end);
}

} // namespace

std::size_t rowsPerPart(std::size_t classes) { return std::clamp<std::size_t>(131072 / classes, 64, 8192); }

template <class T>
void dropRows(const ProbabilityRows<T>& p, std::size_t begin, std::size_t end) {
    if (!p.dropBehind) return;
    const auto page = std::uintptr_t(::sysconf(_SC_PAGESIZE));
    const auto from = reinterpret_cast<std::uintptr_t>(p.values.data() + begin * p.classes) / page * page;
    const auto to = reinterpret_cast<std::uintptr_t>(p.values.data() + end * p.classes);
    (void)::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
}

template <class T>
std::size_t largestAt(std::span<const T> row) {
    return std::size_t(std::max_element(row.begin(), row.end()) - row.begin());
}

template <class T>
double largestOther(std::span<const T> row, std::size_t but) {
    T most = -1;
    for (std::size_t k = 0; k < row.size(); ++k)
        if (k != but) most = std::max(most, row[k]);
    return double(most);
}

template <class T>
Result<OwnProbabilities<T>> readOwn(const ProbabilityRows<T>& p, std::span<const Label> given) {
    ASSAY_CHECK_STATUS(checkShape(p, given));
    const std::size_t rows = p.rows(), classes = p.classes;
    OwnProbabilities<T> own;
    own.own = unset<T>(rows);
    std::vector<double> sums(kGroups * classes);
    std::vector<std::int64_t> counts(kGroups * classes);
    std::atomic<bool> good{true};
    forEachPart(kGroups, p.values.size() >= kWorthValues, [&](std::size_t group, std::size_t) {
        const std::size_t begin = rows * group / kGroups, end = rows * (group + 1) / kGroups;
        double* sum = &sums[group * classes];
        std::int64_t* count = &counts[group * classes];
        for (std::size_t i = begin; i < end; ++i) {
            // Far apart in memory, and of each row one number: the machine does not see it coming.
            if (i + kFetched < end)
                __builtin_prefetch(&p.values[(i + kFetched) * classes +
                                             std::min(std::size_t(std::uint32_t(given[i + kFetched])), classes - 1)]);
            const auto k = std::size_t(given[i]);
            if (k >= classes) {
                good.store(false, std::memory_order_relaxed);
                return;
            }
            const T v = own.own[i] = p.values[i * classes + k];
            sum[k] += double(v);
            ++count[k];
        }
        dropRows(p, begin, end);
    });
    if (!good) return tl::unexpected<Error>(checkRows(p, given).error());
    own.thresholds.assign(classes, 0);
    own.given.assign(classes, 0);
    for (std::size_t group = 0; group < kGroups; ++group)
        for (std::size_t k = 0; k < classes; ++k) {
            own.thresholds[k] += sums[group * classes + k];
            own.given[k] += counts[group * classes + k];
        }
    for (std::size_t k = 0; k < classes; ++k)
        own.thresholds[k] =
            own.given[k] == 0 ? kNeverReached : std::max(kLeastThreshold, own.thresholds[k] / double(own.given[k]));
    return own;
}

template <class T>
Result<RowFlags> readRows(const ProbabilityRows<T>& p, std::span<const Label> given, const OwnProbabilities<T>& own,
                          T* othersOut) {
    const std::size_t rows = p.rows(), classes = p.classes;
    std::vector<double> reach(classes + kLanes, 2 * kNeverReached);
    for (std::size_t k = 0; k < classes; ++k) reach[k] = own.thresholds[k] - kTie;
    RowFlags found;
    found.marks = unset<std::uint32_t>(rows);
    found.counts.assign(classes * classes + 1, 0);
    const bool shared = classes > kLocalClasses;
    std::vector<std::int64_t> others(shared ? 0 : classes * classes + 1);
    const std::size_t step = rowsPerPart(classes);
    std::atomic<bool> good{true};
    forEachPart((rows + step - 1) / step, p.values.size() >= kWorthValues, [&](std::size_t part, std::size_t worker) {
        std::int64_t* counts = worker == 0 || shared ? found.counts.data() : others.data();
        const Reading<T> reading{p.values.data(),   classes,   given.data(), own.own.get(), reach.data(),
                                 found.marks.get(), othersOut, counts,       shared};
        const std::size_t begin = part * step, end = std::min(rows, begin + step);
        if (!read(reading, begin, end)) good.store(false, std::memory_order_relaxed);
        dropRows(p, begin, end);
    });
    if (!good) {
        ASSAY_CHECK_STATUS(checkRows(p, given)); // says which; nothing is wrong with a zero of negative sign
    }
    for (std::size_t i = 0; i < others.size(); ++i) found.counts[i] += others[i];
    found.counts.pop_back();
    return found;
}

Status checkProbabilities(const Probabilities& p, std::span<const Label> given) { return checkAll(p, given); }
Status checkProbabilities(const FloatProbabilities& p, std::span<const Label> given) { return checkAll(p, given); }

template std::size_t largestAt(std::span<const double>);
template std::size_t largestAt(std::span<const float>);
template double largestOther(std::span<const double>, std::size_t);
template double largestOther(std::span<const float>, std::size_t);
template void dropRows(const Probabilities&, std::size_t, std::size_t);
template void dropRows(const FloatProbabilities&, std::size_t, std::size_t);
template Result<OwnProbabilities<double>> readOwn(const Probabilities&, std::span<const Label>);
template Result<OwnProbabilities<float>> readOwn(const FloatProbabilities&, std::span<const Label>);
template Result<RowFlags> readRows(const Probabilities&, std::span<const Label>, const OwnProbabilities<double>&,
                                   double*);
template Result<RowFlags> readRows(const FloatProbabilities&, std::span<const Label>, const OwnProbabilities<float>&,
                                   float*);

} // namespace assay::stats
