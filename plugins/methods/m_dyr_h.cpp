// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_correction.h"

namespace assay {

void registerMDyrH(Registry& registry) {
    Description description;
    description.id = "m-dyr-h";
    description.title = "M-DYR-H";
    description.help = "Models the losses by a mixture and trusts each label as far as the mixture does, with mixup "
                       "(paper: 300 epochs, "
                       "flip-crop, rate 0.1 cut at milestones 0.33, 0.83, weight decay 1e-4)";
    learn::registerCorrection(registry, description, {}, {});
}

} // namespace assay
