// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"
#include "core/project/project.h"

namespace assay {

/// What a run left for scores: all its epochs, and features and probabilities where it kept them. Keeps pointers to the
/// data set and the labels [N]. NotFound where the run has recorded no epoch.
[[nodiscard]] Result<ScoreInput> readScoreInput(const Project& project, RunId run, const Dataset& dataset,
                                                const std::vector<Label>& labels);

} // namespace assay
