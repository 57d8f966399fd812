// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerMdDyrSh(Registry& registry) {
    Description description;
    description.id = "md-dyr-sh";
    description.title = "MD-DYR-SH";
    description.help = "For very high noise: mixes pictures by how clean their labels are, and goes from soft to hard "
                       "answers of its own";
    learn::CorrectionDefaults defaults;
    defaults.options.bootstrap = learn::CorrectionOptions::Bootstrap::Soft;
    defaults.options.dynamicMixup = true;
    learn::registerCorrection(registry, description, defaults, {});
}

} // namespace assay
