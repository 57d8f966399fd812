// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/training.h"
#include "core/project/fold_runs.h"
#include "core/train/method.h"
#include "core/train/network.h"

namespace assay::cli {

namespace {

struct Options {
    TrainOptions train;
    int folds = 5;
};

/// Trains what is not there yet, fold after fold; a finished fold is taken as it is, one that was stopped goes on.
Result<RunRecord> crossValidate(Session& session, const std::shared_ptr<Project>& project,
                                const std::shared_ptr<const Dataset>& dataset, int folds, const NewRun& wanted) {
    CrossValidation cross{wanted.config,          wanted.labels.name,     wanted.labels.set,
                          wanted.labels.excluded, wanted.labels.revision, {}};
    ASSAY_TRY(cross.plan, planFolds(*dataset, cross.labels, cross.excluded, folds, cross.config.seed));
    ASSAY_TRY(const auto before, foldRuns(*project, cross, wanted.method->description().params));
    std::vector<RunId> runs;
    for (int fold = 0; fold < folds; ++fold) {
        note("fold " + std::to_string(fold + 1) + " of " + std::to_string(folds) + ".");
        const std::optional<RunRecord>& known = before[std::size_t(fold)];
        if (isFoldDone(*project, known)) {
            note("there already, run " + std::to_string(known->id.value) + ".");
            runs.push_back(known->id);
            continue;
        }
        const auto held = datasetOfFold(*dataset, cross.plan, fold);
        NewRun one = wanted;
        one.labels.name = foldLabelName(cross.labelName, cross.plan, fold);
        ASSAY_TRY(const RunRecord record, known && known->state != RunState::Finished
                                              ? resumeRun(session, project, held, known->id)
                                              : trainNew(session, project, held, std::move(one)));
        runs.push_back(record.id);
    }
    return joinFolds(*project, *dataset, cross, runs);
}

Status crossValidate(Session& session, const Options& options) {
    ASSAY_CHECK_STATUS(session.loadEngine());
    const Registry& registry = session.registry();
    NewRun run;
    run.config = options.train.config;
    ASSAY_TRY(run.method, findIn(registry.methods, run.config.method, "method"));
    run.config.method = run.method->description().id;
    ASSAY_TRY(run.config.settings, readSettings(run.method->description(), options.train.settings));
    ASSAY_CHECK_STATUS(findNetwork(registry.networks, run.config.network));
    DatasetArguments from = options.train.dataset;
    if (!options.train.labels.labels.empty() && options.train.labels.labelColumn.empty()) from.labelColumn.clear();
    from.imageSize = run.config.imageSize;
    ASSAY_TRY(const auto dataset, openDatasetArguments(session, from, true));
    ASSAY_TRY(const auto project, openOrCreateProject(options.train.project, *dataset, options.train.dataset));
    ASSAY_TRY(run.labels, chooseLabels(*project, options.train, *dataset));
    const auto record = crossValidate(session, project, dataset, options.folds, run);
    if (!record && record.error().code == ErrorCode::Cancelled)
        return fail(ErrorCode::Cancelled, "cross-validation was stopped; the same command goes on from there");
    if (!record) return tl::unexpected<Error>(record.error());
    ASSAY_TRY(const RunFigures figures, runFigures(*project, *record, dataset.get(), {}, options.train.threshold));
    return session.json() ? printJson(toJson(figures)) : print(toText(std::vector{figures}));
}

} // namespace

void addCrossValidate(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "cross-validate",
        "Trains a run for each fold of the data and puts together what they say of samples they did not see");
    auto options = std::make_shared<Options>();
    RunConfig& config = options->train.config;
    addDatasetArguments(command, options->train.dataset);
    command.add_option("--project", options->train.project, "The .assay file; made where there is none")->required();
    command.add_option("--method", config.method, "Training method, see assay-cli methods")->required();
    command.add_option("--set", options->train.settings, "A setting of the method, key=value; may be repeated")
        ->take_all();
    command.add_option("--folds", options->folds, "Parts, stratified by the labels; each is held out once")
        ->check(CLI::Range(2, 50))
        ->capture_default_str();
    addLabelArguments(command, options->train.labels);
    addProjectLabelArguments(command, options->train);
    addRunArguments(command, config);
    command.footer(
        "Example: assay-cli cross-validate fashion-mnist --project p.assay --method cross-entropy --epochs 5\n"
        "With --keep-features the run of each fold keeps its own: networks that learnt apart see pictures differently, so\n"
        "the run that they make together has none.\n"
        "Interrupting stops within a batch; the same command goes on where it stopped.");
    session.command(command, [&session, options] { return crossValidate(session, *options); });
}

} // namespace assay::cli
