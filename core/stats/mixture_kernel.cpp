// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/mixture_kernel.h"

#include "core/stats/parallel.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <cmath>
#include <vector>

#pragma GCC diagnostic ignored "-Wpsabi"

namespace assay::stats::kernel {
namespace {

using namespace simd;

struct LaneSums {
    Doubles r0{}, r1{}, x0{}, x1{}, xx0{}, xx1{}, logs{};
};

/// Responsibilities from log densities l0, l1: the larger one is q = 1 / (1 + e), the other e q, e = exp(-|l1 - l0|).
struct Shares {
    Doubles r0, r1, onePlusE, top;
};

ASSAY_ALWAYS_INLINE Shares sharesOf(const Doubles& f1, const Doubles& f2, const LogDensities& d, double floor) {
    const Doubles l0 = larger(f1 * d[0].a + f2 * d[0].b + d[0].c, splat(floor));
    const Doubles l1 = larger(f1 * d[1].a + f2 * d[1].b + d[1].c, splat(floor));
    const Doubles e = expNonPositive(-absolute(l1 - l0));
    const Doubles onePlusE = 1.0 + e;
    const Doubles most = 1.0 / onePlusE;
    const Doubles least = e * most;
    return {l0 >= l1 ? most : least, l1 >= l0 ? most : least, onePlusE, larger(l0, l1)};
}

ASSAY_ALWAYS_INLINE void addShares(LaneSums& sums, const Doubles& x, const Doubles& xx, const Doubles& r0,
                                   const Doubles& r1) {
    sums.r0 += r0;
    sums.r1 += r1;
    sums.x0 += r0 * x;
    sums.x1 += r1 * x;
    sums.xx0 += r0 * xx;
    sums.xx1 += r1 * xx;
}

ASSAY_ALWAYS_INLINE void addWeighted(LaneSums& sums, const Features& f, std::size_t i, const LogDensities& d,
                                     double floor) {
    const Doubles count = load(f.count + i);
    const Shares s = sharesOf(load(f.f1 + i), load(f.f2 + i), d, floor);
    addShares(sums, load(f.x + i), load(f.squares + i), s.r0 * count, s.r1 * count);
    sums.logs += (s.top + logPositive(s.onePlusE)) * count;
}

ASSAY_VECTOR_CLONES Sums expectationChunk(const Features& f, std::size_t n, const LogDensities& densities,
                                          double floor) {
    const LogDensities d = densities;
    LaneSums sums;
    std::size_t i = 0;
    if (f.count) {
        for (; i + kLanes <= n; i += kLanes) addWeighted(sums, f, i, d, floor);
    } else {
        // Each 1 + e lies in (1, 2], so that the product of a few hundred is finite: one logarithm for all of them.
        constexpr std::size_t kProduct = 512 * kLanes;
        while (i + kLanes <= n) {
            const std::size_t stop = std::min(n, i + kProduct);
            Doubles product = splat(1.0);
            for (; i + kLanes <= stop; i += kLanes) {
                const Shares s = sharesOf(load(f.f1 + i), load(f.f2 + i), d, floor);
                const Doubles x = load(f.x + i);
                addShares(sums, x, x * x, s.r0, s.r1);
                sums.logs += s.top;
                product *= s.onePlusE;
            }
            sums.logs += logPositive(product);
        }
    }
    if (i < n) {
        std::array<double, kLanes> x{}, f1{}, f2{}, count{}, squares{};
        for (std::size_t j = 0; j < kLanes; ++j) {
            const std::size_t from = std::min(i + j, n - 1);
            x[j] = f.x[from];
            f1[j] = f.f1[from];
            f2[j] = f.f2[from];
            squares[j] = f.count ? f.squares[from] : x[j] * x[j];
            count[j] = i + j < n ? (f.count ? f.count[from] : 1.0) : 0.0;
        }
        addWeighted(sums, {x.data(), f1.data(), f2.data(), count.data(), squares.data()}, 0, d, floor);
    }
    return {{sumLanes(sums.r0), sumLanes(sums.r1)},
            {sumLanes(sums.x0), sumLanes(sums.x1)},
            {sumLanes(sums.xx0), sumLanes(sums.xx1)},
            sumLanes(sums.logs)};
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
    const auto add = [&](Doubles x, Doubles count) __attribute__((always_inline)) {
        const Doubles high = x >= cut ? count : splat(0.0);
        const Doubles square = x * x;
        countAll += count;
        countHigh += high;
        sumAll += x * count;
        sumHigh += x * high;
        squaresAll += square * count;
        squaresHigh += square * high;
    };
    for (; i + kLanes <= n; i += kLanes) add(load(f.x + i), f.count ? load(f.count + i) : splat(1.0));
    for (; i < n; ++i) {
        Doubles one{};
        one[0] = f.count ? f.count[i] : 1.0;
        add(splat(f.x[i]), one);
    }
    const double high = sumLanes(countHigh), highSum = sumLanes(sumHigh), highSquares = sumLanes(squaresHigh);
    return {{sumLanes(countAll) - high, high},
            {sumLanes(sumAll) - highSum, highSum},
            {sumLanes(squaresAll) - highSquares, highSquares}};
}

Features from(const Features& f, std::size_t begin) {
    return {f.x + begin, f.f1 ? f.f1 + begin : nullptr, f.f2 ? f.f2 + begin : nullptr,
            f.count ? f.count + begin : nullptr, f.squares ? f.squares + begin : nullptr};
}

} // namespace

Sums expectation(const Features& features, std::size_t n, const LogDensities& densities, double floor) {
    std::vector<Sums> partial(chunkCount(n));
    forEachChunk(n, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
        partial[chunk] = expectationChunk(from(features, begin), end - begin, densities, floor);
    });
    Sums total;
    for (const Sums& part : partial) {
        for (std::size_t k = 0; k < 2; ++k) {
            total.r[k] += part.r[k];
            total.rx[k] += part.rx[k];
            total.rxx[k] += part.rxx[k];
        }
        total.logLikelihood += part.logLikelihood;
    }
    return total;
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
