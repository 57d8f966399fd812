// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/experiment_results.h"
#include "core/project/project.h"

#include <optional>
#include <string>
#include <vector>

namespace assay {

/// "Co-Teaching on symmetric 40 %, cnn-small, seed 2".
[[nodiscard]] std::string cellName(const Experiment& experiment, const ExperimentCell& cell);

/// Everything that a cell's run is set to, held against the catalogues. Errors name what is unknown or out of range.
[[nodiscard]] Result<RunConfig> completeConfig(const Experiment& experiment, const ExperimentCell& cell,
                                               const Registry& registry);

/// Labels as the runs of a grid train on them.
struct ExperimentLabelSet {
    std::string name;
    LabelSet set;
    std::vector<std::string> notes{}; ///< what a person should hear of them, a sentence each
};
/// Those of a kind of labels; `seed` is that of the run.
[[nodiscard]] Result<ExperimentLabelSet> makeLabels(const ExperimentLabels& wanted, std::uint64_t seed,
                                                    const Dataset& dataset);

/// A recorded run's settings as this version has them; as recorded where its method is not known any more.
[[nodiscard]] RunConfig completed(RunConfig recorded, const Registry& registry);
/// The newest run of the project with these settings on these labels.
[[nodiscard]] Result<std::optional<RunRecord>> findRun(const Project& project, const RunConfig& config,
                                                       const LabelSet& labels, const Registry& registry);
/// What a run of the grid came to.
[[nodiscard]] Result<ExperimentOutcome> outcomeOf(const Experiment& experiment, const ExperimentCell& cell,
                                                  const Project& project, const Dataset& dataset,
                                                  const RunRecord& record);

} // namespace assay
