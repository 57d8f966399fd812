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
    command.add_option("--set", options->settings, "A setting of the method, key=value; may be repeated")
        ->take_all();
    addLabelArguments(command, options->labels);
    command.add_flag("--cleaned", options->cleaned, "Train on the labels after the project's decisions");
    command.add_option("--label-set", options->labelSet,
                       "Train on a label set of the project, by number or name, such as a round of cleaning");
    command.add_option("--run", options->baseRun, "With --cleaned: the run whose labels the decisions change; else the newest");
    auto* listed = command.add_option("--labelled-file", options->labelledFile,
                                      "Only the labels of the samples that this CSV names by index or file count; the others "
                                      "are kept and scored, but never learnt from");
    auto* reviewed = command.add_option("--labelled", options->labelled,
                                        "reviewed: only the labels count that the project's decisions kept or changed")
                         ->check(CLI::IsMember({"reviewed"}));
    auto* byRun = command.add_option("--labelled-by-run", options->labelledByRun,
                                     "Only the labels count that this run does not suspect; trains on that run's labels")
                      ->check(CLI::PositiveNumber);
    command.add_option("--clean-below", options->cleanBelow,
                       "With --labelled-by-run: a label counts below this probability of being wrong")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str()
        ->needs(byRun);
    listed->excludes(reviewed)->excludes(byRun);
    reviewed->excludes(byRun);
    command.add_option("--network", config.network, "Network, see assay-cli networks")->capture_default_str();
    command.add_option("--epochs", config.epochs, "Epochs")->check(CLI::Range(1, 100000))->capture_default_str();
    command.add_option("--seed", config.seed, "Seed of every random draw")->capture_default_str();
    command.add_option("--device", config.device, "Where to train")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command.add_option("--subset", config.subset, "So many training samples, by class; 0: all")->capture_default_str();
    command.add_option("--image-size", config.imageSize, "Side of the network's input; above 64 pictures are read and stored at that size; 0: as stored, at most 64")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option("--init-from", config.weights,
                       "Start from the weights of this .safetensors file: torchvision's or timm's names, or a run's checkpoint");
    command.add_flag("--freeze", config.freeze, "Only the last layer learns");
    command.add_flag("--keep-features", config.keepFeatures,
                     "Keep what the last layer sees of every picture in the last epoch, for the map and assay-cli features");
    command.add_option("--threads", config.threads, "LibTorch's threads; part of the result; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option("--loaders", config.loaders, "Loader threads; never change the result")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command.add_option("--resume", options->resume, "Go on with this run from its last checkpoint");
    command.add_option("--threshold", options->threshold, "A sample is a suspect from this p-noisy on")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.footer("Examples:\n"
                   "  assay-cli train fashion-mnist --project p.assay --method co-teaching --labels labels.csv --epochs 10\n"
                   "  assay-cli train fashion-mnist --project p.assay --method cross-entropy --set mixup-alpha=0.2\n"
                   "  assay-cli train fashion-mnist --project p.assay --method fixmatch --set labelled=per-class\n"
                   "  assay-cli train fashion-mnist --project p.assay --method fixmatch --labelled-by-run 1\n"
                   "  assay-cli train fashion-mnist --project p.assay --resume 1\n"
                   "Interrupting (Ctrl+C) stops within a batch; the last whole epoch is kept and can be resumed.");
    session.command(command, [&session, options]() -> Status {
        if (options->config.method.empty() && options->resume == 0)
            return fail(ErrorCode::InvalidArgument, "say which method to train with --method, or which run to go on with --resume");
        ASSAY_TRY(const RunFigures figures, train(session, *options));
        if (session.json()) return printJson(toJson(figures));
        if (!figures.suspicion.detection) note("no detection figures: " + figures.suspicion.detectionMissing + ".");
        return print(toText(std::vector{figures}));
    });
}

} // namespace assay::cli
