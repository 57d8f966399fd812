// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// Label-noise models (Patrini et al. 2017, Han et al. 2018, Xia et al. 2020).
enum class NoiseKind {
    Symmetric,          ///< with probability r one of the K−1 others (sym_exclusive)
    SymmetricInclusive, ///< with probability r one of all K (sym_inclusive): r (K−1)/K come out wrong
    Asymmetric,         ///< along a class map
    Pairflip,           ///< i → (i+1) mod K
    Instance,           ///< instance-dependent, Xia et al. NeurIPS 2020
};
[[nodiscard]] Result<NoiseKind> parseNoiseKind(const std::string& id); ///< "symmetric", "symmetric-inclusive", …
[[nodiscard]] std::string_view noiseKindId(NoiseKind kind);

struct NoiseOptions {
    NoiseKind kind = NoiseKind::Symmetric;
    double rate = 0.2; ///< [0, 1]
    std::uint64_t seed = 1;
    /// Asymmetric only: from class to class; empty: the published map of a data set that is known by its class
    /// names (CIFAR-10, CIFAR-100 in blocks of 5, MNIST, Fashion-MNIST), else an error.
    std::map<Label, Label> map;
};

struct NoisyLabels {
    std::vector<Label> labels;                      ///< [N]
    std::vector<std::vector<std::uint64_t>> counts; ///< realised transitions [K][K]: clean row, noisy column
    double realisedRate = 0;                        ///< share of labels that differ from the clean ones
};

/// Always computed from the clean vector, so that cat→dog and dog→cat do not undo each other. Draws depend on
/// (seed, sample) only. Instance noise needs `dataset.pixels`.
[[nodiscard]] Result<NoisyLabels> injectNoise(const Dataset& dataset, std::span<const Label> cleanLabels,
                                              const NoiseOptions& options);

/// A class map from "cat=dog,dog=cat" or "3=5,5=3"; fails on an unknown class.
[[nodiscard]] Result<std::map<Label, Label>> parseClassMap(const std::string& text,
                                                           const std::vector<std::string>& classNames);

} // namespace assay
