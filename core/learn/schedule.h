// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace assay::learn {

enum class ScheduleKind { Constant, Step, Cosine, LinearDecay, Cosine716 };

/// Learning rate as a closed formula of the position in the run.
struct Schedule {
    ScheduleKind kind = ScheduleKind::Cosine;
    double rate = 0.1;              ///< at the start
    std::vector<double> milestones; ///< Step: shares of the run in (0, 1) after which the rate is × factor
    double factor = 0.1;            ///< Step
    double decayStart = 0.4;        ///< LinearDecay: share of the run after which the rate falls linearly to 0
    double warmUp = 0;              ///< share of the run in which the rate rises linearly from 0

    /// `progress` in [0, 1): optimiser steps done over steps planned.
    [[nodiscard]] double at(double progress) const;
};

[[nodiscard]] Result<ScheduleKind> parseScheduleKind(const std::string& id);
/// "0.33, 0.83" → {0.33, 0.83}; InvalidArgument unless they rise inside (0, 1).
[[nodiscard]] Result<std::vector<double>> parseMilestones(const std::string& text);

} // namespace assay::learn
