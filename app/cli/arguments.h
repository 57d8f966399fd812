// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/session.h"
#include "core/data/dataset.h"
#include "core/project/project.h"
#include "core/train/run_config.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class Validator;
}

namespace assay::cli {

/// A data set as named on the command line.
struct DatasetArguments {
    std::string path;
    std::string fileColumn, labelColumn;
    std::uint64_t splitSeed = 0;
    int imageSize = 0; ///< side of a network's input, if one larger than usual asks for larger stored pictures
};
/// The positional DATASET with --file-column, --label-column and --split-seed.
void addDatasetArguments(CLI::App& command, DatasetArguments& arguments);
[[nodiscard]] Result<std::shared_ptr<const Dataset>>
openDatasetArguments(Session& session, const DatasetArguments& arguments, bool withPixels);

/// A project as named on the command line.
struct ProjectArguments {
    std::string file;
    std::string dataset; ///< where its data set lies now; empty: where the project says
};
/// The positional PROJECT, with --dataset.
void addProjectArguments(CLI::App& command, ProjectArguments& arguments);
[[nodiscard]] Result<std::shared_ptr<Project>> openProjectToRead(const ProjectArguments& arguments);
[[nodiscard]] Result<std::shared_ptr<Project>> openProjectToWrite(const ProjectArguments& arguments);
/// The data set that the project is about. Fails where it is not there or not the same any more.
[[nodiscard]] Result<std::shared_ptr<const Dataset>> openProjectDataset(Session& session, const Project& project,
                                                                        const ProjectArguments& arguments);

/// The runs of those numbers, or all where none is named.
[[nodiscard]] Result<std::vector<RunRecord>> chooseRuns(const Project& project, const std::vector<std::int64_t>& ids);
/// The same, but the newest that has evidence where none is named.
[[nodiscard]] Result<std::vector<RunRecord>> chooseRunsOrNewest(const Project& project,
                                                                const std::vector<std::int64_t>& ids);
/// The run of that number; 0: the newest that has evidence.
[[nodiscard]] Result<RunRecord> chooseRun(const Project& project, std::int64_t id);
/// A label set that the project keeps, by its number or its name.
[[nodiscard]] Result<StoredLabelSet> findLabelSet(const Project& project, const std::string& wanted);
/// The newest run that has evidence, if there is one.
[[nodiscard]] Result<std::optional<RunRecord>> newestRun(const Project& project);

/// What --labels, --labels-column, --truth and --truth-column say.
struct LabelArguments {
    std::string labels, labelColumn, truth, truthColumn;
};
void addLabelArguments(CLI::App& command, LabelArguments& arguments);
void addTruthArguments(CLI::App& command, LabelArguments& arguments);
/// Truth by a file: its label column, or its truth column where it has one; of samples that it does not name the data
/// set's own, kNoLabel where that is not known. Empty where no file is named.
[[nodiscard]] Result<std::vector<Label>> readTruth(const LabelArguments& arguments, const Dataset& dataset);

/// How to train, whatever the method: network, epochs, seed, device, subset, picture size, weights and threads.
void addRunArguments(CLI::App& command, RunConfig& config);

/// For every real option, with its range: CLI11's own checks let NaN through.
[[nodiscard]] CLI::Validator finiteNumber();

/// Settings of a method or format from key=value texts, completed with the defaults.
[[nodiscard]] Result<ParamValues> readSettings(const Description& description, const std::vector<std::string>& texts);

/// A class by number as text; "" for no label.
[[nodiscard]] std::string className(const std::vector<std::string>& classNames, Label label);
/// The user who decides: login name.
[[nodiscard]] std::string userName();

} // namespace assay::cli
