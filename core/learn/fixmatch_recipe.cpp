// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"

#include "core/learn/losses.h"
#include "core/learn/replaced_tensors.h"

namespace assay::learn {
namespace {

constexpr const char *kLastSure = "fixmatch.last-sure", *kAnswers = "fixmatch.answers";
constexpr std::int64_t kAnswerBatches = 128; ///< as ReMixMatch has it
constexpr std::uint32_t kWeak = 1, kStrong = 2, kProbe = 3;

SignalAnnealing annealingOf(const std::string& id) {
    return id == "linear" ? SignalAnnealing::Linear
           : id == "log"  ? SignalAnnealing::Log
           : id == "exp"  ? SignalAnnealing::Exp
                          : SignalAnnealing::None;
}

RandAugmentKind strongKindOf(const std::string& id) {
    return id == "torchvision" ? RandAugmentKind::Torchvision
           : id == "torchssl"  ? RandAugmentKind::TorchSsl
           : id == "mpl"       ? RandAugmentKind::Mpl
                               : RandAugmentKind::FixMatch;
}

} // namespace

std::vector<ParamSpec> fixMatchSettings(double threshold) {
    std::vector<ParamSpec> settings = {
        realSetting("threshold", threshold, 0, 1,
                    "Confidence of the weak view from which its answer is learnt by the strong one (FixMatch, "
                    "FlexMatch: 0.95; UDA: 0.8)"),
        realSetting("unlabelled-weight", 1, 0, 100, "Weight of the unlabelled pictures' loss"),
        choiceSetting("strong-view", "fixmatch", {"fixmatch", "torchvision", "torchssl", "mpl", "ctaugment"},
                      "Whose RandAugment makes the strong view: FixMatch's, torchvision's, TorchSSL's or that of Meta "
                      "Pseudo Labels, or CTAugment, which learns how strong it may be; a cutout follows each",
                      true),
        choiceSetting(
            "alignment", "none", {"none", "labels"},
            "Whether the weak views' answers are held to the labels' shares of the classes before they decide "
            "(ReMixMatch's distribution alignment, which FixMatch's authors add for CIFAR-100)"),
    };
    for (ParamSpec& spec : ctSettings()) settings.push_back(std::move(spec));
    return settings;
}

ParamSpec normsSetting() {
    return choiceSetting("norms", "weak", {"all", "weak"},
                         "Which pictures the batch norms' statistics are of: labelled and weak ones, the strong ones "
                         "passed apart, or all of a step in one pass, as published",
                         true);
}

FixMatchOptions readFixMatchOptions(const ParamValues& settings) {
    FixMatchOptions options;
    options.semi = readSemiOptions(settings);
    options.threshold = realParam(settings, "threshold");
    options.weight = realParam(settings, "unlabelled-weight");
    options.strong = strongKindOf(textParam(settings, "strong-view"));
    options.ctAugment = textParam(settings, "strong-view") == "ctaugment";
    options.ct = readCtOptions(settings);
    if (textParam(settings, "alignment") == "labels") options.alignment = Alignment::Correct;
    if (settings.contains("norms")) options.strongApart = textParam(settings, "norms") == "weak";
    if (settings.contains("temperature")) options.temperature = realParam(settings, "temperature");
    if (settings.contains("signal-annealing")) options.annealing = annealingOf(textParam(settings, "signal-annealing"));
    return options;
}

torch::Tensor consistencyLosses(const torch::Tensor& weakLogits, const torch::Tensor& strongLogits,
                                const torch::Tensor& mask, double temperature) {
    const auto weak = weakLogits.detach();
    const auto losses = temperature > 0 ? softCrossEntropy(strongLogits, torch::softmax(weak / temperature, 1))
                                        : crossEntropy(strongLogits, weak.argmax(1));
    return losses * mask;
}

std::vector<double> flexBetas(const std::vector<std::int64_t>& counts, std::int64_t unused) {
    const auto largest = double(std::max(*std::max_element(counts.begin(), counts.end()), unused));
    std::vector<double> betas;
    for (const std::int64_t count : counts) betas.push_back(largest > 0 ? double(count) / largest : 0);
    return betas;
}

std::vector<double> flexThresholds(const std::vector<std::int64_t>& counts, std::int64_t unused, double threshold) {
    std::vector<double> thresholds = flexBetas(counts, unused);
    for (double& one : thresholds) one = threshold * one / (2 - one);
    return thresholds;
}

double annealedThreshold(SignalAnnealing annealing, double progress, int classes) {
    constexpr double kScale = 5;
    double alpha = 1;
    switch (annealing) {
    case SignalAnnealing::None: return 1;
    case SignalAnnealing::Linear: alpha = progress; break;
    case SignalAnnealing::Log: alpha = 1 - std::exp(-progress * kScale); break;
    case SignalAnnealing::Exp: alpha = std::exp((progress - 1) * kScale); break;
    }
    return alpha * (1 - 1.0 / classes) + 1.0 / classes;
}

Status FixMatchRecipe::start(Run& run) {
    if (m_options.ctAugment && m_options.photometric)
        return fail(ErrorCode::InvalidArgument,
                    "CTAugment moves pictures; with photometric-only choose another strong-view");
    ASSAY_CHECK_STATUS(SemiSupervised::start(run));
    m_record.start(run);
    m_answers.start(run.data.classes, kAnswerBatches, 0);
    m_lastSure.assign(run.data.rows(), kNoLabel);
    m_counts.assign(std::size_t(run.data.classes), 0);
    m_unused = std::int64_t(run.data.trainRows.size());
    return {};
}

std::vector<ViewPlan> FixMatchRecipe::views(const Run& run) const {
    if (m_options.ctAugment) return {{run.common.augment, kWeak}}; // the strong ones are made as the rates are by then
    AugmentOptions strong = strongView(run.common.augment, m_options.strong);
    if (m_options.photometric) {
        strong.photometric = true;
        strong.cutout = 0;
        return {{run.common.augment, kWeak}, {strong, kWeak}};
    }
    return {{run.common.augment, kWeak}, {strong, kStrong}};
}

std::vector<std::uint8_t> FixMatchRecipe::strongPicture(const Run& run, std::uint32_t row) const {
    return m_ctViews.variedPicture(run, row, std::size_t(run.epoch) * run.batches, kStrong, true);
}

std::vector<double> FixMatchRecipe::thresholds() const {
    if (!m_options.classThresholds) return {};
    return flexThresholds(m_counts, m_options.thresholdWarmUp ? m_unused : 0, m_options.threshold);
}

torch::Tensor FixMatchRecipe::decided(const torch::Tensor& weakLogits) {
    const auto logits = weakLogits.detach();
    if (m_options.alignment == Alignment::None) return logits;
    const auto p = torch::softmax(logits, 1);
    m_answers.add(p.mean(0));
    return align(p, labelShares(), m_answers.value(), m_options.alignment).clamp_min(1e-12).log();
}

void FixMatchRecipe::notice(const std::vector<std::uint32_t>& rows, const torch::Tensor& confidence,
                            const torch::Tensor& classes) {
    const auto sure = confidence.to(torch::kCPU).contiguous(), label = classes.to(torch::kCPU).contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (double(sure.data_ptr<float>()[i]) < m_options.threshold) continue;
        Label& last = m_lastSure[rows[i]];
        if (last == kNoLabel) --m_unused;
        else --m_counts[std::size_t(last)];
        last = Label(label.data_ptr<std::int64_t>()[i]);
        ++m_counts[std::size_t(last)];
    }
}

