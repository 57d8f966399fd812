// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/experiment_run.h"

#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/output.h"
#include "app/cli/training.h"
#include "core/base/text.h"
#include "core/train/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace assay::cli {

namespace {

std::string cellName(const Experiment& experiment, const ExperimentCell& cell) {
    return experiment.methods[cell.method].name + " on " + experiment.labels[cell.labels].name + ", " +
           experiment.networks[cell.network] + ", seed " + std::to_string(cell.seed);
}

/// The grid with everything looked up, so that a mistake in the last row is told before the first run.
class Runner {
public:
    Runner(Session& session, const Experiment& experiment) : m_session(session), m_experiment(experiment) {}

    Status prepare(const std::string& projectFile) {
        ASSAY_CHECK_STATUS(m_session.loadEngine());
        const Registry& registry = m_session.registry();
        for (const std::string& network : m_experiment.networks)
            ASSAY_CHECK_STATUS(findIn(registry.networks, network.substr(0, network.find(':')), "network"));
        for (const ExperimentMethod& method : m_experiment.methods) {
            ASSAY_TRY(auto found, findIn(registry.methods, method.id, "method"));
            m_methods.push_back(std::move(found));
        }
        for (const ExperimentCell& cell : cellsOf(m_experiment)) ASSAY_CHECK_STATUS(settingsOf(cell));
        DatasetArguments arguments;
        arguments.path = m_experiment.dataset.string();
        ASSAY_TRY(m_dataset, openDatasetArguments(m_session, arguments, true));
        ASSAY_TRY(m_project, openOrCreateProject(projectFile, *m_dataset, arguments));
        for (const ExperimentLabels& labels : m_experiment.labels) {
            const auto made = labelsOf(labels, m_experiment.seeds.front());
            if (!made) return tl::unexpected(made.error());
        }
        return {};
    }

    /// Nothing where the run failed.
    Result<std::optional<ExperimentOutcome>> run(const ExperimentCell& cell) {
        ASSAY_TRY(ChosenLabels labels, labelsOf(m_experiment.labels[cell.labels], cell.seed));
        RunConfig config = configOf(m_experiment, cell);
        ASSAY_TRY(config.settings, settingsOf(cell));
        ASSAY_TRY(const std::optional<RunRecord> before, findRun(config, labels));
        Result<RunRecord> record = RunRecord();
        if (before && before->state == RunState::Finished) {
            note(cellName(m_experiment, cell) + ": there already, run " + std::to_string(before->id.value) + ".");
            record = *before;
        } else if (before) {
            record = resumeRun(m_session, m_project, m_dataset, before->id);
        } else {
            record = trainNew(m_session, m_project, m_dataset,
                              {m_methods[cell.method], std::move(config), std::move(labels)});
        }
        if (!record && record.error().code == ErrorCode::Cancelled) return tl::unexpected(record.error());
        if (!record) {
            note(cellName(m_experiment, cell) + " failed: " + record.error().sentence() + ".");
            return std::nullopt;
        }
        return figuresOf(cell, *record);
    }

private:
    Result<ParamValues> settingsOf(const ExperimentCell& cell) const {
        std::vector<std::string> texts;
        for (const auto& [name, value] : assay::settingsOf(m_experiment, cell)) texts.push_back(name + "=" + value);
        return readSettings(m_methods[cell.method]->description(), texts);
    }

    Result<ChosenLabels> labelsOf(const ExperimentLabels& wanted, std::uint64_t seed) const {
        ChosenLabels chosen;
        chosen.name = wanted.name;
        if (wanted.noise) {
            NoiseOptions noise = *wanted.noise;
            noise.seed = seed;
            if (!wanted.classMap.empty()) {
                ASSAY_TRY(noise.map, parseClassMap(wanted.classMap, m_dataset->classNames));
            }
            const auto& clean = m_dataset->trueLabels.empty() ? m_dataset->givenLabels : m_dataset->trueLabels;
            ASSAY_TRY(NoisyLabels noisy, injectNoise(*m_dataset, clean, noise));
            chosen.name += ", seed " + std::to_string(seed);
            chosen.set = {LabelOrigin::NoiseModel, chosen.name, std::move(noisy.labels), clean};
        } else if (!wanted.file.empty()) {
            ASSAY_TRY(LabelFile file, readLabelFile(wanted.file, *m_dataset, wanted.columns));
            chosen.set = std::move(file.labels);
        } else {
            chosen.set = givenLabelSet(*m_dataset);
        }
        return chosen;
    }

    /// The newest run of the project with these settings on these labels.
    Result<std::optional<RunRecord>> findRun(const RunConfig& config, const ChosenLabels& labels) const {
        ASSAY_TRY(const std::vector<StoredLabelSet> sets, m_project->labelSets());
        const std::string wanted = toText(config);
        ASSAY_TRY(const std::vector<RunRecord> runs, m_project->runs());
        for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
            if (toText(run->config) != wanted || run->revision) continue;
            const auto set = std::find_if(sets.begin(), sets.end(),
                                          [&](const StoredLabelSet& one) { return one.id == run->labelSet; });
            if (set != sets.end() && set->set.labels == labels.set.labels &&
                set->set.trueLabels == labels.set.trueLabels)
                return *run;
        }
        return std::nullopt;
    }

    Result<std::optional<ExperimentOutcome>> figuresOf(const ExperimentCell& cell, const RunRecord& record) const {
        ASSAY_TRY(const RunFigures figures,
                  runFigures(*m_project, record, m_dataset.get(), {}, m_experiment.threshold));
        constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
        ExperimentOutcome outcome;
        outcome.cell = cell;
        outcome[Metric::Best] = figures.accuracy.best();
        outcome[Metric::Last] = figures.accuracy.last();
        outcome[Metric::MeanOfLastTen] = figures.accuracy.meanOfLastTen();
        const auto& detection = figures.suspicion.detection;
        outcome[Metric::Auroc] = detection ? detection->auroc : kUnknown;
        outcome[Metric::AveragePrecision] = detection ? detection->averagePrecision : kUnknown;
        outcome[Metric::F1] = detection ? detection->f1 : kUnknown;
        outcome[Metric::SecondsPerEpoch] = record.result ? record.result->secondsPerEpoch : kUnknown;
        outcome[Metric::PeakMemory] = record.result ? record.result->peakMemoryMib : kUnknown;
        return outcome;
    }

    Session& m_session;
    const Experiment& m_experiment;
    std::vector<std::shared_ptr<const Method>> m_methods;
    std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<Project> m_project;
};

} // namespace

Result<std::vector<ExperimentOutcome>> runExperiment(Session& session, const Experiment& experiment,
                                                     const std::string& projectFile) {
    Runner runner(session, experiment);
    ASSAY_CHECK_STATUS(runner.prepare(projectFile));
    const std::vector<ExperimentCell> cells = cellsOf(experiment);
    std::vector<ExperimentOutcome> outcomes;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        note("run " + withThousands(i + 1) + " of " + withThousands(cells.size()) + ": " +
             cellName(experiment, cells[i]) + ".");
        auto outcome = runner.run(cells[i]);
        if (!outcome && outcome.error().code == ErrorCode::Cancelled)
            return fail(ErrorCode::Cancelled, "stopped after " + withThousands(outcomes.size()) + " of " +
                                                  withThousands(cells.size()) +
                                                  " runs; the same command goes on from there");
        if (!outcome) return tl::unexpected(outcome.error());
        if (*outcome) outcomes.push_back(**outcome);
    }
    return outcomes;
}

} // namespace assay::cli
