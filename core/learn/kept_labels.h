// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// The record of which labels an epoch learnt: `kept` [R], above 0 for those, as the column kKeptColumn; and the
/// scalars "kept-share" of the training rows and, where the truth is known, "label-precision", the share of right ones
/// among the kept.
void recordKept(const Run& run, EpochOutcome& outcome, std::vector<float> kept);

} // namespace assay::learn
