// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/agreement.h"
#include "core/project/project.h"
#include "core/stats/ranking.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay {

/// Accuracy on what was held out, epoch by epoch.
struct AccuracyFigures {
    std::string split;                 ///< "test", or "validation" where there is no such split
    std::vector<double> perEpoch;      ///< [0, 1], finite; empty where nothing was held out
    [[nodiscard]] double best() const; ///< NaN where there is none, as the next two
    [[nodiscard]] double last() const;
    [[nodiscard]] double meanOfLastTen() const;
};
[[nodiscard]] AccuracyFigures accuracyFigures(const std::vector<EpochSummary>& epochs);

/// Setting of a project: p(noisy) from which on the window calls a sample a suspect.
inline constexpr const char* kThresholdKey = "window/threshold";
[[nodiscard]] Result<double> suspectThreshold(const Project& project); ///< 0.5 where it was never moved

/// Probability that a label is wrong, for each row of the evidence, as it was recorded: the method's own column
/// "p-noisy", else the posterior of the mixture of the evidence's epoch over the losses. Empty where there is neither.
[[nodiscard]] std::vector<float> recordedPNoisy(const std::vector<EpochSummary>& epochs, const Evidence& evidence);
/// Probability that a label is wrong, for each row of the evidence: as it was recorded, else the posterior of a
/// Gaussian mixture that is fitted here. Empty where the losses do not fall into two groups.
[[nodiscard]] std::vector<float> pNoisy(const std::vector<EpochSummary>& epochs, const Evidence& evidence);

/// Which training samples a run suspects at the end of an epoch, and how right it is.
struct Suspicion {
    SuspectMask suspects;                             ///< [N] p(noisy) at or past the threshold
    SuspectMask judged;                               ///< [N] the run has a p(noisy) for its label
    std::vector<Label> suggested;                     ///< [N] the prediction, kNoLabel where there is none
    std::optional<stats::DetectionQuality> detection; ///< over the samples of which the truth is known
    std::string detectionMissing;                     ///< why there is none
};
/// `evidence` may be null (no epoch yet); `splits` may be empty (every sample is for training). Samples are ranked by
/// p(noisy), equal ones by loss, because many posteriors are exactly 0 or 1; F1 is that at `threshold`.
[[nodiscard]] Suspicion suspicion(const std::vector<EpochSummary>& epochs, const Evidence* evidence,
                                  std::span<const Label> labels, std::span<const Label> trueLabels,
                                  std::span<const Split> splits, double threshold);

/// Everything that decides what a run comes to, as text by name: the method's settings and the run's own. `labels` is
/// the name of its label set.
[[nodiscard]] std::map<std::string, std::string> settingsByName(const RunConfig& config, const std::string& labels);

/// A setting that is not the same in all runs.
struct DifferingSetting {
    std::string name;
    std::vector<std::string> values; ///< one per run; "" where that run's method has no such setting
};
[[nodiscard]] std::vector<DifferingSetting>
differingSettings(const std::vector<std::map<std::string, std::string>>& settings);

} // namespace assay
