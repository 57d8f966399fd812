// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerM(Registry& registry) {
    Description description;
    description.id = "m";
    description.title = "M, mixup";
    description.help = "Plain training on mixed pairs of pictures, which puts off the learning of wrong labels";
    description.citation =
        "Zhang et al., ICLR 2018, arXiv:1710.09412; under noise: Arazo et al., ICML 2019, arXiv:1904.11238";
    learn::CorrectionDefaults defaults;
    defaults.options.bootstrap = learn::CorrectionOptions::Bootstrap::None;
    learn::registerCorrection(registry, description, defaults, {});
}

} // namespace assay
