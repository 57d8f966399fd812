// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/text.h"
#include "core/project/cleaning_rounds.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::int64_t run = 0;
};

/// The run that was asked for, or the newest that has rounds.
Result<std::pair<RunRecord, std::vector<RoundFigures>>> chooseRounds(const Project& project, std::int64_t id) {
    ASSAY_TRY(const std::vector<RunRecord> runs,
              chooseRuns(project, id != 0 ? std::vector{id} : std::vector<std::int64_t>{}));
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        ASSAY_TRY(std::vector<RoundFigures> rounds, cleaningRounds(project, run->id));
        if (!rounds.empty()) return std::pair(*run, std::move(rounds));
    }
    return fail(ErrorCode::NotFound,
                std::string(id != 0 ? "this run has not" : "no run of this project has") +
                    " finished a round of cleaning; the method loss-cleaning works in rounds",
                id != 0 ? "run " + std::to_string(id) : project.file().string());
}

Json toJson(const RoundFigures& figures) {
    Json json{{"round", figures.round.round},
              {"rounds_planned", figures.round.rounds},
              {"epoch", figures.epoch},
              {"criterion", figures.round.criterion},
              {"kept", figures.flow.kept()},
              {"dropped", figures.flow.out()},
              {"newly_dropped", figures.flow.dropped},
              {"returned", figures.flow.returned}};
    json["jaccard"] = figures.overlap ? number(*figures.overlap) : Json();
    json["label_precision"] = figures.labelPrecision ? number(*figures.labelPrecision) : Json();
    json["label_set"] = figures.labelSet ? Json(*figures.labelSet) : Json();
    return json;
}

Status printRounds(const Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const auto chosen, chooseRounds(*project, options.run));
    const auto& [run, rounds] = chosen;
    if (session.json()) {
        Json list = Json::array();
        for (const RoundFigures& figures : rounds) list.push_back(toJson(figures));
        return printJson(Json{{"run", run.id.value}, {"method", run.config.method}, {"rounds", std::move(list)}});
    }
    TextTable table({"round", "epoch", "kept", "dropped", "newly dropped", "returned", "Jaccard", "right labels kept",
                     "label set", "criterion"});
    for (const RoundFigures& figures : rounds) {
        const auto count = [](std::size_t number) { return withThousands(number); };
        table.add({std::to_string(figures.round.round) + "/" + std::to_string(figures.round.rounds),
                   std::to_string(figures.epoch), count(figures.flow.kept()), count(figures.flow.out()),
                   count(figures.flow.dropped), count(figures.flow.returned),
                   figures.overlap ? fixed(*figures.overlap, 4) : "-",
                   figures.labelPrecision ? percent(*figures.labelPrecision) : "-",
                   figures.labelSet ? std::to_string(*figures.labelSet) : "-", figures.round.criterion});
    }
    return print("run " + std::to_string(run.id.value) + ", " + run.config.method + "\n" + table.text());
}

} // namespace

void addRounds(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "rounds", "The rounds of a run that cleans in rounds, side by side: kept, dropped, returned");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->run, "The run; else the newest that has rounds");
    command.footer("Example: assay-cli rounds p.assay --run 3\n"
                   "Each round is a label set of the project: train and export take it as --label-set.");
    session.command(command, [&session, options] { return printRounds(session, *options); });
}

} // namespace assay::cli
