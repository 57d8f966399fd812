// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/pseudo_rounds.h"

#include "core/learn/checkpoint.h"
#include "core/learn/networks.h"

namespace assay::learn {
namespace {

constexpr const char *kLabels = "rounds.pseudo-labels", *kAnswers = "rounds.answers",
                     *kConfidence = "rounds.confidence", *kThreshold = "rounds.threshold",
                     *kAgreement = "rounds.agreement";
constexpr std::uint32_t kOrder = 3;

/// Of the rows with a pseudo-label in both rounds, the share whose label is the same; negative where there are none.
double agreementOf(const std::vector<Label>& before, const std::vector<Label>& after) {
    std::size_t both = 0, same = 0;
    for (std::size_t row = 0; row < after.size(); ++row) {
        if (before[row] == kNoLabel || after[row] == kNoLabel) continue;
        ++both;
        same += before[row] == after[row];
    }
    return both == 0 ? -1 : double(same) / double(both);
}

} // namespace

Status PseudoRounds::start(Run& run) {
    ASSAY_CHECK_STATUS(m_choice.start(run));
    m_record.start(run);
    const int epochs = run.task.config.epochs;
    const int before = m_choice.seeksClean() ? run.epochsFromShare(m_options.labelled.warmUpShare) : 0;
    const int left = std::max(0, epochs - before);
    const int onLabels =
        m_options.cleanAreWarm && m_choice.seeksClean() ? 0 : int(std::lround(m_options.firstShare * left));
    if (m_options.rounds == kEveryEpoch) m_options.rounds = std::max(0, left - std::max(1, onLabels));
    if (m_options.rounds > std::max(0, left - 1)) {
        run.observer.note("A run of " + std::to_string(epochs) + " epochs has room for " +
                          std::to_string(std::max(0, left - 1)) + " rounds on pseudo-labels, not for " +
                          std::to_string(m_options.rounds));
        m_options.rounds = std::max(0, left - 1);
    }
    const int first = m_options.rounds == 0 ? left : std::clamp(onLabels, 1, left - m_options.rounds);
    m_ends = {before, before + first};
    for (int round = 1; round <= m_options.rounds; ++round)
        m_ends.push_back(before + first + int(std::lround(double(left - first) * round / m_options.rounds)));
    m_decision = {std::vector<Label>(run.data.rows(), kNoLabel), firstThreshold(), {}, {}};
    return fitToCheckpoint(run);
}

int PseudoRounds::roundOf(int epoch) const {
    return int(std::lower_bound(m_ends.begin(), m_ends.end(), epoch) - m_ends.begin()) - 1;
}

bool PseudoRounds::endsRound(int epoch) const { return std::find(m_ends.begin(), m_ends.end(), epoch) != m_ends.end(); }

double PseudoRounds::inRound(int epoch, double epochs) const {
    const int round = roundOf(epoch);
    const int begin = round < 0 ? 0 : m_ends[std::size_t(round)], end = m_ends[std::size_t(round + 1)];
    return std::clamp((epochs - begin) / double(std::max(1, end - begin)), 0.0, 1.0);
}

std::vector<float> PseudoRounds::unlabelledConfidences(const Run& run, const EpochOutcome& outcome) const {
    std::vector<float> confidences;
    for (const std::uint32_t row : m_choice.unlabelledRows(run))
        confidences.push_back(outcome.evidence.confidence[row]);
    return confidences;
}

std::string PseudoRounds::phase(const Run& run) const { return roundOf(run.epoch) < 1 ? "warm-up" : "training"; }

double PseudoRounds::scheduleProgress(const Run& run, double epochs) const {
    return m_options.fresh ? inRound(run.epoch, epochs) : Recipe::scheduleProgress(run, epochs);
}

BatchPlan PseudoRounds::plan(Run& run) {
    BatchPlan plan = Recipe::plan(run);
    const std::size_t asked = run.common.sampling.steps;
    const std::size_t steps = asked > 0 ? asked : (run.data.trainRows.size() + plan.batchSize - 1) / plan.batchSize;
    auto rows = m_choice.labelledRows(run);
    for (const std::uint32_t row : run.data.trainRows)
        if (m_decision.labels[row] != kNoLabel && !m_choice.labelled()[row]) rows.push_back(row);
    Rounds rounds = shuffledRounds(rows, steps * plan.batchSize, run.seed(), std::uint32_t(run.epoch), kOrder);
    plan.order = std::move(rounds.order);
    plan.passes = std::move(rounds.passes);
    return plan;
}

torch::Tensor PseudoRounds::step(Run& run, const Batch& batch) {
    auto targets = torch::empty({std::int64_t(batch.rows.size())}, torch::kInt64);
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        const std::uint32_t row = batch.rows[i];
        targets.data_ptr<std::int64_t>()[i] = m_choice.labelled()[row] ? run.data.labels[row] : m_decision.labels[row];
    }
    return learn(run, batch, targets.to(run.device));
}

