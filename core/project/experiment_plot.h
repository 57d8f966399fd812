// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/experiment_results.h"
#include "core/project/plot_format.h"

#include <filesystem>
#include <string>
#include <vector>

namespace assay {

/// The summary as a picture: for every kind of labels and network a panel with a line per method, the mean of its last
/// accuracy as a dot with its interval, that of the best as a ring, the published one as a tick; beside it AUROC where
/// the truth is known.
[[nodiscard]] Result<std::string> plotSummary(const Experiment& experiment, const std::vector<ExperimentRow>& rows,
                                              PlotFormat format);

/// Writes runs.csv, summary.csv, summary.md, summary.svg and summary.pdf into a folder, which is made where there is
/// none.
[[nodiscard]] Status writeExperiment(const std::filesystem::path& folder, const Experiment& experiment,
                                     const std::vector<ExperimentOutcome>& outcomes);

} // namespace assay
