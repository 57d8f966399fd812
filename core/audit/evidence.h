// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace assay {

/// What a run recorded for its samples in one epoch, in evaluation mode. Immutable once published; every array
/// is aligned with `samples`, which is in order of index and holds every sample of the run (all splits).
struct Evidence {
    int epoch = 0; ///< counted from 1
    std::vector<SampleIndex> samples;
    std::vector<float> loss;       ///< cross-entropy against the run's label, −ln p_y; finite; 0 without a label
    std::vector<Label> prediction; ///< argmax
    std::vector<float> confidence; ///< probability of the prediction
    std::vector<float> margin;     ///< z_y − max of the other logits; without a label the prediction's
    /// "entropy" of the answer, −Σ p ln p in nats, "training-loss" and what the method adds, kebab-case: "p-noisy",
    /// "loss-2", "prediction-2", "selected-1", "selected-2" (0 or 1), "pseudo-label" (−1 none), "disagreement" (0 or
    /// 1), "kept" (see core/train/cleaning.h), …
    std::map<std::string, std::vector<float>> columns;

    [[nodiscard]] std::size_t size() const { return samples.size(); }
};

} // namespace assay
