// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
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
            const auto logits = network.forward(mix.images(batch.images));
            losses = mix.combine(perSampleLoss(logits, batch.labels, m_loss),
                                 perSampleLoss(logits, batch.labels.index_select(0, mix.partner), m_loss));
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
    LossOptions loss;
    ASSAY_TRY(loss.kind, parseLossKind(textParam(settings, "loss")));
    loss.alpha = realParam(settings, "sce-alpha");
    loss.beta = realParam(settings, "sce-beta");
    loss.q = realParam(settings, "gce-q");
    loss.gamma = realParam(settings, "focal-gamma");
    loss.smoothing = realParam(settings, "label-smoothing");
    if (loss.smoothing > 0 && loss.kind != LossKind::CrossEntropy)
        return fail(ErrorCode::InvalidArgument, "label smoothing belongs to the loss ce", "label-smoothing");
    if (loss.kind == LossKind::Sce && loss.alpha + loss.beta <= 0)
        return fail(ErrorCode::InvalidArgument, "one of the two weights of sce must be above 0", "sce-alpha, sce-beta");
    return std::make_unique<CrossEntropy>(loss, realParam(settings, "mixup-alpha"));
}

} // namespace

void registerCrossEntropy(Registry& registry) {
    Description description;
    description.id = "cross-entropy";
    description.title = "Cross-entropy";
    description.help = "Plain training on the labels as they are, the baseline; or with a loss that noise harms less";
    description.citation = "SCE: Wang et al., ICCV 2019, arXiv:1908.06112; GCE: Zhang & Sabuncu, NeurIPS 2018, "
                           "arXiv:1805.07836; MAE: Ghosh et al., AAAI 2017, arXiv:1712.09482; NCE: Ma et al., ICML 2020, "
                           "arXiv:2006.13554; focal: Lin et al., ICCV 2017, arXiv:1708.02002; mixup: Zhang et al., "
                           "ICLR 2018, arXiv:1710.09412";
    description.params = {
        choiceSetting("loss", "ce", {"ce", "sce", "gce", "mae", "nce", "focal"},
                      "Cross-entropy, symmetric, generalised, mean absolute error, normalised (ratio), focal"),
        realSetting("label-smoothing", 0, 0, 0.9, "ce: share of the target spread over all classes"),
        realSetting("mixup-alpha", 0, 0, 128, "Mixes pairs of pictures with a weight from Beta(alpha, alpha); 0: off"),
        realSetting("sce-alpha", 0.1, 0, 100, "sce: weight of cross-entropy (CIFAR-10: 0.1, CIFAR-100: 6)", true),
        realSetting("sce-beta", 1, 0, 100, "sce: weight of reverse cross-entropy (CIFAR-10: 1, CIFAR-100: 0.1)", true),
        realSetting("gce-q", 0.7, 0.001, 1, "gce: 0 is cross-entropy, 1 is mean absolute error", true),
        realSetting("focal-gamma", 2, 0, 10, "focal: how much well-learnt samples are played down", true),
    };
    // The standard training that Co-Teaching is compared with (Han et al. 2018).
    CommonDefaults defaults;
    defaults.optimizer = "adam";
    defaults.learningRate = 1e-3;
    defaults.weightDecay = 0;
    defaults.schedule = "linear-decay";
    for (auto& spec : commonParams(defaults)) description.params.push_back(std::move(spec));
    (void)registry.methods.add(std::make_shared<RecipeMethod>(std::move(description), make));
}

} // namespace assay
