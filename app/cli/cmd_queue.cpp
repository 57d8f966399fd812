// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/project_queue.h"
#include "core/audit/errors_left.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/project/review_answers.h"
#include "core/stats/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace assay::cli {

namespace {

constexpr std::size_t kGuesses = 3;

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    std::vector<std::string> scores;
    std::size_t audit = 0;
    std::uint64_t auditSeed = 1;
    bool auditSizes = false;
    bool reRank = true;
    std::string out, split;
};

double shareWrong(const FusedRanking& ranking) {
    double sum = 0;
    for (const float p : ranking.suspicion) sum += double(p);
    return sum / double(ranking.suspicion.size());
}

std::string queueCsv(const ProjectQueue& queue, const FusedRanking& ranking, const Dataset& dataset,
                     const std::vector<std::uint32_t>& order, const std::vector<std::uint8_t>& atRandom) {
    const Fusion& fusion = queue.fusion;
    std::vector<std::string> heading = {
        "index",     "file",    "given", "suggested", ranking.calibrated ? "p-wrong" : "rank",
        "agreement", "guesses", "reason"};
    for (std::size_t d = 0; d < fusion.detectors(); ++d) heading.push_back(fusion.id(d));
    std::string csv = csvRow(heading);
    for (const std::uint32_t row : order) {
        const std::size_t i = queue.samples[row].value;
        std::span<const float> probabilities;
        if (queue.probabilities && i < queue.probabilities->rows() && queue.probabilities->has(i))
            probabilities = queue.probabilities->row(i);
        std::string guesses;
        for (const ClassGuess& guess : fusion.guesses(row, double(ranking.suspicion[row]), probabilities, kGuesses))
            guesses += (guesses.empty() ? "" : "; ") + className(dataset.classNames, guess.label) +
                       (ranking.calibrated ? " " + fixed(guess.probability, 2) : "");
        std::vector<std::string> cells = {std::to_string(i),
                                          std::string(dataset.names[i]),
                                          className(dataset.classNames, fusion.given(row)),
                                          className(dataset.classNames, fusion.suggested(row)),
                                          formatNumber(ranking.suspicion[row]),
                                          std::to_string(fusion.agreement(row, queue.suspectShare)),
                                          guesses,
                                          atRandom[row] ? kRandomRule : "suspect"};
        for (std::size_t d = 0; d < fusion.detectors(); ++d)
            cells.push_back(fixed(double(fusion.percentile(d, row)), 4));
        csv += csvRow(cells);
    }
    return csv;
}

/// The state of the queue for programs; the same in sentences goes to standard error.
Json describe(const Fusion& fusion, const FusedRanking& ranking, const RowAnswers& decided) {
    Json json{{"samples", fusion.rows()}, {"decided", decided.answers.size()}, {"calibrated", ranking.calibrated}};
    if (!ranking.calibrated) {
        note("Ranks are means over the scores: to calibrate them takes " + std::to_string(Fusion::kLeastAnswers) +
             " decisions, " + std::to_string(Fusion::kLeastOfEachKind) + " of each kind.");
        return json;
    }
    Json weights = Json::object();
    for (std::size_t d = 0; d < fusion.detectors(); ++d) weights[fusion.id(d)] = number(ranking.model.weights[d]);
    weights["one-sided pair of classes"] = number(ranking.model.weights[fusion.detectors()]);
    weights["pair of classes"] = number(ranking.model.weights.back());
    json["weights"] = std::move(weights);
    note("Calibrated on " + withThousands(decided.answers.size()) + " decisions.");
    return json;
}

/// The share of wrong labels as far as it is known, and from what.
std::pair<double, std::string> expectedShare(const FusedRanking& ranking, const RowAnswers& decided) {
    constexpr std::size_t kEnough = 20;
    const auto left = errorsLeft({ranking.suspicion, decided.decided, decided.wrong, decided.random});
    if (left.sampled >= kEnough) {
        const auto found = std::count(decided.wrong.begin(), decided.wrong.end(), 1);
        return {(double(found) + left.expected) / double(decided.wrong.size()),
                withThousands(left.sampled) + " decisions that were asked for at random, and what else was found"};
    }
    if (ranking.calibrated) return {shareWrong(ranking), "the calibrated queue"};
    return {kUsualShareWrong, "an assumption, as nothing is known yet"};
}

