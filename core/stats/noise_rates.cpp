// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/noise_rates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace assay::stats {
namespace {

constexpr double kRightAtFirst = 0.7; // of the labels
constexpr int kMostRounds = 200;
constexpr double kMostWork = 1e9; // products; with very many classes fewer rounds have to do
constexpr double kStill = 1e-5;   // largest change of a rate

} // namespace

double NoiseRates::wrongAmong(std::size_t k) const {
    double given = 0;
    for (std::size_t j = 0; j < classes; ++j) given += shares[j] * transition[j * classes + k];
    return given > 0 ? std::clamp(1 - shares[k] * transition[k * classes + k] / given, 0.0, 1.0) : 0;
}

NoiseRates noiseRatesByConsensus(std::span<const std::array<Label, 3>> triples, std::size_t classes) {
    NoiseRates rates;
    rates.classes = classes;
    rates.shares.assign(classes, 1 / double(std::max<std::size_t>(1, classes)));
    rates.transition.assign(classes * classes, 0);
    for (std::size_t j = 0; j < classes; ++j) rates.transition[j * classes + j] = 1;
    if (triples.empty() || classes < 2) return rates;

    std::map<std::array<Label, 3>, double> counts; // in whatever order the three came
    for (std::array<Label, 3> triple : triples) {
        std::sort(triple.begin(), triple.end());
        ++counts[triple];
    }
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k)
            rates.transition[j * classes + k] = j == k ? kRightAtFirst : (1 - kRightAtFirst) / double(classes - 1);
    const int rounds = std::clamp(int(kMostWork / (double(counts.size()) * double(classes))), 5, kMostRounds);
    std::vector<double> belief(classes);
    for (int round = 0; round < rounds; ++round) {
        std::vector<double> shares(classes), transition(classes * classes);
        for (const auto& [triple, count] : counts) {
            double sum = 0;
            for (std::size_t j = 0; j < classes; ++j) {
                const double* row = &rates.transition[j * classes];
                belief[j] = rates.shares[j] * row[std::size_t(triple[0])] * row[std::size_t(triple[1])] *
                            row[std::size_t(triple[2])];
                sum += belief[j];
            }
            if (!(sum > 0)) continue;
            for (std::size_t j = 0; j < classes; ++j) {
                const double weight = count * belief[j] / sum;
                shares[j] += weight;
                for (const Label k : triple) transition[j * classes + std::size_t(k)] += weight;
            }
        }
        double total = 0, change = 0;
        for (const double share : shares) total += share;
        for (std::size_t j = 0; j < classes; ++j) {
            for (std::size_t k = 0; k < classes; ++k) {
                double& rate = rates.transition[j * classes + k];
                const double next = shares[j] > 0 ? transition[j * classes + k] / (3 * shares[j]) : (j == k ? 1 : 0);
                change = std::max(change, std::abs(next - rate));
                rate = next;
            }
            rates.shares[j] = shares[j] / total;
        }
        if (change < kStill) break;
    }
    return rates;
}

} // namespace assay::stats
