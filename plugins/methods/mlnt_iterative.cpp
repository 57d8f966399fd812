// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mlnt_recipe.h"

namespace assay {

void registerMlntIterative(Registry& registry) {
    Description description;
    description.id = "mlnt-iterative";
    description.title = "MLNT, iterative";
    description.help =
        "MLNT in rounds: each begins anew with the best teacher so far as its mentor, which drops labels "
        "that it does not believe and has a say in the targets (paper: three rounds of 120 epochs)";
    description.citation = "Li et al., CVPR 2019, arXiv:1812.05214";
    const learn::MlntOptions usual;
    description.params = {
        learn::integerSetting("rounds", 3, 2, 100, "Rounds into which the run is divided (paper: 3)", false, "rounds"),
        learn::realSetting("drop-below", usual.dropBelow, 0, 1,
                           "From the second round on: labels to which the mentor gives less than this probability are "
                           "not learnt (paper: 0.01)"),
        learn::realSetting(
            "mentor-labels", usual.mentorLabels, 0, 1,
            "Share of the mentor's answer in what is learnt in the place of the label; 0: the label alone"),
        learn::realSetting(
            "mentor-teaching", usual.mentorTeaching, 0, 1,
            "Share of the mentor in the teacher's target, once the agreement has its whole weight; all of "
            "it before (paper: 0.5)",
            true),
    };
    for (auto& spec : learn::mlntSettings()) description.params.push_back(std::move(spec));
    learn::registerRecipe(registry, std::move(description), learn::adamDefaults(),
                          [](const ParamValues& settings) -> Result<std::unique_ptr<learn::Recipe>> {
                              learn::MlntOptions options = learn::readMlnt(settings);
                              options.rounds = int(intParam(settings, "rounds"));
                              options.dropBelow = realParam(settings, "drop-below");
                              options.mentorLabels = realParam(settings, "mentor-labels");
                              options.mentorTeaching = realParam(settings, "mentor-teaching");
                              return learn::makeMlnt(options);
                          });
}

} // namespace assay
