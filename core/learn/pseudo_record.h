// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// Which pseudo-labels an epoch came to.
struct PseudoDecision {
    std::vector<Label> labels; ///< [R] accepted, kNoLabel where there is none
    double threshold = 0;      ///< in force
    std::vector<double> classThresholds{}; ///< [K], or empty where there is one for all
    std::vector<float> confidence{}; ///< [R] what the threshold was compared with; empty: the answer's
};

/// Accepts of every unlabelled training row what `answers` [R] says, where its confidence [R] reaches the threshold.
[[nodiscard]] PseudoDecision decideByThreshold(const Run& run, const std::vector<Label>& answers,
                                               const std::vector<float>& confidence,
                                               const std::vector<std::uint8_t>& labelled, double threshold,
                                               std::vector<double> classThresholds = {});
/// The same of the answers at the end of an epoch.
[[nodiscard]] PseudoDecision decideByThreshold(const Run& run, const EpochOutcome& outcome,
                                               const std::vector<std::uint8_t>& labelled, double threshold,
                                               std::vector<double> classThresholds = {});

/// The record of every method that makes pseudo-labels:
/// columns "labelled" (0 or 1), "pseudo-label" (−1: none), "pseudo-confidence" (the highest probability of the answer
/// that was decided on);
/// scalars "accepted", "acceptance" (of the unlabelled training rows), "pseudo-changed" (share of the rows with
/// a pseudo-label now or in the epoch before that have another one or none there: new, other and withdrawn ones), "pseudo-entropy" (mean entropy of the answers for unlabelled rows, in nats),
/// "threshold", and where truth is known "accepted-correctness" and "rejected-correctness";
/// per class "accepted", "pseudo-share" (of all pseudo-labels), "threshold" where each class has its own and, where
/// truth is known, "accepted-correct".
class PseudoRecord {
public:
    /// No epoch before the first one.
    void start(const Run& run) { m_before.assign(run.data.rows(), kNoLabel); }
    void record(const Run& run, EpochOutcome& outcome, const std::vector<std::uint8_t>& labelled,
                const PseudoDecision& decision);
    /// Share of a step's unlabelled pictures that were learnt, of rows of weights; its mean becomes "mask-rate".
    void countStep(const torch::Tensor& mask) {
        m_maskSum += mask.mean().item<double>();
        ++m_steps;
    }

    void save(StateMap& state) const;
    void load(const StateMap& state);

private:
    std::vector<Label> m_before; ///< [R] the last epoch's pseudo-labels
    double m_maskSum = 0;
    std::size_t m_steps = 0;
};

} // namespace assay::learn
