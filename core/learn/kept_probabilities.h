// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/evidence_pass.h"

namespace assay::learn {

/// The probabilities [N, K] from which makeEvidence() takes prediction and confidence, a row for each of `samples`
/// samples of the data set; NaN for those that take no part.
[[nodiscard]] FeatureMatrix makeProbabilities(const RunData& data, std::size_t samples,
                                              const std::vector<Answers>& networks, int epoch, bool addLogits);
/// Writes them beside the checkpoints, where the project looks for them. Nothing is written without a folder, or where
/// they would be more than 64 million numbers.
[[nodiscard]] Status keepProbabilities(const TrainingTask& task, const RunData& data,
                                       const std::vector<Answers>& networks, int epoch, bool addLogits);

} // namespace assay::learn