/// How many pictures at random tell the share of wrong labels how exactly.
Status explainAuditSizes(Session& session, std::size_t samples, double share, const std::string& from) {
    constexpr std::array kHalfWidths = {0.1, 0.05, 0.04, 0.03, 0.02, 0.01};
    TextTable table({"share known to", "labels", "pictures at random", "of all"});
    Json sizes = Json::array();
    for (const double half : kHalfWidths) {
        const std::size_t size = stats::auditSampleSize(samples, share, half);
        table.add({"± " + fixed(100 * half, 0) + " points",
                   "± " + withThousands(std::uint64_t(std::llround(half * double(samples)))), withThousands(size),
                   percent(double(size) / double(std::max<std::size_t>(1, samples)))});
        sizes.push_back(Json{{"half_width", half}, {"pictures", size}});
    }
    if (session.json())
        return printJson(
            Json{{"samples", samples}, {"share", share}, {"share_from", from}, {"audit_sizes", std::move(sizes)}});
    return print(
        withThousands(samples) + " pictures; about " + percent(share) + " of their labels wrong (" + from +
        ").\nSo many pictures, drawn at random, tell that share at the 95 % level:\n" + table.text() +
        "Mix them into the queue with --audit-sample; of the queue's own pictures nobody can tell what it missed.\n");
}

Status writeQueue(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRunsOrNewest(*project, options.runs));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const ProjectQueue queue, buildQueue(session, *project, *dataset, runs, options.scores, options.split));
    ASSAY_TRY(const std::vector<DecisionState> decisions, project->decisions());
    const Fusion& fusion = queue.fusion;
    ASSAY_TRY(const std::vector<JournalEntry> journal, project->journal());
    std::vector<Label> given;
    for (std::size_t row = 0; row < fusion.rows(); ++row) given.push_back(fusion.given(row));
    const RowAnswers decided = answersOf(queue.samples, given, decisions, journal);
    const FusedRanking ranking = fusion.rank(options.reRank ? decided.answers : std::vector<ReviewAnswer>{});
    if (options.auditSizes) {
        const auto [share, from] = expectedShare(ranking, decided);
        return explainAuditSizes(session, fusion.rows(), share, from);
    }
    const std::vector<std::uint32_t> sample = drawAuditSample(fusion.rows(), options.audit, options.auditSeed);
    MixedQueue mixed =
        mixAuditSample(stats::rankDescending(ranking.suspicion), decided.decided, sample, decidedSinceRandom(journal));
    std::erase_if(mixed.order, [&](std::uint32_t row) { return decided.decided[row] != 0; });

    Json json = describe(fusion, ranking, decided);
    if (options.audit > 0) {
        const auto left = errorsLeft({ranking.suspicion, decided.decided, decided.wrong, decided.random});
        const std::size_t undecided = fusion.rows() - decided.answers.size();
        const bool known = undecided == 0 || left.least > 0 || left.most < undecided;
        json["errors_left"] = Json{{"expected", known ? number(left.expected) : Json(nullptr)},
                                   {"least", left.least},
                                   {"most", left.most},
                                   {"sampled", left.sampled}};
        note(known ? "Errors expected to be left: " + withThousands(std::uint64_t(std::llround(left.expected))) +
                         " (95 %: " + withThousands(left.least) + " to " + withThousands(left.most) + "), from " +
                         withThousands(left.sampled) +
                         " decisions that were asked for at random where the queue has not been"
                   : "How many errors are left is not known yet: decide some of the rows whose reason is " +
                         std::string(kRandomRule) + ".");
    }
    if (!session.json() || !options.out.empty()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, queueCsv(queue, ranking, *dataset, mixed.order, mixed.atRandom)));
        if (!session.json()) return {};
        json["out"] = options.out;
    }
    return printJson(json);
}

} // namespace

void addQueue(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("queue", "Several scores of several runs as one queue, calibrated on the decisions so far");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; may be repeated; else the newest");
    command.add_option("--score", options->scores, "Score, see assay-cli scores; may be repeated; else all");
    addSplitOption(command, options->split);
    command
        .add_option("--audit-sample", options->audit,
                    "Mix so many samples at random into the queue: they tell how many errors are left")
        ->capture_default_str();
    command.add_option("--audit-seed", options->auditSeed, "Seed of that draw; keep it through a review")
        ->capture_default_str();
    command.add_flag("--audit-sizes", options->auditSizes,
                     "Say how many pictures at random tell the share of wrong labels how exactly, and end");
    command.add_flag("!--no-re-ranking", options->reRank, "Do not learn from decisions");
    command.add_option("--out", options->out, "Write here; else to standard output");
    command.footer("Example: assay-cli queue p.assay --run 1 --run 2 --audit-sample 200 --out queue.csv\n"
                   "Give the rows that you decide to assay-cli decide, their column `reason` with them: the next queue "
                   "has learnt\n"
                   "from them, and what was found at random tells how many errors are left.");
    session.command(command, [&session, options] { return writeQueue(session, *options); });
}

} // namespace assay::cli