std::vector<torch::Tensor> FixMatchRecipe::answers(Classifier& network, const Batch& labelled,
                                                   const torch::Tensor& weak, const torch::Tensor& strong) const {
    if (!m_options.strongApart) return forwardTogether(network, {labelled.images, weak, strong});
    auto logits = forwardTogether(network, {labelled.images, weak});
    const UntouchedNorms untouched(network);
    logits.push_back(network.forward(strong));
    return logits;
}

torch::Tensor FixMatchRecipe::learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) {
    if (m_options.ctAugment) m_ctViews.probe(run, labelled, kProbe);
    const auto strong =
        m_options.ctAugment ? m_ctViews.varied(run, labelled, unlabelled[0].rows, kStrong, true) : unlabelled[1].images;
    const auto logits = answers(*run.networks[0], labelled, unlabelled[0].images, strong);
    auto losses = crossEntropy(logits[0], labelled.labels);
    torch::Tensor labelledLoss = losses.mean();
    if (m_options.annealing != SignalAnnealing::None) {
        const double held = annealedThreshold(m_options.annealing, progress(run, labelled), run.data.classes);
        const auto kept = (losses.detach() > -std::log(held)).to(torch::kFloat32);
        labelledLoss = (losses * kept).sum() / kept.sum().clamp_min(1);
    }
    const auto weak = decided(logits[1]);
    const auto [confidence, classes] = torch::softmax(weak, 1).max(1);
    torch::Tensor needed = torch::full_like(confidence, m_options.threshold);
    if (m_options.classThresholds) {
        const std::vector<double> each = thresholds();
        needed = torch::tensor(std::vector<float>(each.begin(), each.end())).to(run.device).index_select(0, classes);
        notice(unlabelled[0].rows, confidence, classes);
    }
    const auto mask = (confidence >= needed).to(torch::kFloat32);
    m_record.countStep(mask, choice().maskOf(unlabelled[0].rows, run.device));
    const auto unlabelledLoss =
        m_options.weight * consistencyLosses(weak, logits[2], mask, m_options.temperature).mean();
    auto loss = labelledLoss + unlabelledLoss;
    if (const auto further = furtherLoss(run, unlabelled[0].rows, mask); further.defined()) loss = loss + further;
    run.minimise(0, loss);
    return losses.detach() + unlabelledLoss.detach();
}

