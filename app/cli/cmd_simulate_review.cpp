// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "app/cli/project_queue.h"
#include "core/audit/review_simulation.h"
#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/review_plot.h"
#include "core/stats/ranking.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <string_view>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    std::vector<std::string> scores;
    LabelArguments truth;
    double seconds = 1.6;
    std::size_t every = 10, most = 0;
    std::uint64_t seed = 1;
    std::string out, split;
};

/// At these decisions the table tells what was found.
std::vector<std::size_t> milestones(std::size_t rows) {
    std::vector<std::size_t> places;
    for (const std::size_t place : {100, 300, 1000, 3000, 10000, 30000})
        if (std::size_t(place) < rows) places.push_back(std::size_t(place));
    places.push_back(rows);
    return places;
}

/// Lines that a picture can hold apart: random order, the best single scores, and those of all together.
constexpr std::size_t kBestScores = 4;
/// Of these the best run's is drawn whatever the others do: they are what people know.
constexpr std::array<std::string_view, 2> kAlwaysDrawn = {"loss", "confident-learning"};

std::vector<ReviewCurve> worthDrawing(const std::vector<ReviewCurve>& curves) {
    std::vector<ReviewCurve> single(curves.begin() + 1, curves.end() - 2);
    const auto area = [](const ReviewCurve& curve) {
        return std::accumulate(curve.found.begin(), curve.found.end(), std::uint64_t(0));
    };
    std::stable_sort(single.begin(), single.end(),
                     [&](const ReviewCurve& a, const ReviewCurve& b) { return area(a) > area(b); });
    auto next = single.begin();
    for (const std::string_view id : kAlwaysDrawn) {
        const auto best = std::find_if(next, single.end(), [&](const ReviewCurve& curve) {
            return curve.name.substr(0, curve.name.find(" of run ")) == id;
        });
        if (best != single.end()) std::rotate(next++, best, best + 1);
    }
    if (single.size() > kBestScores) single.resize(kBestScores);
    std::vector<ReviewCurve> chosen = {curves.front()};
    chosen.insert(chosen.end(), single.begin(), single.end());
    chosen.insert(chosen.end(), curves.end() - 2, curves.end());
    return chosen;
}

std::string curvesCsv(const std::vector<ReviewCurve>& curves, double seconds) {
    std::vector<std::string> heading = {"decisions", "hours"};
    for (const ReviewCurve& curve : curves) heading.push_back(curve.name);
    std::string csv = csvRow(heading);
    for (std::size_t n = 0; n < curves.front().found.size(); ++n) {
        std::vector<std::string> row = {std::to_string(n + 1), formatNumber(double(n + 1) * seconds / 3600)};
        for (const ReviewCurve& curve : curves) row.push_back(std::to_string(curve.found[n]));
        csv += csvRow(row);
    }
    return csv;
}

/// By sample: of the file where there is one, else the first run's own.
Result<std::vector<Label>> truthOf(const Project& project, const RunRecord& run, const Dataset& dataset,
                                   const LabelArguments& arguments) {
    ASSAY_TRY(std::vector<Label> truth, readTruth(arguments, dataset));
    if (truth.empty()) {
        ASSAY_TRY(BaseLabels labels, baseLabels(project, run, &dataset));
        truth = std::move(labels.trueLabels);
    }
    if (std::all_of(truth.begin(), truth.end(), [](Label one) { return one == kNoLabel; }))
        return fail(ErrorCode::NotFound, "the true labels are not known; name a file that has them (--truth)",
                    project.file().string());
    return truth;
}

/// A queue as it is told: how well it ranks, and what it finds.
struct Reviewed {
    ReviewCurve curve;
    stats::DetectionQuality quality;
};

Result<std::vector<Reviewed>> review(const Fusion& fusion, const std::vector<std::uint8_t>& wrong,
                                     const Options& options) {
    std::vector<Reviewed> all;
    // Ties of a score count as ties, which an order does not have.
    const auto add = [&](ReviewCurve curve, std::span<const float> suspicion) -> Status {
        ASSAY_TRY(const auto quality, stats::detectionQuality(suspicion, wrong, 0.5));
        all.push_back({std::move(curve), quality});
        return {};
    };
    const auto addOrder = [&](ReviewCurve curve) {
        const std::vector<float> places = placesOf(curve);
        return add(std::move(curve), places);
    };
    const auto addScore = [&](const std::string& name, std::span<const float> suspicion) {
        return add(reviewInOrder(name, stats::rankDescending(suspicion), wrong), suspicion);
    };
    ASSAY_CHECK_STATUS(addOrder(reviewAtRandom("random order", wrong, options.seed)));
    for (std::size_t d = 0; d < fusion.detectors(); ++d) {
        ASSAY_CHECK_STATUS(addScore(fusion.id(d), fusion.suspicion(d)));
    }
    ASSAY_CHECK_STATUS(addScore("fusion", fusion.rank({}).suspicion));
    ASSAY_CHECK_STATUS(addOrder(reviewRanked("fusion, ranked anew", fusion, wrong, options.every)));
    return all;
}

