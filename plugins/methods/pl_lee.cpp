// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"
#include "core/learn/pseudo_steps.h"
#include "core/learn/ramps.h"

namespace assay {
namespace {

using namespace learn;

struct LeeOptions {
    double weight = 3;                     ///< of pseudo-labels at the end
    double fromShare = 0.1, toShare = 0.6; ///< of the run between which the weight rises
};

class Lee : public PseudoSteps {
public:
    Lee(const SemiOptions& semi, LeeOptions options) : PseudoSteps(semi), m_options(options) {}

protected:
    [[nodiscard]] std::vector<ViewPlan> views(const Run& run) const override { return {{run.common.augment, 1}}; }

    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        const auto logits = forwardTogether(*run.networks[0], {labelled.images, unlabelled[0].images});
        const auto losses = crossEntropy(logits[0], labelled.labels);
        const auto pseudo = crossEntropy(logits[1], logits[1].detach().argmax(1)).mean();
        const double weight = *unlabelledWeight(progress(run, labelled));
        run.minimise(0, losses.mean() + weight * pseudo);
        return losses.detach() + weight * pseudo.detach();
    }

    /// From when on they count at all, every answer is a pseudo-label.
    [[nodiscard]] std::optional<double> threshold(const Run& run) const override {
        if (*unlabelledWeight(progressAtEnd(run)) <= 0) return {};
        return 0;
    }
    [[nodiscard]] std::optional<double> unlabelledWeight(double progress) const override {
        return leeWeight(progress, m_options.fromShare, m_options.toShare, m_options.weight);
    }

private:
    LeeOptions m_options;
};

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    LeeOptions options;
    options.weight = realParam(settings, "pseudo-weight");
    options.fromShare = realParam(settings, "from-share");
    options.toShare = realParam(settings, "to-share");
    if (options.toShare < options.fromShare)
        return fail(ErrorCode::InvalidArgument, "the weight of pseudo-labels cannot stop rising before it begins to",
                    "from-share, to-share");
    return std::make_unique<Lee>(readSemiOptions(settings), options);
}

} // namespace

void registerPlLee(Registry& registry) {
    Description description;
    description.id = "pl-lee";
    description.title = "Pseudo-label, Lee";
    description.help =
        "Learns few labels, and of every other picture what the network just answers, with a weight that "
        "rises (paper: weight 3 from step 100 to step 600, MNIST)";
    description.citation = "Lee, ICML Workshop 2013";
    description.params = {
        realSetting("pseudo-weight", 3, 0, 100, "Weight of pseudo-labels once it has risen (paper: 3)"),
        realSetting("from-share", 0.1, 0, 1, "Share of the run after which the weight begins to rise", true),
        realSetting("to-share", 0.6, 0, 1, "Share of the run after which it rises no more", true),
    };
    SemiDefaults semi;
    semi.ratio = 4;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), semiCommonDefaults(), make);
}

} // namespace assay
