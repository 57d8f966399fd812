// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace assay::stats {

/// How labels came about, as far as labels alone tell.
struct NoiseRates {
    std::size_t classes = 0;
    std::vector<double> shares;     ///< [K] of the true classes
    std::vector<double> transition; ///< [K, K] P(given = k | true = j) as j by k
    /// P(true != k | given = k); 0 where no label is k.
    [[nodiscard]] double wrongAmong(std::size_t k) const;
};

/// From triples of labels that stand for the same true class: a sample's and those of its two nearest neighbours.
/// Whoever labelled them did so independently, so how often they agree tells the rates (Zhu, Song, Liu, Clusterability
/// as an Alternative to Anchor Points, ICML 2021, arXiv 2102.05291); found by expectation maximisation of that model,
/// begun where most labels are right. Labels lie in 0 to K - 1. Without triples every label is taken to be right.
[[nodiscard]] NoiseRates noiseRatesByConsensus(std::span<const std::array<Label, 3>> triples, std::size_t classes);

} // namespace assay::stats
