// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/figures.h"
#include "core/train/run_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace assay::cli {

struct TrainOptions {
    DatasetArguments dataset;
    std::string project;
    std::vector<std::string> settings; ///< key=value
    LabelArguments labels;
    bool cleaned = false;
    std::int64_t baseRun = 0, resume = 0;
    RunConfig config;
    double threshold = 0.5;
};

/// Trains one run to its end, reporting each epoch on standard error, and returns what it came to. A stop by the
/// user is an Error that says how to go on.
[[nodiscard]] Result<RunFigures> train(Session& session, const TrainOptions& options);

} // namespace assay::cli
