// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <optional>
#include <vector>

namespace assay {

/// A round of cleaning as the project keeps it.
struct RoundFigures {
    CleaningRound round;
    int epoch = 0;                 ///< the one that ended it
    CleaningFlow flow;             ///< since the round before; since the start, where all were kept, for the first
    std::optional<double> overlap; ///< Jaccard with the round before; none for the first
    std::optional<double> labelPrecision; ///< right labels among the kept, where the truth is known
    std::optional<std::int64_t> labelSet; ///< the project's label set with its choice
};

/// The finished rounds of a run, in order; empty for a run of a method that has none.
[[nodiscard]] Result<std::vector<RoundFigures>> cleaningRounds(const Project& project, RunId run);

} // namespace assay
