// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_run.h"
#include "app/cli/output.h"
#include "core/base/text.h"
#include "core/project/experiment_plot.h"

#include <cmath>
#include <filesystem>

namespace assay::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string recipe, project, dataset, out, weights;
};

Json toJson(const Experiment& experiment, const std::vector<ExperimentRow>& rows) {
    Json list = Json::array();
    for (const ExperimentRow& row : rows) {
        Json one{{"labels", experiment.labels[row.labels].name},
                 {"network", experiment.networks[row.network]},
                 {"method", experiment.methods[row.method].name}};
        Json published = Json::object();
        for (const Metric metric : kAllMetrics)
            if (const auto figure = publishedUnder(row.published, metric))
                published[metricId(metric)] = number(*figure);
        one["published_percent"] = published.empty() ? Json() : std::move(published);
        const auto add = [&](const std::string& name, const stats::MeanInterval& interval) {
            one[name] = interval.count == 0
                            ? Json()
                            : Json{{"mean", number(interval.mean)},
                                   {"half_width", interval.count > 1 ? number(interval.halfWidth) : Json()},
                                   {"runs", interval.count}};
        };
        for (const Metric metric : kAllMetrics) add(metricId(metric), row.over[std::size_t(metric)]);
        add("last_difference", row.lastDifference);
        add("auroc_difference", row.aurocDifference);
        list.push_back(std::move(one));
    }
    return Json{{"title", experiment.title}, {"rows", std::move(list)}};
}

Status runRecipe(Session& session, const Options& options) {
    ASSAY_TRY(Experiment experiment, readExperiment(options.recipe));
    if (!options.dataset.empty()) experiment.dataset = options.dataset;
    if (!options.weights.empty()) experiment.base.weights = options.weights;
    if (experiment.dataset.empty())
        return fail(ErrorCode::InvalidArgument, "the recipe names no data set: give --dataset PATH", options.recipe);
    ASSAY_TRY(const std::vector<ExperimentOutcome> outcomes, runExperiment(session, experiment, options.project));
    const std::vector<ExperimentRow> rows = summarise(experiment, outcomes);
    if (!options.out.empty()) {
        ASSAY_CHECK_STATUS(writeExperiment(options.out, experiment, outcomes));
        note("table and plots are in " + options.out + ".");
    }
    const std::size_t missing = cellsOf(experiment).size() - outcomes.size();
    ASSAY_CHECK_STATUS(session.json() ? printJson(toJson(experiment, rows)) : print(summaryMarkdown(experiment, rows)));
    if (missing > 0)
        return fail(ErrorCode::Internal, withThousands(missing) + (missing == 1 ? " run" : " runs") +
                                             " failed and are missing in the table; the reasons are above");
    return {};
}

} // namespace

void addRecipe(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("recipe", "Runs a grid of labels, networks, methods and seeds, and compares");
    auto options = std::make_shared<Options>();
    command.add_option("FILE", options->recipe, "The recipe (TOML)")->required();
    command.add_option("--project", options->project, "The .assay file that holds the runs; made where there is none")
        ->required();
    command.add_option("--dataset", options->dataset, "The data set, where it is not the one that the recipe names");
    command.add_option("--init-from", options->weights, "Weights to start from, where not those that the recipe names");
    command.add_option("--out", options->out, "Folder for runs.csv, summary.csv, .md, .svg and .pdf");
    command.footer("Runs that the project holds already are not trained again; what was stopped goes on.\n"
                   "Example: assay-cli recipe noisy-labels-small.toml --project grid.assay --out results");
    session.command(command, [&session, options] { return runRecipe(session, *options); });
}

} // namespace assay::cli
