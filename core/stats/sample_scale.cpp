// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/sample_scale.h"

#include "core/base/text.h"
#include "core/stats/mixture_kernel.h"
#include "core/stats/parallel.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace assay::stats {
namespace {

/// Arazo's code lifts the 5th percentile by this much.
constexpr double kLift = 1e-5;
constexpr double kEpsilon = 1e-6;
/// Rounding that a value in [0, 1] is forgiven.
constexpr double kSlack = 1e-6;

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// Unsigned integers in the order of the numbers.
template <class T>
Bits<T> orderedKey(T value) {
    constexpr int kShift = int(sizeof(T)) * 8 - 1;
    const Bits<T> bits = std::bit_cast<Bits<T>>(value);
    return bits ^ ((Bits<T>(0) - (bits >> kShift)) | (Bits<T>(1) << kShift));
}

template <class T>
bool isFinite(T value) {
    return std::abs(value) <= std::numeric_limits<T>::max(); // false for NaN
}

/// The values at the given ranks (ascending) among the finite ones: count by the upper half of the bits, then sort
/// out the few that share a bucket.
template <class T, std::size_t N>
std::array<double, N> valuesAtRanks(std::span<const T> values, const std::array<std::size_t, N>& ranks) {
    constexpr int kShift = int(sizeof(T)) * 8 - 16;
    std::vector<std::uint32_t> count(std::size_t(1) << 16);
    for (const T v : values)
        if (isFinite(v)) ++count[std::size_t(orderedKey(v) >> kShift)];

    std::array<std::size_t, N> bucket{}, before{};
    std::size_t below = 0, next = 0;
    for (std::size_t b = 0; b < count.size() && next < N; ++b) {
        while (next < N && ranks[next] < below + count[b]) {
            bucket[next] = b;
            before[next] = below;
            ++next;
        }
        below += count[b];
    }
    std::array<std::vector<T>, N> members;
    for (std::size_t k = 0; k < N; ++k)
        if (k == 0 || bucket[k] != bucket[k - 1]) members[k].reserve(count[bucket[k]]);
    const std::size_t first = bucket.front(), last = bucket.back();
    for (const T v : values) {
        if (!isFinite(v)) continue;
        const std::size_t b = std::size_t(orderedKey(v) >> kShift);
        if (b < first || b > last) continue;
        for (std::size_t k = 0; k < N; ++k)
            if (b == bucket[k] && (k == 0 || bucket[k] != bucket[k - 1])) members[k].push_back(v);
    }
    std::array<double, N> found{};
    std::size_t owner = 0;
    for (std::size_t k = 0; k < N; ++k) {
        if (k > 0 && bucket[k] != bucket[k - 1]) owner = k;
        auto& in = members[owner];
        const auto at = in.begin() + std::ptrdiff_t(ranks[k] - before[k]);
        std::nth_element(in.begin(), at, in.end());
        found[k] = double(*at);
    }
    return found;
}

/// The 5th and 95th percentiles with linear interpolation, as NumPy's default.
template <class T>
std::pair<double, double> outerPercentiles(std::span<const T> values, std::size_t finite) {
    const double low = 0.05 * double(finite - 1), high = 0.95 * double(finite - 1);
    const auto rank = [&](double position) { return std::min(finite - 1, std::size_t(position)); };
    const std::array<std::size_t, 4> ranks = {rank(low), std::min(finite - 1, rank(low) + 1), rank(high),
                                              std::min(finite - 1, rank(high) + 1)};
    std::array<std::size_t, 4> sorted = ranks;
    std::sort(sorted.begin(), sorted.end());
    const auto found = valuesAtRanks(values, sorted);
    const auto valueOf = [&](std::size_t r) {
        return found[std::size_t(std::find(sorted.begin(), sorted.end(), r) - sorted.begin())];
    };
    const auto between = [](double a, double b, double share) { return a + (b - a) * share; };
    return {between(valueOf(ranks[0]), valueOf(ranks[1]), low - std::floor(low)),
            between(valueOf(ranks[2]), valueOf(ranks[3]), high - std::floor(high))};
}

ASSAY_ALWAYS_INLINE double scaled(double loss, const SampleScale& s, double factor) {
    double v = (loss - s.lo) * factor;
    v = v <= 0.0 ? s.clip : v;
    v = v >= 1.0 ? 1.0 - s.clip : v;
    v = v < s.least ? s.least : v;
    return v > 1.0 - s.least ? 1.0 - s.least : v;
}

ASSAY_ALWAYS_INLINE double factorOf(const SampleScale& s) { return 1.0 / (s.hi - s.lo + s.epsilon); }

tl::unexpected<Error> notApart(const std::string& why) {
    return fail(ErrorCode::Numeric, "no two groups can be told apart: " + why);
}

template <class T>
tl::unexpected<Error> outsideUnitInterval(std::span<const T> losses, double slack) {
    const auto outside = [&](T v) { return isFinite(v) && (double(v) < -slack || double(v) > 1.0 + slack); };
    const auto at = std::find_if(losses.begin(), losses.end(), outside);
    return fail(ErrorCode::InvalidArgument,
                "a value that is to be taken as it is must lie between 0 and 1; normalise the values, or mend value " +
                    withThousands(std::uint64_t(at - losses.begin()) + 1),
                formatNumber(double(*at)));
}

/// Whether a fit would see at least two different values.
template <class T>
bool keepsTwo(std::span<const T> losses, const SampleScale& s) {
    bool some = false;
    T first{};
    for (const T v : losses) {
        if (!isFinite(v) || double(v) < s.keepFrom || double(v) > s.keepTo) continue;
        if (some && v != first) return true;
        first = v;
        some = true;
    }
    return false;
}

} // namespace

