// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/semi_supervised.h"

#include "core/learn/losses.h"

namespace assay::learn {
namespace {

constexpr const char* kEma = "semi.ema.";
constexpr std::uint32_t kLabelledOrder = 1, kUnlabelledOrder = 2;
constexpr std::uint32_t kOrders = 16; ///< orders of one round
constexpr std::uint32_t kMostPasses = 127;

} // namespace

CommonDefaults semiCommonDefaults() {
    CommonDefaults defaults;
    defaults.batchSize = 32;
    defaults.optimizer = "adam";
    defaults.learningRate = 2e-3;
    defaults.weightDecay = 5e-4;
    defaults.decay = "kernels";
    defaults.nesterov = true;
    defaults.schedule = "cosine-7-16";
    defaults.augmentation = "flip-crop";
    defaults.reflectPadding = true;
    return defaults;
}

std::vector<ParamSpec> semiSettings(const SemiDefaults& defaults) {
    std::vector<ParamSpec> settings = labelledSettings();
    settings.push_back(
        integerSetting("unlabelled-ratio", defaults.ratio, 1, 64,
                       "Unlabelled pictures in a step for each labelled one of the batch (FixMatch: 7)"));
    settings.push_back(realSetting("ema-decay", defaults.emaDecay, 0, 0.99999,
                                   "Memory of the moving average of the weights that answers; 0: none", true));
    return settings;
}

SemiOptions readSemiOptions(const ParamValues& settings) {
    SemiOptions options;
    options.labelled = readLabelledOptions(settings);
    options.ratio = std::size_t(intParam(settings, "unlabelled-ratio"));
    options.emaDecay = realParam(settings, "ema-decay");
    return options;
}

Rounds shuffledRounds(const std::vector<std::uint32_t>& rows, std::size_t count, std::uint64_t seed,
                      std::uint32_t epoch, std::uint32_t which) {
    Rounds rounds;
    if (rows.empty()) return rounds;
    rounds.order.reserve(count);
    rounds.passes.reserve(count);
    for (std::uint32_t round = 0; rounds.order.size() < count; ++round) {
        const auto next = shuffled(rows, seed, epoch, which + kOrders * round);
        const std::size_t take = std::min(next.size(), count - rounds.order.size());
        rounds.order.insert(rounds.order.end(), next.begin(), next.begin() + std::ptrdiff_t(take));
        rounds.passes.insert(rounds.passes.end(), take, round & kMostPasses);
    }
    return rounds;
}

std::vector<torch::Tensor> forwardTogether(Classifier& network, const std::vector<torch::Tensor>& images) {
    std::vector<std::int64_t> sizes;
    for (const auto& one : images) sizes.push_back(one.size(0));
    return network.forward(torch::cat(images)).split_with_sizes(sizes);
}

double emaDecayAt(double decay, std::size_t step) {
    return std::min(decay, (1.0 + double(step)) / (10.0 + double(step)));
}

Status SemiSupervised::start(Run& run) {
    if (run.common.sampling.classBalanced)
        return fail(ErrorCode::InvalidArgument,
                    "unlabelled samples cannot be drawn by class; labelled per-class chooses as many of each",
                    "sampling");
    ASSAY_CHECK_STATUS(m_choice.start(run));
    return m_ema.start(run, 0);
}

std::string SemiSupervised::phase(const Run& run) const { return m_choice.warmingUp(run) ? "warm-up" : "training"; }

BatchPlan SemiSupervised::roundsOf(const Run& run, const std::vector<std::uint32_t>& rows, std::size_t steps,
                                   std::size_t size, std::uint32_t which) {
    Rounds rounds = shuffledRounds(rows, steps * size, run.seed(), std::uint32_t(run.epoch), which);
    BatchPlan plan;
    plan.order = std::move(rounds.order);
    plan.passes = std::move(rounds.passes);
    plan.batchSize = size;
    plan.augment = run.common.augment;
    plan.seed = run.seed();
    plan.epoch = std::uint32_t(run.epoch);
    return plan;
}

std::size_t SemiSupervised::stepsOfEpoch(const Run& run) const {
    const std::size_t asked = run.common.sampling.steps, unlabelled = run.common.batchSize * m_options.ratio;
    return asked > 0 ? asked : (run.data.trainRows.size() + unlabelled - 1) / unlabelled;
}

BatchPlan SemiSupervised::plan(Run& run) {
    const std::size_t labelled = run.common.batchSize, unlabelled = labelled * m_options.ratio;
    const std::size_t steps = stepsOfEpoch(run);
    m_loaders.clear();
    const auto rows = m_choice.labelledRows(run);
    m_labelShares = classShares(run.data, rows);
    // A warm-up spends as many steps, each on as many labels as others have unlabelled pictures.
    if (m_choice.warmingUp(run)) return roundsOf(run, rows, steps, unlabelled, kLabelledOrder);
    openLoaders(run, steps);
    return roundsOf(run, rows, steps, labelled, kLabelledOrder);
}

void SemiSupervised::openLoaders(Run& run, std::size_t steps) {
    BatchPlan plan = roundsOf(run, run.data.trainRows, steps, run.common.batchSize * m_options.ratio, kUnlabelledOrder);
    for (const ViewPlan& view : views(run)) {
        plan.augment = view.augment;
        fitToPicture(plan.augment, run.data.geometry);
        plan.view = view.view;
        m_loaders.push_back(std::make_unique<BatchLoader>(run.data, plan, run.device, run.task.config.loaders));
    }
}

torch::Tensor SemiSupervised::step(Run& run, const Batch& batch) {
    torch::Tensor losses;
    if (m_choice.warmingUp(run)) {
        for (std::size_t network = run.networks.size(); network-- > 0;) {
            const auto each = crossEntropy(run.networks[network]->forward(batch.images), batch.labels);
            run.minimise(network, each.mean());
            losses = each.detach();
        }
    } else {
        std::vector<Batch> unlabelled;
        for (const auto& loader : m_loaders) {
            auto next = loader->next();
            if (!next) throw std::logic_error("the unlabelled pictures ended before the labelled ones");
            unlabelled.push_back(std::move(*next));
        }
        losses = learn(run, batch, unlabelled);
    }
    if (m_options.emaDecay > 0) m_ema.update(*run.networks[0], decayAt(run, run.stepsBefore(batch)));
    return losses;
}

double SemiSupervised::decayAt(const Run& run, std::size_t step) const {
    (void)run;
    return emaDecayAt(m_options.emaDecay, step);
}

Classifier& SemiSupervised::teacher(Run& run) { return m_options.emaDecay > 0 ? m_ema.network() : *run.networks[0]; }

std::vector<Classifier*> SemiSupervised::answering(Run& run) { return {&teacher(run)}; }

double SemiSupervised::progress(const Run& run, const Batch& batch) const {
    return shareBehind(run.epoch - 1 + double(batch.number) / double(run.batches), run.task.config.epochs);
}

double SemiSupervised::shareBehind(double epochs, int last) const {
    const int warmUp = m_choice.warmUpEpochs();
    return std::clamp((epochs - warmUp) / double(std::max(1, last - warmUp)), 0.0, 1.0);
}

Status SemiSupervised::finishEpoch(Run& run, EpochOutcome& outcome) {
    m_loaders.clear();
    outcome.evidence.columns["labelled"] = std::vector<float>(m_choice.labelled().begin(), m_choice.labelled().end());
    ASSAY_CHECK_STATUS(record(run, outcome));
    m_choice.finishEpoch(run, outcome);
    return {};
}

void SemiSupervised::save(StateMap& state) const {
    m_choice.save(state);
    m_ema.save(state, kEma);
}

Status SemiSupervised::load(const StateMap& state) {
    m_choice.load(state);
    m_ema.load(state, kEma);
    return {};
}

} // namespace assay::learn
