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

/// An order, and what is said beside it.
struct Order {
    std::vector<RunRecord> runs;
    Scored scored;
    std::string badge, warning;
};

Result<Order> scoreOrder(const Score& score, const Options& options, const Project& project, const Dataset& dataset) {
    Order order;
    ASSAY_TRY(const std::vector<RunRecord> known, project.runs());
    // Pictures and labels alone need no run.
    if (score.traits().basis != ScoreBasis::Pictures || !options.runs.empty() || !known.empty()) {
        ASSAY_TRY(order.runs, chooseRunsOrNewest(project, options.runs));
    }
    ASSAY_TRY(order.scored, scoreRuns(project, dataset, score, order.runs, options.epoch));
    const bool outOfSample = std::all_of(order.runs.begin(), order.runs.end(),
                                         [](const RunRecord& run) { return isOutOfSample(run.config); });
    order.badge = scoreBadge(score.traits(), outOfSample);
    order.warning = scoreWarning(score.traits(), outOfSample);
    return order;
}

Result<Order> pseudoOrder(const Options& options, const Project& project, const Dataset& dataset) {
    Order order;
    ASSAY_TRY(order.runs, chooseRunsOrNewest(project, options.runs));
    if (order.runs.size() > 1)
        return fail(ErrorCode::InvalidArgument, "pseudo-labels are those of one run; name it with one --run");
    ASSAY_TRY(order.scored, pseudoScored(project, dataset, options.score, order.runs.front(), options.epoch));
    return order;
}

Status writeScore(Session& session, const Options& options) {
    const bool pseudo = isPseudoOrder(options.score);
    std::shared_ptr<const Score> score;
    if (!pseudo) {
        ASSAY_TRY(score, findIn(session.registry().scores, options.score, "score"));
    }
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const Order order,
              pseudo ? pseudoOrder(options, *project, *dataset) : scoreOrder(*score, options, *project, *dataset));
    const Scored& scored = order.scored;
    if (!order.warning.empty()) note(order.warning);

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
    Json json{{"score", pseudo ? options.score : score->description().id},
              {"runs", Json::array()},
              {"rows", scored.samples.size()},
              {"badge", order.badge}};
    if (!order.warning.empty()) json["warning"] = order.warning;
    for (const RunRecord& run : order.runs) json["runs"].push_back(run.id.value);
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
    command
        .add_option(
            "--score", options->score,
            "Score, see assay-cli scores; pseudo-label: the labels that a run gave, by how sure it was; pseudo-confidence: its answers for all unlabelled samples")
        ->capture_default_str();
    command.add_option("--run", options->runs, "Number of a run; several are averaged; else the newest");
    command.add_option("--epoch", options->epoch, "As of this epoch of the run; else the last")
        ->check(CLI::PositiveNumber);
    command.add_option("--out", options->out, "Write here; else to standard output");
    command.footer("Example: assay-cli score p.assay --score p-noisy --run 1 --out suspects.csv\n"
                   "Give the rows that you agree with to assay-cli decide: it takes `suggested` as the new label.");
    session.command(command, [&session, options] { return writeScore(session, *options); });
}

} // namespace assay::cli
