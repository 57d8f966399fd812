// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// R(T) of Co-Teaching: the share of a batch that is kept (Han et al., NeurIPS 2018).
struct KeepSchedule {
    double noiseRate = 0.2;  ///< τ
    double exponent = 1;     ///< c: the ramp ends at τ^c
    int ramp = 10;           ///< T_k, epochs
    double smallestKeep = 0; ///< R_min
    bool bothEnds = true;    ///< the ramp ends in epoch T_k − 1 (the paper's code), not in T_k (the student report's)
    /// Share that is forgotten in epoch `epoch` (from 0): linear from 0 to τ^c over T_k epochs, then τ.
    [[nodiscard]] double forget(int epoch) const;
    /// max(1 − forget, R_min).
    [[nodiscard]] double keep(int epoch) const;
    /// Samples kept of a batch: at least one.
    [[nodiscard]] std::size_t count(int epoch, std::size_t batch) const;
};

/// What a method of the family has for the settings of KeepRate where nothing is set.
struct KeepDefaults {
    double rampShare = 0.25;
    double smallestKeep = 0;
    std::string from = "paper: 10 of 200"; ///< of T_k
};
[[nodiscard]] std::vector<ParamSpec> keepSettings(const KeepDefaults& defaults = {});

/// The share of a batch that methods of the Co-Teaching family keep in the run's present epoch. Where no noise rate is
/// given it is estimated once, from the mixture over the losses and by confident learning, and everything is kept
/// until then.
class KeepRate {
public:
    /// `bothEnds`: as KeepSchedule's.
    explicit KeepRate(const ParamValues& settings, bool bothEnds = true);
    void start(const Run& run);
    [[nodiscard]] bool ramping(const Run& run) const { return run.epoch <= m_schedule.ramp; }
    [[nodiscard]] std::size_t count(const Run& run, std::size_t batch) const {
        return m_schedule.count(run.epoch - 1, batch);
    }
    [[nodiscard]] double keep(const Run& run) const { return m_schedule.keep(run.epoch - 1); }
    /// Adam's first beta in this epoch: another one once a linear decay of the rate has begun.
    [[nodiscard]] double momentum(const Run& run) const;
    /// Adds "keep-rate" and "noise-rate", and estimates the rate where its time has come.
    void finishEpoch(Run& run, EpochOutcome& outcome);
    void save(StateMap& state) const;
    [[nodiscard]] Status load(const StateMap& state);

private:
    KeepSchedule m_schedule;
    double m_rampShare = 0;
    bool m_estimate = false;
    std::string m_from;
    int m_estimateAfter = 0;
    double m_lateMomentum = 0;
};

/// The noise rate by both ways. Early in a run both count the samples that the network has not learnt yet as well, the
/// mixture above all under class-dependent noise, so the smaller one is nearer to the truth.
struct RateEstimates {
    Result<double> mixture, confidentLearning;
    /// `from`: "mixture", "confident-learning" or "smaller", which is content with one where the other failed.
    [[nodiscard]] Result<double> chosen(const std::string& from) const;
};

/// Share of the training rows that the mixture over the losses takes for wrong.
[[nodiscard]] Result<double> mixtureNoiseRate(const Run& run, const EpochOutcome& outcome);

/// Share of wrong labels among the training rows that confident learning counts, by the averaged probabilities of all
/// networks (Northcutt et al., JAIR 2021).
[[nodiscard]] Result<double> confidentNoiseRate(const Run& run, const std::vector<Answers>& answers);

/// Positions of the `count` smallest losses in rising order; equal ones by position. int64, on the losses' device.
[[nodiscard]] torch::Tensor smallest(const torch::Tensor& losses, std::size_t count);

/// One exchange of Co-Teaching: what each network chose, and the mean loss over what the other one chose.
struct CrossUpdate {
    std::array<torch::Tensor, 2> chosen; ///< positions, by the network that chose
    std::array<torch::Tensor, 2> loss;   ///< scalar, by the network that learns
};
/// `losses`: [B] of each network, with gradient.
[[nodiscard]] CrossUpdate crossUpdate(const std::array<torch::Tensor, 2>& losses, std::size_t count);

} // namespace assay::learn
