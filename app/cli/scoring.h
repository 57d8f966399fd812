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

/// Orders that are no scores of the catalogue: the labels that a semi-supervised run gave, by how sure it was of each;
/// and its answers for all unlabelled samples, accepted or not.
inline constexpr const char *kPseudoLabelOrder = "pseudo-label", *kPseudoConfidenceOrder = "pseudo-confidence";
[[nodiscard]] bool isPseudoOrder(const std::string& score);
/// One of these orders as of an epoch of a run, the last unless said otherwise: only the samples that it has a label
/// for. NotFound where the run's method gives none.
[[nodiscard]] Result<Scored> pseudoScored(const Project& project, const Dataset& dataset, const std::string& order,
                                          const RunRecord& run, std::optional<int> epoch = {});

/// Computes `score` on the evidence of each run: all its epochs, or those up to `epoch`. Several runs: the mean of
/// probabilities, else of places in the rankings; the suggestion is that of most runs, ties to the first. Pictures and
/// labels alone need no run.
[[nodiscard]] Result<Scored> scoreRuns(const Project& project, const Dataset& dataset, const Score& score,
                                       const std::vector<RunRecord>& runs, std::optional<int> epoch = {});

} // namespace assay::cli
