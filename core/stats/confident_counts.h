// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/confident_learning.h"
#include "core/stats/probability_pass.h"

#include <cstdint>
#include <vector>

namespace assay::stats {

/// The joint of what the readings found; takes the counts out of `rows`.
[[nodiscard]] ConfidentJoint jointOf(std::vector<double> thresholds, std::vector<std::int64_t> given, RowFlags& rows,
                                     std::size_t samples);
/// How many to prune, [K, K] true class by given class: the joint turned round, with at least n on the diagonal.
[[nodiscard]] std::vector<std::int64_t> pruneCounts(const ConfidentJoint& joint, int least, double fracNoise);
/// Quality of one row's label; see LabelQuality. `leastOwn`: below it the label's own probability is taken for as much
/// by the confidence-weighted entropy, as cleanlab has it.
template <class T>
[[nodiscard]] double rowQuality(std::span<const T> row, Label given, LabelQuality kind, double leastOwn = 0);

} // namespace assay::stats
