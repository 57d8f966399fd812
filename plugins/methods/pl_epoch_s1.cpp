// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/pseudo_epochs.h"

namespace assay {
namespace {

using namespace learn;

Result<std::unique_ptr<Recipe>> make(const ParamValues& settings) {
    PseudoEpochOptions options;
    options.threshold = realParam(settings, "threshold");
    options.accumulate = textParam(settings, "pseudo-set") == "accumulate";
    return std::make_unique<PseudoEpochs>(readLabelledOptions(settings), realParam(settings, "warm-up-share"), options);
}

} // namespace

void registerPlEpochS1(Registry& registry) {
    Description description;
    description.id = "pl-epoch-s1";
    description.title = "Pseudo-label, epoch by epoch";
    description.help =
        "After a warm-up on few labels every epoch learns them and the sure answers of the epoch before (a "
        "student's variant: 10 of 300 epochs of warm-up, thresholds 0.95, 0.75 and 0.6, WideResNet)";
    description.citation = "after Lee, ICML Workshop 2013";
    description.params = {
        realSetting("threshold", 0.95, 0, 1, "Confidence from which an answer becomes a pseudo-label"),
        choiceSetting("pseudo-set", "rebuild", {"rebuild", "accumulate"},
                      "Whether pseudo-labels are chosen anew after every epoch or stay once they are accepted"),
        realSetting("warm-up-share", 1.0 / 30, 0.001, 1, "Share of the run on labels alone"),
    };
    for (auto& spec : labelledSettings()) description.params.push_back(std::move(spec));
    CommonDefaults defaults = semiCommonDefaults();
    defaults.batchSize = 64;
    registerRecipe(registry, std::move(description), defaults, make);
}

} // namespace assay
