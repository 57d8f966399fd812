// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/score_samples.h"

namespace assay {

Result<ScoreSamples> ScoreSamples::from(const ScoreInput& input) {
    if (input.dataset == nullptr) return fail(ErrorCode::InvalidArgument, "a score of pictures needs the data set");
    ScoreSamples samples;
    const std::size_t n = input.dataset->size();
    samples.m_labels = input.labels != nullptr ? input.labels : &input.dataset->givenLabels;
    if (samples.m_labels->size() != n)
        return fail(ErrorCode::InvalidArgument, "there must be one label for every sample of the data set");
    if (!input.epochs.empty() && input.epochs.back()) {
        samples.m_samples = input.epochs.back()->samples;
        for (const SampleIndex sample : samples.m_samples)
            if (sample.value >= n)
                return fail(ErrorCode::InvalidArgument, "the evidence names a sample that the data set does not have",
                            "sample " + std::to_string(sample.value));
    } else {
        for (std::size_t i = 0; i < n; ++i) samples.m_samples.emplace_back(std::uint32_t(i));
    }
    return samples;
}

ScoreValues ScoreSamples::pick(const std::vector<float>& values, const std::vector<Label>& suggested) const {
    ScoreValues scores;
    for (const SampleIndex sample : m_samples) {
        scores.values.push_back(values[sample.value]);
        scores.suggested.push_back(suggested[sample.value]);
    }
    return scores;
}

} // namespace assay
