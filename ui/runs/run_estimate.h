// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace assay::ui {

/// How long an epoch will take, by an earlier run.
struct EpochEstimate {
    RunId run;
    double seconds = 0;
    double peakMemoryMib = 0; ///< that run's; 0: unknown
    bool same = false; ///< that run did the same work in an epoch; else its time is scaled, or its settings are others
};

/// By the run of the same method, network and device that is most like `config`, the newest of equals: its time scaled
/// by the pictures of its steps. `training`: how many pictures there are to train on; `cuda`: what "auto" means.
/// Nothing where no such run has finished an epoch.
[[nodiscard]] std::optional<EpochEstimate> estimateEpoch(const RunConfig& config, const std::vector<RunRecord>& runs,
                                                         std::size_t training, bool cuda);

} // namespace assay::ui