Status PseudoRounds::finishEpoch(Run& run, EpochOutcome& outcome) {
    const int round = roundOf(run.epoch);
    const bool ends = endsRound(run.epoch);
    m_choice.finishEpoch(run, outcome);
    if (ends && round >= 0) {
        const std::vector<Label> before = m_decision.labels;
        ASSAY_TRY(m_decision, decide(run, outcome, round + 1));
        if (m_decision.answers.labels.empty()) m_decision.answers = answersOf(outcome);
        m_agreement = agreementOf(before, m_decision.labels);
    }
    // Until a round ends its pseudo-labels stand, with the answers by which they were taken.
    m_record.record(run, outcome, m_choice.labelled(), m_decision);
    outcome.report.scalars["round"] = std::max(0, round);
    if (m_agreement >= 0) outcome.report.scalars["round-agreement"] = m_agreement;
    ASSAY_CHECK_STATUS(endEpoch(run, ends));
    if (ends && m_options.fresh && run.epoch < m_ends.back()) return renew(run, round + 1);
    return {};
}

Status PseudoRounds::renew(Run& run, int round) const {
    const auto draw = std::uint32_t(round + 1);
    if (m_options.laterNetwork.empty() || round < m_options.laterFrom) return renewNetwork(run, 0, draw);
    // Another network than the run's is always drawn, and learns as a whole.
    ASSAY_TRY(run.networks[0],
              makeNetwork(m_options.laterNetwork, run.data.geometry, run.data.classes, run.seed(), draw));
    run.networks[0]->to(run.device);
    run.networks[0]->train();
    run.optimizers[0] = std::make_unique<Optimizer>(*run.networks[0], run.common.optimizer);
    return {};
}

Status PseudoRounds::fitToCheckpoint(Run& run) const {
    if (!run.task.resume || !m_options.fresh || m_options.laterNetwork.empty()) return {};
    std::vector<std::string> ignored;
    const auto checkpoint = newestCheckpoint(run.task.checkpointFolder, run.task.recorded, ignored);
    if (!checkpoint) return {};
    // It holds what the next epoch begins with.
    const int round = roundOf(std::clamp(checkpoint->epoch + 1, 1, m_ends.back()));
    return round < m_options.laterFrom ? Status() : renew(run, round);
}

void PseudoRounds::save(StateMap& state) const {
    m_choice.save(state);
    m_record.save(state);
    state[kLabels] = torch::tensor(m_decision.labels, torch::kInt32);
    // Before the first decision there are no answers: a checkpoint's tensors are of one shape all the same.
    PseudoAnswers answers = m_decision.answers;
    answers.labels.resize(m_decision.labels.size(), kNoLabel);
    answers.confidence.resize(m_decision.labels.size(), 0);
    state[kAnswers] = torch::tensor(answers.labels, torch::kInt32);
    state[kConfidence] = torch::tensor(answers.confidence, torch::kFloat32);
    state[kThreshold] = torch::tensor({m_decision.threshold}, torch::kFloat64);
    state[kAgreement] = torch::tensor({m_agreement}, torch::kFloat64);
}

Status PseudoRounds::load(const StateMap& state) {
    m_choice.load(state);
    m_record.load(state);
    const auto& labels = state.at(kLabels);
    m_decision.labels.assign(labels.data_ptr<std::int32_t>(), labels.data_ptr<std::int32_t>() + labels.numel());
    const auto &answers = state.at(kAnswers), &confidence = state.at(kConfidence);
    m_decision.answers.labels.assign(answers.data_ptr<std::int32_t>(),
                                     answers.data_ptr<std::int32_t>() + answers.numel());
    m_decision.answers.confidence.assign(confidence.data_ptr<float>(),
                                         confidence.data_ptr<float>() + confidence.numel());
    const bool decided = std::any_of(m_decision.answers.labels.begin(), m_decision.answers.labels.end(),
                                     [](Label label) { return label != kNoLabel; });
    if (!decided) m_decision.answers = {};
    m_decision.threshold = state.at(kThreshold).item<double>();
    if (const auto found = state.find(kAgreement); found != state.end()) m_agreement = found->second.item<double>();
    return {};
}

} // namespace assay::learn
