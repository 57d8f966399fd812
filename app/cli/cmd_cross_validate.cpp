// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/training.h"
#include "core/base/text.h"
#include "core/project/cross_validation.h"
#include "core/project/probability_run.h"
#include "core/train/method.h"
#include "core/train/network.h"

namespace assay::cli {

namespace {

struct Options {
    TrainOptions train;
    int folds = 5;
};

/// The newest run of the project with these settings on the labels of that name.
Result<std::optional<RunRecord>> runBefore(const Project& project, const RunConfig& config, const std::string& labels) {
    ASSAY_TRY(const std::vector<RunRecord> runs, project.runs());
    ASSAY_TRY(const std::vector<StoredLabelSet> sets, project.labelSets());
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        for (const StoredLabelSet& set : sets)
            if (set.id == run->labelSet && set.name == labels && toText(run->config) == toText(config)) return *run;
    return std::nullopt;
}

/// Trains what is not there yet, fold after fold; a finished fold is taken as it is, one that was stopped goes on.
class CrossValidation {
public:
    CrossValidation(Session& session, std::shared_ptr<Project> project, std::shared_ptr<const Dataset> dataset)
        : m_session(session), m_project(std::move(project)), m_dataset(std::move(dataset)) {}

    Result<RunRecord> run(const Options& options, const NewRun& wanted) {
        ASSAY_TRY(const FoldPlan plan, planFolds(*m_dataset, wanted.labels.set, wanted.labels.excluded, options.folds,
                                                 wanted.config.seed));
        std::vector<RunId> runs;
        std::string numbers;
        for (int fold = 0; fold < plan.folds; ++fold) {
            note("fold " + std::to_string(fold + 1) + " of " + std::to_string(plan.folds) + ".");
            ASSAY_TRY(const RunRecord record, trainFold(plan, fold, wanted));
            runs.push_back(record.id);
            numbers += (numbers.empty() ? "" : " ") + std::to_string(record.id.value);
        }
        ProbabilityRun together;
        together.config = wanted.config;
        together.config.method = kCrossValidationMethod;
        together.config.settings = {{"method", wanted.config.method},
                                    {"folds", std::int64_t(plan.folds)},
                                    {"epochs-of-each", std::int64_t(wanted.config.epochs)},
                                    {"runs", numbers}};
        together.config.epochs = 1;
        ASSAY_TRY(const auto before, runBefore(*m_project, together.config, wanted.labels.name));
        if (before && before->state == RunState::Finished) return *before;
        ASSAY_TRY(together.probabilities, heldOutProbabilities(*m_project, plan, runs));
        together.labelName = wanted.labels.name;
        together.labels = wanted.labels.set;
        together.revision = wanted.labels.revision;
        together.note = "Put together from runs " + numbers + ": of every training sample, what the run says that did not "
                                                              "learn from it.";
        return addProbabilityRun(*m_project, *m_dataset, std::move(together));
    }

private:
    Result<RunRecord> trainFold(const FoldPlan& plan, int fold, const NewRun& wanted) {
        NewRun one = wanted;
        one.labels.name = foldLabelName(wanted.labels.name, plan, fold);
        ASSAY_TRY(const auto before, runBefore(*m_project, one.config, one.labels.name));
        if (before && before->state == RunState::Finished && m_project->probabilities(before->id)) {
            note("there already, run " + std::to_string(before->id.value) + ".");
            return *before;
        }
        const auto dataset = datasetOfFold(*m_dataset, plan, fold);
        if (before && before->state != RunState::Finished) return resumeRun(m_session, m_project, dataset, before->id);
        return trainNew(m_session, m_project, dataset, std::move(one));
    }

    Session& m_session;
    std::shared_ptr<Project> m_project;
    std::shared_ptr<const Dataset> m_dataset;
};

Status crossValidate(Session& session, const Options& options) {
    ASSAY_CHECK_STATUS(session.loadEngine());
    const Registry& registry = session.registry();
    NewRun run;
    run.config = options.train.config;
    ASSAY_TRY(run.method, findIn(registry.methods, run.config.method, "method"));
    ASSAY_TRY(run.config.settings, readSettings(run.method->description(), options.train.settings));
    ASSAY_CHECK_STATUS(
        findIn(registry.networks, run.config.network.substr(0, run.config.network.find(':')), "network"));
    DatasetArguments from = options.train.dataset;
    if (!options.train.labels.labels.empty() && options.train.labels.labelColumn.empty()) from.labelColumn.clear();
    ASSAY_TRY(const auto dataset, openDatasetArguments(session, from, true));
    ASSAY_TRY(const auto project, openOrCreateProject(options.train.project, *dataset, options.train.dataset));
    ASSAY_TRY(run.labels, chooseLabels(*project, options.train, *dataset));
    const auto record = CrossValidation(session, project, dataset).run(options, run);
    if (!record && record.error().code == ErrorCode::Cancelled)
        return fail(ErrorCode::Cancelled, "cross-validation was stopped; the same command goes on from there");
    if (!record) return tl::unexpected<Error>(record.error());
    ASSAY_TRY(const RunFigures figures, runFigures(*project, *record, dataset.get(), {}, options.train.threshold));
    return session.json() ? printJson(toJson(figures)) : print(toText(std::vector{figures}));
}

} // namespace

void addCrossValidate(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "cross-validate", "Trains a run for each fold of the data and puts together what they say of samples they did not see");
    auto options = std::make_shared<Options>();
    RunConfig& config = options->train.config;
    addDatasetArguments(command, options->train.dataset);
    command.add_option("--project", options->train.project, "The .assay file; made where there is none")->required();
    command.add_option("--method", config.method, "Training method, see assay-cli methods")->required();
    command.add_option("--set", options->train.settings, "A setting of the method, key=value; may be repeated")->take_all();
    command.add_option("--folds", options->folds, "Parts, stratified by the labels; each is held out once")
        ->check(CLI::Range(2, 50))
        ->capture_default_str();
    addLabelArguments(command, options->train.labels);
    command.add_option("--network", config.network, "Network, see assay-cli networks")->capture_default_str();
    command.add_option("--epochs", config.epochs, "Epochs of each fold")->check(CLI::Range(1, 100000))->capture_default_str();
    command.add_option("--seed", config.seed, "Seed of the folds and of every run")->capture_default_str();
    command.add_option("--device", config.device, "Where to train")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command.add_option("--subset", config.subset, "So many training samples of each fold, by class; 0: all")
        ->capture_default_str();
    command.add_option("--threads", config.threads, "LibTorch's threads; part of the result; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.footer("Example: assay-cli cross-validate fashion-mnist --project p.assay --method cross-entropy --epochs 5\n"
                   "Interrupting stops within a batch; the same command goes on where it stopped.");
    session.command(command, [&session, options] { return crossValidate(session, *options); });
}

} // namespace assay::cli
