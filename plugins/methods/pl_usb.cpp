// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/pseudo_steps.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"

namespace assay {
namespace {

using namespace learn;

struct UsbOptions {
    double threshold = 0.95, weight = 1, rampShare = 0.4;
};

class PlUsb : public PseudoSteps {
public:
    PlUsb(const SemiOptions& semi, UsbOptions options) : PseudoSteps(semi), m_options(options) {}

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override { return {{run.common.augment, 1}}; }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        Classifier& network = *run.networks[0];
        const auto losses = crossEntropy(network.forward(labelled.images), labelled.labels);
        torch::Tensor logits;
        {
            const UntouchedNorms ofLabelled(network);
            logits = network.forward(unlabelled[0].images);
        }
        const auto [confidence, label] = torch::softmax(logits.detach(), 1).max(1);
        const auto mask = (confidence >= m_options.threshold).to(torch::kFloat32);
        const auto pseudo = (mask * crossEntropy(logits, label)).mean();
        const double weight = m_options.weight * linearRamp(progress(run, labelled), m_options.rampShare);
        run.minimise(0, losses.mean() + weight * pseudo);
        pseudoRecord().countStep(mask, choice().maskOf(unlabelled[0].rows, run.device));
        return losses.detach() + weight * pseudo.detach();
    }

    [[nodiscard]] std::optional<double> threshold(const Run& run) const override {
        (void)run;
        return m_options.threshold;
    }

private:
    UsbOptions m_options;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    UsbOptions options;
    options.threshold = realParam(settings, "threshold");
    options.weight = realParam(settings, "pseudo-weight");
    options.rampShare = realParam(settings, "ramp-share");
    return std::make_unique<PlUsb>(readSemiOptions(settings), options);
}

} // namespace

void registerPlUsb(Registry& registry) {
    Description description;
    description.id = "pl-usb";
    description.title = "Pseudo-label, thresholded";
    description.help =
        "Learns few labels, and of the other pictures the sure answers on the very view that was answered "
        "(USB, TorchSSL: threshold 0.95, ramp 0.4, batches of 64 and 64, 2^20 steps, WideResNet-28-2)";
    description.citation = "Lee, ICML Workshop 2013; as in Zhang et al., NeurIPS 2021, arXiv:2110.08263 (TorchSSL)";
    description.params = {
        realSetting("threshold", 0.95, 0, 1, "Confidence from which an answer becomes a pseudo-label (usual: 0.95)"),
        realSetting("pseudo-weight", 1, 0, 100, "Weight of pseudo-labels once it has risen (usual: 1)", true),
        realSetting("ramp-share", 0.4, 0, 1, "Share of the run in which that weight rises from zero (usual: 0.4)",
                    true),
    };
    SemiDefaults semi;
    semi.ratio = 1;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), semiCommonDefaults(), make);
}

} // namespace assay
