// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/score_input.h"

#include <algorithm>

namespace assay {
namespace {

/// Epochs before the learning rate had fallen to half of its highest or less; 0 where it never did.
int epochsAtFullRate(const std::vector<EpochSummary>& epochs) {
    double highest = 0;
    int last = 0;
    for (const EpochSummary& epoch : epochs) {
        const auto rate = epoch.scalars.find("learning-rate");
        if (rate == epoch.scalars.end()) continue;
        highest = std::max(highest, rate->second);
        if (last > 0 && highest > 0 && rate->second <= highest / 2) return last;
        last = epoch.epoch;
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
