// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/small_loss_recipe.h"

namespace assay {
namespace {

using namespace learn;

enum class Ranking { CrossEntropy, Sce, SceAsCoded };

class CoTeaching : public SmallLossRecipe {
public:
    CoTeaching(KeepRate keep, Ranking ranking, LossOptions loss)
        : SmallLossRecipe(std::move(keep)), m_ranking(ranking), m_loss(loss) {}

    torch::Tensor step(Run& run, const Batch& batch) override {
        const std::array<torch::Tensor, 2> losses = {lossOf(run.networks[0]->forward(batch.images), batch.labels),
                                                     lossOf(run.networks[1]->forward(batch.images), batch.labels)};
        const CrossUpdate update = crossUpdate(losses, m_keep.count(run, batch.rows.size()));
        for (std::size_t n = 0; n < 2; ++n) {
            m_selection.mark(n, update.chosen[n], batch);
            run.minimise(n, update.loss[n]);
        }
        return (losses[0].detach() + losses[1].detach()) / 2;
    }

private:
    [[nodiscard]] torch::Tensor lossOf(const torch::Tensor& logits, const torch::Tensor& labels) const {
        if (m_ranking != Ranking::SceAsCoded) return perSampleLoss(logits, labels, m_loss);
        LossOptions reverse;
        reverse.kind = LossKind::Rce;
        return m_loss.alpha * crossEntropy(logits, labels).mean() +
               m_loss.beta * perSampleLoss(logits, labels, reverse);
    }

    Ranking m_ranking;
    LossOptions m_loss;
};

MakeRecipe makerOf(Ranking ranking) {
    return [ranking](const ParamValues& settings) -> Result<std::unique_ptr<Recipe>> {
        LossOptions loss;
        loss.kind = LossKind::CrossEntropy;
        if (ranking != Ranking::CrossEntropy) {
            loss.kind = LossKind::Sce;
            loss.alpha = realParam(settings, "sce-alpha");
            loss.beta = realParam(settings, "sce-beta");
        }
        return std::make_unique<CoTeaching>(KeepRate(settings, ranking == Ranking::CrossEntropy), ranking, loss);
    };
}

Description described(const char* id, const char* title, const char* help, const char* citation) {
    Description description;
    description.id = id;
    description.title = title;
    description.help = help;
    description.citation = citation;
    return description;
}

/// The student report's: symmetric cross-entropy, and a ramp of its own that never keeps less than R_min.
void registerWithSce(Registry& registry, Ranking ranking, Description description) {
    description.params = keepSettings({0.5, 0.65, "report: 25 of 50"});
    description.params.push_back(realSetting("sce-alpha", 0.1, 0, 100, "Weight of cross-entropy", true));
    description.params.push_back(realSetting("sce-beta", 1, 0, 100, "Weight of reverse cross-entropy", true));
    CommonDefaults defaults = adamDefaults();
    defaults.batchSize = 32;
    defaults.weightDecay = 1e-4;
    defaults.schedule = "cosine";
    defaults.gradientClip = 5;
    registerRecipe(registry, std::move(description), defaults, makerOf(ranking));
}

} // namespace

void registerCoTeaching(Registry& registry) {
    constexpr const char* kPaper = "Han et al., NeurIPS 2018, arXiv:1804.06872";
    constexpr const char* kWithSce =
        "Han et al., NeurIPS 2018, arXiv:1804.06872; with SCE: Wang et al., ICCV 2019, arXiv:1908.06112";
    Description plain =
        described("co-teaching", "Co-Teaching",
                  "Two networks, each of which learns from the samples that the other finds easy (paper: cnn-9, "
                  "200 epochs, Adam)",
                  kPaper);
    plain.params = keepSettings();
    registerRecipe(registry, std::move(plain), adamDefaults(), makerOf(Ranking::CrossEntropy));
    registerWithSce(
        registry, Ranking::Sce,
        described("co-teaching-sce-report", "Co-Teaching with SCE",
                  "Co-Teaching as a student report has it: each sample's symmetric cross-entropy ranks it and is "
                  "learnt; never less than smallest-keep of a batch is kept",
                  kWithSce));
    registerWithSce(
        registry, Ranking::SceAsCoded,
        described("co-teaching-sce-ascoded", "Co-Teaching with SCE, as coded",
                  "Co-Teaching as that report's code has it: reverse cross-entropy alone ranks the samples, and the "
                  "cross-entropy of the whole batch, wrong labels and all, is part of each update; to reproduce only",
                  kWithSce));
}

} // namespace assay
