// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/audit/feature_matrix.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <array>
#include <span>
#include <vector>

namespace assay {

/// The evidence that predicted probabilities [N, K] are: loss −ln p_y, prediction, confidence, and the margin of the
/// logarithms. Samples without probabilities (NaN) take no part; those without a label have the loss 0 and the margin
/// of the prediction. Probabilities below 1e-12 count as that. An error where no sample has both, or where
/// probabilities are no probabilities; names the first ten rows.
[[nodiscard]] Result<Evidence> evidenceOf(const FeatureMatrix& probabilities, std::span<const Label> labels);

/// The most probable classes of a sample, and how probable.
struct Suggestion {
    Label label = kNoLabel;
    float probability = 0;
};
/// Up to three, the most probable first; kNoLabel where there are no probabilities, or fewer classes.
[[nodiscard]] std::array<Suggestion, 3> topThree(const FeatureMatrix& probabilities, SampleIndex sample);

} // namespace assay
