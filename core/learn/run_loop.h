// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/checkpoint.h"
#include "core/learn/recipe.h"

#include <chrono>

namespace assay::learn {

/// The epoch loop that all methods share: batches, evidence, mixture, report, checkpoint.
class RunLoop {
public:
    /// `recorded`: the run's settings as it was recorded with. What the method has learnt since is not among them, and
    /// its checkpoints fit all the same.
    RunLoop(Run& run, Recipe& recipe, RunControl& control, const ParamValues& recorded);
    /// Continues where the checkpoints say, or begins. Cancelled, Numeric and so on end it.
    [[nodiscard]] Result<RunResult> execute();

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Status resume();
    [[nodiscard]] Status trainEpoch(EpochReport& report);
    [[nodiscard]] Status closeEpoch(EpochReport report);
    [[nodiscard]] bool wantsFeatures() const;
    [[nodiscard]] Result<std::vector<Answers>> ask();
    void scoreAnswers(EpochOutcome& outcome) const;
    void fitLosses(EpochOutcome& outcome);
    void scoreDetection(EpochOutcome& outcome) const;
    void saveCheckpoint();
    [[nodiscard]] StateMap state() const;
    [[nodiscard]] CheckpointIdentity identity() const;
    [[nodiscard]] Status checkLosses(const torch::Tensor& losses, const std::vector<std::uint32_t>& rows,
                                     std::size_t batch) const;
    void keepTrainingLosses(const torch::Tensor& losses, const std::vector<std::uint32_t>& rows);
    void progress(const std::string& phase, std::size_t batch, std::size_t batches, double loss, bool last);
    [[nodiscard]] double elapsed() const;

    Run& m_run;
    Recipe& m_recipe;
    RunControl& m_control;
    const ParamValues& m_recorded;
    Clock::time_point m_start, m_epochStart, m_lastProgress;
    int m_firstEpoch = 1;
    double m_epochSeconds = 0; ///< of all finished epochs
    double m_trainingSeconds = 0, m_trainedSamples = 0;
    /// [R] of the method, from the epoch's batches; 0 for what was in none. Empty where its losses are not one a row.
    std::vector<float> m_trainingLosses;
    bool m_fitFailureNoted = false;
};

} // namespace assay::learn
