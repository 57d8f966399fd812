// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/score_input.h"

namespace assay {
namespace {

/// Epochs before the learning rate fell to half of what it had been or less; 0 where it never did at once.
int epochsAtFullRate(const std::vector<EpochSummary>& epochs) {
    for (std::size_t e = 1; e < epochs.size(); ++e) {
        const auto before = epochs[e - 1].scalars.find("learning-rate"), now = epochs[e].scalars.find("learning-rate");
        if (before == epochs[e - 1].scalars.end() || now == epochs[e].scalars.end()) continue;
        if (before->second > 0 && now->second <= before->second / 2) return epochs[e - 1].epoch;
    }
    return 0;
}

} // namespace

Result<ScoreInput> readScoreInput(const Project& project, RunId run, const Dataset& dataset,
                                  const std::vector<Label>& labels, std::optional<int> lastEpoch) {
    ASSAY_TRY(std::vector<EpochSummary> epochs, project.epochs(run));
    if (lastEpoch) std::erase_if(epochs, [&](const EpochSummary& one) { return one.epoch > *lastEpoch; });
    if (epochs.empty())
        return fail(ErrorCode::NotFound, "this run has recorded no epoch", "run " + std::to_string(run.value));
    ScoreInput input;
    input.dataset = &dataset;
    input.labels = &labels;
    input.epochsAtFullRate = epochsAtFullRate(epochs);
    for (const EpochSummary& epoch : epochs) {
        ASSAY_TRY(auto evidence, project.evidence(run, epoch.epoch));
        input.epochs.push_back(std::move(evidence));
    }
    const auto optional = [](auto matrix, auto& to) -> Status {
        if (matrix) to = std::move(*matrix);
        else if (matrix.error().code != ErrorCode::NotFound) return tl::unexpected<Error>(std::move(matrix).error());
        return {};
    };
    ASSAY_CHECK_STATUS(optional(project.features(run), input.features));
    ASSAY_CHECK_STATUS(optional(project.probabilities(run), input.probabilities));
    for (auto* matrix : {&input.features, &input.probabilities})
        if (lastEpoch && *matrix && (*matrix)->epoch != *lastEpoch) matrix->reset();
    return input;
}

} // namespace assay
