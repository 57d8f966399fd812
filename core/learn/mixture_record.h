// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/mixture.h"

#include <map>
#include <string>

namespace assay::learn {

/// A mixture that a method takes its decisions by, where it is not the one of the epoch's report: scalars
/// "NAME-clean-mean", "NAME-clean-variance", "NAME-noisy-mean", "NAME-noisy-variance", "NAME-noisy-weight" on the scale
/// of the fit, "NAME-lo" and "NAME-hi" (the losses or scores that become 0 and 1), "NAME-swapped" and "NAME-collapsed"
/// (0 or 1).
inline void recordMixture(std::map<std::string, double>& scalars, const std::string& name,
                          const stats::MixtureFit& fit) {
    const auto& noisy = fit.components[std::size_t(fit.noisyComponent)];
    const auto& clean = fit.components[std::size_t(1 - fit.noisyComponent)];
    scalars[name + "-clean-mean"] = clean.mean;
    scalars[name + "-clean-variance"] = clean.variance;
    scalars[name + "-noisy-mean"] = noisy.mean;
    scalars[name + "-noisy-variance"] = noisy.variance;
    scalars[name + "-noisy-weight"] = noisy.weight;
    scalars[name + "-lo"] = fit.lo;
    scalars[name + "-hi"] = fit.hi;
    scalars[name + "-swapped"] = fit.swapped;
    scalars[name + "-collapsed"] = fit.collapsed;
}

} // namespace assay::learn
