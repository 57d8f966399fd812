// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"

#include <vector>

namespace assay {

/// How sure a method was of each pseudo-label: its own word where it gave one, else the network's confidence.
[[nodiscard]] inline const std::vector<float>& pseudoConfidence(const Evidence& evidence) {
    const auto own = evidence.columns.find("pseudo-confidence");
    return own == evidence.columns.end() ? evidence.confidence : own->second;
}

} // namespace assay
