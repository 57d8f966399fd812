// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/experiment_run.h"

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "app/cli/training.h"
#include "core/base/text.h"
#include "core/project/experiment_grid.h"
#include "core/train/method.h"

#include <utility>

namespace assay::cli {

namespace {

/// The grid with everything looked up, so that a mistake in the last row is told before the first run.
class Runner {
public:
    Runner(Session& session, const Experiment& experiment) : m_session(session), m_experiment(experiment) {}

    Status prepare(const std::string& projectFile) {
        ASSAY_CHECK_STATUS(m_session.loadEngine());
        for (const ExperimentCell& cell : cellsOf(m_experiment))
            ASSAY_CHECK_STATUS(completeConfig(m_experiment, cell, m_session.registry()));
        DatasetArguments arguments;
        arguments.path = m_experiment.dataset.string();
        arguments.imageSize = m_experiment.base.imageSize;
        ASSAY_TRY(m_dataset, openDatasetArguments(m_session, arguments, true));
        ASSAY_TRY(m_project, openOrCreateProject(projectFile, *m_dataset, arguments));
        for (const ExperimentLabels& labels : m_experiment.labels) {
            const auto made = makeLabels(labels, m_experiment.seeds.front(), *m_dataset);
            if (!made) return tl::unexpected(made.error());
            for (const std::string& sentence : made->notes) note(labels.name + ": " + sentence + ".");
        }
        return {};
    }

    /// Nothing where the run failed.
    Result<std::optional<ExperimentOutcome>> run(const ExperimentCell& cell) {
        ASSAY_TRY(ExperimentLabelSet labels, makeLabels(m_experiment.labels[cell.labels], cell.seed, *m_dataset));
        ASSAY_TRY(RunConfig config, completeConfig(m_experiment, cell, m_session.registry()));
        ASSAY_TRY(const std::optional<RunRecord> before, findRun(*m_project, config, labels.set, m_session.registry()));
        Result<RunRecord> record = RunRecord();
        if (before && before->state == RunState::Finished) {
            note(cellName(m_experiment, cell) + ": there already, run " + std::to_string(before->id.value) + ".");
            record = *before;
        } else if (before) {
            record = resumeRun(m_session, m_project, m_dataset, before->id);
        } else {
            ChosenLabels chosen;
            chosen.name = std::move(labels.name);
            chosen.set = std::move(labels.set);
            record = trainNew(m_session, m_project, m_dataset,
                              {m_session.registry().methods.find(config.method), std::move(config), std::move(chosen)});
        }
        if (!record && record.error().code == ErrorCode::Cancelled) return tl::unexpected(record.error());
        if (!record) {
            note(cellName(m_experiment, cell) + " failed: " + record.error().sentence() + ".");
            return std::nullopt;
        }
        return outcomeOf(m_experiment, cell, *m_project, *m_dataset, *record);
    }

private:
    Session& m_session;
    const Experiment& m_experiment;
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
