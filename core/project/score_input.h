// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/score.h"
#include "core/project/project.h"

#include <optional>
#include <vector>

namespace assay {

/// What a run left for scores: its epochs, and features and probabilities where it kept them. With `lastEpoch` what it
/// had left by then: no later epoch, and no features or probabilities of another. Keeps pointers to the data set and
/// the labels [N]. NotFound where the run had recorded none; that the last is the one asked for is for the caller to
/// look at, as a live epoch may not be on disk yet.
[[nodiscard]] Result<ScoreInput> readScoreInput(const Project& project, RunId run, const Dataset& dataset,
                                                const std::vector<Label>& labels, std::optional<int> lastEpoch = {});

} // namespace assay
