// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/scoring.h"
#include "core/base/text.h"

#include <algorithm>
#include <set>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    std::string score = "p-noisy", split = "all";
    double threshold = 0.5;
    std::optional<int> epoch;
    std::vector<std::string> classes;
};

/// Which suggestions are to be accepted.
struct Wanted {
    double threshold = 0;
    std::string split;
    std::set<Label> classes; ///< empty: any
    [[nodiscard]] bool operator()(const Dataset& dataset, SampleIndex sample, float value, Label suggested) const {
        return double(value) >= threshold && (split == "all" || split == splitName(dataset.splits[sample.value])) &&
               (classes.empty() || classes.contains(suggested));
    }
};

Result<Wanted> wantedOf(const Options& options, const Dataset& dataset) {
    Wanted wanted{options.threshold, options.split, {}};
    for (const std::string& name : options.classes) {
        const auto found = std::find(dataset.classNames.begin(), dataset.classNames.end(), name);
        if (found == dataset.classNames.end())
            return fail(ErrorCode::InvalidArgument, "the data set has no class of this name", escapeForDisplay(name));
        wanted.classes.insert(Label(found - dataset.classNames.begin()));
    }
    return wanted;
}

/// What is to be decided, and how many are left as they are.
struct Accepted {
    std::vector<DecisionRequest> requests;
    std::size_t suspects = 0, kept = 0, decided = 0, same = 0;
};

bool isDecided(const std::vector<DecisionState>& decisions, SampleIndex sample) {
    return sample.value < decisions.size() && decisions[sample.value].verdict != Verdict::None;
}

Result<Accepted> acceptSuspects(Session& session, const Options& options, const Wanted& wanted, const Project& project,
                                const Dataset& dataset, const std::vector<RunRecord>& runs,
                                const std::vector<DecisionState>& decisions) {
    ASSAY_TRY(const auto score, findIn(session.registry().scores, options.score, "score"));
    ASSAY_TRY(const Scored scored, scoreRuns(project, dataset, *score, runs, options.epoch));
    Accepted accepted;
    for (std::size_t row = 0; row < scored.samples.size(); ++row) {
        const SampleIndex sample = scored.samples[row];
        const Label suggested = row < scored.suggested.size() ? scored.suggested[row] : kNoLabel;
        if (!wanted(dataset, sample, scored.values[row], suggested)) continue;
        ++accepted.suspects;
        if (isDecided(decisions, sample)) {
            ++accepted.decided;
        } else if (suggested == kNoLabel || suggested == scored.labels[sample.value]) {
            ++accepted.same;
        } else {
            DecisionReason reason{userName(), "suggestion", score->description().id, double(scored.values[row]),
                                  runs.front().id};
            accepted.requests.push_back({sample, {Verdict::Relabel, suggested}, std::move(reason)});
        }
    }
    return accepted;
}

/// Relabels to the pseudo-label, or keeps the label where it is the same, as the window does.
Result<Accepted> acceptPseudoLabels(const Options& options, const Wanted& wanted, const Project& project,
                                    const Dataset& dataset, const RunRecord& run,
                                    const std::vector<DecisionState>& decisions) {
    ASSAY_TRY(const Scored scored, pseudoScored(project, dataset, options.score, run, options.epoch));
    const int epoch = options.epoch.value_or(run.epochsDone);
    Accepted accepted;
    for (std::size_t row = 0; row < scored.samples.size(); ++row) {
        const SampleIndex sample = scored.samples[row];
        const Label label = scored.suggested[row];
        if (!wanted(dataset, sample, scored.values[row], label)) continue;
        ++accepted.suspects;
        if (isDecided(decisions, sample)) {
            ++accepted.decided;
            continue;
        }
        const bool same = label == scored.labels[sample.value];
        accepted.kept += same;
        DecisionReason reason{userName(), pseudoLabelRule(epoch), kPseudoLabelOrder, double(scored.values[row]),
                              run.id};
        accepted.requests.push_back(
            {sample, {same ? Verdict::Keep : Verdict::Relabel, same ? kNoLabel : label}, std::move(reason)});
    }
    return accepted;
}

Status accept(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToWrite(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRunsOrNewest(*project, options.runs));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const std::vector<DecisionState> decisions, project->decisions());
    const bool pseudo = options.score == kPseudoLabelOrder;
    ASSAY_TRY(const Wanted wanted, wantedOf(options, *dataset));
    if (pseudo && runs.size() > 1)
        return fail(ErrorCode::InvalidArgument, "pseudo-labels are those of one run; name it with one --run");
    ASSAY_TRY(const Accepted accepted,
              pseudo ? acceptPseudoLabels(options, wanted, *project, *dataset, runs.front(), decisions)
                     : acceptSuspects(session, options, wanted, *project, *dataset, runs, decisions));
    if (!accepted.requests.empty()) {
        ASSAY_CHECK_STATUS(project->decide(accepted.requests));
    }
    const std::size_t relabelled = accepted.requests.size() - accepted.kept;
    if (session.json())
        return printJson(Json{{"suspects", accepted.suspects},
                              {"relabelled", relabelled},
                              {"kept", accepted.kept},
                              {"decided_before", accepted.decided},
                              {"suggestion_is_given", accepted.same},
                              {"revision", project->revision().value}});
    if (pseudo)
        note(std::to_string(accepted.suspects) + " pseudo-labels, " + std::to_string(relabelled) + " relabelled, " +
             std::to_string(accepted.kept) + " kept as they agree, " + std::to_string(accepted.decided) +
             " left as decided before.");
    else
        note(std::to_string(accepted.suspects) + " suspects, " + std::to_string(relabelled) + " relabelled, " +
             std::to_string(accepted.decided) + " left as decided before, " + std::to_string(accepted.same) +
             " without another suggestion.");
    return print("acknowledged " + std::to_string(project->revision().value) + "\n");
}

} // namespace

void addAccept(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("accept", "Relabels every suspect past a threshold to its suggestion, as one step");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; several are averaged; else the newest");
    command
        .add_option("--score", options->score,
                    "Score that the threshold is on; pseudo-label: the labels that the run gave, by how sure it was")
        ->capture_default_str();
    command
        .add_option("--threshold", options->threshold,
                    "A sample is a suspect, or a pseudo-label sure enough, from this value on")
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--epoch", options->epoch, "As of this epoch of the run; else the last")
        ->check(CLI::PositiveNumber);
    command.add_option("--class", options->classes, "Only what is suggested to be of this class; may be repeated");
    command.add_option("--split", options->split, "Samples of this split only")
        ->check(CLI::IsMember({"all", "train", "validation", "test"}))
        ->capture_default_str();
    command.footer("Example: assay-cli accept p.assay --run 1 --threshold 0.5\n"
                   "Samples that were decided before are left alone; assay-cli undo takes the whole step back.");
    session.command(command, [&session, options] { return accept(session, *options); });
}

} // namespace assay::cli
