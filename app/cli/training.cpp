// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/training.h"

#include "app/cli/catalogue_output.h"
#include "app/cli/cli_headers.h"
#include "core/base/text.h"
#include "core/project/dataset_reference.h"
#include "core/project/fold_runs.h"
#include "core/project/probability_run.h"
#include "core/project/trusted_labels.h"
#include "core/train/method.h"
#include "core/train/network.h"
#include "core/train/run_session.h"
#include "core/train/task_check.h"

#include <chrono>
#include <filesystem>
#include <unistd.h>

namespace assay::cli {

namespace {

/// Hands everything on to the project's recorder, and tells the user.
class Reporter final : public RunObserver {
public:
    explicit Reporter(std::shared_ptr<RunObserver> recorder) : m_recorder(std::move(recorder)) {}

    void batchDone(const BatchProgress& progress) override {
        m_recorder->batchDone(progress);
        m_progress({"epoch " + std::to_string(progress.epoch) + " of " + std::to_string(progress.epochs) + ", " +
                        progress.phase + ", batch",
                    progress.batch, progress.batches});
    }
    void epochDone(std::shared_ptr<const EpochReport> report) override {
        m_recorder->epochDone(report);
        std::string line = "epoch " + std::to_string(report->epoch) + "/" + std::to_string(report->epochs);
        const auto tell = [&](const char* key, const char* words, auto format) {
            if (const auto value = report->scalars.find(key); value != report->scalars.end())
                line += std::string(", ") + words + " " + format(value->second);
        };
        const auto plain = [](double value) { return fixed(value, 4); };
        tell("train-loss", "loss", plain);
        tell("train-accuracy", "train", percent);
        tell("validation-accuracy", "validation", percent);
        tell("test-accuracy", "test", percent);
        tell("detection-auroc", "AUROC", plain);
        tell("disagreement", "disagreement", percent);
        tell("accepted", "accepted", [](double value) { return fixed(value, 0); });
        tell("seconds", "seconds", [](double value) { return fixed(value, 2); });
        cli::note((::isatty(STDERR_FILENO) != 0 ? "\r\x1b[K" : "") + line);
    }
    void note(const std::string& sentence) override {
        m_recorder->note(sentence);
        cli::note(sentence);
    }

private:
    std::shared_ptr<RunObserver> m_recorder;
    ProgressFn m_progress = progressPrinter();
};

struct Ended {
    RunState state = RunState::Failed;
    std::optional<Error> error;
    std::optional<RunResult> result;
};

Result<ChosenLabels> cleanedLabels(const Project& project, const TrainOptions& options, const Dataset& dataset) {
    ChosenLabels chosen;
    std::optional<RunRecord> run;
    if (options.baseRun != 0) {
        ASSAY_TRY(run, project.run(RunId(options.baseRun)));
    } else {
        ASSAY_TRY(run, newestRun(project));
    }
    ASSAY_TRY(const BaseLabels base, decisionBase(project, run, &dataset));
    chosen.revision = project.revision();
    ASSAY_TRY(const auto decisions, project.decisions(chosen.revision));
    EffectiveLabels effective = effectiveLabels(base.labels, decisions);
    chosen.name = base.name + ", revision " + std::to_string(chosen.revision->value);
    chosen.set.origin = LabelOrigin::Journal;
    chosen.set.source = "revision " + std::to_string(chosen.revision->value);
    chosen.set.labels = std::move(effective.labels);
    chosen.set.trueLabels = base.trueLabels;
    chosen.excluded = std::move(effective.excluded);
    return chosen;
}

/// The labels of which some are to count, as --labels, --label-set and --cleaned say; see chooseLabels().
Result<ChosenLabels> baseOfChoice(const Project& project, const TrainOptions& options, const Dataset& dataset) {
    ChosenLabels chosen;
    if (int(options.cleaned) + int(!options.labels.labels.empty()) + int(!options.labelSet.empty()) > 1)
        return fail(ErrorCode::InvalidArgument,
                    "only one of --cleaned, --labels and --label-set can say which labels to train on");
    if (options.cleaned || !options.labelled.empty()) {
        ASSAY_TRY(chosen, cleanedLabels(project, options, dataset));
    } else if (!options.labelSet.empty()) {
        ASSAY_TRY(StoredLabelSet stored, findLabelSet(project, options.labelSet));
        chosen.name = std::move(stored.name);
        chosen.set = std::move(stored.set);
    } else if (!options.labels.labels.empty()) {
        LabelColumns columns;
        columns.label = options.labels.labelColumn.empty() ? options.dataset.labelColumn : options.labels.labelColumn;
        ASSAY_TRY(LabelFile file, readLabelFile(options.labels.labels, dataset, columns));
        if (file.unnamed > 0)
            note(withThousands(file.unnamed) + " samples are not named in " + options.labels.labels +
                 " and keep the data set's label" +
                 (file.tellsTruth && dataset.trueLabels.empty() ? "; whether that is right is not known." : "."));
        chosen.name = std::filesystem::path(options.labels.labels).filename().string();
        chosen.set = std::move(file.labels);
    } else if (options.labelledByRun != 0) {
        ASSAY_TRY(const RunRecord run, project.run(RunId(options.labelledByRun)));
        ASSAY_TRY(StoredLabelSet stored, project.labelSet(run.labelSet));
        chosen.name = std::move(stored.name);
        chosen.set = std::move(stored.set);
    } else {
        chosen.name = "given";
        chosen.set = givenLabelSet(dataset);
    }
    if (!options.labels.truth.empty()) {
        ASSAY_TRY(chosen.set.trueLabels, readTruth(options.labels, dataset));
    }
    return chosen;
}

} // namespace

void addProjectLabelArguments(CLI::App& command, TrainOptions& options) {
    command.add_flag("--cleaned", options.cleaned, "Train on the labels after the project's decisions");
    command.add_option("--label-set", options.labelSet,
                       "Train on a label set of the project, by number or name, such as a round of cleaning");
    command.add_option("--run", options.baseRun,
                       "With --cleaned: the run whose labels the decisions change; else the newest");
}

Result<ChosenLabels> chooseLabels(const Project& project, const TrainOptions& options, const Dataset& dataset) {
    if (!options.labelled.empty() && (!options.labels.labels.empty() || !options.labelSet.empty()))
        return fail(ErrorCode::InvalidArgument,
                    "--labelled reviewed trains on the labels after the decisions; leave out --labels and --label-set");
    ASSAY_TRY(ChosenLabels chosen, baseOfChoice(project, options, dataset));
    if (!options.labelledFile.empty()) {
        std::vector<std::string> notes;
        ASSAY_TRY(chosen.set,
                  trustListIn(options.labelledFile, std::move(chosen.set), dataset, options.labels.labels.empty(),
                              "give the same file as --labels to learn them", notes));
        for (const std::string& sentence : notes) note(sentence + ".");
        chosen.name += ", those of " + std::filesystem::path(options.labelledFile).filename().string();
    } else if (!options.labelled.empty()) {
        ASSAY_TRY(const auto decisions, project.decisions(chosen.revision));
        ASSAY_TRY(chosen.set, trustReviewed(std::move(chosen.set), dataset, decisions));
        chosen.name += ", reviewed only";
    } else if (options.labelledByRun != 0) {
        ASSAY_TRY(chosen.set, trustByRun(std::move(chosen.set), project, dataset, RunId(options.labelledByRun),
                                         options.cleanBelow, options.labelledEpoch));
        chosen.name += ", without the suspects of " + judgeName(RunId(options.labelledByRun), options.labelledEpoch);
    }
    return chosen;
}

namespace {

std::string manifest(const EngineInfo& engine, const Dataset& dataset, const LabelSet& labels,
                     const RunConfig& config) {
    return Json{{"assay", ASSAY_VERSION},  {"libtorch", engine.libtorch},    {"blas", engine.blas},
                {"cpu", engine.cpu},       {"dataset", dataset.contentHash}, {"labels", labels.hash()},
                {"config", toText(config)}}
        .dump();
}

/// What the run trains on: read from the project for a resumed run, else made from the options and stored.
struct Prepared {
    RunRecord record;
    TrainingTask task;
};

Result<Prepared> prepareResumed(const Project& project, RunId id) {
    Prepared prepared;
    ASSAY_TRY(prepared.record, project.run(id));
    if (prepared.record.state == RunState::Finished)
        return fail(ErrorCode::InvalidArgument, "the run is finished; there is nothing to resume",
                    "run " + std::to_string(id.value));
    ASSAY_TRY(StoredLabelSet stored, project.labelSet(prepared.record.labelSet));
    prepared.task.labels = std::move(stored.set);
    ASSAY_TRY(prepared.task.excluded, excludedSamples(project, prepared.record.revision));
    prepared.task.resume = true;
    prepared.task.recorded = prepared.record.epochsDone;
    return prepared;
}

Result<Prepared> prepareNew(Project& project, NewRun run) {
    Prepared prepared;
    RunRecord& record = prepared.record;
    record.config = std::move(run.config);
    record.created = utcNow();
    record.revision = run.labels.revision;
    record.state = RunState::Running;
    ASSAY_TRY(record.labelSet, findOrAddLabelSet(project, run.labels.name, run.labels.set));
    prepared.task.labels = std::move(run.labels.set);
    prepared.task.excluded = std::move(run.labels.excluded);
    return prepared;
}

/// Runs on the session's training thread; a signal stops it within a batch.
Ended runToTheEnd(Session& session, std::shared_ptr<const Method> method, std::shared_ptr<RunObserver> recorder,
                  const TrainingTask& task) {
    Ended ended;
    RunSession training;
    QueuedRun queued;
    queued.title = task.config.method + ", seed " + std::to_string(task.config.seed);
    queued.method = std::move(method);
    queued.prepare = [&task]() -> Result<TrainingTask> { return task; };
    queued.recorder = std::make_shared<Reporter>(std::move(recorder));
    queued.ended = [&ended](RunState state, const std::optional<Error>& error, const std::optional<RunResult>& result) {
        ended = {state, error, result};
    };
    training.enqueue(std::move(queued));
    const std::stop_callback stopper(session.stopToken(), [&training] { training.stopAll(); });
    training.wait();
    return ended;
}

/// Trains what is prepared and in the project, and writes down how it ended.
Result<RunRecord> execute(Session& session, const std::shared_ptr<Project>& project,
                          const std::shared_ptr<const Dataset>& dataset, std::shared_ptr<const Method> method,
                          Prepared prepared) {
    RunRecord& record = prepared.record;
    prepared.task.dataset = dataset;
    prepared.task.config = record.config;
    prepared.task.checkpointFolder = project->checkpointFolder(record.id);
    record.state = RunState::Running;
    ASSAY_CHECK_STATUS(project->updateRun(record));
    note("run " + std::to_string(record.id.value) + ": " + record.config.method + " on " +
         withThousands(dataset->size()) + " samples, seed " + std::to_string(record.config.seed) + ".");

    const Ended ended = runToTheEnd(session, std::move(method), makeRecorder(project, record.id), prepared.task);
    project->flush();
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project->epochs(record.id));
    record.state = ended.state;
    record.epochsDone = epochs.empty() ? 0 : epochs.back().epoch;
    record.reason = ended.error ? ended.error->sentence() : std::string();
    record.result = ended.result;
    ASSAY_CHECK_STATUS(project->updateRun(record));
    const std::string id = std::to_string(record.id.value);
    if (ended.state == RunState::Stopped)
        return fail(ErrorCode::Cancelled, "run " + id + " was stopped after " + std::to_string(record.epochsDone) +
                                              " of " + std::to_string(record.config.epochs) +
                                              " epochs; go on with --resume " + id);
    if (ended.state != RunState::Finished)
        return fail(ended.error ? ended.error->code : ErrorCode::Internal,
                    ended.error ? ended.error->message : "the run failed", ended.error ? ended.error->context : "");
    return record;
}

} // namespace

