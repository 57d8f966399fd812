// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/method_advice.h"

namespace assay::ui {

MethodAdvice adviseMethod(const MethodAnswers& answers) {
    if (answers.partTrusted)
        return {"pseudo-label", "it gives labels of its own where the network is sure, and shows how often that is right"};
    if (answers.quickLook) return {"cross-entropy", "one network, no warm-up: wrong labels show in the losses of the first epochs"};
    if (answers.rateKnown)
        return {"co-teaching", "two networks leave out the share that you name, each choosing for the other"};
    return {"m-dyr-h", "it estimates the share of wrong labels itself, from a mixture over the losses"};
}

} // namespace assay::ui
