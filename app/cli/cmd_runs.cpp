// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"

namespace assay::cli {

namespace {

Status printRuns(const Session& session, const ProjectArguments& arguments) {
    ASSAY_TRY(const auto project, openProjectToRead(arguments));
    ASSAY_TRY(const std::vector<RunRecord> runs, project->runs());
    Json list = Json::array();
    TextTable table({"run", "method", "network", "seed", "labels", "state", "epochs", "created"});
    for (const RunRecord& run : runs) {
        ASSAY_TRY(const StoredLabelSet labels, project->labelSet(run.labelSet));
        Json json = runJson(run, labels.name);
        json["created"] = run.created;
        if (run.revision) json["revision"] = run.revision->value;
        list.push_back(std::move(json));
        table.add({std::to_string(run.id.value), run.config.method, run.config.network, std::to_string(run.config.seed),
                   labels.name, std::string(runStateName(run.state)),
                   std::to_string(run.epochsDone) + "/" + std::to_string(run.config.epochs), run.created});
    }
    if (session.json()) return printJson(Json{{"runs", std::move(list)}});
    return print(runs.empty() ? "no runs yet\n" : table.text());
}

} // namespace

void addRuns(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("runs", "The runs of a project");
    auto arguments = std::make_shared<ProjectArguments>();
    addProjectArguments(command, *arguments);
    command.footer("Example: assay-cli runs p.assay");
    session.command(command, [&session, arguments] { return printRuns(session, *arguments); });
}

} // namespace assay::cli
