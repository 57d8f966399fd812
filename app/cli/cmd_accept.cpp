// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "app/cli/scoring.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    std::string score = "p-noisy", split = "all";
    double threshold = 0.5;
};

bool wanted(const Options& options, Split split) { return options.split == "all" || options.split == splitName(split); }

Status accept(Session& session, const Options& options) {
    ASSAY_TRY(const auto score, findIn(session.registry().scores, options.score, "score"));
    ASSAY_TRY(const auto project, openProjectToWrite(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRunsOrNewest(*project, options.runs));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const Scored scored, scoreRuns(*project, *dataset, *score, runs));
    ASSAY_TRY(const std::vector<DecisionState> decisions, project->decisions());

    std::vector<DecisionRequest> requests;
    std::size_t suspects = 0, decided = 0, same = 0;
    for (std::size_t row = 0; row < scored.samples.size(); ++row) {
        const SampleIndex sample = scored.samples[row];
        if (!(double(scored.values[row]) >= options.threshold) || !wanted(options, dataset->splits[sample.value])) continue;
        ++suspects;
        const Label suggested = row < scored.suggested.size() ? scored.suggested[row] : kNoLabel;
        if (sample.value < decisions.size() && decisions[sample.value].verdict != Verdict::None) {
            ++decided;
        } else if (suggested == kNoLabel || suggested == scored.labels[sample.value]) {
            ++same;
        } else {
            DecisionReason reason{userName(), "suggestion", options.score, double(scored.values[row]), runs.front().id};
            requests.push_back({sample, {Verdict::Relabel, suggested}, std::move(reason)});
        }
    }
    if (!requests.empty()) {
        ASSAY_CHECK_STATUS(project->decide(requests));
    }
    if (session.json())
        return printJson(Json{{"suspects", suspects},
                              {"relabelled", requests.size()},
                              {"decided_before", decided},
                              {"suggestion_is_given", same},
                              {"revision", project->revision().value}});
    note(std::to_string(suspects) + " suspects, " + std::to_string(requests.size()) + " relabelled, " +
         std::to_string(decided) + " left as decided before, " + std::to_string(same) + " without another suggestion.");
    return print("acknowledged " + std::to_string(project->revision().value) + "\n");
}

} // namespace

void addAccept(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("accept", "Relabels every suspect past a threshold to its suggestion, as one step");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; several are averaged; else the newest");
    command.add_option("--score", options->score, "Score that the threshold is on")->capture_default_str();
    command.add_option("--threshold", options->threshold, "A sample is a suspect from this score on")->capture_default_str();
    command.add_option("--split", options->split, "Samples of this split only")
        ->check(CLI::IsMember({"all", "train", "validation", "test"}))
        ->capture_default_str();
    command.footer("Example: assay-cli accept p.assay --run 1 --threshold 0.5\n"
                   "Samples that were decided before are left alone; assay-cli undo takes the whole step back.");
    session.command(command, [&session, options] { return accept(session, *options); });
}

} // namespace assay::cli
