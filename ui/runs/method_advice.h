// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace assay::ui {

/// Answers to the three questions of the set-up sheet.
struct MethodAnswers {
    bool quickLook = false;     ///< a first look matters more than the best list
    bool rateKnown = false;     ///< the share of wrong labels is roughly known
    bool partTrusted = false;   ///< only a part of the labels is trusted, the rest should be guessed
};

/// A method's id, and why.
struct MethodAdvice {
    std::string method;
    std::string reason;
};

/// Cross-entropy for a quick look; pseudo-labels where most labels are to be guessed; Co-Teaching where the noise
/// rate is known, which it needs; the mixture method where it is not, which estimates it.
[[nodiscard]] MethodAdvice adviseMethod(const MethodAnswers& answers);

} // namespace assay::ui
