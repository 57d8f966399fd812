// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/npy.h"
#include "core/base/text.h"

#include <array>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::int64_t run = 0;
    std::string out;
};

/// The newest run that kept features.
Result<RunRecord> newestWithFeatures(const Project& project) {
    ASSAY_TRY(const std::vector<RunRecord> runs, project.runs());
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        if (const auto features = project.features(run->id); features || features.error().code != ErrorCode::NotFound)
            return *run;
    return fail(ErrorCode::NotFound, "no run of the project kept features; train with --keep-features, or with tcl");
}

Status writeFeatures(const Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    RunRecord run;
    if (options.run != 0) {
        ASSAY_TRY(run, project->run(RunId(options.run)));
    } else {
        ASSAY_TRY(run, newestWithFeatures(*project));
    }
    ASSAY_TRY(const auto features, project->features(run.id));
    const std::array shape{features->rows(), features->dimension};
    ASSAY_CHECK_STATUS(writeNpy(options.out, features->values, shape));
    std::size_t taken = 0;
    for (std::size_t i = 0; i < features->rows(); ++i) taken += features->has(i);
    if (session.json())
        return printJson(Json{{"run", run.id.value},
                              {"epoch", features->epoch},
                              {"rows", features->rows()},
                              {"with_features", taken},
                              {"dimension", features->dimension},
                              {"out", options.out}});
    note("run " + std::to_string(run.id.value) + ", epoch " + std::to_string(features->epoch) + ": " +
         withThousands(taken) + " of " + withThousands(features->rows()) + " samples, " +
         std::to_string(features->dimension) + " numbers each.");
    return {};
}

} // namespace

void addFeatures(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("features", "What a run's network sees of every sample, as a NumPy array of numbers");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->run, "Number of the run; else the newest that kept features");
    command.add_option("--out", options->out, "The .npy file to write")->required();
    command.footer(
        "A row for every sample of the data set, in order of index; NaN where a sample took no part in the run.\n"
        "Example: assay-cli features p.assay --run 1 --out features.npy");
    session.command(command, [&session, options] { return writeFeatures(session, *options); });
}

} // namespace assay::cli
