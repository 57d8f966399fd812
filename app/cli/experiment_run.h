// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/session.h"
#include "core/project/experiment_results.h"

#include <string>
#include <vector>

namespace assay::cli {

/// Trains every run of the grid that the project does not hold yet, in the grid's order; what was stopped goes on from
/// its checkpoint. Returns what each came to. A run that fails is told and left out, the others go on; a stop by the
/// user is an Error that says how to go on. All methods, networks and settings are checked before the first run.
[[nodiscard]] Result<std::vector<ExperimentOutcome>> runExperiment(Session& session, const Experiment& experiment,
                                                                   const std::string& projectFile);

} // namespace assay::cli
