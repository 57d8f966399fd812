// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/scoring.h"

#include "app/cli/figures.h"
#include "core/project/score_input.h"
#include "core/stats/ranking.h"

#include <map>

namespace assay::cli {

namespace {

struct One {
    std::vector<SampleIndex> samples;
    ScoreValues values;
    std::vector<float> loss;
    std::vector<Label> labels;
};

Result<One> scoreRun(const Project& project, const Dataset& dataset, const Score& score, const RunRecord& run,
                     std::optional<int> epoch) {
    One one;
    ASSAY_TRY(const BaseLabels labels, baseLabels(project, run, &dataset));
    one.labels = labels.labels;
    ASSAY_TRY(const ScoreInput input, readScoreInput(project, run.id, dataset, one.labels, epoch));
    one.samples = input.epochs.back()->samples;
    one.loss = input.epochs.back()->loss;
    ASSAY_TRY(one.values, score.compute(input));
    return one;
}

/// Positions in the ranking, 1 for the most suspect down to 0, so that runs of different scales can be averaged.
std::vector<float> asRanks(const std::vector<float>& values) {
    const std::vector<std::uint32_t> order = stats::rankDescending(values);
    std::vector<float> ranks(values.size());
    const double last = values.size() > 1 ? double(values.size() - 1) : 1;
    for (std::size_t place = 0; place < order.size(); ++place) ranks[order[place]] = float(1 - double(place) / last);
    return ranks;
}

} // namespace

Result<Scored> scoreRuns(const Project& project, const Dataset& dataset, const Score& score,
                         const std::vector<RunRecord>& runs, std::optional<int> epoch) {
    std::vector<One> all;
    for (const RunRecord& run : runs) {
        ASSAY_TRY(One one, scoreRun(project, dataset, score, run, epoch));
        if (!all.empty() && one.samples != all.front().samples)
            return fail(ErrorCode::InvalidArgument, "these runs have evidence for different samples and cannot be averaged",
                        "run " + std::to_string(run.id.value));
        all.push_back(std::move(one));
    }
    if (all.empty()) return fail(ErrorCode::NotFound, "there is no run to score; train one first", project.file().string());
    Scored scored;
    scored.samples = std::move(all.front().samples);
    scored.labels = std::move(all.front().labels);
    scored.probability = all.front().values.probability;
    scored.loss.assign(scored.samples.size(), 0);
    for (const One& one : all)
        for (std::size_t row = 0; row < scored.loss.size(); ++row) scored.loss[row] += one.loss[row] / float(all.size());
    if (all.size() == 1) {
        scored.values = std::move(all.front().values.values);
        scored.suggested = std::move(all.front().values.suggested);
        return scored;
    }
    std::vector<double> sums(scored.samples.size());
    for (One& one : all) {
        const std::vector<float> values = scored.probability ? one.values.values : asRanks(one.values.values);
        for (std::size_t row = 0; row < sums.size(); ++row) sums[row] += double(values[row]);
    }
    for (const double sum : sums) scored.values.push_back(float(sum / double(all.size())));
    for (std::size_t row = 0; row < sums.size(); ++row) {
        std::map<Label, int> votes;
        Label winner = kNoLabel;
        for (const One& one : all) {
            const Label label = row < one.values.suggested.size() ? one.values.suggested[row] : kNoLabel;
            if (label != kNoLabel && (++votes[label] > votes[winner] || winner == kNoLabel)) winner = label;
        }
        scored.suggested.push_back(winner);
    }
    return scored;
}

} // namespace assay::cli
