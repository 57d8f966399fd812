// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/run_labels.h"
#include "ui/session/run_queue.h"
#include "ui/session/workspace.h"

#include <memory>
#include <optional>
#include <vector>

namespace assay::ui {

// From what a person asked for to runs that the project knows and that only have to be trained, or that are there
// already. Reads and writes the project: for any thread but the window's.

/// What a new run's labels are made of, frozen when the person asked.
struct LabelJob {
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<Project> project;
    LabelChoice choice;
    std::shared_ptr<const LabelSet> base;
    std::vector<DecisionState> decisions;
};

/// A run that can begin, and what it learns.
struct NewRun {
    RunStart start;
    KeptLabels labels;
    std::vector<std::string> notes{}; ///< what a person should hear of the labels
    std::vector<Label> unlearnt{};    ///< classes that lost all their labels, as these do not count
};
/// Freezes the labels and adds the run to the project.
[[nodiscard]] Result<NewRun> recordRun(const LabelJob& job, const RunConfig& config);
/// A run that was stopped, to go on; that of a fold with its part held out.
[[nodiscard]] Result<NewRun> reviveRun(const std::shared_ptr<Project>& project, const Dataset& dataset,
                                       RunRecord record);

/// A run that was made of others, or of files.
struct MadeRun {
    RunRecord run;
    std::vector<EpochSummary> epochs;
};

/// What is left to do of a cross-validation: runs to train, or the one that they make together.
struct FoldsLeft {
    std::vector<NewRun> runs;
    std::optional<MadeRun> together;
    std::vector<std::string> notes{}; ///< what a person should hear of the labels
};
/// Adds the runs of the folds that there are none of yet; revives those that were stopped. `schema`: of the method's
/// settings.
[[nodiscard]] Result<FoldsLeft> recordFolds(const LabelJob& job, const RunConfig& config, int folds,
                                            const std::vector<ParamSpec>& schema);
/// The run that the folds make together where all of them are done; nothing before, or where the run is no fold's.
[[nodiscard]] Result<std::optional<MadeRun>>
joinedWhereDone(Project& project, const Dataset& dataset, const RunRecord& run, const std::vector<ParamSpec>& schema);

} // namespace assay::ui
