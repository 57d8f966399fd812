// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace assay::ui {

/// Answers to the three questions of the set-up sheet.
struct MethodAnswers {
    enum class Amount { Unknown, Few, Some, Many }; ///< up to a tenth of the labels, up to four tenths, more
    /// Into any class; into one that looks alike; or most labels are to be guessed.
    enum class Kind { Unknown, Random, Similar, FewTrusted };
    enum class Time { Quick, Moderate, Long }; ///< about plain training, a few times that, many times
    Amount amount = Amount::Unknown;
    Kind kind = Kind::Unknown;
    Time time = Time::Moderate;
    bool someCount = false; ///< most pictures are to be learnt from without a label
};

/// A method's id, and why.
struct MethodAdvice {
    std::string method;
    std::string reason;
};

/// Methods that suit the answers, the best first; never empty, and the last one is always among the built-in ones.
[[nodiscard]] std::vector<MethodAdvice> adviseMethods(const MethodAnswers& answers);

} // namespace assay::ui
