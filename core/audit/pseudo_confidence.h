// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"

#include <cmath>
#include <cstddef>
#include <vector>

namespace assay {

/// How sure a method was of each pseudo-label: its own word where it gave one, else the network's confidence.
[[nodiscard]] inline const std::vector<float>& pseudoConfidence(const Evidence& evidence) {
    const auto own = evidence.columns.find("pseudo-confidence");
    return own == evidence.columns.end() ? evidence.confidence : own->second;
}

/// The likeliest class of the answer that this row's pseudoConfidence() is of: the pseudo-label where one was accepted,
/// else the answer that was decided on; of older runs, the network's prediction.
[[nodiscard]] inline Label pseudoAnswer(const Evidence& evidence, std::size_t row) {
    for (const char* column : {"pseudo-label", "pseudo-answer"})
        if (const auto found = evidence.columns.find(column);
            found != evidence.columns.end() && row < found->second.size() && found->second[row] >= 0)
            return Label(std::lround(found->second[row]));
    return evidence.prediction[row];
}

} // namespace assay
