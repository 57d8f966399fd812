// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "core/audit/agreement.h"
#include "core/base/text.h"

#include <cmath>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::vector<std::int64_t> runs;
    LabelArguments truth;
    double threshold = 0.5;
};

/// Rows and columns in the order of the runs.
Json toJson(const std::vector<RunFigures>& runs, const std::vector<DifferingSetting>& differing,
            const AgreementMatrix& agreement) {
    Json list = Json::array(), ids = Json::array(), settings = Json::array(), jaccard = Json::array(),
         shared = Json::array();
    for (std::size_t a = 0; a < runs.size(); ++a) {
        list.push_back(toJson(runs[a]));
        ids.push_back(runs[a].run.id.value);
        Json jaccardRow = Json::array(), sharedRow = Json::array();
        for (std::size_t b = 0; b < runs.size(); ++b) {
            jaccardRow.push_back(number(agreement.at(a, b)));
            sharedRow.push_back(agreement.sharedBy(a, b));
        }
        jaccard.push_back(std::move(jaccardRow));
        shared.push_back(std::move(sharedRow));
    }
    for (const DifferingSetting& setting : differing) {
        Json values = Json::array();
        for (const std::string& value : setting.values) values.push_back(value.empty() ? Json() : Json(value));
        settings.push_back(Json{{"name", setting.name}, {"values", std::move(values)}});
    }
    return Json{
        {"runs", std::move(list)},
        {"differing_settings", std::move(settings)},
        {"agreement",
         Json{{"runs", std::move(ids)}, {"jaccard", std::move(jaccard)}, {"shared_suspects", std::move(shared)}}}};
}

/// What differs between the runs, and how far they suspect the same samples.
std::string toText(const std::vector<RunFigures>& runs, const std::vector<DifferingSetting>& differing,
                   const AgreementMatrix& agreement) {
    std::vector<std::string> heading{""};
    for (const RunFigures& one : runs) heading.push_back("run " + std::to_string(one.run.id.value));
    std::string text;
    if (differing.empty()) {
        text = "\nThe settings of these runs are the same.\n";
    } else {
        TextTable settings(heading);
        for (const DifferingSetting& setting : differing) {
            std::vector<std::string> row{setting.name};
            for (const std::string& value : setting.values) row.push_back(value.empty() ? "-" : value);
            settings.add(std::move(row));
        }
        text = "\nSettings that differ:\n" + settings.text();
    }
    TextTable matrix(heading);
    for (std::size_t a = 0; a < runs.size(); ++a) {
        std::vector<std::string> row{heading[a + 1]};
        for (std::size_t b = 0; b < runs.size(); ++b)
            row.push_back(std::isfinite(agreement.at(a, b))
                              ? fixed(agreement.at(a, b), 3) + " (" + withThousands(agreement.sharedBy(a, b)) + ")"
                              : "-");
        matrix.add(std::move(row));
    }
    return text +
           "\nAgreement, as shared suspects by all suspects of the two (and how many they share), among the samples that "
           "both have judged:\n" +
           matrix.text();
}

Status compare(Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const std::vector<RunRecord> runs, chooseRuns(*project, options.runs));
    if (runs.empty())
        return fail(ErrorCode::NotFound, "there is no run to compare; train one first", options.project.file);
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const std::vector<Label> truth, readTruth(options.truth, *dataset));
    std::vector<RunFigures> all;
    for (const RunRecord& run : runs) {
        ASSAY_TRY(RunFigures figures, runFigures(*project, run, dataset.get(), truth, options.threshold));
        all.push_back(std::move(figures));
    }
    std::vector<std::map<std::string, std::string>> settings;
    std::vector<SuspectMask> masks, judged;
    for (const RunFigures& figures : all) {
        settings.push_back(settingsByName(figures.run.config, figures.labels));
        masks.push_back(figures.suspicion.suspects);
        judged.push_back(figures.suspicion.judged);
    }
    const std::vector<DifferingSetting> differing = differingSettings(settings);
    const AgreementMatrix agreement = agreementMatrix(masks, judged);
    return session.json() ? printJson(toJson(all, differing, agreement))
                          : print(toText(all) + (all.size() > 1 ? toText(all, differing, agreement) : ""));
}

} // namespace

void addCompare(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "compare", "Runs side by side: accuracy, how well they find wrong labels, what differs, how far they agree");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->runs, "Number of a run; may be repeated; else all");
    addTruthArguments(command, options->truth);
    command.add_option("--threshold", options->threshold, "For F1: a sample is a suspect from this p-noisy on")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.footer("Example: assay-cli compare p.assay --run 1 --run 2 --truth labels.csv --json");
    session.command(command, [&session, options] { return compare(session, *options); });
}

} // namespace assay::cli
