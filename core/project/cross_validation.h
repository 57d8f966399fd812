// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/project.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay {

// Cross-validation as runs of a project: each fold is a run of its own, for which the fold's training samples count as
// validation samples; what the runs say of the samples that they did not learn from makes one more run.

struct FoldPlan {
    int folds = 5;          ///< 2 to 50
    std::uint64_t seed = 1; ///< of the folds
    std::vector<int> fold;  ///< [N] 0 to folds − 1; −1 where the sample is not for training
};
/// Stratified: every fold has its share of the training samples of each class, up to one. Samples without a label, or
/// `excluded` (may be empty), belong to none. InvalidArgument where a fold would be empty.
[[nodiscard]] Result<FoldPlan> planFolds(const Dataset& dataset, const LabelSet& labels,
                                         std::span<const std::uint8_t> excluded, int folds, std::uint64_t seed);
/// The data set as the run of a fold sees it: the fold's samples are held out as validation samples.
[[nodiscard]] std::shared_ptr<const Dataset> datasetOfFold(const Dataset& dataset, const FoldPlan& plan, int fold);
/// "given, fold 2 of 5, seed 1": the name of a fold's label set, by which its run is found again.
[[nodiscard]] std::string foldLabelName(const std::string& labels, const FoldPlan& plan, int fold);
/// What such a name says; nothing where the label set is no fold's.
struct FoldLabelName {
    std::string labels;
    int fold = 0; ///< from 0
    int folds = 0;
    std::uint64_t seed = 0;
};
[[nodiscard]] std::optional<FoldLabelName> parseFoldLabelName(const std::string& name);
/// Of every training sample the probabilities by the run that did not learn from it; of all others, the mean over the
/// runs. `runs`: one for each fold, finished. NotFound where a run kept no probabilities.
[[nodiscard]] Result<std::shared_ptr<const FeatureMatrix>>
heldOutProbabilities(const Project& project, const FoldPlan& plan, std::span<const RunId> runs);

} // namespace assay
