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

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    const std::string& id = textParam(settings, "loss");
    const Ranking ranking = id == "ce"           ? Ranking::CrossEntropy
                            : id == "sce-report" ? Ranking::Sce
                                                 : Ranking::SceAsCoded;
    LossOptions loss;
    loss.kind = ranking == Ranking::CrossEntropy ? LossKind::CrossEntropy : LossKind::Sce;
    loss.alpha = realParam(settings, "sce-alpha");
    loss.beta = realParam(settings, "sce-beta");
    return std::make_unique<CoTeaching>(KeepRate(settings), ranking, loss);
}

} // namespace

void registerCoTeaching(Registry& registry) {
    Description description;
    description.id = "co-teaching";
    description.title = "Co-Teaching";
    description.help = "Two networks, each of which learns from the samples that the other finds easy (paper: cnn-9, "
                       "200 epochs, Adam)";
    description.citation =
        "Han et al., NeurIPS 2018, arXiv:1804.06872; with SCE: Wang et al., ICCV 2019, arXiv:1908.06112";
    description.params = keepSettings();
    description.params.push_back(choiceSetting(
        "loss", "ce", {"ce", "sce-report", "sce-ascoded"},
        "What ranks the samples and is learnt: cross-entropy; symmetric, sample by sample; or as a student coded "
        "it, ranked by reverse cross-entropy alone, with the cross-entropy of the whole batch in each update"));
    description.params.push_back(realSetting("sce-alpha", 0.1, 0, 100, "sce: weight of cross-entropy", true));
    description.params.push_back(realSetting("sce-beta", 1, 0, 100, "sce: weight of reverse cross-entropy", true));
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
