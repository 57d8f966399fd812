// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"

#include <memory>
#include <string>
#include <vector>

namespace assay {

/// What a score may look at: the labels in force and the evidence of one run, epochs in order.
struct ScoreInput {
    const Dataset* dataset = nullptr;
    const std::vector<Label>* labels = nullptr; ///< [N], the run's labels
    std::vector<std::shared_ptr<const Evidence>> epochs;
};

/// A number per row of the evidence; higher = more suspect.
struct ScoreValues {
    std::vector<float> values;        ///< aligned with the last epoch's rows
    std::vector<Label> suggested;     ///< the label that the score would give, or kNoLabel
    bool probability = false;         ///< values are probabilities in [0, 1]
};

/// One way to rank suspects. Stateless; any thread.
class Score {
public:
    virtual ~Score() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    [[nodiscard]] virtual Result<ScoreValues> compute(const ScoreInput& input) const = 0;
};

} // namespace assay
