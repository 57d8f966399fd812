// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/training.h"
#include "core/project/probability_import.h"

namespace assay::cli {

namespace {

struct Options {
    DatasetArguments dataset;
    std::string project, probabilities, features, split;
    LabelArguments labels;
    bool normalise = false;
};

Result<RunRecord> import(Session& session, Project& project, const Dataset& dataset, const Options& options) {
    ProbabilityImport import;
    import.probabilities = options.probabilities;
    import.features = options.features;
    import.split = options.split;
    import.normalise = options.normalise;
    TrainOptions labels;
    labels.labels = options.labels;
    labels.dataset = options.dataset;
    ASSAY_TRY(ChosenLabels chosen, chooseLabels(project, labels, dataset));
    import.labelName = std::move(chosen.name);
    import.labels = std::move(chosen.set);
    return assay::importProbabilities(project, dataset, std::move(import), progressPrinter(), session.stopToken());
}

Status importProbabilities(Session& session, const Options& options) {
    std::error_code ignored;
    const bool exists = std::filesystem::exists(options.project, ignored);
    if (!exists && options.dataset.path.empty())
        return fail(ErrorCode::NotFound, "there is no such project; give the data set with --dataset to make one",
                    options.project);
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<Project> project;
    if (exists) {
        const ProjectArguments arguments{options.project, options.dataset.path};
        ASSAY_TRY(project, openProjectToWrite(arguments));
        ASSAY_TRY(dataset, openProjectDataset(session, *project, arguments));
    } else {
        ASSAY_TRY(dataset, openDatasetArguments(session, options.dataset, true));
        ASSAY_TRY(project, openOrCreateProject(options.project, *dataset, options.dataset));
    }
    ASSAY_TRY(const RunRecord record, import(session, *project, *dataset, options));
    ASSAY_TRY(const RunFigures figures, runFigures(*project, record, dataset.get(), {}, 0.5));
    return session.json() ? printJson(toJson(figures)) : print(toText(std::vector{figures}));
}

} // namespace

void addImportProbabilities(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "import-probabilities",
        "Make a run of anybody's predicted probabilities or features, so that they can be reviewed");
    auto options = std::make_shared<Options>();
    command.add_option("PROJECT", options->project, "The .assay file; made where there is none")->required();
    command.add_option(
        "PROBABILITIES", options->probabilities,
        "A row per sample, a column per class, out of sample: CSV with a header, or .npy. Without: by the labels "
        "of the nearest samples by --features");
    command.add_option("--dataset", options->dataset.path, "The data set of a new project, or where it lies now");
    command.add_option("--file-column", options->dataset.fileColumn, "Its column of the file, where it is a table");
    command.add_option("--split-seed", options->dataset.splitSeed, "Seed of the split where the data set has none");
    command.add_option("--split", options->split,
                       "The rows are of this split: train, validation or test; else as their number says");
    command.add_option(
        "--features", options->features,
        "An .npy of features in the same rows, for neighbours and the map; alone, for the probabilities, too");
    addLabelArguments(command, options->labels);
    command.add_flag("--normalise", options->normalise, "Divide every row by its sum first");
    command.footer("Rows are in the data set's own order; a CSV may name its columns by class.\n"
                   "Example: assay-cli import-probabilities p.assay pred_probs.npy --dataset mnist --split test\n"
                   "         assay-cli import-probabilities p.assay --features embeddings.npy --dataset pictures");
    session.command(command, [&session, options] { return importProbabilities(session, *options); });
}

} // namespace assay::cli