Result<std::shared_ptr<Project>> openOrCreateProject(const std::string& file, const Dataset& dataset,
                                                     const DatasetArguments& arguments) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return Project::create(file, referenceTo(dataset, {arguments.fileColumn, arguments.labelColumn}));
    }
    ASSAY_TRY(auto project, Project::open(file, OpenMode::ReadWrite));
    if (project->dataset().contentHash != dataset.contentHash)
        return fail(ErrorCode::InvalidArgument,
                    "the project belongs to another data set (" + project->dataset().location.string() +
                        "); give another --project",
                    file);
    return project;
}

Result<RunRecord> trainNew(Session& session, const std::shared_ptr<Project>& project,
                           const std::shared_ptr<const Dataset>& dataset, NewRun run) {
    ASSAY_TRY(const EngineInfo engine, session.loadEngine());
    const auto method = run.method;
    ASSAY_TRY(Prepared prepared, prepareNew(*project, std::move(run)));
    prepared.task.dataset = dataset;
    ASSAY_CHECK_STATUS(checkClasses(prepared.task));
    prepared.record.manifest = manifest(engine, *dataset, prepared.task.labels, prepared.record.config);
    ASSAY_TRY(prepared.record.id, project->addRun(prepared.record));
    return execute(session, project, dataset, method, std::move(prepared));
}

