// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/mixture_kernel.h"

#include "core/stats/parallel.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <limits>
#include <vector>

#pragma GCC diagnostic ignored "-Wpsabi"

namespace assay::stats::kernel {
namespace {

using namespace simd;

struct TiltSums {
    double t = 0, tx = 0, txx = 0, logLikelihood = 0;
};

/// Sums of t = r1 - r0 = tanh(d / 2), d being the difference of the log densities: half as many as of r0 and r1.
struct LaneSums {
    Doubles t{}, tx{}, txx{}, logs{};
};

/// The log densities, larger and smaller: `gap` is -|l1 - l0|, `sign` the sign bit of l1 - l0.
struct Gap {
    Doubles top, gap;
    Words sign;
};

ASSAY_ALWAYS_INLINE Gap gapOf(const Doubles& f1, const Doubles& f2, const LogDensities& d, double floor) {
    constexpr std::uint64_t kSign = 1ull << 63;
    const Doubles l0 = larger(f1 * d[0].a + (f2 * d[0].b + d[0].c), splat(floor));
    const Doubles l1 = larger(f1 * d[1].a + (f2 * d[1].b + d[1].c), splat(floor));
    const Words difference = bits(l1 - l0);
    return {larger(l0, l1), fromBits(difference | kSign), difference & kSign};
}

ASSAY_ALWAYS_INLINE void addShare(LaneSums& sums, const Doubles& x, const Doubles& xx, const Doubles& t) {
    sums.t += t;
    sums.tx += t * x;
    sums.txx += t * xx;
}

ASSAY_ALWAYS_INLINE void addCounted(LaneSums& sums, const Features& f, std::size_t i, const LogDensities& d,
                                    double floor) {
    const Doubles count = load(f.count + i);
    const Gap g = gapOf(load(f.f1 + i), load(f.f2 + i), d, floor);
    const Doubles e = expNonPositive(g.gap);
    const Doubles t = fromBits(bits((1.0 - e) / (1.0 + e)) | g.sign) * count;
    addShare(sums, load(f.x + i), load(f.squares + i), t);
    sums.logs += (g.top + logPositive(1.0 + e)) * count;
}

/// Sixteen values, with one division for both eights. Returns the product of 1 + e.
ASSAY_ALWAYS_INLINE Doubles addPair(LaneSums& sums, const Features& f, std::size_t i, const LogDensities& d,
                                    double floor) {
    const Gap g = gapOf(load(f.f1 + i), load(f.f2 + i), d, floor);
    const Gap h = gapOf(load(f.f1 + i + kLanes), load(f.f2 + i + kLanes), d, floor);
    const Doubles e = expNonPositive(g.gap), u = expNonPositive(h.gap);
    const Doubles below = 1.0 + e, underneath = 1.0 + u;
    const Doubles product = below * underneath;
    const Doubles inverse = 1.0 / product;
    const Doubles x = load(f.x + i), y = load(f.x + i + kLanes);
    addShare(sums, x, x * x, fromBits(bits((1.0 - e) * underneath * inverse) | g.sign));
    addShare(sums, y, y * y, fromBits(bits((1.0 - u) * below * inverse) | h.sign));
    sums.logs += g.top + h.top;
    return product;
}

ASSAY_VECTOR_CLONES TiltSums expectationChunk(const Features& f, std::size_t n, const LogDensities& densities,
                                              double floor) {
    const LogDensities d = densities;
    LaneSums sums;
    std::size_t i = 0;
    if (f.count) {
        for (; i + kLanes <= n; i += kLanes) addCounted(sums, f, i, d, floor);
    } else {
        // Each 1 + e lies in (1, 2], so that the product of a few hundred is finite: one logarithm for all of them.
        constexpr std::size_t kPair = 2 * kLanes, kProduct = 256 * kPair;
        while (i + kPair <= n) {
            const std::size_t stop = std::min(n, i + kProduct);
            Doubles product = splat(1.0);
            for (; i + kPair <= stop; i += kPair) product *= addPair(sums, f, i, d, floor);
            sums.logs += logPositive(product);
        }
    }
    for (; i < n; i += kLanes) {
        std::array<double, kLanes> x{}, f1{}, f2{}, count{}, squares{};
        for (std::size_t j = 0; j < kLanes; ++j) {
            const std::size_t from = std::min(i + j, n - 1);
            x[j] = f.x[from];
            f1[j] = f.f1[from];
            f2[j] = f.f2[from];
            squares[j] = f.count ? f.squares[from] : x[j] * x[j];
            count[j] = i + j < n ? (f.count ? f.count[from] : 1.0) : 0.0;
        }
        addCounted(sums, {x.data(), f1.data(), f2.data(), count.data(), squares.data()}, 0, d, floor);
    }
    return {sumLanes(sums.t), sumLanes(sums.tx), sumLanes(sums.txx), sumLanes(sums.logs)};
}

ASSAY_VECTOR_CLONES void logChunk(const double* x, std::size_t n, double* f1, double* f2) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const Doubles v = load(x + i);
        store(f1 + i, logPositive(v));
        store(f2 + i, logPositive(1.0 - v));
    }
    for (; i < n; ++i) {
        f1[i] = logPositive(splat(x[i]))[0];
        f2[i] = logPositive(splat(1.0 - x[i]))[0];
    }
}

