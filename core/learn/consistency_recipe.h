// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/semi_supervised.h"

namespace assay::learn {

/// Methods that hold a network to the same answer for two views of a picture (Laine & Aila, ICLR 2017; Tarvainen &
/// Valpola, NeurIPS 2017).
struct ConsistencyOptions {
    bool teacher = false;     ///< the second view is answered by the moving average of the network
    double weight = 10;       ///< of the mean over rows and classes of (p − p')²
    double rampShare = 0.4;   ///< of the run in which that weight rises from zero
    bool sigmoidRamp = false; ///< exp(−5 (1 − t)²) instead of a line
    bool bothLearn = false;   ///< without a teacher: gradients flow through both views
    double rampDecay = 0.99;  ///< with a teacher: its memory while the weight rises
    double logitDistance = 0; ///< with a teacher: weight of the distance of two heads; 0: one head
};

/// The settings "consistency-weight", "ramp-share", "ramp" with these defaults.
[[nodiscard]] std::vector<ParamSpec> consistencySettings(const ConsistencyOptions& defaults);
/// Reads what is there of these and of the method's own.
[[nodiscard]] ConsistencyOptions readConsistency(const ParamValues& settings, bool teacher);

[[nodiscard]] std::unique_ptr<Recipe> makeConsistencyRecipe(const SemiOptions& semi, const ConsistencyOptions& options);

} // namespace assay::learn
