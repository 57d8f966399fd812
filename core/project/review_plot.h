// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/review_simulation.h"
#include "core/base/result.h"
#include "core/project/plot_format.h"

#include <string>
#include <vector>

namespace assay {

/// Wrong labels found against decisions made, a line for each queue, with the line that nobody can beat; hours at
/// `secondsPerDecision` stand along the upper edge. Drawn to `most` decisions, 0: all.
[[nodiscard]] Result<std::string> plotReview(const std::vector<ReviewCurve>& curves, const std::string& title,
                                             double secondsPerDecision, std::size_t most, PlotFormat format);

} // namespace assay
