// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"

namespace assay::cli {

namespace {

Json toJson(const RunRecord& run, const std::string& labels) {
    Json settings = Json::object();
    for (const auto& [name, value] : run.config.settings)
        std::visit([&, &key = name](const auto& v) { settings[key] = v; }, value);
    Json json{{"run", run.id.value},
              {"method", run.config.method},
              {"network", run.config.network},
              {"seed", run.config.seed},
              {"device", run.result ? run.result->device : run.config.device},
              {"state", runStateName(run.state)},
              {"epochs", run.epochsDone},
              {"epochs_planned", run.config.epochs},
              {"labels", labels},
              {"created", run.created},
              {"settings", std::move(settings)}};
    if (!run.reason.empty()) json["reason"] = run.reason;
    if (run.revision) json["revision"] = run.revision->value;
    return json;
}

Status printRuns(const Session& session, const ProjectArguments& arguments) {
    ASSAY_TRY(const auto project, openProjectToRead(arguments));
    ASSAY_TRY(const std::vector<RunRecord> runs, project->runs());
    Json list = Json::array();
    TextTable table({"run", "method", "network", "seed", "labels", "state", "epochs", "created"});
    for (const RunRecord& run : runs) {
        ASSAY_TRY(const StoredLabelSet labels, project->labelSet(run.labelSet));
        list.push_back(toJson(run, labels.name));
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
