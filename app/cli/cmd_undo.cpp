// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::int64_t step = 0;
    bool redo = false;
};

Status undo(const Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToWrite(options.project));
    const std::string who = userName();
    ASSAY_TRY(const std::vector<JournalEntry> entries, options.redo        ? project->redo(who)
                                                       : options.step != 0 ? project->undoStep(options.step, who)
                                                                           : project->undo(who));
    const std::int64_t step = entries.empty() || !entries.front().undoes ? 0 : *entries.front().undoes;
    if (session.json())
        return printJson(
            Json{{"undone_step", step}, {"decisions", entries.size()}, {"revision", project->revision().value}});
    note(std::string(options.redo ? "done again: " : "taken back: ") + std::to_string(entries.size()) +
         " decisions of step " + std::to_string(step) + ".");
    return print("acknowledged " + std::to_string(project->revision().value) + "\n");
}

} // namespace

void addUndo(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("undo", "Takes back the newest step of the journal");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    auto* step = command.add_option("--step", options->step, "Take back this step instead of the newest");
    command.add_flag("--redo", options->redo, "Take back the newest undo")->excludes(step);
    command.footer("Example: assay-cli undo p.assay\nAn undo is itself a row of the journal; nothing is ever erased.");
    session.command(command, [&session, options] { return undo(session, *options); });
}

} // namespace assay::cli
