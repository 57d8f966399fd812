// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/project_queue.h"

#include "app/cli/catalogue_output.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "core/data/splits.h"
#include "core/project/probability_run.h"
#include "core/project/run_figures.h"
#include "core/project/score_input.h"

#include <algorithm>
#include <optional>

namespace assay::cli {
namespace {

/// What a score says of every sample of the data set.
struct Opinion {
    std::string id;
    std::vector<float> values;       ///< [samples of the data set]
    std::vector<Label> suggested;    ///< the same
    std::vector<std::uint8_t> known; ///< 0 where it says nothing
    bool byNeighbours = false;       ///< as Detector has it
};

/// `rows`: the samples that `scored` speaks of, in its order.
Opinion spread(std::string id, const std::vector<SampleIndex>& rows, const ScoreValues& scored, std::size_t samples) {
    Opinion opinion{std::move(id), std::vector<float>(samples, 0), std::vector<Label>(samples, kNoLabel),
                    std::vector<std::uint8_t>(samples, 0)};
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t i = rows[row].value;
        opinion.values[i] = scored.values[row];
        if (row < scored.suggested.size()) opinion.suggested[i] = scored.suggested[row];
        opinion.known[i] = 1;
    }
    return opinion;
}

Result<std::vector<Opinion>> opinionsOf(Session& session, const Project& project, const Dataset& dataset,
                                        const std::vector<RunRecord>& runs, const std::vector<std::string>& scores) {
    std::vector<std::shared_ptr<const Score>> chosen;
    for (const std::string& id : scores) {
        ASSAY_TRY(auto score, findIn(session.registry().scores, id, "score"));
        chosen.push_back(std::move(score));
    }
    // A dark or an odd picture has its label all the same: such scores are asked when named.
    if (scores.empty())
        for (const auto& score : session.registry().scores.all())
            if (score->traits().basis != ScoreBasis::Pictures && score->traits().detector) chosen.push_back(score);
    std::vector<Opinion> opinions;
    std::string unavailable;
    for (const RunRecord& run : runs) {
        ASSAY_TRY(const BaseLabels labels, baseLabels(project, run, &dataset));
        const auto input = readScoreInput(project, run.id, dataset, labels.labels);
        for (const auto& score : chosen) {
            std::string id = score->description().id;
            if (runs.size() > 1) id += " of run " + std::to_string(run.id.value);
            const auto scored = input ? score->compute(*input) : Result<ScoreValues>(tl::unexpected(input.error()));
            if (scored) {
                opinions.push_back(spread(std::move(id), input->epochs.back()->samples, *scored, dataset.size()));
                opinions.back().byNeighbours = suggestsByNeighbours(run.config, score->traits());
            } else if (!scores.empty()) {
                note("Left out: " + id + ", because " + scored.error().sentence());
            } else {
                unavailable += (unavailable.empty() ? "" : ", ") + id;
            }
        }
    }
    if (!unavailable.empty())
        note("Left out, as these runs have not what they need: " + unavailable +
             ". A score that is named with --score says what it lacks.");
    if (opinions.empty())
        return fail(ErrorCode::NotFound, "none of the scores can be had of these runs", project.file().string());
    return opinions;
}

/// As in the window: by the run's p(noisy) of these samples, and the project's threshold.
Result<double> shareSuspected(const Project& project, const RunRecord& run, const std::vector<SampleIndex>& samples) {
    ASSAY_TRY(const double threshold, suspectThreshold(project));
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project.epochs(run.id));
    std::vector<float> found;
    if (epochs.empty()) return suspectShare(found, threshold);
    ASSAY_TRY(const auto evidence, project.evidence(run.id, epochs.back().epoch));
    const std::vector<float> recorded = recordedPNoisy(epochs, *evidence);
    for (std::size_t row = 0; row < recorded.size(); ++row)
        if (std::binary_search(samples.begin(), samples.end(), evidence->samples[row])) found.push_back(recorded[row]);
    return suspectShare(found, threshold);
}

} // namespace

Result<ProjectQueue> buildQueue(Session& session, const Project& project, const Dataset& dataset,
                                const std::vector<RunRecord>& runs, const std::vector<std::string>& scores,
                                const std::string& split, std::span<const Label> truth) {
    if (runs.empty()) return fail(ErrorCode::NotFound, "there is no run to make a queue of", project.file().string());
    ASSAY_TRY(const BaseLabels labels, baseLabels(project, runs.front(), &dataset));
    ASSAY_TRY(const std::vector<Opinion> opinions, opinionsOf(session, project, dataset, runs, scores));
    std::vector<SampleIndex> shared;
    bool training = false;
    for (std::uint32_t i = 0; i < dataset.size(); ++i) {
        if (labels.labels[i] == kNoLabel) continue;
        if (std::any_of(opinions.begin(), opinions.end(), [i](const Opinion& one) { return !one.known[i]; })) continue;
        shared.emplace_back(i);
        training = training || dataset.splits[i] == Split::Train;
    }
    std::optional<Split> only = parseSplitName(split);
    // Of runs that learnt none of the samples there is none that it would be unfair to judge.
    const bool outOfSample =
        std::all_of(runs.begin(), runs.end(), [](const RunRecord& run) { return isOutOfSample(run.config); });
    if (split.empty() && training && !outOfSample) only = Split::Train;
    std::vector<SampleIndex> samples;
    std::vector<Label> given;
    std::size_t withoutTruth = 0;
    for (const SampleIndex sample : shared) {
        if (only && dataset.splits[sample.value] != *only) continue;
        if (!truth.empty() && truth[sample.value] == kNoLabel) {
            ++withoutTruth;
            continue;
        }
        samples.push_back(sample);
        given.push_back(labels.labels[sample.value]);
    }
    if (samples.empty())
        return fail(ErrorCode::NotFound,
                    "these runs share no " + (split.empty() || split == "all" ? std::string() : split + " ") +
                        "sample that has a label" + (withoutTruth > 0 ? " and a true label" : ""),
                    project.file().string());
    std::vector<Detector> detectors;
    for (const Opinion& opinion : opinions) {
        Detector detector{opinion.id, {}, {}, opinion.byNeighbours};
        for (const SampleIndex sample : samples) {
            detector.suspicion.push_back(opinion.values[sample.value]);
            detector.suggested.push_back(opinion.suggested[sample.value]);
        }
        detectors.push_back(std::move(detector));
    }
    ASSAY_TRY(Fusion fusion, Fusion::make(std::move(detectors), std::move(given)));
    ProjectQueue queue{std::move(fusion), std::move(samples), nullptr, withoutTruth};
    ASSAY_TRY(queue.suspectShare, shareSuspected(project, runs.front(), queue.samples));
    if (auto kept = project.probabilities(runs.front().id)) queue.probabilities = std::move(*kept);
    else if (kept.error().code != ErrorCode::NotFound) return tl::unexpected(kept.error());
    return queue;
}

void addSplitOption(CLI::App& command, std::string& split) {
    command
        .add_option("--split", split,
                    "Which samples; else those for training, or all that the runs know where none was learnt from")
        ->check(CLI::IsMember({"train", "validation", "test", "all"}));
}

} // namespace assay::cli
