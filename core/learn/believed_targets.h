// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// What early-learning regularisation has come to believe of each training sample (Liu et al., NeurIPS 2020), `targets`
/// [R, K]: columns "target-label" and "target-agreement", ⟨t, p⟩ with the mean of the networks' present answers; how
/// often the label is another class, and the mean agreement, as scalars.
void recordBelieved(const Run& run, const torch::Tensor& targets, EpochOutcome& outcome);

} // namespace assay::learn
