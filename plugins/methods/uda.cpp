// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"

namespace assay {

void registerUda(Registry& registry) {
    Description description;
    description.id = "uda";
    description.title = "Unsupervised data augmentation";
    description.help = "A strongly varied picture learns the sharpened answer to a slightly varied one";
    description.citation = "Xie et al., NeurIPS 2020, arXiv:1904.12848";
    description.params = learn::semiSettings(learn::kShortRunDefaults);
    for (auto& setting : learn::fixMatchSettings(0.8)) description.params.push_back(std::move(setting));
    description.params.push_back(learn::normsSetting());
    description.params.push_back(
        learn::realSetting("temperature", 0.4, 0.01, 10, "Temperature of the targets; below 1 sharpens them"));
    description.params.push_back(learn::choiceSetting(
        "signal-annealing", "none", {"none", "linear", "log", "exp"},
        "Leaves labelled pictures out that are learnt already, by a bound that rises over the run in this way", true));
    learn::registerRecipe(registry, std::move(description), learn::semiCommonDefaults(),
                          [](const ParamValues& settings) -> Result<std::unique_ptr<learn::Recipe>> {
                              return std::make_unique<learn::FixMatchRecipe>(learn::readFixMatchOptions(settings));
                          });
}

} // namespace assay
