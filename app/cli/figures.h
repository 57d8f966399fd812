// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/output.h"
#include "core/data/dataset.h"
#include "core/project/project.h"
#include "core/project/run_figures.h"

#include <optional>
#include <string>
#include <vector>

namespace assay::cli {

/// Labels before any decision: those of a run, or as the data set came.
struct BaseLabels {
    std::vector<Label> labels, trueLabels;
    std::string name;
};
/// Of `run` where there is one, else of the data set.
[[nodiscard]] Result<BaseLabels> baseLabels(const Project& project, const std::optional<RunRecord>& run,
                                            const Dataset* dataset);

/// The labels that the journal's decisions are about: of the run, or of the newest one before it that was not itself
/// trained on decisions, else of the data set (null: then there must be such a run).
[[nodiscard]] Result<BaseLabels> decisionBase(const Project& project, const std::optional<RunRecord>& run,
                                              const Dataset* dataset);

/// What a run came to, as train, runs and compare tell it.
struct RunFigures {
    RunRecord run;
    std::string labels; ///< name of its label set
    AccuracyFigures accuracy;
    Suspicion suspicion; ///< at the end of its last epoch
};
/// `truth` overrides what the run's label set knows; `dataset` tells the training split (null: all samples count).
[[nodiscard]] Result<RunFigures> runFigures(const Project& project, const RunRecord& run, const Dataset* dataset,
                                            const std::vector<Label>& truth, double threshold);
[[nodiscard]] Json toJson(const RunFigures& figures);
/// A run without its figures; `labels` is the name of its label set.
[[nodiscard]] Json runJson(const RunRecord& run, const std::string& labels);
/// A table, one row per run.
[[nodiscard]] std::string toText(const std::vector<RunFigures>& figures);

} // namespace assay::cli
