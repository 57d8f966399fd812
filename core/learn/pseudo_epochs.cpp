// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/pseudo_epochs.h"

#include "core/learn/losses.h"
#include "core/learn/ramps.h"
#include "core/stats/ranking.h"

#include <tuple>

namespace assay::learn {

RoundOptions PseudoEpochs::roundsOf(const LabelledOptions& labelled, double firstShare, bool cleanAreWarm) {
    RoundOptions rounds;
    rounds.labelled = labelled;
    rounds.fresh = false;
    rounds.rounds = kEveryEpoch;
    rounds.firstShare = firstShare;
    rounds.cleanAreWarm = cleanAreWarm;
    return rounds;
}

torch::Tensor PseudoEpochs::learn(Run& run, const Batch& batch, const torch::Tensor& targets) {
    const auto losses = crossEntropy(run.networks[0]->forward(batch.images), targets);
    const double since = std::max(0, roundOf(run.epoch));
    const double weight = m_options.weight * linearRamp(since / run.task.config.epochs, m_options.rampShare);
    const auto labelled = choice().maskOf(batch.rows, run.device);
    run.minimise(0, (losses * (labelled + weight * (1 - labelled))).mean());
    return losses.detach();
}

double PseudoEpochs::firstThreshold() const { return m_options.curriculumStep > 0 ? 1 : m_options.threshold; }

double PseudoEpochs::thresholdOf(Run& run, const EpochOutcome& outcome, int nextRound) const {
    if (m_options.curriculumStep <= 0) return m_options.threshold;
    std::vector<float> scores = unlabelledConfidences(run, outcome);
    if (scores.empty()) return 1;
    const double steps = std::ceil(1 / m_options.curriculumStep - 1e-9);
    const int round = int((nextRound - 1) * steps / std::max(1, rounds())) + 1;
    return stats::quantile(std::move(scores), 1 - curriculumShare(round, m_options.curriculumStep));
}

void PseudoEpochs::capClasses(const Run& run, const EpochOutcome& outcome, std::vector<Label>& labels) const {
    std::vector<std::tuple<bool, float, std::uint32_t>> order;
    for (const std::uint32_t row : choice().unlabelledRows(run))
        if (labels[row] != kNoLabel)
            order.emplace_back(!m_options.accumulate || accepted()[row] == kNoLabel, -outcome.evidence.confidence[row],
                               row);
    std::sort(order.begin(), order.end());
    std::vector<std::int64_t> taken(std::size_t(run.data.classes), 0);
    for (const auto& [isNew, doubt, row] : order)
        if (++taken[std::size_t(labels[row])] > m_options.cap) labels[row] = kNoLabel;
}

Result<PseudoDecision> PseudoEpochs::decide(Run& run, const EpochOutcome& outcome, int nextRound) {
    PseudoDecision decision =
        decideByThreshold(run, outcome, choice().labelled(), thresholdOf(run, outcome, nextRound));
    if (m_options.accumulate)
        for (const std::uint32_t row : choice().unlabelledRows(run))
            if (accepted()[row] != kNoLabel) decision.labels[row] = accepted()[row];
    if (m_options.cap > 0) capClasses(run, outcome, decision.labels);
    return decision;
}

} // namespace assay::learn
