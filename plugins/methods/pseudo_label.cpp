// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/pseudo_epochs.h"

namespace assay {
namespace {

using namespace learn;

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    const LabelledOptions labelled = readLabelledOptions(settings);
    PseudoEpochOptions options;
    options.threshold = realParam(settings, "threshold");
    if (boolParam(settings, "curriculum")) options.curriculumStep = realParam(settings, "curriculum-step");
    options.cap = intParam(settings, "cap-per-class");
    options.accumulate = boolParam(settings, "accumulate");
    options.weight = realParam(settings, "pseudo-weight");
    options.rampShare = realParam(settings, "ramp-share");
    options.cleanAreWarm = true;
    return std::make_unique<PseudoEpochs>(labelled, realParam(settings, "warm-up-share"), options);
}

} // namespace

void registerPseudoLabel(Registry& registry) {
    Description description;
    description.id = "pseudo-label";
    description.title = "Pseudo-label";
    description.help = "Trusts some labels, and learns the other samples as what the network says when it is sure";
    description.citation = "Lee, ICML Workshop 2013; curriculum: Cascante-Bonilla et al., AAAI 2021, arXiv:2001.06001";
    description.params = labelledSettings(LabelledBy::Auto);
    for (auto& spec : std::vector<ParamSpec>{
             realSetting("threshold", 0.95, 0, 1,
                         "Confidence from which an answer becomes a pseudo-label (usual: 0.95)"),
             boolSetting(
                 "curriculum", false,
                 "Accepts a growing share of the surest answers instead of a threshold (curriculum: in rounds that "
                 "begin with new weights)"),
             integerSetting("cap-per-class", 0, 0, 10000000,
                            "Most pseudo-labels of one class, the surest first; 0: no limit", false, "samples"),
             realSetting("warm-up-share", 0.3, 0.001, 1, "labelled all or per-class: share of the run on labels alone",
                         true),
             realSetting("curriculum-step", 0.2, 0.01, 1, "curriculum: share that each round adds (paper: 0.2)", true),
             boolSetting("accumulate", false,
                         "Keeps a pseudo-label once it is accepted, instead of choosing anew each epoch", true),
             realSetting("pseudo-weight", 1, 0, 10, "Weight of pseudo-labelled samples in the loss", true),
             realSetting("ramp-share", 0.2, 0, 1,
                         "Share of the run, after the warm-up, over which that weight rises from zero", true),
         })
        description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), {}, make);
}

} // namespace assay