template <class T>
Result<SampleScale> findScale(std::span<const T> losses, Normalisation normalisation, MixtureKind kind) {
    const kernel::FiniteRange range = kernel::finiteRange(losses.data(), losses.size());
    if (range.finite == 0) return notApart(losses.empty() ? "there are no values" : "no value is a finite number");
    if (range.finite == 1) return notApart("there is only one finite value");
    if (range.least == range.most) return notApart("all values are equal");

    SampleScale s;
    s.finite = range.finite;
    s.keepFrom = std::numeric_limits<double>::lowest();
    s.keepTo = std::numeric_limits<double>::max();
    s.least = kind == MixtureKind::Beta ? 1e-4 : 0.0;
    switch (normalisation) {
    case Normalisation::None:
        if (range.least < -kSlack || range.most > 1.0 + kSlack) return outsideUnitInterval(losses, kSlack);
        break;
    case Normalisation::MinMax:
        s.lo = range.least;
        s.hi = range.most;
        break;
    case Normalisation::Percentiles: {
        const auto [low, high] = outerPercentiles(losses, range.finite);
        if (high == low) return notApart("nine values in ten are equal");
        if (high - low < 2 * kLift) return notApart("nine values in ten differ by less than 0.00002");
        s.lo = low + kLift;
        s.hi = high;
        s.epsilon = kEpsilon;
        s.clip = 1e-3;
        s.keepFrom = low;
        s.keepTo = high;
        if (!keepsTwo(losses, s)) { // a handful of values: the percentiles would leave nothing between them
            s.keepFrom = range.least;
            s.keepTo = range.most;
        }
        break;
    }
    }
    if (!std::isfinite(s.hi - s.lo) || !std::isfinite(factorOf(s)))
        return fail(ErrorCode::Numeric, "the values lie too far apart, or too close, to be brought between 0 and 1");
    return s;
}

template <class T>
std::size_t scaleValues(std::span<const T> losses, const SampleScale& scale, double* out) {
    const SampleScale s = scale;
    const double factor = factorOf(s);
    std::size_t used = 0;
    if (s.finite == losses.size() && s.keepFrom == std::numeric_limits<double>::lowest()) {
        forEachChunk(losses.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) out[i] = scaled(double(losses[i]), s, factor);
        });
        return losses.size();
    }
    for (const T loss : losses) {
        const double v = double(loss);
        const bool keep = v >= s.keepFrom && v <= s.keepTo; // false for NaN and the infinities
        out[used] = scaled(keep ? v : s.keepFrom, s, factor);
        used += keep ? 1 : 0;
    }
    return used;
}

namespace {

/// Where a histogram's cells lie: equal bins, and near 0 and 1, where logarithms bend, 64 finer cells in each of the
/// outermost 16.
struct Cells {
    static constexpr std::int32_t kEdgeBins = 16, kFiner = 64, kPartBits = 16, kFineBits = 10;
    static constexpr std::int32_t kFine = kEdgeBins * kFiner;
    std::int32_t bins;