Status writeCurves(const std::vector<Reviewed>& all, const Options& options) {
    std::vector<ReviewCurve> curves;
    for (const Reviewed& one : all) curves.push_back(one.curve);
    const std::filesystem::path folder = options.out;
    ASSAY_CHECK_STATUS(makeFolder(folder));
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "review.csv", curvesCsv(curves, options.seconds)));
    const std::string title = "A reviewer who knows the truth, " + fixed(options.seconds, 1) + " s a decision";
    for (const auto& [name, format] : {std::pair{"review.svg", PlotFormat::Svg}, {"review.pdf", PlotFormat::Pdf}}) {
        ASSAY_TRY(const std::string picture,
                  plotReview(worthDrawing(curves), title, options.seconds, options.most, format));
        ASSAY_CHECK_STATUS(writeFileAtomically(folder / name, picture));
    }
    return {};
}

Status simulate(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRunsOrNewest(*project, options.runs));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const std::vector<Label> truth, truthOf(*project, runs.front(), *dataset, options.truth));
    ASSAY_TRY(const ProjectQueue queue,
              buildQueue(session, *project, *dataset, runs, options.scores, options.split, truth));
    if (queue.withoutTruth > 0)
        note(withThousands(queue.withoutTruth) + " samples whose true label is not known are left out.");
    std::vector<std::uint8_t> wrong; // [N]
    for (std::size_t row = 0; row < queue.samples.size(); ++row)
        wrong.push_back(truth[queue.samples[row].value] != queue.fusion.given(row));
    ASSAY_TRY(const std::vector<Reviewed> all, review(queue.fusion, wrong, options));

    const std::vector<std::size_t> stops = milestones(wrong.size());
    std::vector<std::string> heading = {"queue", "AUROC", "average precision"};
    for (const std::size_t stop : stops) heading.push_back("after " + withThousands(stop));
    TextTable table(std::move(heading));
    Json list = Json::array();
    for (const auto& [curve, quality] : all) {
        std::vector<std::string> row = {curve.name, fixed(quality.auroc, 3), fixed(quality.averagePrecision, 3)};
        Json found = Json::object();
        for (const std::size_t stop : stops) {
            row.push_back(withThousands(curve.found[stop - 1]));
            found[std::to_string(stop)] = curve.found[stop - 1];
        }
        table.add(std::move(row));
        list.push_back(Json{{"queue", curve.name},
                            {"auroc", number(quality.auroc)},
                            {"average_precision", number(quality.averagePrecision)},
                            {"found", std::move(found)}});
    }
    if (!options.out.empty()) {
        ASSAY_CHECK_STATUS(writeCurves(all, options));
    }
    const std::size_t errors = all.front().quality.wrong;
    if (session.json())
        return printJson(Json{{"samples", wrong.size()},
                              {"without_truth", queue.withoutTruth},
                              {"wrong", errors},
                              {"seconds_per_decision", options.seconds},
                              {"queues", std::move(list)}});
    return print("Of " + withThousands(wrong.size()) + " labels " + withThousands(errors) + " are wrong. Found:\n" +
                 table.text());
}

} // namespace

void addSimulateReview(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "simulate-review", "What a reviewer who knows the truth finds by each score, and by all of them together");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; may be repeated; else the newest");
    command.add_option("--score", options->scores, "Score, see assay-cli scores; may be repeated; else all");
    addSplitOption(command, options->split);
    addTruthArguments(command, options->truth);
    command.add_option("--seconds", options->seconds, "Of one decision")
        ->check(CLI::Range(0.1, 600.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--every", options->every, "Decisions after which the queue is ranked anew")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_option("--decisions", options->most, "Draw so many; 0: all")->capture_default_str();
    command.add_option("--seed", options->seed, "Of the random order")->capture_default_str();
    command.add_option("--out", options->out,
                       "Folder for review.csv, and for review.svg and review.pdf with the best four scores");
    command.footer("Example: assay-cli simulate-review p.assay --run 1 --run 2 --truth clean.csv --out review");
    session.command(command, [&session, options] { return simulate(session, *options); });
}

} // namespace assay::cli
