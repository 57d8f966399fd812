// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    LabelArguments truth;
    double threshold = 0.5;
};

Status compare(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRuns(*project, options.runs));
    if (runs.empty()) return fail(ErrorCode::NotFound, "there is no run to compare; train one first", options.project.file);
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project, false));
    std::vector<Label> truth;
    if (!options.truth.truth.empty()) {
        ASSAY_TRY(truth, readTruth(options.truth, *dataset));
    }
    std::vector<RunFigures> all;
    for (const RunRecord& run : runs) {
        ASSAY_TRY(RunFigures figures, runFigures(*project, run, dataset.get(), truth, options.threshold));
        all.push_back(std::move(figures));
    }
    if (!session.json()) return print(toText(all));
    Json list = Json::array();
    for (const RunFigures& figures : all) list.push_back(toJson(figures));
    return printJson(Json{{"runs", std::move(list)}});
}

} // namespace

void addCompare(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("compare", "Runs side by side: accuracy, and how well they find wrong labels");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; may be repeated; else all");
    addTruthArguments(command, options->truth);
    command.add_option("--threshold", options->threshold, "For F1: a sample is a suspect from this p-noisy on")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.footer("Example: assay-cli compare p.assay --run 1 --run 2 --truth labels.csv --json");
    session.command(command, [&session, options] { return compare(session, *options); });
}

} // namespace assay::cli
