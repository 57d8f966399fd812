// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/small_loss_recipe.h"

namespace assay {
namespace {

using namespace learn;

struct PlusOptions {
    int plain = 0; ///< epochs of plain Co-Teaching; 0: by share
    double plainShare = 0.1;
    std::int64_t wholeSteps = 5000; ///< until so many steps a batch without disagreement is learnt as a whole
    bool doubleSoftmax = false;
};

class CoTeachingPlus : public SmallLossRecipe {
public:
    CoTeachingPlus(KeepRate keep, PlusOptions options) : SmallLossRecipe(std::move(keep)), m_options(options) {}

    Status start(Run& run) override {
        if (m_options.plain == 0 && m_options.plainShare > 0)
            m_options.plain = run.epochsFromShare(m_options.plainShare);
        return SmallLossRecipe::start(run);
    }

    [[nodiscard]] std::string phase(const Run& run) const override {
        return run.epoch <= m_options.plain ? "warm-up" : "training";
    }

    BatchPlan plan(Run& run) override {
        m_disagreeing = m_seen = 0;
        return SmallLossRecipe::plan(run);
    }

    torch::Tensor step(Run& run, const Batch& batch) override {
        const std::array<torch::Tensor, 2> logits = {run.networks[0]->forward(batch.images),
                                                     run.networks[1]->forward(batch.images)};
        const auto differing = logits[0].argmax(1).ne(logits[1].argmax(1)).nonzero().squeeze(1);
        m_seen += double(batch.rows.size());
        m_disagreeing += double(differing.numel());
        const auto all = torch::arange(std::int64_t(batch.rows.size()), batch.labels.options());
        if (run.epoch <= m_options.plain)
            exchange(run, batch, logits, all, m_keep.count(run, batch.rows.size()), false);
        else if (differing.numel() > 0)
            exchange(run, batch, logits, differing, keptOf(run, differing.numel()), m_options.doubleSoftmax);
        else if (std::int64_t(run.stepsBefore(batch)) < m_options.wholeSteps)
            exchange(run, batch, logits, all, batch.rows.size(), false);
        const torch::NoGradGuard noGrad;
        return (crossEntropy(logits[0], batch.labels) + crossEntropy(logits[1], batch.labels)) / 2;
    }

    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        ASSAY_CHECK_STATUS(SmallLossRecipe::finishEpoch(run, outcome));
        outcome.report.scalars["batch-disagreement"] = m_seen > 0 ? m_disagreeing / m_seen : 0;
        return {};
    }

private:
    /// int(keep × |D|), all of them where that is none.
    [[nodiscard]] std::size_t keptOf(const Run& run, std::int64_t differing) const {
        const auto kept = std::size_t(m_keep.keep(run) * double(differing) + 1e-9);
        return kept > 0 ? kept : std::size_t(differing);
    }

    void exchange(Run& run, const Batch& batch, const std::array<torch::Tensor, 2>& logits,
                  const torch::Tensor& positions, std::size_t count, bool softmaxTwice) {
        std::array<torch::Tensor, 2> losses;
        for (std::size_t n = 0; n < 2; ++n) {
            auto among = logits[n].index_select(0, positions);
            if (softmaxTwice) among = torch::softmax(among, 1);
            losses[n] = crossEntropy(among, batch.labels.index_select(0, positions));
        }
        const CrossUpdate update = crossUpdate(losses, count);
        for (std::size_t n = 0; n < 2; ++n) {
            m_selection.mark(n, positions.index_select(0, update.chosen[n]), batch);
            run.minimise(n, update.loss[n]);
        }
    }

    PlusOptions m_options;
    double m_disagreeing = 0, m_seen = 0; ///< samples of the present epoch
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    PlusOptions options;
    options.plain = int(intParam(settings, "plain-epochs"));
    options.plainShare = realParam(settings, "plain-share");
    options.wholeSteps = intParam(settings, "whole-steps");
    options.doubleSoftmax = boolParam(settings, "double-softmax");
    return std::make_unique<CoTeachingPlus>(KeepRate(settings), options);
}

} // namespace

void registerCoTeachingPlus(Registry& registry) {
    Description description;
    description.id = "co-teaching-plus";
    description.title = "Co-Teaching+";
    description.help = "Co-Teaching among the samples on which the two networks disagree, so that they stay different "
                       "(paper: small networks, 200 epochs, Adam)";
    description.citation = "Yu et al., ICML 2019, arXiv:1901.04215";
    description.params = keepSettings();
    description.params.push_back(integerSetting(
        "plain-epochs", 0, 0, 100000,
        "Epochs of plain Co-Teaching first; 0: by plain-share (paper: CIFAR-10 20, CIFAR-100 5 of 200, MNIST none)",
        false, "epochs"));
    description.params.push_back(
        realSetting("plain-share", 0.1, 0, 1, "The same as a share of the run; 0: none", true));
    description.params.push_back(integerSetting(
        "whole-steps", 5000, 0, 1e9,
        "Until so many steps a batch without disagreement is learnt as a whole, later not at all (paper: 5000)", true,
        "steps"));
    description.params.push_back(boolSetting(
        "double-softmax", false,
        "Applies softmax twice among the disagreeing, as the authors' code does, which flattens the gradients", true));
    registerRecipe(registry, std::move(description), adamDefaults(), make);
}

} // namespace assay
