// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace assay {

/// What a random draw is for. Part of the key, so that draws for one purpose never shift those of another.
/// Append only: the numbers are part of every recorded run.
enum class RngPurpose : std::uint32_t {
    Split = 1,
    NoiseSelection = 2,
    NoiseTarget = 3,
    NoiseProjection = 4,
    Shuffle = 5,
    Augment = 6,
    Mixup = 7,
    Init = 8,
    Dropout = 9,
    Bootstrap = 10,
    Subset = 11,
    Method = 12,
    Test = 13,
    Bench = 14,
};

/// Counter-based generator: Philox 4x32-10 (Salmon et al., SC 2011). Its stream depends only on
/// (seed, purpose, epoch, sample), so neither threads nor their number change a draw.
/// Satisfies UniformRandomBitGenerator with 32-bit output.
class CounterRng {
public:
    using result_type = std::uint32_t;

    CounterRng(std::uint64_t seed, RngPurpose purpose, std::uint32_t epoch = 0, std::uint32_t sample = 0);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()();

    /// Uniform in [0, 1), 53 bits.
    double uniform();
    /// Uniform integer in [0, n), n > 0, without modulo bias.
    std::uint32_t below(std::uint32_t n);
    /// Standard normal (Box–Muller).
    double normal();
    /// Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000).
    double gamma(double shape);
    /// Beta(a, b); where both underflow, a Bernoulli(a / (a + b)) draw.
    double beta(double a, double b);

private:
    std::array<std::uint32_t, 4> m_counter;
    std::array<std::uint32_t, 2> m_key;
    std::array<std::uint32_t, 4> m_block{};
    int m_used = 4;
};

/// One round function output for a given counter and key; for tests against the published vectors.
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key);

} // namespace assay
