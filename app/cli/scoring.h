// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"
#include "core/project/project.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::cli {

/// A score over one run or several: a value and a suggestion for every sample that has evidence.
struct Scored {
    std::vector<SampleIndex> samples; ///< in order of index
    std::vector<float> values;        ///< higher = more suspect
    std::vector<Label> suggested;     ///< or kNoLabel
    std::vector<float> loss;          ///< mean over the runs: decides among equal values
    bool probability = false;
    std::vector<Label> labels; ///< [N] of the first run: what is doubted
};

/// Computes `score` on the evidence of each run: all its epochs, or those up to `epoch`. Several runs: the mean of
/// probabilities, else of places in the rankings; the suggestion is that of most runs, ties to the first. Pictures and
/// labels alone need no run.
[[nodiscard]] Result<Scored> scoreRuns(const Project& project, const Dataset& dataset, const Score& score,
                                       const std::vector<RunRecord>& runs, std::optional<int> epoch = {});

} // namespace assay::cli