ASSAY_VECTOR_CLONES void posteriorChunk(const Features& f, std::size_t n, const LogDensity& ratio, float* out) {
    const LogDensity d = ratio;
    const auto posterior = [&](Doubles f1, Doubles f2) __attribute__((always_inline)) {
        const Doubles l = f1 * d.a + f2 * d.b + d.c;
        const Doubles e = expNonPositive(-absolute(l));
        return (l >= 0.0 ? splat(1.0) : e) / (1.0 + e);
    };
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const Doubles p = posterior(load(f.f1 + i), load(f.f2 + i));
        for (std::size_t j = 0; j < kLanes; ++j) out[i + j] = float(p[j]);
    }
    for (; i < n; ++i) out[i] = float(posterior(splat(f.f1[i]), splat(f.f2[i]))[0]);
}

ASSAY_VECTOR_CLONES Halves splitChunk(const Features& f, std::size_t n, double cut) {
    Doubles countAll{}, countHigh{}, sumAll{}, sumHigh{}, squaresAll{}, squaresHigh{};
    std::size_t i = 0;
    const auto add = [&](const Doubles& x, const Doubles& square, const Doubles& count) __attribute__((always_inline)) {
        const Doubles high = x >= cut ? count : splat(0.0);
        countAll += count;
        countHigh += high;
        sumAll += x * count;
        sumHigh += x * high;
        squaresAll += square * count;
        squaresHigh += square * high;
    };
    for (; i + kLanes <= n; i += kLanes) {
        const Doubles x = load(f.x + i);
        if (f.count) add(x, load(f.squares + i), load(f.count + i));
        else add(x, x * x, splat(1.0));
    }
    for (; i < n; ++i) {
        Doubles one{};
        one[0] = f.count ? f.count[i] : 1.0;
        const Doubles x = splat(f.x[i]);
        add(x, f.count ? splat(f.squares[i]) : x * x, one);
    }
    const double high = sumLanes(countHigh), highSum = sumLanes(sumHigh), highSquares = sumLanes(squaresHigh);
    return {{sumLanes(countAll) - high, high},
            {sumLanes(sumAll) - highSum, highSum},
            {sumLanes(squaresAll) - highSquares, highSquares}};
}

