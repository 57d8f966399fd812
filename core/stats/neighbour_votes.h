// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/stats/neighbours.h"

#include <span>
#include <vector>

namespace assay::stats {

/// How many neighbours vote (Caron et al., Emerging Properties in Self-Supervised Vision Transformers, ICCV 2021).
inline constexpr std::size_t kVoters = 20;

/// Class probabilities of every row by the labels of its nearest others, its own left out: [N, K]. Each neighbour's
/// vote weighs exp((s − 1) / 0.07) for a cosine of s (Wu, Xiong, Yu, Lin, Unsupervised Feature Learning via
/// Non-Parametric Instance Discrimination, CVPR 2018). The weights are scaled to one each in the mean, and the
/// frequencies of the classes have one vote as well, so that no class is impossible. Neighbours with kNoLabel have no
/// vote; rows that take no part are NaN. `labels`: [N], below `classes`.
[[nodiscard]] std::vector<float> votesOfNeighbours(const Neighbours& near, std::span<const Label> labels,
                                                   std::size_t classes);

} // namespace assay::stats
