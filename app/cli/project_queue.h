// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/cli_headers.h"
#include "app/cli/session.h"
#include "core/audit/feature_matrix.h"
#include "core/audit/fusion.h"
#include "core/data/dataset.h"
#include "core/project/project.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace assay::cli {

/// Scores of runs as one queue over the samples of a split that have a label and evidence in every run.
struct ProjectQueue {
    Fusion fusion;
    std::vector<SampleIndex> samples;                   ///< [N] in order of index
    std::shared_ptr<const FeatureMatrix> probabilities; ///< of the first run, by sample; null where it kept none
    std::size_t withoutTruth = 0;                       ///< samples that were left out for it
    double suspectShare = kUsualShareWrong; ///< of the rows: so many a detector suspects, by p(noisy) of the first run
};

/// `scores`: ids; empty: all there are. A score that cannot be had of a run is left out with a note; an error where
/// none can. `split`: by name, or all; empty: the training samples, or where the runs know none of them what they do
/// know. `truth`: [samples of the data set]; where it is not empty, samples without one are left out.
[[nodiscard]] Result<ProjectQueue> buildQueue(Session& session, const Project& project, const Dataset& dataset,
                                              const std::vector<RunRecord>& runs,
                                              const std::vector<std::string>& scores, const std::string& split = {},
                                              std::span<const Label> truth = {});

/// The option --split of what is made of a queue, into `split`.
void addSplitOption(CLI::App& command, std::string& split);

} // namespace assay::cli
