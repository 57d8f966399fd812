// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/small_loss_recipe.h"

namespace assay {
namespace {

using namespace learn;

class JoCoR : public SmallLossRecipe {
public:
    JoCoR(KeepRate keep, double lambda) : SmallLossRecipe(std::move(keep)), m_lambda(lambda) {}

    torch::Tensor step(Run& run, const Batch& batch) override {
        const auto first = run.networks[0]->forward(batch.images), second = run.networks[1]->forward(batch.images);
        const auto losses = (1 - m_lambda) * (crossEntropy(first, batch.labels) + crossEntropy(second, batch.labels)) +
                            m_lambda * symmetricDivergence(first, second);
        const auto chosen = smallest(losses, m_keep.count(run, batch.rows.size()));
        for (std::size_t n = 0; n < 2; ++n) m_selection.mark(n, chosen, batch);
        run.minimiseTogether(losses.index_select(0, chosen).mean());
        return losses.detach();
    }

private:
    double m_lambda;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    return std::make_unique<JoCoR>(KeepRate(settings), realParam(settings, "lambda"));
}

} // namespace

void registerJocor(Registry& registry) {
    Description description;
    description.id = "jocor";
    description.title = "JoCoR";
    description.help = "Two networks with one loss that asks them to agree; both learn the samples of small joint loss "
                       "(paper: 7-layer CNN, 200 epochs, Adam; half of the noise rate where noise is asymmetric)";
    description.citation = "Wei et al., CVPR 2020, arXiv:2003.02752";
    description.params = keepSettings();
    description.params.push_back(realSetting(
        "lambda", 0.5, 0, 0.99,
        "Weight of the agreement; more of it makes short runs lose whole classes (paper: CIFAR-10 0.9, at 80 % noise "
        "0.65; CIFAR-100 0.85; code's default 0.1)"));
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
