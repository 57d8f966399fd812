// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/cross_validation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// A cross-validation as the runs of a project: what every fold's run has in common, and which samples each holds out.
struct CrossValidation {
    RunConfig config;      ///< of every fold's run
    std::string labelName; ///< of the labels; each fold's own name is made of it
    LabelSet labels;
    std::vector<std::uint8_t> excluded; ///< [N] or empty
    std::optional<Revision> revision;   ///< of the journal whose labels these are
    FoldPlan plan;
};

/// The newest run of each fold with these settings and labels, in order and in whatever state; nothing where there is
/// none yet. Labels are the same where they are equal and are called the same, not where they are only called so.
/// `schema`: of the method's settings, by which runs of an earlier version are completed.
[[nodiscard]] Result<std::vector<std::optional<RunRecord>>>
foldRuns(const Project& project, const CrossValidation& cross, const std::vector<ParamSpec>& schema);
/// Whether this is a fold's run that needs no training any more: finished, and its probabilities are there.
[[nodiscard]] bool isFoldDone(const Project& project, const std::optional<RunRecord>& run);

/// The cross-validation that a run on these labels is a fold of, by the labels' name, and which fold; nothing where it
/// is none. Its data set must be that of the project.
struct FoldOf {
    CrossValidation cross;
    int fold = 0;
};
[[nodiscard]] Result<std::optional<FoldOf>> foldOf(const Project& project, const Dataset& dataset, const RunRecord& run,
                                                   const StoredLabelSet& labels);

/// One run of what the folds' runs say of the samples that they did not learn from; the one that is there already where
/// these runs were put together before. `runs`: a finished one for each fold.
[[nodiscard]] Result<RunRecord> joinFolds(Project& project, const Dataset& dataset, const CrossValidation& cross,
                                          const std::vector<RunId>& runs);

} // namespace assay
