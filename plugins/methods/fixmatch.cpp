// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fixmatch_recipe.h"

namespace assay {

void registerFixmatch(Registry& registry) {
    Description description;
    description.id = "fixmatch";
    description.title = "FixMatch";
    description.help = "What the network is sure of in a slightly varied picture, it learns from a strongly varied one";
    description.citation = "Sohn et al., NeurIPS 2020, arXiv:2001.07685";
    description.params = learn::semiSettings(learn::kShortRunDefaults);
    for (auto& setting : learn::fixMatchSettings(learn::kShortRunThreshold))
        description.params.push_back(std::move(setting));
    description.params.push_back(learn::normsSetting());
    learn::registerRecipe(registry, std::move(description), learn::semiCommonDefaults(),
                          [](const ParamValues& settings) -> Result<std::unique_ptr<learn::Recipe>> {
                              return std::make_unique<learn::FixMatchRecipe>(learn::readFixMatchOptions(settings));
                          });
}

} // namespace assay
