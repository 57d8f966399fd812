// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/ranking.h"
#include "core/train/experiment.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What an experiment is judged by.
enum class Metric { Best, Last, MeanOfLastTen, Auroc, AveragePrecision, F1, SecondsPerEpoch, PeakMemory };
constexpr std::size_t kMetrics = 8;
constexpr std::array<Metric, kMetrics> kAllMetrics = {Metric::Best,
                                                      Metric::Last,
                                                      Metric::MeanOfLastTen,
                                                      Metric::Auroc,
                                                      Metric::AveragePrecision,
                                                      Metric::F1,
                                                      Metric::SecondsPerEpoch,
                                                      Metric::PeakMemory};
[[nodiscard]] const char* metricId(Metric metric);    ///< "mean_last_10"; names columns
[[nodiscard]] const char* metricTitle(Metric metric); ///< with its unit

/// What one run came to: a number per metric, accuracies in [0, 1]; NaN where it is not known.
struct ExperimentOutcome {
    ExperimentCell cell;
    std::array<double, kMetrics> values{};
    [[nodiscard]] double operator[](Metric metric) const { return values[std::size_t(metric)]; }
    double& operator[](Metric metric) { return values[std::size_t(metric)]; }
};

/// A method under one kind of labels with one network, over the seeds.
struct ExperimentRow {
    std::size_t labels = 0, network = 0, method = 0;
    std::array<stats::MeanInterval, kMetrics> over; ///< count 0 where no run knows it
    /// Against the reference method with the same seed: the mean of the differences and its interval.
    stats::MeanInterval lastDifference, aurocDifference;
    PublishedFigures published;
};

/// What a paper reports under this metric, in percent.
[[nodiscard]] std::optional<double> publishedUnder(const PublishedFigures& published, Metric metric);

/// One row for every method, network and kind of labels, in the recipe's order; also those without a run yet.
[[nodiscard]] std::vector<ExperimentRow> summarise(const Experiment& experiment,
                                                   const std::vector<ExperimentOutcome>& outcomes);

/// Every run, one a row, numbers in full.
[[nodiscard]] std::string outcomesCsv(const Experiment& experiment, const std::vector<ExperimentOutcome>& outcomes);
/// Every row of the summary with mean, half-width and number of runs.
[[nodiscard]] std::string summaryCsv(const Experiment& experiment, const std::vector<ExperimentRow>& rows);
/// A table for people, one section per kind of labels and network; accuracies in percent, published
/// ones in brackets behind ours.
[[nodiscard]] std::string summaryMarkdown(const Experiment& experiment, const std::vector<ExperimentRow>& rows);

} // namespace assay
