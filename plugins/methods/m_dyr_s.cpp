// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerMDyrS(Registry& registry) {
    Description description;
    description.id = "m-dyr-s";
    description.title = "M-DYR-S";
    description.help =
        "M-DYR-H with the network's probabilities, not its one answer, in the place of labels that are not trusted";
    learn::CorrectionDefaults defaults;
    defaults.options.bootstrap = learn::CorrectionOptions::Bootstrap::Soft;
    learn::registerCorrection(registry, description, defaults, {});
}

} // namespace assay
