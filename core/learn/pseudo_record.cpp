// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/pseudo_record.h"

#include "core/base/text.h"
#include "core/learn/co_divide.h"
#include "core/stats/pseudo_labels.h"

namespace assay::learn {
namespace {

constexpr const char* kBefore = "semi.pseudo-labels";

/// Of the answers of all networks together, for one row, in nats.
double entropyOf(const EpochOutcome& outcome, std::size_t row, std::vector<float>& mean, std::vector<float>& one) {
    std::fill(mean.begin(), mean.end(), 0.0F);
    for (const Answers& answers : outcome.answers) {
        softmaxOf(answers.row(row), one);
        for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += one[k] / float(outcome.answers.size());
    }
    double entropy = 0;
    for (const float p : mean)
        if (p > 0) entropy -= double(p) * std::log(double(p));
    return entropy;
}

/// Right ones among those of known truth.
struct Correctness {
    double known = 0, right = 0;
    void add(const RunData& data, std::uint32_t row, Label label) {
        if (!data.truthKnown() || data.truth[row] == kNoLabel) return;
        ++known;
        right += data.truth[row] == label;
    }
};

} // namespace

PseudoAnswers answersOf(const EpochOutcome& outcome) {
    return {outcome.evidence.prediction, outcome.evidence.confidence};
}

PseudoAnswers alignedAnswers(const Run& run, const EpochOutcome& outcome, const torch::Tensor& labelShares,
                             const torch::Tensor& meanAnswer, Alignment alignment, double sharpening) {
    const auto logits = torch::from_blob(const_cast<float*>(outcome.answers[0].logits.data()),
                                         {std::int64_t(run.data.rows()), run.data.classes}, torch::kFloat32);
    auto p = align(torch::softmax(logits, 1), labelShares, meanAnswer, alignment);
    if (sharpening != 1) p = sharpen(p, sharpening);
    const auto [sure, best] = p.max(1);
    const auto label = best.to(torch::kInt32).contiguous();
    PseudoAnswers answers;
    answers.labels.assign(label.data_ptr<std::int32_t>(), label.data_ptr<std::int32_t>() + label.numel());
    answers.confidence.assign(sure.data_ptr<float>(), sure.data_ptr<float>() + sure.numel());
    return answers;
}

PseudoDecision decideByThreshold(const Run& run, PseudoAnswers answers, const std::vector<std::uint8_t>& labelled,
                                 double threshold, std::vector<double> classThresholds) {
    PseudoDecision decision{std::vector<Label>(run.data.rows(), kNoLabel), threshold, std::move(classThresholds),
                            std::move(answers)};
    for (const std::uint32_t row : run.data.trainRows) {
        if (labelled[row]) continue;
        const Label label = decision.answers.labels[row];
        const double needed =
            decision.classThresholds.empty() ? threshold : decision.classThresholds[std::size_t(label)];
        if (double(decision.answers.confidence[row]) >= needed) decision.labels[row] = label;
    }
    return decision;
}

PseudoDecision decideByThreshold(const Run& run, const EpochOutcome& outcome, const std::vector<std::uint8_t>& labelled,
                                 double threshold, std::vector<double> classThresholds) {
    return decideByThreshold(run, answersOf(outcome), labelled, threshold, std::move(classThresholds));
}

void PseudoRecord::countStep(const torch::Tensor& mask, const torch::Tensor& labelled) {
    const auto unlabelled = 1 - labelled;
    const double rows = unlabelled.sum().item<double>();
    if (rows == 0) return;
    m_maskSum += (mask * unlabelled).sum().item<double>() / rows;
    ++m_steps;
}

void PseudoRecord::record(const Run& run, EpochOutcome& outcome, const std::vector<std::uint8_t>& labelled,
                          const PseudoDecision& decision) {
    const RunData& data = run.data;
    const auto classes = std::size_t(data.classes);
    std::vector<double> accepted(classes, 0), right(classes, 0), share(classes, 0);
    std::vector<float> mean(classes), one(classes);
    const PseudoAnswers own = decision.answers.labels.empty() ? answersOf(outcome) : PseudoAnswers{};
    const PseudoAnswers& answers = decision.answers.labels.empty() ? own : decision.answers;
    double count = 0, unlabelled = 0, changed = 0, ofEither = 0, entropy = 0;
    Correctness ofAccepted, ofRejected;
    for (const std::uint32_t row : data.trainRows) {
        if (labelled[row]) continue;
        ++unlabelled;
        entropy += entropyOf(outcome, row, mean, one);
        const Label label = decision.labels[row];
        changed += label != m_before[row];
        ofEither += label != kNoLabel || m_before[row] != kNoLabel;
        if (label == kNoLabel) {
            ofRejected.add(data, row, answers.labels[row]);
            continue;
        }
        ++count;
        ++accepted[std::size_t(label)];
        if (data.truthKnown()) right[std::size_t(label)] += data.truth[row] == label;
        ofAccepted.add(data, row, label);
    }
    auto& scalars = outcome.report.scalars;
    scalars["accepted"] = count;
    scalars["acceptance"] = unlabelled > 0 ? count / unlabelled : 0;
    scalars["pseudo-changed"] = ofEither > 0 ? changed / ofEither : 0;
    scalars["pseudo-entropy"] = unlabelled > 0 ? entropy / unlabelled : 0;
    scalars["threshold"] = decision.threshold;
    if (m_steps > 0) scalars["mask-rate"] = m_maskSum / double(m_steps);
    if (ofAccepted.known > 0) scalars["accepted-correctness"] = ofAccepted.right / ofAccepted.known;
    if (ofRejected.known > 0) scalars["rejected-correctness"] = ofRejected.right / ofRejected.known;
    for (std::size_t k = 0; k < classes; ++k) share[k] = count > 0 ? accepted[k] / count : 0;
    auto& perClass = outcome.report.perClass;
    perClass["takes-over"] = takenOver(run, labelled, accepted);
    perClass["accepted"] = std::move(accepted);
    perClass["pseudo-share"] = std::move(share);
    if (data.truthKnown()) perClass["accepted-correct"] = std::move(right);
    if (!decision.classThresholds.empty()) perClass["threshold"] = decision.classThresholds;
    auto& columns = outcome.evidence.columns;
    columns["labelled"] = std::vector<float>(labelled.begin(), labelled.end());
    columns["pseudo-label"] = std::vector<float>(decision.labels.begin(), decision.labels.end());
    columns["pseudo-answer"] = std::vector<float>(answers.labels.begin(), answers.labels.end());
    columns["pseudo-confidence"] = answers.confidence;
    m_before = decision.labels;
    m_maskSum = 0;
    m_steps = 0;
}

std::vector<double> PseudoRecord::takenOver(const Run& run, const std::vector<std::uint8_t>& labelled,
                                            const std::vector<double>& accepted) {
    constexpr std::size_t kMostNamed = 3;
    std::vector<double> expected(accepted.size(), 0), taken = expected;
    double all = 0, given = 0;
    for (const std::uint32_t row : run.data.trainRows) {
        if (!labelled[row] || run.data.labels[row] == kNoLabel) continue;
        ++expected[std::size_t(run.data.labels[row])];
        ++given;
    }
    for (const double count : accepted) all += count;
    for (double& part : expected) part = given > 0 ? part / given : 1.0 / double(expected.size());
    const std::vector<std::size_t> flooded = stats::classDrift(accepted, expected).flooded;
    std::string listed;
    std::size_t fresh = 0;
    const auto percent = [](double share) { return std::to_string(std::lround(100 * share)) + " %"; };
    for (const std::size_t k : flooded) {
        taken[k] = 1;
        if (!m_named.insert(k).second || ++fresh > kMostNamed) continue;
        listed += (fresh == 1 ? "" : ", ") + escapeForDisplay(run.task.dataset->classNames[k]) + " (" +
                  percent(accepted[k] / all) + " of the pseudo-labels, " + percent(expected[k]) + " of the labels)";
    }
    if (fresh > kMostNamed) listed += ", " + std::to_string(fresh - kMostNamed) + " more";
    if (fresh > 0)
        run.observer.note((fresh == 1 ? "A class takes over in epoch " : "Classes take over in epoch ") +
                          std::to_string(run.epoch) + ": " + listed +
                          "; the method may be learning its own mistakes (confirmation bias)");
    return taken;
}

void PseudoRecord::save(StateMap& state) const { state[kBefore] = torch::tensor(m_before, torch::kInt32); }

void PseudoRecord::load(const StateMap& state) {
    const auto& before = state.at(kBefore);
    m_before.assign(before.data_ptr<std::int32_t>(), before.data_ptr<std::int32_t>() + before.numel());
}

} // namespace assay::learn
