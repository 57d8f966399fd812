// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/consistency_recipe.h"

namespace assay {

void registerMeanTeacher(Registry& registry) {
    using namespace learn;
    Description description;
    description.id = "mean-teacher";
    description.title = "Mean Teacher";
    description.help = "Learns few labels, and to answer every picture as the moving average of the network answers "
                       "another view of it (TorchSSL: weight 50 over a ramp of 0.4; authors: 100, two heads with a "
                       "logit-distance of 0.01, sigmoid ramp over 5 of 180 to 300 epochs)";
    description.citation = "Tarvainen & Valpola, NeurIPS 2017, arXiv:1703.01780";
    description.params = consistencySettings({});
    description.params.push_back(realSetting("ramp-decay", 0.99, 0, 0.99999,
                                             "Memory of the teacher while the weight rises, ema-decay then", true));
    description.params.push_back(
        realSetting("logit-distance", 0, 0, 100,
                    "Weight of the squared difference of two heads, one for labels and one for "
                    "consistency; 0: one head for both (authors: 0.01)",
                    true));
    SemiDefaults semi;
    semi.ratio = 4;
    for (auto& spec : semiSettings(semi)) description.params.push_back(std::move(spec));
    registerRecipe(registry, std::move(description), semiCommonDefaults(),
                   [](const ParamValues& settings) -> Result<std::unique_ptr<Recipe>> {
                       const SemiOptions options = readSemiOptions(settings);
                       if (options.emaDecay <= 0)
                           return fail(ErrorCode::InvalidArgument, "the teacher is a moving average; it needs a memory",
                                       "ema-decay");
                       return makeConsistencyRecipe(options, readConsistency(settings, true));
                   });
}

} // namespace assay
