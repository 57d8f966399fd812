// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include "app/cli/cli_headers.h"
#include "app/cli/output.h"
#include "core/base/text.h"
#include "core/data/label_set.h"
#include "core/data/open_dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

namespace assay::cli {

void addDatasetArguments(CLI::App& command, DatasetArguments& arguments) {
    command.add_option("DATASET", arguments.path, "Folder, archive or file; the format is found by looking")
        ->required();
    command.add_option("--file-column", arguments.fileColumn, "CSV beside images: the column that names the picture");
    command.add_option("--label-column", arguments.labelColumn, "CSV beside images: the column of the label");
    command.add_option("--split-seed", arguments.splitSeed, "Seed of the split that is made where none came")
        ->capture_default_str();
}

Result<std::shared_ptr<const Dataset>> openDatasetArguments(Session& session, const DatasetArguments& arguments,
                                                            bool withPixels) {
    OpenOptions options;
    options.reader.fileColumn = arguments.fileColumn;
    options.reader.labelColumn = arguments.labelColumn;
    options.withPixels = withPixels;
    options.splitSeed = arguments.splitSeed;
    constexpr int kUsualSide = 64; // at which all stores have enough pixels
    if (arguments.imageSize > kUsualSide) options.pictureSide = arguments.imageSize;
    ASSAY_TRY(auto dataset,
              openDataset(arguments.path, session.registry().readers, options, progressPrinter(), session.stopToken()));
    if (const auto& left = dataset->unreadable; !left.empty())
        note("warning: " + left.front().file + ": " + left.front().reason +
             (left.size() == 1 ? "" : "; and " + withThousands(left.size() - 1) + " more like it") +
             ". The rest is used; `assay-cli info` lists what is left out.");
    return dataset;
}

void addProjectArguments(CLI::App& command, ProjectArguments& arguments) {
    command.add_option("PROJECT", arguments.file, "The .assay file")->required();
    command.add_option("--dataset", arguments.dataset, "Where the data set lies now, if it has moved");
}

Result<std::shared_ptr<Project>> openProjectToRead(const ProjectArguments& arguments) {
    return Project::open(arguments.file, OpenMode::ReadOnly);
}

Result<std::shared_ptr<Project>> openProjectToWrite(const ProjectArguments& arguments) {
    return Project::open(arguments.file, OpenMode::ReadWrite);
}

Result<std::shared_ptr<const Dataset>> openProjectDataset(Session& session, const Project& project,
                                                          const ProjectArguments& arguments) {
    const DatasetReference reference = project.dataset();
    DatasetArguments from;
    from.path = arguments.dataset.empty() ? reference.location.string() : arguments.dataset;
    from.fileColumn = reference.fileColumn;
    from.labelColumn = reference.labelColumn;
    from.splitSeed = reference.splitSeed;
    std::error_code ignored;
    if (!std::filesystem::exists(from.path, ignored))
        return fail(ErrorCode::NotFound, "the project's data set is not there any more; say where it is with --dataset",
                    from.path);
    // With its pictures, for only their hashes tell that every decision still stands at the picture it was made for.
    ASSAY_TRY(auto dataset, openDatasetArguments(session, from, true));
    if (dataset->contentHash != reference.contentHash) {
        const std::string what = dataset->size() != reference.samples          ? "its number of samples differs"
                                 : dataset->classNames != reference.classNames ? "its classes differ"
                                                                               : "its names, labels or pictures differ";
        return fail(ErrorCode::InvalidArgument,
                    "the data set is not the one that the project was made for: " + what +
                        "; put its files back as they were, or begin a new project",
                    from.path);
    }
    return dataset;
}

Result<std::vector<RunRecord>> chooseRunsOrNewest(const Project& project, const std::vector<std::int64_t>& ids) {
    if (!ids.empty()) return chooseRuns(project, ids);
    ASSAY_TRY(RunRecord newest, chooseRun(project, 0));
    return std::vector<RunRecord>{std::move(newest)};
}

Result<std::vector<RunRecord>> chooseRuns(const Project& project, const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return project.runs();
    std::vector<RunRecord> chosen;
    for (const std::int64_t id : ids) {
        ASSAY_TRY(RunRecord run, project.run(RunId(id)));
        chosen.push_back(std::move(run));
    }
    return chosen;
}

Result<std::optional<RunRecord>> newestRun(const Project& project) {
    ASSAY_TRY(std::vector<RunRecord> runs, project.runs());
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        if (run->epochsDone > 0) return std::optional<RunRecord>(*run);
    return std::optional<RunRecord>();
}

Result<RunRecord> chooseRun(const Project& project, std::int64_t id) {
    if (id != 0) return project.run(RunId(id));
    ASSAY_TRY(std::optional<RunRecord> newest, newestRun(project));
    if (!newest)
        return fail(ErrorCode::NotFound, "no run has finished an epoch yet; train one first", project.file().string());
    return *newest;
}

Result<StoredLabelSet> findLabelSet(const Project& project, const std::string& wanted) {
    if (const auto id = parseInteger(wanted)) return project.labelSet(*id);
    ASSAY_TRY(std::vector<StoredLabelSet> sets, project.labelSets());
    std::string names;
    for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
        if (set->name == wanted) return std::move(*set);
        names += (names.empty() ? "" : ", ") + std::to_string(set->id) + " \"" + escapeForDisplay(set->name) + "\"";
    }
    return fail(ErrorCode::NotFound,
                "the project has no label set \"" + escapeForDisplay(wanted) + "\"; it has " +
                    (names.empty() ? "none" : names),
                project.file().string());
}

