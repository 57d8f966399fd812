// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score.h"

namespace assay {

std::string_view scoreBadge(const ScoreTraits& traits, bool outOfSample) {
    if (traits.basis == ScoreBasis::Pictures) return "no network";
    return outOfSample ? "out of sample" : "in sample";
}

std::string_view scoreWarning(const ScoreTraits& traits, bool outOfSample) {
    if (outOfSample || traits.basis != ScoreBasis::Probabilities) return {};
    return "The network learnt these very labels, and a wrong label that it knows by heart looks right to it. "
           "Cross-validate, or import probabilities of a network that did not see them.";
}

} // namespace assay