template <class T>
ASSAY_ALWAYS_INLINE FiniteRange rangeBody(const T* values, std::size_t n) {
    constexpr double kMost = std::numeric_limits<double>::max();
    Doubles least = splat(kMost), most = splat(-kMost);
    Words finite{};
    const auto add = [&](const Doubles& v) __attribute__((always_inline)) {
        const auto good = absolute(v) <= kMost; // all bits set where true; false for NaN
        finite -= (Words)good;
        least = smaller(good ? v : splat(kMost), least);
        most = larger(good ? v : splat(-kMost), most);
    };
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) add(load(values + i));
    if (i < n) {
        std::array<T, kLanes> rest;
        rest.fill(std::numeric_limits<T>::quiet_NaN());
        std::copy(values + i, values + n, rest.begin());
        add(load(rest.data()));
    }
    FiniteRange range{0, least[0], most[0]};
    for (std::size_t j = 0; j < kLanes; ++j) {
        range.finite += finite[j];
        range.least = std::min(range.least, least[j]);
        range.most = std::max(range.most, most[j]);
    }
    return range;
}

ASSAY_VECTOR_CLONES FiniteRange rangeOf(const float* values, std::size_t n) { return rangeBody(values, n); }
ASSAY_VECTOR_CLONES FiniteRange rangeOf(const double* values, std::size_t n) { return rangeBody(values, n); }

Features from(const Features& f, std::size_t begin) {
    return {f.x + begin, f.f1 ? f.f1 + begin : nullptr, f.f2 ? f.f2 + begin : nullptr,
            f.count ? f.count + begin : nullptr, f.squares ? f.squares + begin : nullptr};
}

} // namespace

FiniteRange finiteRange(const float* values, std::size_t n) { return rangeOf(values, n); }
FiniteRange finiteRange(const double* values, std::size_t n) { return rangeOf(values, n); }

Sums expectation(const Features& features, std::size_t n, const Totals& totals, const LogDensities& densities,
                 double floor) {
    std::vector<TiltSums> partial(chunkCount(n));
    forEachChunk(n, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
        partial[chunk] = expectationChunk(from(features, begin), end - begin, densities, floor);
    });
    TiltSums tilt;
    for (const TiltSums& part : partial) {
        tilt.t += part.t;
        tilt.tx += part.tx;
        tilt.txx += part.txx;
        tilt.logLikelihood += part.logLikelihood;
    }
    const auto shares = [](double total, double difference) {
        return std::array<double, 2>{std::max(0.0, 0.5 * (total - difference)),
                                     std::max(0.0, 0.5 * (total + difference))};
    };
    return {shares(totals.count, tilt.t), shares(totals.x, tilt.tx), shares(totals.xx, tilt.txx), tilt.logLikelihood};
}

Totals totalsOf(const Features& features, std::size_t n) {
    const Halves all = splitAt(features, n, 0.0);
    Totals totals{all.count[0] + all.count[1], all.sum[0] + all.sum[1], all.squares[0] + all.squares[1]};
    return totals;
}

void logFeatures(const double* x, std::size_t n, double* f1, double* f2) {
    forEachChunk(n, [&](std::size_t, std::size_t begin, std::size_t end) {
        logChunk(x + begin, end - begin, f1 + begin, f2 + begin);
    });
}

void squareFeatures(const double* x, std::size_t n, double* f2) {
    forEachChunk(n, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) f2[i] = x[i] * x[i];
    });
}

void posteriors(const Features& features, std::size_t n, const LogDensity& ratio, float* out) {
    forEachChunk(n, [&](std::size_t, std::size_t begin, std::size_t end) {
        posteriorChunk(from(features, begin), end - begin, ratio, out + begin);
    });
}

Halves splitAt(const Features& features, std::size_t n, double cut) {
    std::vector<Halves> partial(chunkCount(n));
    forEachChunk(n, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
        partial[chunk] = splitChunk(from(features, begin), end - begin, cut);
    });
    Halves total;
    for (const Halves& part : partial)
        for (std::size_t k = 0; k < 2; ++k) {
            total.count[k] += part.count[k];
            total.sum[k] += part.sum[k];
            total.squares[k] += part.squares[k];
        }
    return total;
}

} // namespace assay::stats::kernel
