// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/believed_targets.h"
#include "core/learn/ema.h"
#include "core/learn/losses.h"
#include "core/learn/mixup.h"
#include "core/learn/sample_table.h"
#include "core/learn/two_networks.h"

namespace assay {
namespace {

using namespace learn;

struct ElrPlusOptions {
    double beta = 0.7;
    double lambda = 3;
    double mixupAlpha = 1;
    double emaDecay = 0.997;
    std::int64_t emaRampSteps = 0; ///< 0: by share
    double emaRampShare = 0.5;
    double lambdaRampShare = 0; ///< of the run
    bool refineLabels = false;  ///< mixed labels times targets, as for CIFAR-100
};

class ElrPlus : public Recipe {
public:
    explicit ElrPlus(ElrPlusOptions options) : m_options(options) {}

    [[nodiscard]] std::size_t networkCount() const override { return 2; }
    [[nodiscard]] bool addsLogits() const override { return true; }

    Status start(Run& run) override {
        for (std::size_t n = 0; n < 2; ++n) {
            m_targets[n].reset(run.data.rows(), run.data.classes, 0, run.device);
            ASSAY_CHECK_STATUS(m_followers[n].start(run, n));
        }
        return {};
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const auto first = stepOne(run, batch, 0), second = stepOne(run, batch, 1);
        return (first + second) / 2;
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        recordTwoNetworks(run, outcome);
        recordBelieved(run, (m_targets[0].all() + m_targets[1].all()) / 2, outcome);
        return {};
    }

    void save(StateMap& state) const override {
        for (std::size_t n = 0; n < 2; ++n) {
            m_targets[n].save(state, "elr-plus.targets" + std::to_string(n));
            m_followers[n].save(state, "elr-plus.follower" + std::to_string(n) + ".");
        }
    }
    Status load(const StateMap& state) override {
        for (std::size_t n = 0; n < 2; ++n) {
            m_targets[n].load(state, "elr-plus.targets" + std::to_string(n));
            m_followers[n].load(state, "elr-plus.follower" + std::to_string(n) + ".");
        }
        return {};
    }

private:
    torch::Tensor stepOne(Run& run, const Batch& batch, std::size_t n) {
        const auto classes = std::int64_t(run.data.classes);
        // Two draws a batch: one for each network.
        Mixup mix{1, torch::arange(std::int64_t(batch.rows.size()), batch.labels.options())};
        if (m_options.mixupAlpha > 0)
            mix = drawMixMatch(run, batch.rows.size(), 2 * batch.number + n, m_options.mixupAlpha);
        auto targets = m_targets[n].at(batch.rows);
        {
            const torch::NoGradGuard noGrad;
            const auto p = elrProbabilities(m_followers[1 - n].network().forward(batch.images));
            targets = elrTargets(targets, p, m_options.beta);
        }
        m_targets[n].set(batch.rows, targets);
        const auto mixedTargets = mix.mixed(targets);
        auto labels = mix.mixed(torch::one_hot(batch.labels, classes).to(torch::kFloat32));
        if (m_options.refineLabels) {
            const auto product = labels * mixedTargets, sum = product.sum(1, true);
            labels = torch::where(sum > 1e-12, product / sum.clamp_min(1e-12), labels);
        }
        const auto logits = run.networks[n]->forward(mix.images(batch.images));
        const double ramp = sigmoidRamp(double(run.stepsBefore(batch)),
                                        m_options.lambdaRampShare * double(run.batches) * run.task.config.epochs);
        const auto losses = softCrossEntropy(logits, labels) +
                            m_options.lambda * ramp * elrRegulariser(elrProbabilities(logits), mixedTargets);
        run.minimise(n, losses.mean());
        m_followers[n].update(*run.networks[n],
                              m_options.emaDecay * sigmoidRamp(double(run.stepsBefore(batch)), emaRamp(run)));
        return losses.detach();
    }

    [[nodiscard]] double emaRamp(const Run& run) const {
        if (m_options.emaRampSteps > 0) return double(m_options.emaRampSteps);
        return m_options.emaRampShare * double(run.batches) * run.task.config.epochs;
    }

    ElrPlusOptions m_options;
    std::array<SampleTable, 2> m_targets; ///< [R, K] of each network, by the other one's follower
    std::array<EmaCopy, 2> m_followers;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    ElrPlusOptions options;
    options.beta = realParam(settings, "target-memory");
    options.lambda = realParam(settings, "lambda");
    options.mixupAlpha = realParam(settings, "mixup-alpha");
    options.emaDecay = realParam(settings, "ema-decay");
    options.emaRampSteps = intParam(settings, "ema-ramp-steps");
    options.emaRampShare = realParam(settings, "ema-ramp-share");
    options.lambdaRampShare = realParam(settings, "lambda-ramp-share");
    options.refineLabels = boolParam(settings, "refine-labels");
    return std::make_unique<ElrPlus>(options);
}

} // namespace

void registerElrPlus(Registry& registry) {
    Description description;
    description.id = "elr-plus";
    description.title = "ELR+";
    description.help = "ELR with two networks, each held to what an averaged copy of the other believes, and mixup "
                       "(paper: two PreActResNet-18, 200 to 250 epochs, rate 0.02)";
    description.citation = "Liu et al., NeurIPS 2020, arXiv:2007.00151";
    description.params = {
        realSetting("lambda", 3, 0, 100, "Weight of the regulariser (CIFAR-10: 3, asymmetric noise: 1, CIFAR-100: 7)"),
        realSetting(
            "target-memory", 0.7, 0, 0.999,
            "Beta: share of a target that stays at each visit (CIFAR-10: 0.7, asymmetric noise and CIFAR-100: 0.9)"),
        realSetting("mixup-alpha", 1, 0, 128, "Mixes pairs with a weight from Beta(alpha, alpha); 0: off (paper: 1)"),
        realSetting("ema-decay", 0.997, 0, 0.99999,
                    "Share of the averaged copy that stays at each step, after its ramp", true),
        integerSetting("ema-ramp-steps", 0, 0, 1e9, "Steps until then; 0: by ema-ramp-share (paper: 40000)", true,
                       "steps"),
        realSetting("ema-ramp-share", 0.5, 0, 1, "The same as a share of the run", true),
        realSetting("lambda-ramp-share", 0, 0, 1,
                    "Share of the run over which the regulariser comes in (paper: 0, CIFAR-100: 40000 steps)", true),
        boolSetting("refine-labels", false, "Multiplies labels by what the copy believes (paper: for CIFAR-100 only)",
                    true),
    };
    CommonDefaults defaults;
    defaults.learningRate = 0.02;
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
