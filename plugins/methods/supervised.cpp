// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"
#include "core/learn/losses.h"

namespace assay {
namespace {

using namespace learn;

/// The same steps on the same labels as a semi-supervised method, without the unlabelled pictures.
class Supervised : public SemiSupervised {
public:
    using SemiSupervised::SemiSupervised;

protected:
    std::vector<ViewPlan> views(const Run& run) const override {
        (void)run;
        return {};
    }
    torch::Tensor learn(Run& run, const Batch& labelled, const std::vector<Batch>& unlabelled) override {
        (void)unlabelled;
        const auto losses = crossEntropy(run.networks[0]->forward(labelled.images), labelled.labels);
        run.minimise(0, losses.mean());
        return losses.detach();
    }
    Status record(Run& run, EpochOutcome& outcome) override {
        (void)run, (void)outcome;
        return {};
    }
};

} // namespace

void registerSupervised(Registry& registry) {
    Description description;
    description.id = "supervised";
    description.title = "Labelled samples only";
    description.help =
        "Learns the labelled samples with as many steps as a semi-supervised method: what those are measured by";
    description.citation = "the baseline of Oliver et al., NeurIPS 2018, arXiv:1804.09170";
    description.params = semiSettings(kShortRunDefaults);
    registerRecipe(registry, std::move(description), semiCommonDefaults(),
                   [](const ParamValues& settings) -> Result<std::unique_ptr<Recipe>> {
                       SemiOptions options = readSemiOptions(settings);
                       options.labelled.needsUnlabelled = false;
                       return std::make_unique<Supervised>(options);
                   });
}

} // namespace assay
