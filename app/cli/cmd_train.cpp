// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/training.h"

namespace assay::cli {

void addTrain(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("train", "Trains one run and records its evidence in a project");
    auto options = std::make_shared<TrainOptions>();
    RunConfig& config = options->config;
    addDatasetArguments(command, options->dataset);
    command.add_option("--project", options->project, "The .assay file; made where there is none")->required();
    command.add_option("--method", config.method, "Training method, see assay-cli methods");
    command.add_option("--set", options->settings, "A setting of the method, key=value; may be repeated")->take_all();
    addLabelArguments(command, options->labels);
    addProjectLabelArguments(command, *options);
    auto* listed =
        command.add_option("--labelled-file", options->labelledFile,
                           "Only the labels of the samples that this CSV names by index or file count; the others "
                           "are kept and scored, but never learnt from");
    auto* reviewed = command
                         .add_option("--labelled", options->labelled,
                                     "reviewed: only the labels count that the project's decisions kept or changed")
                         ->check(CLI::IsMember({"reviewed"}));
    auto* byRun = command
                      .add_option("--labelled-by-run", options->labelledByRun,
                                  "Only the labels count that this run does not suspect; trains on that run's labels")
                      ->check(CLI::PositiveNumber);
    command
        .add_option("--clean-below", options->cleanBelow,
                    "With --labelled-by-run: a label counts below this probability of being wrong")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str()
        ->needs(byRun);
    command
        .add_option("--labelled-epoch", options->labelledEpoch,
                    "With --labelled-by-run: as of this epoch of that run; else its last")
        ->check(CLI::PositiveNumber)
        ->needs(byRun);
    listed->excludes(reviewed)->excludes(byRun);
    reviewed->excludes(byRun);
    addRunArguments(command, config);
    command.add_option("--resume", options->resume, "Go on with this run from its last checkpoint");
    command.add_option("--threshold", options->threshold, "A sample is a suspect from this p-noisy on")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.footer(
        "Examples:\n"
        "  assay-cli train fashion-mnist --project p.assay --method co-teaching --labels labels.csv --epochs 10\n"
        "  assay-cli train fashion-mnist --project p.assay --method cross-entropy --set mixup-alpha=0.2\n"
        "  assay-cli train fashion-mnist --project p.assay --method fixmatch --set labelled=per-class\n"
        "  assay-cli train fashion-mnist --project p.assay --method fixmatch --labelled-by-run 1\n"
        "  assay-cli train fashion-mnist --project p.assay --resume 1\n"
        "Interrupting (Ctrl+C) stops within a batch; the last whole epoch is kept and can be resumed.");
    session.command(command, [&session, options]() -> Status {
        if (options->config.method.empty() && options->resume == 0)
            return fail(ErrorCode::InvalidArgument,
                        "say which method to train with --method, or which run to go on with --resume");
        ASSAY_TRY(const RunFigures figures, train(session, *options));
        if (session.json()) return printJson(toJson(figures));
        if (!figures.suspicion.detection) note("no detection figures: " + figures.suspicion.detectionMissing + ".");
        return print(toText(std::vector{figures}));
    });
}

} // namespace assay::cli
