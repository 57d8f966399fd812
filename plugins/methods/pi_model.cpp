// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/consistency_recipe.h"

namespace assay {

void registerPiModel(Registry& registry) {
    using namespace learn;
    Description description;
    description.id = "pi-model";
    description.title = "Pi-model";
    description.help = "Learns few labels, and to answer two views of every picture alike (TorchSSL: weight 10, 2^20 "
                       "steps of 64 labelled and 64 unlabelled pictures, WideResNet-28-2)";
    description.citation = "Laine & Aila, ICLR 2017, arXiv:1610.02242";
    ConsistencyOptions defaults;
    description.params = consistencySettings(defaults);
    description.params.push_back(
        boolSetting("both-learn", false, "Gradients flow through both views, not through the first alone", true));
    SemiDefaults semi;
    semi.ratio = 4;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), semiCommonDefaults(),
                   [](const ParamValues& settings) -> Result<std::unique_ptr<Recipe>> {
                       return makeConsistencyRecipe(readSemiOptions(settings), readConsistency(settings, false));
                   });
}

} // namespace assay
