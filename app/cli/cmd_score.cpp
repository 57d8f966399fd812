// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "app/cli/scoring.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/project/probability_run.h"
#include "core/stats/ranking.h"

#include <algorithm>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::string score = "p-noisy", out;
    std::vector<std::int64_t> runs;
    std::optional<int> epoch;
};

Status writeScore(Session& session, const Options& options) {
    ASSAY_TRY(const auto score, findIn(session.registry().scores, options.score, "score"));
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const std::vector<RunRecord> known, project->runs());
    std::vector<RunRecord> runs; // pictures and labels alone need none
    if (score->traits().basis != ScoreBasis::Pictures || !options.runs.empty() || !known.empty()) {
        ASSAY_TRY(runs, chooseRunsOrNewest(*project, options.runs));
    }
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const Scored scored, scoreRuns(*project, *dataset, *score, runs, options.epoch));
    const bool outOfSample =
        std::all_of(runs.begin(), runs.end(), [](const RunRecord& run) { return isOutOfSample(run.config); });
    const std::string badge(scoreBadge(score->traits(), outOfSample));
    const std::string warning(scoreWarning(score->traits(), outOfSample));
    if (!warning.empty()) note(warning);

    std::string csv = csvRow({"index", "file", "given", "suggested", "score", "split"});
    Json rows = Json::array();
    for (const std::uint32_t row : stats::rankDescending(scored.values, scored.loss)) {
        const std::size_t i = scored.samples[row].value;
        const std::string file(dataset->names[i]);
        const std::string given = className(dataset->classNames, scored.labels[i]);
        const std::string suggested =
            row < scored.suggested.size() ? className(dataset->classNames, scored.suggested[row]) : std::string();
        const std::string split(splitName(dataset->splits[i]));
        csv += csvRow({std::to_string(i), file, given, suggested, formatNumber(scored.values[row]), split});
        if (session.json() && options.out.empty())
            rows.push_back(Json{{"index", i},
                                {"file", file},
                                {"given", given},
                                {"suggested", suggested},
                                {"score", number(scored.values[row])},
                                {"split", split}});
    }
    if (!session.json()) return writeResult(options.out, csv);
    Json json{
        {"score", score->description().id}, {"runs", Json::array()}, {"rows", scored.samples.size()}, {"badge", badge}};
    if (!warning.empty()) json["warning"] = warning;
    for (const RunRecord& run : runs) json["runs"].push_back(run.id.value);
    if (options.out.empty()) {
        json["samples"] = std::move(rows);
    } else {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
        json["out"] = options.out;
    }
    return printJson(json);
}

} // namespace

void addScore(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("score", "Every sample by suspicion, the most suspect first, as CSV");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--score", options->score, "Score, see assay-cli scores")->capture_default_str();
    command.add_option("--run", options->runs, "Number of a run; several are averaged; else the newest");
    command.add_option("--epoch", options->epoch, "As of this epoch of the run; else the last")
        ->check(CLI::PositiveNumber);
    command.add_option("--out", options->out, "Write here; else to standard output");
    command.footer("Example: assay-cli score p.assay --score p-noisy --run 1 --out suspects.csv\n"
                   "Give the rows that you agree with to assay-cli decide: it takes `suggested` as the new label.");
    session.command(command, [&session, options] { return writeScore(session, *options); });
}

} // namespace assay::cli
