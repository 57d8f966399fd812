// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/pseudo_rounds.h"

namespace assay::learn {

/// Which answers the next epoch learns, and how much they weigh.
struct PseudoEpochOptions {
    double threshold = 0.95;
    double curriculumStep = 0; ///< share of the surest answers that each round of epochs adds; 0: by threshold
    std::int64_t cap = 0;      ///< most pseudo-labels of one class, the surest first; 0: no limit
    bool accumulate = false;   ///< a pseudo-label stays once it is accepted
    double weight = 1;         ///< of a pseudo-labelled sample's loss
    bool cleanAreWarm = false; ///< as RoundOptions'
    double rampShare = 0;      ///< of the run, after the epochs on labels alone, over which that weight rises from 0
};

/// Goes on with one network: after the epochs on labels alone, every epoch learns the labels and the answers that were
/// accepted at the end of the epoch before.
class PseudoEpochs : public PseudoRounds {
public:
    /// `firstShare`: of the run, on labels alone.
    PseudoEpochs(const LabelledOptions& labelled, double firstShare, PseudoEpochOptions options)
        : PseudoRounds(roundsOf(labelled, firstShare, options.cleanAreWarm)), m_options(options) {}

protected:
    torch::Tensor learn(Run& run, const Batch& batch, const torch::Tensor& targets) override;
    [[nodiscard]] double firstThreshold() const override;
    [[nodiscard]] Result<PseudoDecision> decide(Run& run, const EpochOutcome& outcome, int nextRound) override;

private:
    [[nodiscard]] static RoundOptions roundsOf(const LabelledOptions& labelled, double firstShare, bool cleanAreWarm);
    [[nodiscard]] double thresholdOf(Run& run, const EpochOutcome& outcome, int nextRound) const;
    /// Leaves each class its surest ones, those that stood before first.
    void capClasses(const Run& run, const EpochOutcome& outcome, std::vector<Label>& labels) const;

    PseudoEpochOptions m_options;
};

} // namespace assay::learn
