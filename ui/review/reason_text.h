// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QString>

#include <utility>
#include <vector>

namespace assay::ui {

class Workspace;

/// One sentence on why a sample is, or is not, a suspect: its loss against the two groups, since which epoch, what
/// the networks say, what its nearest pictures are labelled, how many detectors suspect it. `losses` by epoch from
/// epoch 1; `nearest` may be empty.
[[nodiscard]] QString reasonText(const Workspace& workspace, SampleIndex sample, const std::vector<float>& losses,
                                 const std::vector<SampleIndex>& nearest = {});

/// How likely the suggested label is: of a pseudo-label how sure the method was, else as among the likeliest classes
/// where they are known, else as the network says. NaN where none of them tells.
[[nodiscard]] float suggestionProbability(const Workspace& workspace, SampleIndex sample);

/// Most of these samples have this label, ties to the smaller; and so many of them. kNoLabel and 0 where none has one.
[[nodiscard]] std::pair<Label, int> commonestLabel(const Workspace& workspace, const std::vector<SampleIndex>& samples);

/// In which epochs a label was learnt and forgotten again; `answers` by epoch from epoch 1, kNoLabel where unknown.
struct Learning {
    std::vector<int> learnt, forgotten; ///< epochs in which it came to be known, or was not known any more; in turn
    int epochs = 0;                     ///< of which the answer is known
};
[[nodiscard]] Learning learningOf(const std::vector<Label>& answers, Label given);
/// The same in a sentence; empty where there is no epoch.
[[nodiscard]] QString learningText(const Learning& learning);

/// How a loss stands to the two components: which of them is how many times as likely there. Empty where the mixture is
/// not to be trusted.
[[nodiscard]] QString componentsText(const Workspace& workspace, float loss);

} // namespace assay::ui
