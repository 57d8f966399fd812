// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/cleaning.h"

namespace assay {

double CleaningFlow::jaccard() const {
    const std::size_t any = stayed + dropped + returned;
    return any > 0 ? double(stayed) / double(any) : 1.0;
}

CleaningFlow cleaningFlow(std::span<const float> before, std::span<const float> now) {
    CleaningFlow flow;
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i] < 0) continue;
        const bool was = i >= before.size() || before[i] > 0;
        const bool is = now[i] > 0;
        ++(was ? (is ? flow.stayed : flow.dropped) : (is ? flow.returned : flow.stayedOut));
    }
    return flow;
}

} // namespace assay
