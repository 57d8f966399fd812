// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/label_set.h"
#include "core/data/noise.h"
#include "core/project/project.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::ui {

/// A label set that the project has stored.
struct KeptLabels {
    std::int64_t id = 0;
    std::string name;
    std::shared_ptr<const LabelSet> set;
};

/// Labels with noise injected into the data set's given ones, which become the truth.
[[nodiscard]] Result<LabelSet> noisyLabelSet(const Dataset& dataset, const NoiseOptions& options);
/// "symmetric 20 %, seed 1".
[[nodiscard]] std::string noiseName(const NoiseOptions& options);

/// Stores `set` in the project, or finds the equal one that is there already. Any thread.
[[nodiscard]] Result<KeptLabels> keepLabels(Project& project, const std::string& name, LabelSet set);

/// The run whose labels the decisions are about: for one that was trained on the journal's labels the newest one
/// before it that was not. Null where there is none: then they are about the data set's own labels.
[[nodiscard]] const RunRecord* rootRun(const std::vector<RunRecord>& runs, RunId run);

} // namespace assay::ui
