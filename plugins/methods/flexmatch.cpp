// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"

namespace assay {

void registerFlexmatch(Registry& registry) {
    Description description;
    description.id = "flexmatch";
    description.title = "FlexMatch";
    description.help = "FixMatch with a threshold for each class, lower for those that are learnt more slowly";
    description.citation = "Zhang et al., NeurIPS 2021, arXiv:2110.08263";
    description.params = learn::semiSettings(learn::kShortRunDefaults);
    for (auto& setting : learn::fixMatchSettings(learn::kShortRunThreshold))
        description.params.push_back(std::move(setting));
    description.params.push_back(learn::normsSetting());
    description.params.push_back(learn::boolSetting("threshold-warm-up", true,
                                                    "Thresholds rise as samples get their first sure answer "
                                                    "(published); otherwise they compare the classes with each "
                                                    "other from the first sure answer on (TorchSSL's switch)"));
    learn::registerRecipe(registry, std::move(description), learn::semiCommonDefaults(),
                          [](const ParamValues& settings) -> Result<std::unique_ptr<learn::Recipe>> {
                              learn::FixMatchOptions options = learn::readFixMatchOptions(settings);
                              options.classThresholds = true;
                              options.thresholdWarmUp = boolParam(settings, "threshold-warm-up");
                              return std::make_unique<learn::FixMatchRecipe>(options);
                          });
}

} // namespace assay
