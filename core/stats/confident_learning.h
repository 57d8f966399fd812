// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Confident learning: Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
// JAIR 70, 2021, arXiv 1911.00068. Details as in the authors' implementation (cleanlab 2).

namespace assay::stats {

/// Predicted class probabilities, one row per sample, [N, K] row by row. T is double or float.
template <class T>
struct ProbabilityRows {
    std::span<const T> values;
    std::size_t classes = 0;
    /// Only for values that lie in a read-only map of a file: rows that were read are given back to the system, so that
    /// a matrix larger than memory passes through little of it.
    bool dropBehind = false;
    [[nodiscard]] std::size_t rows() const { return classes == 0 ? 0 : values.size() / classes; }
    [[nodiscard]] std::span<const T> row(std::size_t i) const { return values.subspan(i * classes, classes); }
};
using Probabilities = ProbabilityRows<double>;
using FloatProbabilities = ProbabilityRows<float>;

/// Fails on fewer than two classes, another number of labels than rows, a label outside 0..K-1, a probability that
/// is NaN, infinite, negative or above 1, and rows that do not sum to 1 (within 1e-3); names the first ten rows and
/// columns, counted from 0. Every function below checks so first.
[[nodiscard]] Status checkProbabilities(const Probabilities& probabilities, std::span<const Label> givenLabels);
[[nodiscard]] Status checkProbabilities(const FloatProbabilities& probabilities, std::span<const Label> givenLabels);
/// Divides every row by its sum; rows whose sum is not above 0 are an error. For callers who were asked to.
[[nodiscard]] Status normaliseRows(std::span<double> values, std::size_t classes);

/// Counts of given against guessed labels, and what follows from them.
struct ConfidentJoint {
    std::size_t classes = 0;
    std::vector<double> thresholds;        ///< [K] mean p_k over samples given k; 2 where there is none
    std::vector<std::int64_t> counts;      ///< [K, K] given by guessed, as counted; diagonal at least 1
    std::vector<std::int64_t> calibrated;  ///< [K, K] rows sum to the number of samples given k, rounded
    std::vector<std::int64_t> given;       ///< [K] samples given k
    std::size_t estimatedErrors = 0;       ///< off-diagonal sum of `calibrated`
    std::vector<std::uint8_t> offDiagonal; ///< [N] 1 where a sample was counted off the diagonal

    [[nodiscard]] std::int64_t at(std::size_t givenClass, std::size_t trueClass) const {
        return calibrated[givenClass * classes + trueClass];
    }
    /// P(given = j | true = k), [K, K] as j by k; 0 where no sample is thought to be k.
    [[nodiscard]] std::vector<double> noiseMatrix() const;
    /// P(true = k | given = j), [K, K] as j by k; 0 where no sample is given j.
    [[nodiscard]] std::vector<double> inverseNoiseMatrix() const;
    /// Share of samples thought to be k, [K].
    [[nodiscard]] std::vector<double> trueShares() const;
    /// Off-diagonal sums of the rows of `calibrated`, [K].
    [[nodiscard]] std::vector<std::int64_t> errorsPerClass() const;
    /// The class that a row was counted under: the one whose threshold it reaches, of several the most probable;
    /// kNoLabel where it was not counted.
    [[nodiscard]] Label countedAs(std::span<const float> row) const;
};
[[nodiscard]] Result<ConfidentJoint> confidentJoint(const Probabilities& probabilities,
                                                    std::span<const Label> givenLabels);
[[nodiscard]] Result<ConfidentJoint> confidentJoint(const FloatProbabilities& probabilities,
                                                    std::span<const Label> givenLabels);

/// Two classes that are taken for one another: "4 to 9: 31 samples".
struct ClassPair {
    Label given = kNoLabel, suspected = kNoLabel;
    std::int64_t samples = 0; ///< estimated number of samples given the one that are the other
    double share = 0;         ///< of the samples given `given`
};
/// The off-diagonal cells of the calibrated joint that are not empty, the fullest first; ties by class.
[[nodiscard]] std::vector<ClassPair> classPairs(const ConfidentJoint& joint);

enum class IssueFilter {
    PruneByNoiseRate,
    PruneByClass,
    Both,
    ConfidentLearning,
    PredictedNeqGiven,
    LowSelfConfidence,
    LowNormalizedMargin,
};
enum class LabelQuality { SelfConfidence, NormalizedMargin, ConfidenceWeightedEntropy };

[[nodiscard]] std::string_view issueFilterName(IssueFilter filter);    ///< "prune-by-noise-rate", …
[[nodiscard]] std::string_view labelQualityName(LabelQuality quality); ///< "self-confidence", …
[[nodiscard]] Result<IssueFilter> parseIssueFilter(std::string_view name);
[[nodiscard]] Result<LabelQuality> parseLabelQuality(std::string_view name);
[[nodiscard]] std::vector<std::string> issueFilterNames();
[[nodiscard]] std::vector<std::string> labelQualityNames();

/// [N], 0 to 1, low = suspicious. `adjust`: probabilities are first shifted by the classes' thresholds, which helps
/// where the network favours some classes.
[[nodiscard]] Result<std::vector<float>> labelQuality(const Probabilities& probabilities,
                                                      std::span<const Label> givenLabels, LabelQuality quality,
                                                      bool adjust = false);
[[nodiscard]] Result<std::vector<float>> labelQuality(const FloatProbabilities& probabilities,
                                                      std::span<const Label> givenLabels, LabelQuality quality,
                                                      bool adjust = false);

struct IssueOptions {
    IssueFilter filter = IssueFilter::PruneByNoiseRate;
    LabelQuality rankBy = LabelQuality::SelfConfidence;
    int minExamplesPerClass = 1; ///< so many of each class are never flagged by the pruning filters
    double fracNoise = 1;        ///< this share of the estimated errors is flagged by them
};

/// A label that is probably wrong.
struct LabelIssue {
    std::size_t row = 0;
    Label given = kNoLabel, suggested = kNoLabel; ///< suggested: the most probable class
    float score = 0;                              ///< label quality, low = suspicious
};

struct LabelIssues {
    std::vector<LabelIssue> issues; ///< worst first; ties by row
    ConfidentJoint joint;
};
/// Samples whose most probable class is the given one are never among them. Besides the probabilities it needs some 15
/// bytes a sample, and for the pruning filters the candidates of one class at a time.
[[nodiscard]] Result<LabelIssues> findLabelIssues(const Probabilities& probabilities,
                                                  std::span<const Label> givenLabels, const IssueOptions& options = {});
[[nodiscard]] Result<LabelIssues> findLabelIssues(const FloatProbabilities& probabilities,
                                                  std::span<const Label> givenLabels, const IssueOptions& options = {});

} // namespace assay::stats