PseudoDecision FixMatchRecipe::decisionOf(const Run& run, const EpochOutcome& outcome) const {
    const auto& labelled = choice().labelled();
    if (m_options.alignment == Alignment::None)
        return decideByThreshold(run, outcome, labelled, m_options.threshold, thresholds());
    return decideByThreshold(run, alignedAnswers(run, outcome, labelShares(), m_answers.value(), m_options.alignment),
                             labelled, m_options.threshold, thresholds());
}

Status FixMatchRecipe::record(Run& run, EpochOutcome& outcome) {
    const auto& labelled = choice().labelled();
    const PseudoDecision decision =
        choice().warmingUp(run)
            ? PseudoDecision{std::vector<Label>(run.data.rows(), kNoLabel), m_options.threshold, {}, {}}
            : decisionOf(run, outcome);
    m_record.record(run, outcome, labelled, decision);
    if (!decision.classThresholds.empty()) {
        auto& perClass = outcome.report.perClass;
        perClass["sigma"] = {m_counts.begin(), m_counts.end()};
        perClass["beta"] = flexBetas(m_counts, m_options.thresholdWarmUp ? m_unused : 0);
    }
    if (m_options.ctAugment) outcome.report.scalars["mean-rate"] = m_ctViews.meanRate();
    return {};
}

void FixMatchRecipe::save(StateMap& state) const {
    SemiSupervised::save(state);
    m_record.save(state);
    m_answers.save(state, kAnswers);
    if (m_options.ctAugment) m_ctViews.save(state);
    if (m_options.classThresholds) state[kLastSure] = torch::tensor(m_lastSure, torch::kInt32);
}

Status FixMatchRecipe::load(const StateMap& state) {
    ASSAY_CHECK_STATUS(SemiSupervised::load(state));
    m_record.load(state);
    m_answers.load(state, kAnswers);
    if (m_options.ctAugment) m_ctViews.load(state);
    if (!m_options.classThresholds) return {};
    const auto& sure = state.at(kLastSure);
    m_lastSure.assign(sure.data_ptr<std::int32_t>(), sure.data_ptr<std::int32_t>() + sure.numel());
    for (const Label label : m_lastSure) {
        if (label == kNoLabel) continue;
        ++m_counts[std::size_t(label)];
        --m_unused;
    }
    return {};
}

} // namespace assay::learn
