// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/decision_file.h"
#include "app/cli/output.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::string from, decision, who;
    bool bulk = false;
};

std::string acknowledgement(Revision revision) { return "acknowledged " + std::to_string(revision.value) + "\n"; }

/// Each batch is one step of the journal, on disk before it is acknowledged.
Result<std::size_t> decideInSteps(Session& session, Project& project, std::span<const DecisionRequest> requests,
                                  std::size_t perStep) {
    const std::stop_token stop = session.stopToken();
    std::size_t done = 0;
    while (done < requests.size()) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "stopped after " + std::to_string(done) + " of " +
                                                  std::to_string(requests.size()) + " decisions; those are kept");
        const std::size_t count = std::min(perStep, requests.size() - done);
        ASSAY_TRY(const auto entries, project.decide(requests.subspan(done, count)));
        done += count;
        if (!session.json() && !entries.empty()) {
            ASSAY_CHECK_STATUS(print(acknowledgement(entries.back().revision)));
        }
    }
    return done;
}

Status decide(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToWrite(options.project));
    DecisionDefaults defaults;
    if (!options.decision.empty()) {
        ASSAY_TRY(defaults.verdict, parseVerdict(options.decision));
    }
    defaults.reason.who = options.who.empty() ? userName() : options.who;
    defaults.reason.rule = "import";
    const auto open = [&] { return openProjectDataset(session, *project, options.project); };
    ASSAY_TRY(const auto requests, readDecisions(options.from, project->dataset(), open, defaults));
    ASSAY_TRY(const std::size_t decided,
              decideInSteps(session, *project, requests, options.bulk ? std::max<std::size_t>(requests.size(), 1) : 1));
    if (!session.json()) return {};
    return printJson(Json{{"decided", decided}, {"revision", project->revision().value}, {"bulk", options.bulk}});
}

} // namespace

void addDecide(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("decide", "Takes decisions from a CSV into the journal");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--from", options->from, "CSV with index or file, decision, and label for a relabel")
        ->required();
    command.add_option("--decision", options->decision, "The decision of every row, where the CSV has no such column")
        ->check(CLI::IsMember({"keep", "flag", "relabel", "exclude"}));
    command.add_flag("--bulk", options->bulk, "All rows as one step: one undo takes them back");
    command.add_option("--who", options->who, "Who decides; else your login name");
    command.footer("Example: assay-cli decide p.assay --from decisions.csv\n"
                   "Prints `acknowledged R` for each decision once revision R is on disk.\n"
                   "Nothing is decided where any row names no sample, a sample twice, or an unknown class.");
    session.command(command, [&session, options] { return decide(session, *options); });
}

} // namespace assay::cli
