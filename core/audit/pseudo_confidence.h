// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"

#include <cmath>
#include <vector>

namespace assay {

/// How sure a method was of each pseudo-label: its own word where it gave one, else the network's confidence.
[[nodiscard]] inline const std::vector<float>& pseudoConfidence(const Evidence& evidence) {
    const auto own = evidence.columns.find("pseudo-confidence");
    return own == evidence.columns.end() ? evidence.confidence : own->second;
}

/// The label that this row's pseudoConfidence() is of, whether it was accepted or not: the pseudo-label where there is one,
/// else the network's answer.
[[nodiscard]] inline Label pseudoAnswer(const Evidence& evidence, std::size_t row) {
    const auto accepted = evidence.columns.find("pseudo-label");
    const bool any = accepted != evidence.columns.end() && row < accepted->second.size() && accepted->second[row] >= 0;
    return any ? Label(std::lround(accepted->second[row])) : evidence.prediction[row];
}

} // namespace assay
