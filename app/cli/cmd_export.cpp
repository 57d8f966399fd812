// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "core/base/text.h"
#include "core/project/export_table.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::string format, out, include = "all", excluded = "leave-out", flagged = "keep-given", templateFile, score,
                             labelSet;
    std::int64_t run = 0;
    int epoch = 0;
    std::vector<std::string> settings;
};

Result<ExportChoice> readChoice(Session& session, const Options& options, const Project& project,
                                const Dataset& dataset) {
    ExportChoice choice;
    ASSAY_TRY(choice.include, parseInclude(options.include));
    choice.excluded = options.excluded == "keep-given" ? ExcludedPolicy::KeepGiven : ExcludedPolicy::LeaveOut;
    choice.flagged = options.flagged == "leave-out" ? FlaggedPolicy::LeaveOut : FlaggedPolicy::KeepGiven;
    std::optional<RunRecord> run;
    if (options.run != 0) {
        ASSAY_TRY(run, project.run(RunId(options.run)));
    } else {
        ASSAY_TRY(run, newestRun(project));
    }
    ASSAY_TRY(BaseLabels base, decisionBase(project, run, &dataset));
    choice.given = std::move(base.labels);
    if (!options.labelSet.empty()) {
        ASSAY_TRY(StoredLabelSet stored, findLabelSet(project, options.labelSet));
        choice.given = std::move(stored.set.labels);
    }
    if (run) choice.run = run->id;
    if (options.epoch != 0) choice.epoch = options.epoch;
    const std::string score = options.score.empty() ? "p-noisy" : options.score;
    if (run && (!options.score.empty() || session.registry().scores.find(score))) {
        ASSAY_TRY(choice.score, findIn(session.registry().scores, score, "score"));
    }
    return choice;
}

Status exportLabels(Session& session, const Options& options) {
    ASSAY_TRY(const auto exporter, findIn(session.registry().exporters, options.format, "export format"));
    std::vector<std::string> texts = options.settings;
    if (!options.templateFile.empty()) texts.push_back("template=" + options.templateFile);
    ASSAY_TRY(const ParamValues settings, readSettings(exporter->description(), texts));
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const auto dataset, openProjectDataset(session, *project, options.project));
    ASSAY_TRY(const ExportChoice choice, readChoice(session, options, *project, *dataset));
    ASSAY_TRY(const ExportTable table, buildExportTable(*project, *dataset, *exporter, choice));
    ASSAY_TRY(const ExportReport report, exporter->write(table, settings, options.out));
    const auto leftOut = [](std::size_t samples) { return samples > 0 ? " (left out)" : ""; };
    if (!session.json())
        return print("written and read back without a difference: " + withThousands(report.rows) + " rows, " +
                     withThousands(report.relabelled) + " relabelled, " + withThousands(report.flagged) + " flagged" +
                     leftOut(report.flaggedOut) + ", " + withThousands(report.excluded) + " excluded" +
                     leftOut(report.excludedOut) + "\n");
    Json files = Json::array();
    for (const auto& file : report.files) files.push_back(file.string());
    return printJson(Json{{"format", exporter->description().id},
                          {"rows", report.rows},
                          {"relabelled", report.relabelled},
                          {"flagged", report.flagged},
                          {"excluded", report.excluded},
                          {"left_out", report.excludedOut + report.flaggedOut},
                          {"differences", report.differences},
                          {"revision", project->revision().value},
                          {"files", std::move(files)}});
}

} // namespace

void addExport(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("export", "Writes the cleaned labels, reads them back and compares");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--format", options->format, "What to write, see assay-cli formats")->required();
    command.add_option("--out", options->out, "File or folder to write")->required();
    command.add_option("--run", options->run, "The run whose labels and scores go in; else the newest");
    command.add_option("--label-set", options->labelSet,
                       "The labels before the decisions: a label set of the project, by number or name");
    command.add_option("--epoch", options->epoch, "Its epoch; else the last")->check(CLI::Range(0, 1000000));
    command.add_option("--score", options->score, "The score that goes into formats that have one; else p-noisy");
    command.add_option("--include", options->include, "Which samples")
        ->check(CLI::IsMember({"all", "changed", "kept"}))
        ->capture_default_str();
    command.add_option("--excluded", options->excluded, "What becomes of excluded samples")
        ->check(CLI::IsMember({"leave-out", "keep-given"}))
        ->capture_default_str();
    command.add_option("--flagged", options->flagged, "What becomes of flagged samples")
        ->check(CLI::IsMember({"keep-given", "leave-out"}))
        ->capture_default_str();
    command.add_option("--template", options->templateFile, "csv-template: the file whose header and order are kept");
    command.add_option("--set", options->settings, "A setting of the format, key=value; may be repeated");
    command.footer("Example: assay-cli export p.assay --format csv --out cleaned.csv\n"
                   "Assay never writes into the data set itself.");
    session.command(command, [&session, options] { return exportLabels(session, *options); });
}

} // namespace assay::cli
