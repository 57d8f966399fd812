// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/rng.h"

#include <cmath>
#include <numbers>

namespace assay {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    constexpr std::uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
    constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = kMultiplier0 * counter[0];
        const std::uint64_t product1 = kMultiplier1 * counter[2];
        counter = {
            static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
            static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
        key[0] += kWeyl0;
        key[1] += kWeyl1;
    }
    return counter;
}

CounterRng::CounterRng(std::uint64_t seed, RngPurpose purpose, std::uint32_t epoch, std::uint32_t sample)
    : m_counter{0, static_cast<std::uint32_t>(purpose), epoch, sample}, m_key{static_cast<std::uint32_t>(seed),
                                                                              static_cast<std::uint32_t>(seed >> 32)} {}

CounterRng::result_type CounterRng::operator()() {
    if (m_used == 4) {
        m_block = philox4x32(m_counter, m_key);
        ++m_counter[0];
        m_used = 0;
    }
    return m_block[static_cast<std::size_t>(m_used++)];
}

double CounterRng::uniform() {
    const std::uint64_t high = (*this)(), low = (*this)();
    return static_cast<double>(((high << 32) | low) >> 11) * 0x1.0p-53;
}

std::uint32_t CounterRng::below(std::uint32_t n) {
    // Lemire 2019: multiply, and reject the few draws that would make low values likelier.
    std::uint64_t product = std::uint64_t((*this)()) * n;
    if (static_cast<std::uint32_t>(product) < n) {
        const std::uint32_t least = static_cast<std::uint32_t>(-n) % n;
        while (static_cast<std::uint32_t>(product) < least) product = std::uint64_t((*this)()) * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
}

double CounterRng::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double CounterRng::gamma(double shape) {
    if (shape < 1.0) {
        const double boosted = gamma(shape + 1.0);
        return boosted * std::pow(1.0 - uniform(), 1.0 / shape);
    }
    const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
    for (;;) {
        const double x = normal();
        const double v = std::pow(1.0 + c * x, 3.0);
        if (v <= 0.0) continue;
        if (std::log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

double CounterRng::beta(double a, double b) {
    const double x = gamma(a), y = gamma(b);
    if (x + y > 0.0) return x / (x + y);
    return uniform() < a / (a + b) ? 1.0 : 0.0;
}

} // namespace assay
