// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/engine.h"

namespace assay::learn {

/// lossCurves() of core/train/engine.h, which checks its arguments: what training computes, in double precision;
/// behind the catalogue's losses early-learning regularisation, whose target is the label or another class.
[[nodiscard]] Result<std::vector<LossCurve>> sampleLossCurves(int classes, const std::vector<double>& probabilities);

} // namespace assay::learn
