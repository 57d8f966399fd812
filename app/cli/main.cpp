// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/composition.h"

#include <exception>

namespace assay::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int runChosen(const Session& session) {
    Status status;
    try {
        status = session.run();
    } catch (const std::bad_alloc&) {
        status = fail(ErrorCode::Internal, "there is not enough memory for this");
    } catch (const std::exception& exception) {
        status = fail(ErrorCode::Internal, std::string("an error that nobody foresaw: ") + exception.what());
    }
    if (status) return 0;
    if (!status.error().message.empty()) note("assay-cli: " + status.error().sentence() + ".");
    return kFailed;
}

int runProgram(int argc, char** argv) {
    Session session(makeRegistry());
    CLI::App app("Assay finds and mends wrong image labels.", "assay-cli");
    app.set_version_flag("--version", "assay-cli " ASSAY_VERSION);
    app.set_help_all_flag("--help-all", "Every command with its options");
    app.require_subcommand(1);
    app.failure_message(CLI::FailureMessage::simple);
    app.footer("Exit status: 0 done, 1 failed (a sentence on standard error says why), 2 wrong usage.\n"
               "Each command has its own help: assay-cli COMMAND --help");
    addInfo(app, session);
    addNoise(app, session);
    addMethods(app, session);
    addScores(app, session);
    addFormats(app, session);
    addLosses(app, session);
    addNetworks(app, session);
    addTrain(app, session);
    addRecipe(app, session);
    addRuns(app, session);
    addRounds(app, session);
    addEpochs(app, session);
    addEvidence(app, session);
    addFeatures(app, session);
    addScore(app, session);
    addQueue(app, session);
    addSimulateReview(app, session);
    addFit(app, session);
    addLabelIssues(app, session);
    addNeighbours(app, session);
    addImportProbabilities(app, session);
    addCrossValidate(app, session);
    addDecide(app, session);
    addAccept(app, session);
    addJournal(app, session);
    addUndo(app, session);
    addCompare(app, session);
    addExport(app, session);
    addDuplicates(app, session);
    addBench(app, session);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        return print(chosen.empty() ? app.help() : chosen.front()->help()) ? 0 : kFailed;
    } catch (const CLI::CallForAllHelp&) {
        return print(app.help("", CLI::AppFormatMode::All)) ? 0 : kFailed;
    } catch (const CLI::CallForVersion& version) {
        return print(std::string(version.what()) + "\n") ? 0 : kFailed;
    } catch (const CLI::ParseError& error) {
        const auto chosen = app.get_subcommands();
        const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
        note("assay-cli" + command + ": " + error.what());
        note("Try: assay-cli" + command + " --help");
        return kWrongUsage;
    }
    return runChosen(session);
}

} // namespace
} // namespace assay::cli

int main(int argc, char** argv) {
    assay::prepareProcess(argc, argv);
    try {
        return assay::cli::runProgram(argc, argv);
    } catch (const std::exception& exception) {
        assay::cli::note(std::string("assay-cli: an error that nobody foresaw: ") + exception.what() + ".");
        return 1;
    }
}