Result<RunRecord> resumeRun(Session& session, const std::shared_ptr<Project>& project,
                            const std::shared_ptr<const Dataset>& dataset, RunId id) {
    ASSAY_CHECK_STATUS(session.loadEngine());
    ASSAY_TRY(Prepared prepared, prepareResumed(*project, id));
    ASSAY_TRY(const auto method, findIn(session.registry().methods, prepared.record.config.method, "method"));
    return execute(session, project, dataset, method, std::move(prepared));
}

Result<RunFigures> train(Session& session, const TrainOptions& options) {
    ASSAY_CHECK_STATUS(session.loadEngine());
    const Registry& registry = session.registry();
    NewRun run;
    run.config = options.config;
    if (options.resume == 0) { // a wrong name is told before any picture is decoded
        ASSAY_TRY(run.method, findIn(registry.methods, run.config.method, "method"));
        run.config.method = run.method->description().id;
        ASSAY_TRY(run.config.settings, readSettings(run.method->description(), options.settings));
        ASSAY_CHECK_STATUS(findNetwork(registry.networks, run.config.network));
    }
    DatasetArguments from = options.dataset;
    if (!options.labels.labels.empty() && options.labels.labelColumn.empty()) from.labelColumn.clear();
    from.imageSize = run.config.imageSize;
    std::error_code ignored;
    if (options.resume != 0) {
        if (!std::filesystem::exists(options.project, ignored))
            return fail(ErrorCode::NotFound, "there is no such project to resume a run of", options.project);
        ASSAY_TRY(const auto begun, Project::open(options.project, OpenMode::ReadOnly));
        ASSAY_TRY(const RunRecord record, begun->run(RunId(options.resume)));
        from.imageSize = record.config.imageSize;
    }
    ASSAY_TRY(const auto dataset, openDatasetArguments(session, from, true));
    ASSAY_TRY(const auto project, openOrCreateProject(options.project, *dataset, options.dataset));
    RunRecord record;
    if (options.resume != 0) {
        ASSAY_TRY(record, project->run(RunId(options.resume)));
        ASSAY_TRY(const StoredLabelSet resumed, project->labelSet(record.labelSet));
        ASSAY_TRY(const auto fold, foldOf(*project, *dataset, record, resumed));
        const auto seen = fold ? datasetOfFold(*dataset, fold->cross.plan, fold->fold) : dataset;
        ASSAY_TRY(record, resumeRun(session, project, seen, RunId(options.resume)));
    } else {
        ASSAY_TRY(run.labels, chooseLabels(*project, options, *dataset));
        ASSAY_TRY(record, trainNew(session, project, dataset, std::move(run)));
    }
    std::vector<Label> truth;
    if (options.resume != 0) { // a new run's labels have it
        ASSAY_TRY(truth, readTruth(options.labels, *dataset));
    }
    return runFigures(*project, record, dataset.get(), truth, options.threshold);
}

} // namespace assay::cli
