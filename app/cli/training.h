// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/figures.h"
#include "core/data/label_set.h"
#include "core/train/method.h"
#include "core/train/run_config.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::cli {

struct TrainOptions {
    DatasetArguments dataset;
    std::string project;
    std::vector<std::string> settings; ///< key=value
    LabelArguments labels;
    bool cleaned = false;
    std::string labelSet;               ///< a stored one, by number or name
    std::string labelledFile, labelled; ///< which labels count
    std::int64_t labelledByRun = 0;
    std::optional<int> labelledEpoch; ///< of that run; else its last
    double cleanBelow = 0.5;
    std::int64_t baseRun = 0, resume = 0;
    RunConfig config;
    double threshold = 0.5;
};

/// --cleaned, --label-set and --run: labels that the project keeps, in the place of the data set's.
void addProjectLabelArguments(CLI::App& command, TrainOptions& options);

/// Labels as a run trains on them and as the project keeps them.
struct ChosenLabels {
    std::string name;
    LabelSet set;
    std::vector<std::uint8_t> excluded;
    std::optional<Revision> revision;
};

/// A run that is not yet in the project. The settings are complete.
struct NewRun {
    std::shared_ptr<const Method> method;
    RunConfig config;
    ChosenLabels labels;
};

/// The labels that the options ask for: given, of a file, of a stored set, or after the decisions.
[[nodiscard]] Result<ChosenLabels> chooseLabels(const Project& project, const TrainOptions& options,
                                                const Dataset& dataset);
/// The project at `file`, which must be about this data set, or a new one for it.
[[nodiscard]] Result<std::shared_ptr<Project>> openOrCreateProject(const std::string& file, const Dataset& dataset,
                                                                   const DatasetArguments& arguments);
/// Trains a new run to its end, or one of the project's from its last checkpoint. A stop by the user is an Error that
/// says how to go on.
[[nodiscard]] Result<RunRecord> trainNew(Session& session, const std::shared_ptr<Project>& project,
                                         const std::shared_ptr<const Dataset>& dataset, NewRun run);
[[nodiscard]] Result<RunRecord> resumeRun(Session& session, const std::shared_ptr<Project>& project,
                                          const std::shared_ptr<const Dataset>& dataset, RunId id);

/// Trains one run to its end, reporting each epoch on standard error, and returns what it came to. A stop by the
/// user is an Error that says how to go on.
[[nodiscard]] Result<RunFigures> train(Session& session, const TrainOptions& options);

} // namespace assay::cli
