// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mlnt_recipe.h"

namespace assay {

void registerMlnt(Registry& registry) {
    Description description;
    description.id = "mlnt";
    description.title = "MLNT";
    description.help = "Learns weights from which a step on wrong labels does little harm: after each of several such "
                       "steps the network is to agree with an averaged copy of itself (paper: 120 epochs of SGD, rate "
                       "0.2, weight decay 1e-4)";
    description.citation = "Li et al., CVPR 2019, arXiv:1812.05214";
    description.params = learn::mlntSettings();
    learn::registerRecipe(registry, std::move(description), learn::adamDefaults(),
                          [](const ParamValues& settings) -> Result<std::unique_ptr<learn::Recipe>> {
                              return learn::makeMlnt(learn::readMlnt(settings));
                          });
}

} // namespace assay
