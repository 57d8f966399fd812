// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace assay::learn {

enum class ScheduleKind { Constant, Step, Cosine, CosineRestarts, LinearDecay, Exponential, Cosine716 };

/// Learning rate as a closed formula of the position in the run.
struct Schedule {
    ScheduleKind kind = ScheduleKind::Cosine;
    double rate = 0.1;              ///< at the start
    std::vector<double> milestones; ///< Step: shares of the run in (0, 1) after which the rate is × factor
    double factor = 0.1;            ///< Step
    double decayStart = 0.4;        ///< LinearDecay: share of the run after which the rate falls linearly to 0
    double warmUp = 0;              ///< share of the run in which the rate rises linearly from 0
    double epochs = 1;              ///< of the run
    double restartEpochs =
        10; ///< CosineRestarts: T₀, the rate starts again from the top after so many (Loshchilov & Hutter 2017)
    double epochFactor = 0.97; ///< Exponential: what each epoch's rate is of the one before
    double smallestRate = 0;   ///< Cosine, CosineRestarts: where the rate ends; Exponential: no less than that

    /// `progress` in [0, 1): optimiser steps done over steps planned.
    [[nodiscard]] double at(double progress) const;
};

[[nodiscard]] Result<ScheduleKind> parseScheduleKind(const std::string& id);
/// "0.33, 0.83" → {0.33, 0.83}; InvalidArgument unless they rise inside (0, 1).
[[nodiscard]] Result<std::vector<double>> parseMilestones(const std::string& text);

} // namespace assay::learn
