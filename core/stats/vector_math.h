// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Eight doubles at a time, in GCC's and Clang's vector types: the compiler maps them to whatever the function's
// target has.

#include <cstddef>
#include <cstdint>
#include <cstring>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Compiled three times; the loader picks the one that the machine can run.
#define ASSAY_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ASSAY_VECTOR_CLONES
#endif
#define ASSAY_ALWAYS_INLINE inline __attribute__((always_inline))

namespace assay::stats::simd {

inline constexpr std::size_t kLanes = 8;
using Doubles = double __attribute__((vector_size(64)));
using Words = std::uint64_t __attribute__((vector_size(64)));

ASSAY_ALWAYS_INLINE Doubles splat(double v) { return Doubles{} + v; }
ASSAY_ALWAYS_INLINE Doubles load(const double* from) {
    Doubles v;
    std::memcpy(&v, from, sizeof v);
    return v;
}
/// Eight floats, widened.
ASSAY_ALWAYS_INLINE Doubles load(const float* from) {
    float __attribute__((vector_size(32))) v;
    std::memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, Doubles);
}
ASSAY_ALWAYS_INLINE void store(double* to, Doubles v) { std::memcpy(to, &v, sizeof v); }
ASSAY_ALWAYS_INLINE Words bits(Doubles v) { return (Words)v; }
ASSAY_ALWAYS_INLINE Doubles fromBits(Words v) { return (Doubles)v; }
ASSAY_ALWAYS_INLINE Doubles larger(Doubles a, Doubles b) { return a > b ? a : b; }
ASSAY_ALWAYS_INLINE Doubles smaller(Doubles a, Doubles b) { return a < b ? a : b; }
ASSAY_ALWAYS_INLINE Doubles absolute(Doubles v) { return fromBits(bits(v) & 0x7fffffffffffffffull); }
/// The lanes added from the first to the last.
ASSAY_ALWAYS_INLINE double sumLanes(Doubles v) {
    double sum = 0;
    for (std::size_t i = 0; i < kLanes; ++i) sum += v[i];
    return sum;
}

/// 1.5 * 2^52: added to a small number, it leaves the number, rounded, in the low bits.
inline constexpr double kRounder = 6755399441055744.0;

/// e^x for x <= 0; arguments below -700 count as -700. Relative error below 1e-10, and e^0 is 1.
ASSAY_ALWAYS_INLINE Doubles expNonPositive(Doubles x) {
    x = larger(x, splat(-700.0));
    const Doubles shifted = x * 1.4426950408889634 + kRounder;
    const Doubles r = x - (shifted - kRounder) * 0.69314718055994531;
    // (e^r - 1) / r over |r| <= ln 2 / 2, fitted for the least relative error.
    Doubles q = splat(0.000197280894595253515);
    q = q * r + 0.00139461005120747372;
    q = q * r + 0.00833366009390538782;
    q = q * r + 0.0416662691130664119;
    q = q * r + 0.166666645324722893;
    q = q * r + 0.500000007850672244;
    q = q * r + 1.00000000033175098;
    return fromBits(bits(q * r + 1.0) + (bits(shifted) << 52));
}

/// ln x for positive, normal, finite x. Relative error below 1e-13 but for the last bits around 1.
ASSAY_ALWAYS_INLINE Doubles logPositive(Doubles x) {
    constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcdull; // bits of sqrt(1/2)
    constexpr std::uint64_t kBias = 1024ull << 52;
    const Words steps = (bits(x) - kRootHalf + kBias) >> 52; // exponent of x / [sqrt(1/2), sqrt(2)), plus 1024
    const Doubles m = fromBits(bits(x) - ((steps - 1024ull) << 52));
    constexpr std::uint64_t kRounderBits = 0x4338000000000000ull;
    const Doubles k = fromBits(steps + kRounderBits) - (kRounder + 1024.0);
    const Doubles s = (m - 1.0) / (m + 1.0);
    const Doubles q = s * s;
    Doubles p = splat(2.0 / 17);
    p = p * q + 2.0 / 15;
    p = p * q + 2.0 / 13;
    p = p * q + 2.0 / 11;
    p = p * q + 2.0 / 9;
    p = p * q + 2.0 / 7;
    p = p * q + 2.0 / 5;
    p = p * q + 2.0 / 3;
    p = p * q + 2.0;
    return k * 6.93147180369123816490e-01 + (p * s + k * 1.90821492927058770002e-10);
}

} // namespace assay::stats::simd

#pragma GCC diagnostic pop
