// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/probability_file.h"
#include "app/cli/training.h"
#include "core/base/npy.h"
#include "core/base/text.h"
#include "core/project/probability_run.h"

#include <algorithm>
#include <limits>

namespace assay::cli {

namespace {

struct Options {
    DatasetArguments dataset;
    std::string project, probabilities, features, split;
    LabelArguments labels;
    bool normalise = false;
};

/// The class of each column: as the file names them, else in the data set's order.
Result<std::vector<std::size_t>> classOfColumns(const ProbabilityTable& table, const Dataset& dataset,
                                                const std::string& file) {
    const std::vector<std::string>& names = dataset.classNames;
    if (table.classes != names.size())
        return fail(ErrorCode::Format,
                    "there are " + withThousands(table.classes) + " columns for the data set's " +
                        withThousands(names.size()) + " classes",
                    file);
    std::vector<std::size_t> classes(table.classes);
    for (std::size_t k = 0; k < classes.size(); ++k) {
        classes[k] = k;
        if (table.classNames.empty()) continue;
        const auto found = std::find(names.begin(), names.end(), table.classNames[k]);
        if (found == names.end())
            return fail(ErrorCode::Format, "the column \"" + escapeForDisplay(table.classNames[k]) + "\" is no class of the data set",
                        file);
        classes[k] = std::size_t(found - names.begin());
    }
    return classes;
}

template <class P>
std::shared_ptr<FeatureMatrix> spread(const P& rows, const std::vector<std::size_t>& columns,
                                      const std::vector<SampleIndex>& samples, std::size_t size) {
    auto matrix = std::make_shared<FeatureMatrix>();
    matrix->epoch = 1;
    matrix->dimension = columns.size();
    matrix->values.assign(size * columns.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (std::size_t k = 0; k < columns.size(); ++k)
            matrix->values[samples[i].value * columns.size() + columns[k]] = float(rows[i * columns.size() + k]);
    return matrix;
}

Result<std::shared_ptr<FeatureMatrix>> readFeatureFile(const std::string& file, const Dataset& dataset,
                                                       const std::string& split) {
    ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(file));
    ASSAY_TRY(const std::vector<SampleIndex> samples, samplesOfRows(dataset, matrix.rows, split));
    std::vector<std::size_t> columns(matrix.columns);
    for (std::size_t k = 0; k < columns.size(); ++k) columns[k] = k;
    return matrix.floats.empty() ? spread(matrix.doubles, columns, samples, dataset.size())
                                 : spread(matrix.floats, columns, samples, dataset.size());
}

Error inFile(Error error, const std::string& file) {
    error.context += (error.context.empty() ? "" : ", ") + file;
    return error;
}

Result<RunRecord> import(Project& project, const Dataset& dataset, const Options& options) {
    ASSAY_TRY(ProbabilityTable table, readProbabilities(options.probabilities));
    if (options.normalise) {
        ASSAY_CHECK_STATUS(table.normalise());
    }
    ASSAY_TRY(const auto columns, classOfColumns(table, dataset, options.probabilities));
    const auto samples = samplesOfRows(dataset, table.rows(), options.split);
    if (!samples) return tl::unexpected<Error>(inFile(samples.error(), options.probabilities));
    ProbabilityRun run;
    run.config.method = kImportedMethod;
    run.config.network = "none";
    run.config.settings["source"] = std::filesystem::path(options.probabilities).filename().string();
    run.probabilities = table.with([&](const auto& p) { return spread(p.values, columns, *samples, dataset.size()); });
    if (!options.features.empty()) {
        ASSAY_TRY(run.features, readFeatureFile(options.features, dataset, options.split));
    }
    TrainOptions labels;
    labels.labels = options.labels;
    labels.dataset = options.dataset;
    ASSAY_TRY(ChosenLabels chosen, chooseLabels(project, labels, dataset));
    run.labelName = std::move(chosen.name);
    run.labels = std::move(chosen.set);
    run.note = "Probabilities of " + withThousands(samples->size()) + " samples from " +
               std::filesystem::path(options.probabilities).filename().string() + "; taken to be out of sample.";
    auto added = addProbabilityRun(project, dataset, std::move(run));
    if (!added) return tl::unexpected<Error>(inFile(std::move(added).error(), options.probabilities));
    return added;
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
    ASSAY_TRY(const RunRecord record, import(*project, *dataset, options));
    ASSAY_TRY(const RunFigures figures, runFigures(*project, record, dataset.get(), {}, 0.5));
    return session.json() ? printJson(toJson(figures)) : print(toText(std::vector{figures}));
}

} // namespace

void addImportProbabilities(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "import-probabilities", "Make a run of anybody's predicted probabilities, so that they can be reviewed");
    auto options = std::make_shared<Options>();
    command.add_option("PROJECT", options->project, "The .assay file; made where there is none")->required();
    command.add_option("PROBABILITIES", options->probabilities,
                       "A row per sample, a column per class, out of sample: CSV with a header, or .npy")
        ->required();
    command.add_option("--dataset", options->dataset.path, "The data set of a new project, or where it lies now");
    command.add_option("--file-column", options->dataset.fileColumn, "Its column of the file, where it is a table");
    command.add_option("--split-seed", options->dataset.splitSeed, "Seed of the split where the data set has none");
    command.add_option("--split", options->split, "The rows are of this split: train, validation or test; else as their number says");
    command.add_option("--features", options->features, "An .npy of features in the same rows, for neighbours and the map");
    addLabelArguments(command, options->labels);
    command.add_flag("--normalise", options->normalise, "Divide every row by its sum first");
    command.footer("Rows are in the data set's own order; a CSV may name its columns by class.\n"
                   "Example: assay-cli import-probabilities p.assay pred_probs.npy --dataset mnist --split test");
    session.command(command, [&session, options] { return importProbabilities(session, *options); });
}

} // namespace assay::cli
