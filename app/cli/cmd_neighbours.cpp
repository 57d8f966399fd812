// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/feature_file.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/stats/neighbours.h"

namespace assay::cli {

namespace {

struct Options {
    std::string source, out;
    std::int64_t run = 0, index = -1;
    std::size_t k = 10;
};

/// Features of a run of a project, or of an .npy file.
Result<FeatureMatrix> readRows(const Options& options) {
    if (asciiLower(std::filesystem::path(options.source).extension().string()) != ".npy") {
        ProjectArguments arguments;
        arguments.file = options.source;
        ASSAY_TRY(const auto project, openProjectToRead(arguments));
        ASSAY_TRY(const RunRecord run, chooseRun(*project, options.run));
        ASSAY_TRY(const auto features, project->features(run.id));
        return *features;
    }
    return readFeatureFile(options.source);
}

Status writeNeighbours(Session& session, const Options& options) {
    ASSAY_TRY(const FeatureMatrix features, readRows(options));
    const std::size_t n = features.rows();
    if (options.index >= 0 && std::size_t(options.index) >= n)
        return fail(ErrorCode::InvalidArgument, "there are only " + withThousands(n) + " rows",
                    std::to_string(options.index));
    ASSAY_TRY(const stats::Neighbours near, stats::cosineNeighbours(features.values, features.dimension, options.k,
                                                                    progressPrinter(), session.stopToken()));
    std::string csv = csvRow({"index", "rank", "neighbour", "similarity"});
    Json rows = Json::array();
    for (std::size_t i = 0; i < n; ++i) {
        if ((options.index >= 0 && std::size_t(options.index) != i) || !near.has(i)) continue;
        Json list = Json::array();
        for (std::size_t j = 0; j < near.k; ++j) {
            csv += csvRow({std::to_string(i), std::to_string(j + 1), std::to_string(near.of(i)[j]),
                           formatNumber(near.similarityOf(i)[j])});
            list.push_back(Json{{"index", near.of(i)[j]}, {"similarity", number(near.similarityOf(i)[j])}});
        }
        rows.push_back(Json{{"index", i}, {"neighbours", std::move(list)}});
    }
    if (!session.json()) return writeResult(options.out, csv);
    if (options.out.empty()) return printJson(Json{{"k", near.k}, {"samples", std::move(rows)}});
    ASSAY_CHECK_STATUS(writeResult(options.out, csv));
    return printJson(Json{{"k", near.k}, {"rows", n}, {"out", options.out}});
}

} // namespace

void addNeighbours(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("neighbours", "The nearest of every sample by the cosine of its features, exactly");
    auto options = std::make_shared<Options>();
    command.add_option("FEATURES", options->source, "An .npy of features, a row per sample, or a project")->required();
    command.add_option("--run", options->run, "Of a project: number of the run; else the newest");
    command.add_option("--k", options->k, "Neighbours of each")->check(CLI::Range(1, 1000))->capture_default_str();
    command.add_option("--index", options->index, "Tell of this sample only");
    command.add_option("--out", options->out, "Write index,rank,neighbour,similarity here; else to standard output");
    command.footer("Example: assay-cli neighbours p.assay --run 1 --index 17 --json");
    session.command(command, [&session, options] { return writeNeighbours(session, *options); });
}

} // namespace assay::cli
