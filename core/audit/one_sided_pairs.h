// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <span>
#include <vector>

namespace assay {

/// Classes that look alike are taken for each other both ways about equally often; labels that somebody put wrong
/// mostly go one way. This tells the two apart without a single decision.
struct OneSidedPairs {
    std::vector<float>
        logRatio;      ///< [N] how much oftener the row's pair is than its reverse; 0 where no other class is suggested
    double spread = 0; ///< standard deviation of the pairs' true log-ratios: near 0 where all are two-sided
};

/// From how often each label has each other class suggested. Rare classes are taken for frequent ones oftener than the
/// reverse, whatever the labels are: as far as the log-ratios follow the classes' sizes (a line through zero, not
/// falling), that is taken out. What is left is shrunk by what chance alone would make of it: the variance between
/// pairs about zero is that of DerSimonian and Laird (Controlled Clinical Trials 1986), the variance of each that of
/// its counts. `given`, `suggested`: [N], kNoLabel where there is none.
[[nodiscard]] OneSidedPairs oneSidedPairs(std::span<const Label> given, std::span<const Label> suggested);

} // namespace assay
