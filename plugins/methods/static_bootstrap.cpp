// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerStaticBootstrap(Registry& registry) {
    using Bootstrap = learn::CorrectionOptions::Bootstrap;
    for (const auto kind : {Bootstrap::Hard, Bootstrap::Soft}) {
        const bool hard = kind == Bootstrap::Hard;
        Description description;
        description.id = hard ? "st-h" : "st-s";
        description.title = hard ? "Static bootstrapping, hard" : "Static bootstrapping, soft";
        description.help = hard ? "After a warm-up a fixed part of every target is the network's own answer"
                                : "After a warm-up a fixed part of every target is the network's own probabilities";
        description.citation =
            "Reed et al., ICLR workshop 2015, arXiv:1412.6596; as in Arazo et al., ICML 2019, arXiv:1904.11238";
        learn::CorrectionDefaults defaults;
        defaults.mixup = false;
        defaults.options.bootstrap = kind;
        defaults.options.fixedW = 0.2;
        defaults.options.mixupAlpha = 0;
        defaults.options.regulariser = 0;
        learn::registerCorrection(registry, description, defaults, {});
    }
}

} // namespace assay