    [[nodiscard]] std::size_t count() const { return std::size_t(bins + 2 * kFine); }
    /// In bins.
    [[nodiscard]] double width(std::size_t cell) const { return std::int32_t(cell) < bins ? 1.0 : 1.0 / kFiner; }
    /// Lower end of a cell, in bins.
    [[nodiscard]] double begin(std::size_t cell) const {
        const std::int32_t i = std::int32_t(cell) - bins;
        if (i < 0) return double(cell);
        return double(i < kFine ? i : (bins - kEdgeBins) * kFiner + i - kFine) / double(kFiner);
    }
};

/// Where a block of values lies: `place` in 65,536ths of a bin, `cell` the cell; what is left out of the fit goes to
/// the cell behind the last.
template <class T>
ASSAY_ALWAYS_INLINE void locateBody(const T* losses, std::size_t n, const SampleScale& scale, std::int32_t bins,
                                    std::int32_t* place, std::int32_t* cell) {
    const SampleScale s = scale;
    const double factor = factorOf(s), spread = double(bins) * double(1 << Cells::kPartBits), last = spread - 1;
    for (std::size_t j = 0; j < n; ++j) {
        const double v = double(losses[j]);
        const bool keep = v >= s.keepFrom && v <= s.keepTo;
        double at = scaled(keep ? v : s.keepFrom, s, factor) * spread;
        at = at < last ? at : last;
        place[j] = std::int32_t(keep ? at : spread);
    }
    for (std::size_t j = 0; j < n; ++j) {
        const std::int32_t coarse = place[j] >> Cells::kPartBits, fine = place[j] >> Cells::kFineBits;
        const std::int32_t high = bins - Cells::kEdgeBins;
        std::int32_t at = coarse < Cells::kEdgeBins ? bins + fine : coarse;
        at = coarse >= high ? bins + Cells::kFine + fine - high * Cells::kFiner : at;
        cell[j] = coarse >= bins ? bins + 2 * Cells::kFine : at;
    }
}

ASSAY_VECTOR_CLONES void locate(const float* losses, std::size_t n, const SampleScale& scale, std::int32_t bins,
                                std::int32_t* place, std::int32_t* cell) {
    locateBody(losses, n, scale, bins, place, cell);
}

ASSAY_VECTOR_CLONES void locate(const double* losses, std::size_t n, const SampleScale& scale, std::int32_t bins,
                                std::int32_t* place, std::int32_t* cell) {
    locateBody(losses, n, scale, bins, place, cell);
}

} // namespace

template <class T>
std::vector<Bin> scaleIntoBins(std::span<const T> losses, const SampleScale& scale, std::size_t bins) {
    const Cells cells{std::int32_t(bins)};
    // A word holds the count in its upper 24 bits and, below, the sum of the places inside the bin in 65,536ths: one
    // addition for both, no overflow for up to 2^24 - 1 values. Two tables in turn, so that equal neighbours do not
    // wait for each other; one spare cell takes what is left out.
    constexpr std::size_t kTables = 2, kBlock = 512, kMostPerTable = (1u << 24) - kBlock;
    constexpr double kParts = double(1 << Cells::kPartBits);
    const std::size_t stride = cells.count() + 1;
    const std::size_t halves = losses.size() >= kWorthAThread ? 2 : 1;
    std::vector<std::vector<Bin>> sums(halves, std::vector<Bin>(cells.count())); // mean: the sum of places at first

    const auto count = [&](std::size_t half, std::size_t begin, std::size_t end) {
        std::vector<std::uint64_t> table(kTables * stride);
        std::array<std::int32_t, kBlock> place, cell;
        while (begin < end) {
            const std::size_t stop = std::min(end, begin + kMostPerTable);
            for (; begin < stop; begin += kBlock) {
                const std::size_t n = std::min(stop - begin, kBlock);
                locate(losses.data() + begin, n, scale, cells.bins, place.data(), cell.data());
                for (std::size_t j = 0; j < n; ++j)
                    table[(j % kTables) * stride + std::size_t(cell[j])] +=
                        (std::uint64_t(1) << 40) + std::uint64_t(place[j] & 0xffff);
            }
            for (std::size_t t = 0; t < kTables; ++t)
                for (std::size_t c = 0; c < cells.count(); ++c) {
                    sums[half][c].count += double(table[t * stride + c] >> 40);
                    sums[half][c].mean += double(table[t * stride + c] & ((std::uint64_t(1) << 40) - 1));
                }
            std::fill(table.begin(), table.end(), 0);
            begin = stop;
        }
    };
    if (halves == 2) {
        const std::size_t middle = losses.size() / 2;
        const std::jthread other(count, 1, middle, losses.size());
        count(0, 0, middle);
    } else {
        count(0, 0, losses.size());
    }
    for (std::size_t c = 0; c < cells.count(); ++c) {
        Bin& bin = sums[0][c];
        if (halves == 2) {
            bin.count += sums[1][c].count;
            bin.mean += sums[1][c].mean;
        }
        const double whole = std::floor(cells.begin(c)); // places count from the coarse bin's lower end
        if (bin.count > 0) bin.mean = (whole + (bin.mean / bin.count + 0.5) / kParts) / double(bins);
        const double width = cells.width(c) / double(bins);
        bin.variance = bin.count > 1 ? width * width / 12 : 0;
    }
    return std::move(sums[0]);
}

template Result<SampleScale> findScale(std::span<const float>, Normalisation, MixtureKind);
template Result<SampleScale> findScale(std::span<const double>, Normalisation, MixtureKind);
template std::size_t scaleValues(std::span<const float>, const SampleScale&, double*);
template std::size_t scaleValues(std::span<const double>, const SampleScale&, double*);
template std::vector<Bin> scaleIntoBins(std::span<const float>, const SampleScale&, std::size_t);
template std::vector<Bin> scaleIntoBins(std::span<const double>, const SampleScale&, std::size_t);

} // namespace assay::stats
