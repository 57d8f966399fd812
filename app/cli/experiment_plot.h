// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/experiment_results.h"

#include <string>
#include <vector>

namespace assay::cli {

enum class PlotFormat { Svg, Pdf };

/// The summary as a picture: for every kind of labels and network a panel with a line per method, the mean of its last
/// accuracy as a dot with its interval, that of the best as a ring, the published one as a tick; beside it AUROC where
/// the truth is known.
[[nodiscard]] Result<std::string> plotSummary(const Experiment& experiment, const std::vector<ExperimentRow>& rows,
                                              PlotFormat format);

} // namespace assay::cli
