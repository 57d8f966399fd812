// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/probability_evidence.h"

#include "core/stats/confident_learning.h"

#include <algorithm>
#include <cmath>

namespace assay {

Result<Evidence> evidenceOf(const FeatureMatrix& probabilities, std::span<const Label> labels) {
    constexpr double kLeast = 1e-12;
    const std::size_t classes = probabilities.dimension;
    if (probabilities.rows() != labels.size())
        return fail(ErrorCode::InvalidArgument, "there must be one row of probabilities for every label");
    Evidence evidence;
    evidence.epoch = probabilities.epoch;
    std::vector<Label> given, checkable;
    std::vector<float> rows;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!probabilities.has(i)) continue;
        evidence.samples.emplace_back(std::uint32_t(i));
        given.push_back(labels[i]);
        checkable.push_back(labels[i] == kNoLabel ? 0 : labels[i]);
        const auto row = probabilities.row(i);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    if (std::all_of(given.begin(), given.end(), [](Label label) { return label == kNoLabel; }))
        return fail(ErrorCode::NotFound, "no sample has both a label and probabilities");
    const stats::FloatProbabilities checked{rows, classes};
    ASSAY_CHECK_STATUS(stats::checkProbabilities(checked, checkable));
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto row = checked.row(i);
        const auto best = std::max_element(row.begin(), row.end());
        const Label prediction = Label(best - row.begin());
        const auto label = std::size_t(given[i] == kNoLabel ? prediction : given[i]);
        double other = 0;
        for (std::size_t k = 0; k < classes; ++k)
            if (k != label) other = std::max(other, double(row[k]));
        const double own = std::max(kLeast, double(row[label]));
        evidence.loss.push_back(given[i] == kNoLabel ? 0.0F : std::max(0.0F, float(-std::log(own))));
        evidence.prediction.push_back(prediction);
        evidence.confidence.push_back(std::min(*best, 1.0F));
        evidence.margin.push_back(float(std::log(own) - std::log(std::max(kLeast, other))));
    }
    return evidence;
}

std::array<Suggestion, 3> topThree(const FeatureMatrix& probabilities, SampleIndex sample) {
    std::array<Suggestion, 3> top;
    if (sample.value >= probabilities.rows() || !probabilities.has(sample.value)) return top;
    const auto row = probabilities.row(sample.value);
    for (std::size_t k = 0; k < row.size(); ++k) {
        Suggestion one{Label(k), row[k]};
        for (Suggestion& place : top)
            if (place.label == kNoLabel || one.probability > place.probability) std::swap(one, place);
    }
    return top;
}

} // namespace assay
