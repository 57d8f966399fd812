// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_catalogue.h"
#include "core/learn/mixup.h"
#include "core/learn/recipe.h"

namespace assay {
namespace {

using namespace learn;

class CrossEntropy : public Recipe {
public:
    CrossEntropy(LossOptions loss, double mixupAlpha) : m_loss(loss), m_mixupAlpha(mixupAlpha) {}
    torch::Tensor step(Run& run, const Batch& batch) override {
        auto& network = *run.networks[0];
        torch::Tensor losses;
        if (m_mixupAlpha > 0) {
            const Mixup mix = drawMixup(run, batch, m_mixupAlpha);
            losses = mixedLoss(mix, network.forward(mix.images(batch.images)), batch.labels, m_loss);
        } else {
            losses = perSampleLoss(network.forward(batch.images), batch.labels, m_loss);
        }
        run.minimise(0, losses.mean());
        return losses.detach();
    }

private:
    LossOptions m_loss;
    double m_mixupAlpha;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    ASSAY_TRY(const LossOptions loss, readLoss(settings));
    return std::make_unique<CrossEntropy>(loss, realParam(settings, "mixup-alpha"));
}

} // namespace

void registerCrossEntropy(Registry& registry) {
    Description description;
    description.id = "cross-entropy";
    description.title = "Cross-entropy";
    description.help = "Plain training on the labels as they are, the baseline; or with a loss that noise harms less";
    description.citation = "Mixup: Zhang et al., ICLR 2018, arXiv:1710.09412; losses: " + lossCitations();
    description.params = lossSettings();
    description.params.push_back(
        realSetting("mixup-alpha", 0, 0, 128, "Mixes pairs of pictures with a weight from Beta(alpha, alpha); 0: off"));
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