void addLabelArguments(CLI::App& command, LabelArguments& arguments) {
    command.add_option(
        "--labels", arguments.labels,
        "Labels of this file in the place of the data set's: CSV, .npy, JSON, one a line, or CIFAR-N's .pt");
    command.add_option("--labels-column", arguments.labelColumn, "Its column of the label; else it is guessed");
    addTruthArguments(command, arguments);
}

void addTruthArguments(CLI::App& command, LabelArguments& arguments) {
    command.add_option("--truth", arguments.truth, "File with the true labels, for the detection figures");
    command.add_option("--truth-column", arguments.truthColumn, "Its column of the true label");
}

Result<std::vector<Label>> readTruth(const LabelArguments& arguments, const Dataset& dataset) {
    if (arguments.truth.empty()) return std::vector<Label>{};
    LabelColumns columns;
    columns.label = arguments.truthColumn;
    ASSAY_TRY(LabelFile file, readLabelFile(arguments.truth, dataset, columns));
    const std::vector<Label>& own = dataset.trueLabels;
    if (file.unnamed > 0)
        note(withThousands(file.unnamed) + " samples are not named in " + arguments.truth +
             (own.empty() ? ": their true label is not known." : " and keep the data set's own truth."));
    if (arguments.truthColumn.empty() && file.tellsTruth) return std::move(file.labels.trueLabels);
    std::vector<Label> truth = std::move(file.labels.labels);
    for (std::size_t i = 0; i < truth.size(); ++i)
        if (!file.named[i]) truth[i] = own.empty() ? kNoLabel : own[i];
    return truth;
}

void addRunArguments(CLI::App& command, RunConfig& config) {
    command.add_option("--network", config.network, "Network, see assay-cli networks")->capture_default_str();
    command.add_option("--epochs", config.epochs, "Epochs of a run")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command.add_option("--seed", config.seed, "Seed of every random draw")->capture_default_str();
    command.add_option("--device", config.device, "Where to train")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command.add_option("--subset", config.subset, "So many training samples, by class; 0: all")->capture_default_str();
    command
        .add_option(
            "--image-size", config.imageSize,
            "Side of the network's input; above 64 pictures are read and stored at that size; 0: as stored, at most 64")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option(
        "--init-from", config.weights,
        "Start from the weights of this .safetensors file: torchvision's or timm's names, or a run's checkpoint");
    command.add_flag("--freeze", config.freeze, "Only the last layer learns");
    command.add_flag(
        "--keep-features", config.keepFeatures,
        "Keep what the last layer sees of every picture in the last epoch, for the map and assay-cli features");
    command.add_option("--threads", config.threads, "LibTorch's threads; part of the result; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option("--loaders", config.loaders, "Loader threads; never change the result")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
}

CLI::Validator finiteNumber() {
    const auto check = [](std::string& input) {
        double value = 0;
        const bool read = CLI::detail::lexical_cast(input, value); // else CLI11 says what is wrong
        return read && !std::isfinite(value) ? "Value " + input + " is not a finite number" : std::string();
    };
    return {check, ""};
}

Result<ParamValues> readSettings(const Description& description, const std::vector<std::string>& texts) {
    ParamValues given;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) return fail(ErrorCode::InvalidArgument, "--set wants key=value", text);
        const std::string name = text.substr(0, equals);
        const auto spec = std::find_if(description.params.begin(), description.params.end(),
                                       [&](const ParamSpec& candidate) { return candidate.name == name; });
        if (spec == description.params.end()) {
            std::string names;
            for (const ParamSpec& candidate : description.params) names += (names.empty() ? "" : ", ") + candidate.name;
            return fail(ErrorCode::InvalidArgument,
                        description.id + " has no such setting (it has: " + (names.empty() ? "none" : names) + ")",
                        name);
        }
        ASSAY_TRY(given[name], parseParam(*spec, text.substr(equals + 1)));
    }
    return completeParams(description.params, given);
}

std::string className(const std::vector<std::string>& classNames, Label label) {
    return label >= 0 && std::size_t(label) < classNames.size() ? classNames[std::size_t(label)] : std::string();
}

std::string userName() {
    if (const passwd* entry = getpwuid(getuid()); entry != nullptr && entry->pw_name != nullptr) return entry->pw_name;
    const char* user = std::getenv("USER");
    return user != nullptr && *user != '\0' ? user : "unknown";
}

} // namespace assay::cli
