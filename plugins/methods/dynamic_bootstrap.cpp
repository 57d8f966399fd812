// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerDynamicBootstrap(Registry& registry) {
    using Bootstrap = learn::CorrectionOptions::Bootstrap;
    for (const auto kind : {Bootstrap::Hard, Bootstrap::Soft}) {
        const bool hard = kind == Bootstrap::Hard;
        Description description;
        description.id = hard ? "dy-h" : "dy-s";
        description.title = hard ? "Dynamic bootstrapping, hard" : "Dynamic bootstrapping, soft";
        description.help =
            hard ? "Each label is trusted as far as a mixture over the losses says; the network's own answer stands in"
                 : "Each label is trusted as far as a mixture over the losses says; the network's probabilities stand "
                   "in";
        learn::CorrectionDefaults defaults;
        defaults.mixup = false;
        defaults.options.bootstrap = kind;
        defaults.options.mixupAlpha = 0;
        defaults.options.regulariser = 0;
        learn::registerCorrection(registry, description, defaults, {});
    }
}

} // namespace assay
