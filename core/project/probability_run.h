// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/feature_matrix.h"
#include "core/audit/score.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/project/project.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

// A run that was not trained here, or not in one go: predicted probabilities with their evidence, one epoch, finished.
// Scores, gallery, review and export take it as any other run.

/// Method of a run whose probabilities came from elsewhere ("source" among its settings says from where), and of one
/// that was put together from the held-out parts of other runs. No method of that name is in any catalogue. Of
/// imported features alone the neighbours' votes make the probabilities.
inline constexpr std::string_view kImportedMethod = "imported";
inline constexpr std::string_view kNeighbourMethod = "neighbours";
inline constexpr std::string_view kCrossValidationMethod = "cross-validation";

/// Whether what the run says of its training samples comes from a network that had not seen their labels. Else a
/// network may have learnt a wrong label by heart, and confident learning and all that rests on the last epoch
/// overlook it.
[[nodiscard]] bool isOutOfSample(const RunConfig& config);
/// Whether such a run judges the labels of this split: those that it learnt, for suspects are sought among them; all,
/// where no network of the run had learnt one.
[[nodiscard]] bool judges(const RunConfig& config, Split split);

/// Whether a score of this run suggests the class of a sample's neighbours: see Detector::byNeighbours.
[[nodiscard]] bool suggestsByNeighbours(const RunConfig& config, const ScoreTraits& score);

/// The stored label set that is the same, or a new one.
[[nodiscard]] Result<std::int64_t> findOrAddLabelSet(Project& project, const std::string& name, const LabelSet& set);

struct ProbabilityRun {
    RunConfig config;      ///< its method, settings and seed; epochs become 1
    std::string labelName; ///< of the label set: "given"
    LabelSet labels;
    std::optional<Revision> revision;
    std::shared_ptr<const FeatureMatrix> probabilities; ///< [N, K]; NaN for samples without
    std::shared_ptr<const FeatureMatrix> features;      ///< may be null
    std::string note;                                   ///< kept with the run; may be empty
};
/// Adds the run with its evidence to the project and waits until it is on disk. A mixture is fitted over the losses of
/// the training samples, as after any epoch. Fails where shapes do not fit the data set or probabilities are none.
[[nodiscard]] Result<RunRecord> addProbabilityRun(Project& project, const Dataset& dataset, ProbabilityRun run);

/// Rows of a table of probabilities as rows of the data set: all samples in order, or those of one split in order. The
/// split is that of the name, else the only one of that size. An error that names the sizes where nothing fits.
[[nodiscard]] Result<std::vector<SampleIndex>> samplesOfRows(const Dataset& dataset, std::size_t rows,
                                                             const std::string& splitName);

} // namespace assay
