// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/distribution_alignment.h"
#include "core/learn/recipe.h"

#include <set>

namespace assay::learn {

/// Each row's class and how sure it is [R]: what a threshold is compared with.
struct PseudoAnswers {
    std::vector<Label> labels;
    std::vector<float> confidence;
};
/// Those of the network at the end of an epoch.
[[nodiscard]] PseudoAnswers answersOf(const EpochOutcome& outcome);
/// The same, made as frequent as the labels are: aligned by the classes' shares [K] of the labels and of the mean
/// answer, then sharpened by this temperature.
[[nodiscard]] PseudoAnswers alignedAnswers(const Run& run, const EpochOutcome& outcome,
                                           const torch::Tensor& labelShares, const torch::Tensor& meanAnswer,
                                           Alignment alignment, double sharpening = 1);

/// Which pseudo-labels an epoch came to.
struct PseudoDecision {
    std::vector<Label> labels;             ///< [R] accepted, kNoLabel where there is none
    double threshold = 0;                  ///< in force
    std::vector<double> classThresholds{}; ///< [K], or empty where there is one for all
    PseudoAnswers answers{};               ///< that were decided on; empty: the network's
};

/// Accepts of every unlabelled training row its answer, where its confidence reaches the threshold.
[[nodiscard]] PseudoDecision decideByThreshold(const Run& run, PseudoAnswers answers,
                                               const std::vector<std::uint8_t>& labelled, double threshold,
                                               std::vector<double> classThresholds = {});
/// The same of the network's answers at the end of an epoch.
[[nodiscard]] PseudoDecision decideByThreshold(const Run& run, const EpochOutcome& outcome,
                                               const std::vector<std::uint8_t>& labelled, double threshold,
                                               std::vector<double> classThresholds = {});

/// The record of every method that makes pseudo-labels:
/// columns "labelled" (0 or 1), "pseudo-label" (−1: none), "pseudo-answer" and "pseudo-confidence" (the likeliest class
/// of the answer that was decided on, taken or not, and its probability); scalars "accepted", "acceptance" (of the
/// unlabelled training rows), "pseudo-changed" (share of the rows with a pseudo-label now or in the epoch before that
/// have another one or none there: new, other and withdrawn ones), "pseudo-entropy" (mean entropy of the answers for
/// unlabelled rows, in nats), "threshold", and where truth is known "accepted-correctness" and "rejected-correctness";
/// per class "accepted", "pseudo-share" (of all pseudo-labels), "takes-over" (1 where stats::classDrift() says so),
/// "threshold" where each class has its own and, where truth is known, "accepted-correct".
class PseudoRecord {
public:
    /// No epoch before the first one.
    void start(const Run& run) { m_before.assign(run.data.rows(), kNoLabel); }
    void record(const Run& run, EpochOutcome& outcome, const std::vector<std::uint8_t>& labelled,
                const PseudoDecision& decision);
    /// Share of a step's unlabelled pictures that were learnt; its mean becomes "mask-rate". `mask` [B]: 1 where one
    /// was; `labelled` [B]: 1 where the picture is among the labelled ones, too, and says nothing.
    void countStep(const torch::Tensor& mask, const torch::Tensor& labelled);

    void save(StateMap& state) const;
    void load(const StateMap& state);

private:
    /// Which classes have more pseudo-labels than their part [K] of the labels that count (confirmation bias): said
    /// once of each.
    [[nodiscard]] std::vector<double> takenOver(const Run& run, const std::vector<std::uint8_t>& labelled,
                                                const std::vector<double>& accepted);

    std::vector<Label> m_before;   ///< [R] the last epoch's pseudo-labels
    std::set<std::size_t> m_named; ///< classes that have been said to take over
    double m_maskSum = 0;
    std::size_t m_steps = 0;
};

} // namespace assay::learn
