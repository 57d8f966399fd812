// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/project.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace assay {

/// Anybody's probabilities or features in files, and the labels to hold them against.
struct ProbabilityImport {
    /// See readProbabilities(); columns by class name, else in the data set's order. Empty: the votes of the nearest
    /// samples by `features`, see stats::votesOfNeighbours().
    std::filesystem::path probabilities;
    std::filesystem::path features;  ///< .npy with the same rows, or empty
    std::string split;               ///< whose rows they are; empty: as their number says
    bool normalise = false;          ///< divide every row by its sum first
    std::string labelName = "given"; ///< what the labels are called
    LabelSet labels;
};
/// Makes a run of them. Errors name the file, and what does not fit. Only comparing features takes long enough to tell
/// of progress; a stop before its end leaves the project as it was, with Cancelled.
[[nodiscard]] Result<RunRecord> importProbabilities(Project& project, const Dataset& dataset, ProbabilityImport import,
                                                    const ProgressFn& progress = {}, std::stop_token stop = {});

} // namespace assay
