// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/scoring.h"

#include "app/cli/figures.h"
#include "core/audit/pseudo_confidence.h"
#include "core/project/score_input.h"
#include "core/stats/calibration.h"

#include <map>

namespace assay::cli {

namespace {

struct One {
    std::vector<SampleIndex> samples;
    ScoreValues values;
    std::vector<float> loss;
    std::vector<Label> labels;
};

tl::unexpected<Error> failNoEpoch(const RunRecord& run, int last, int epoch) {
    return fail(ErrorCode::NotFound,
                "the run has recorded " + std::to_string(last) + (last == 1 ? " epoch" : " epochs"),
                "run " + std::to_string(run.id.value) + ", epoch " + std::to_string(epoch));
}

Result<One> scoreRun(const Project& project, const Dataset& dataset, const Score& score, const RunRecord& run,
                     std::optional<int> epoch) {
    One one;
    ASSAY_TRY(const BaseLabels labels, baseLabels(project, run, &dataset));
    one.labels = labels.labels;
    ASSAY_TRY(const ScoreInput input, readScoreInput(project, run.id, dataset, one.labels, epoch));
    if (const int last = input.epochs.back()->epoch; epoch && last != *epoch) return failNoEpoch(run, last, *epoch);
    one.samples = input.epochs.back()->samples;
    one.loss = input.epochs.back()->loss;
    auto values = score.compute(input);
    const ScoreBasis basis = score.traits().basis;
    if (!values && epoch && (basis == ScoreBasis::Features || basis == ScoreBasis::Probabilities))
        return fail(ErrorCode::NotFound,
                    "this score rests on what is kept of a run's last epoch alone; leave --epoch out",
                    "epoch " + std::to_string(*epoch));
    ASSAY_TRY(one.values, std::move(values));
    return one;
}

/// A score of the pictures and labels alone, where there is no run.
Result<Scored> scorePictures(const Project& project, const Dataset& dataset, const Score& score) {
    Scored scored;
    ASSAY_TRY(const BaseLabels labels, baseLabels(project, std::nullopt, &dataset));
    scored.labels = labels.labels;
    ScoreInput input;
    input.dataset = &dataset;
    input.labels = &scored.labels;
    ASSAY_TRY(ScoreValues values, score.compute(input));
    for (std::uint32_t i = 0; i < dataset.size(); ++i) scored.samples.emplace_back(i);
    scored.values = std::move(values.values);
    scored.suggested = std::move(values.suggested);
    scored.loss.assign(scored.samples.size(), 0);
    return scored;
}

} // namespace

bool isPseudoOrder(const std::string& score) { return score == kPseudoLabelOrder || score == kPseudoConfidenceOrder; }

Result<Scored> pseudoScored(const Project& project, const Dataset& dataset, const std::string& order,
                            const RunRecord& run, std::optional<int> epoch) {
    const std::string name = "run " + std::to_string(run.id.value);
    if (run.epochsDone == 0) return fail(ErrorCode::NotFound, "this run has recorded no epoch", name);
    if (epoch && *epoch > run.epochsDone) return failNoEpoch(run, run.epochsDone, *epoch);
    ASSAY_TRY(const auto evidence, project.evidence(run.id, epoch.value_or(run.epochsDone)));
    const auto pseudo = evidence->columns.find("pseudo-label");
    if (pseudo == evidence->columns.end())
        return fail(ErrorCode::NotFound, "this run's method gives no pseudo-labels", name);
    const auto labelled = evidence->columns.find("labelled");
    const std::vector<float>& confidence = pseudoConfidence(*evidence);
    ASSAY_TRY(BaseLabels labels, baseLabels(project, run, &dataset));
    Scored scored;
    scored.labels = std::move(labels.labels);
    for (std::size_t row = 0; row < evidence->size(); ++row) {
        const bool accepted = pseudo->second[row] >= 0;
        const bool counts = labelled != evidence->columns.end() && labelled->second[row] > 0.5f;
        const Split split = dataset.splits[evidence->samples[row].value];
        if (!accepted && (order == kPseudoLabelOrder || counts || split != Split::Train)) continue;
        scored.samples.push_back(evidence->samples[row]);
        scored.values.push_back(confidence[row]);
        scored.suggested.push_back(pseudoAnswer(*evidence, row));
        scored.loss.push_back(evidence->loss[row]);
    }
    return scored;
}

Result<Scored> scoreRuns(const Project& project, const Dataset& dataset, const Score& score,
                         const std::vector<RunRecord>& runs, std::optional<int> epoch) {
    if (runs.empty() && score.traits().basis == ScoreBasis::Pictures) return scorePictures(project, dataset, score);
    std::vector<One> all;
    for (const RunRecord& run : runs) {
        ASSAY_TRY(One one, scoreRun(project, dataset, score, run, epoch));
        if (!all.empty() && one.samples != all.front().samples)
            return fail(ErrorCode::InvalidArgument,
                        "these runs have evidence for different samples and cannot be averaged",
                        "run " + std::to_string(run.id.value));
        all.push_back(std::move(one));
    }
    if (all.empty())
        return fail(ErrorCode::NotFound, "there is no run to score; train one first", project.file().string());
    Scored scored;
    scored.samples = std::move(all.front().samples);
    scored.labels = std::move(all.front().labels);
    scored.probability = all.front().values.probability;
    scored.loss.assign(scored.samples.size(), 0);
    for (const One& one : all)
        for (std::size_t row = 0; row < scored.loss.size(); ++row)
            scored.loss[row] += one.loss[row] / float(all.size());
    const bool same = score.traits().basis == ScoreBasis::Pictures; // whatever the run
    if (all.size() == 1 || same) {
        scored.values = std::move(all.front().values.values);
        scored.suggested = std::move(all.front().values.suggested);
        return scored;
    }
    std::vector<double> sums(scored.samples.size());
    for (One& one : all) {
        // Places in the ranking, so that runs of different scales can be averaged.
        const std::vector<float> values =
            scored.probability ? one.values.values : stats::percentiles(one.values.values);
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
