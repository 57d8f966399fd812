// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/consistency_recipe.h"

#include "core/learn/losses.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"

namespace assay::learn {
namespace {

constexpr const char* kSecondHead = "consistency";

/// A last layer of its own for the answer that is held to the teacher's.
class SecondHead : public FeatureModule {
public:
    SecondHead(std::int64_t features, int classes) {
        m_head = register_module("head", torch::nn::Linear(features, classes));
    }
    torch::Tensor forward(const torch::Tensor& features) override { return m_head->forward(features); }

private:
    torch::nn::Linear m_head{nullptr};
};

class Consistency : public SemiSupervised {
public:
    Consistency(const SemiOptions& semi, ConsistencyOptions options) : SemiSupervised(semi), m_options(options) {}

    void extend(Classifier& network, int classes) const override {
        if (m_options.logitDistance > 0)
            network.addBranch(kSecondHead, std::make_shared<SecondHead>(network.featureCount(), classes));
    }

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override {
        return {{run.common.augment, 1}, {run.common.augment, 2}};
    }

    [[nodiscard]] double decayAt(const Run& run, std::size_t step) const override {
        if (!m_options.teacher) return SemiSupervised::decayAt(run, step);
        const bool ramping = double(step) < m_options.rampShare * double(run.batches) * run.task.config.epochs;
        return meanTeacherDecay(double(step),
                                ramping ? std::min(m_options.rampDecay, options().emaDecay) : options().emaDecay);
    }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        const auto count = labelled.images.size(0);
        const auto &first = unlabelled[0].images, &second = unlabelled[1].images;
        torch::Tensor answer, held, target, distance;
        if (m_options.teacher) {
            {
                const torch::NoGradGuard noGrad;
                const UntouchedNorms averaged(teacher(run)); // its norms' statistics are the average of the network's
                target = torch::softmax(forwardTogether(teacher(run), {labelled.images, second})[1], 1);
            }
            const auto features = network.features(torch::cat({labelled.images, first}));
            const auto logits = network.answer(features);
            auto other = logits;
            if (m_options.logitDistance > 0) {
                other = network.named_children()[kSecondHead]->as<SecondHead>()->forward(features);
                distance = (logits - other).square().mean();
            }
            answer = logits.slice(0, 0, count);
            held = other.slice(0, count);
        } else {
            const auto logits = forwardTogether(network, {labelled.images, first, second});
            answer = logits[0];
            held = logits[1];
            target = torch::softmax(logits[2], 1);
            if (!m_options.bothLearn) target = target.detach();
        }
        const auto losses = crossEntropy(answer, labelled.labels);
        const auto consistency = (torch::softmax(held, 1) - target).square().mean();
        const double weight = weightAt(progress(run, labelled));
        auto loss = losses.mean() + weight * consistency;
        if (distance.defined()) loss = loss + m_options.logitDistance * distance;
        run.minimise(0, loss);
        m_sum += consistency.item<double>();
        ++m_steps;
        return losses.detach() + weight * consistency.detach();
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        auto& scalars = outcome.report.scalars;
        scalars["consistency-weight"] = m_steps > 0 ? weightAt(progressAtEnd(run)) : 0;
        if (m_steps > 0) scalars["consistency-loss"] = m_sum / m_steps;
        m_sum = 0;
        m_steps = 0;
        return {};
    }

private:
    [[nodiscard]] double weightAt(double progress) const {
        return m_options.weight * (m_options.sigmoidRamp ? sigmoidRamp(progress, m_options.rampShare)
                                                         : linearRamp(progress, m_options.rampShare));
    }

    ConsistencyOptions m_options;
    double m_sum = 0; ///< of the epoch's consistency losses
    int m_steps = 0;
};

} // namespace

std::vector<ParamSpec> consistencySettings(const ConsistencyOptions& defaults) {
    return {
        realSetting("consistency-weight", defaults.weight, 0, 10000,
                    "Weight of the mean squared difference of two views' probabilities, over rows and classes"),
        realSetting("ramp-share", defaults.rampShare, 0, 1,
                    "Share of the run in which that weight rises from zero (TorchSSL: 0.4)"),
        choiceSetting("ramp", defaults.sigmoidRamp ? "sigmoid" : "linear", {"linear", "sigmoid"},
                      "How it rises: in a line (TorchSSL) or as exp(-5 (1 - t)^2) (papers)", true),
    };
}

ConsistencyOptions readConsistency(const ParamValues& settings, bool teacher) {
    ConsistencyOptions options;
    options.teacher = teacher;
    options.weight = realParam(settings, "consistency-weight");
    options.rampShare = realParam(settings, "ramp-share");
    options.sigmoidRamp = textParam(settings, "ramp") == "sigmoid";
    if (teacher) {
        options.rampDecay = realParam(settings, "ramp-decay");
        options.logitDistance = realParam(settings, "logit-distance");
    } else {
        options.bothLearn = boolParam(settings, "both-learn");
    }
    return options;
}

std::unique_ptr<Recipe> makeConsistencyRecipe(const SemiOptions& semi, const ConsistencyOptions& options) {
    return std::make_unique<Consistency>(semi, options);
}

} // namespace assay::learn
