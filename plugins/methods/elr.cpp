// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/believed_targets.h"
#include "core/learn/losses.h"
#include "core/learn/recipe.h"
#include "core/learn/sample_table.h"

namespace assay {
namespace {

using namespace learn;

constexpr const char* kTargets = "elr.targets";

struct ElrOptions {
    double beta = 0.7;
    double lambda = 3;
};

class Elr : public Recipe {
public:
    explicit Elr(ElrOptions options) : m_options(options) {}

    Status start(Run& run) override {
        m_targets.reset(run.data.rows(), run.data.classes, 0, run.device);
        return {};
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const auto logits = run.networks[0]->forward(batch.images);
        const auto p = elrProbabilities(logits);
        const auto targets = elrTargets(m_targets.at(batch.rows), p, m_options.beta);
        m_targets.set(batch.rows, targets);
        const auto losses = crossEntropy(logits, batch.labels) + m_options.lambda * elrRegulariser(p, targets);
        run.minimise(0, losses.mean());
        return losses.detach();
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        recordBelieved(run, m_targets.all(), outcome);
        return {};
    }

    void save(StateMap& state) const override { m_targets.save(state, kTargets); }
    Status load(const StateMap& state) override {
        m_targets.load(state, kTargets);
        return {};
    }

private:
    ElrOptions m_options;
    SampleTable m_targets; ///< [R, K] t: a moving average of the network's answers
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    return std::make_unique<Elr>(ElrOptions{realParam(settings, "target-memory"), realParam(settings, "lambda")});
}

} // namespace

void registerElr(Registry& registry) {
    Description description;
    description.id = "elr";
    description.title = "ELR";
    description.help =
        "Early-learning regularisation: holds the network to what it believed early, before it learns wrong labels "
        "by heart (paper: ResNet-34, 120 to 150 epochs, rate 0.02, weight decay 1e-3)";
    description.citation = "Liu et al., NeurIPS 2020, arXiv:2007.00151";
    description.params = {
        realSetting("lambda", 3, 0, 100, "Weight of the regulariser (CIFAR-10: 3, asymmetric noise: 1, CIFAR-100: 7)"),
        realSetting(
            "target-memory", 0.7, 0, 0.999,
            "Beta: share of a target that stays at each visit (CIFAR-10: 0.7, asymmetric noise and CIFAR-100: 0.9)"),
    };
    CommonDefaults defaults;
    defaults.learningRate = 0.02;
    defaults.weightDecay = 1e-3;
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
