// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/figures.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/text.h"

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::int64_t run = 0;
    int epoch = 0;
    std::string out;
};

/// Label-like columns hold class numbers, −1 for none: they are written as names.
bool holdsClasses(const std::string& column) {
    return column == "pseudo-label" || column == "pseudo-answer" || column == "target-label" ||
           column == "assignment" || column.rfind("prediction", 0) == 0;
}

/// What stands before the columns that the method adds.
std::vector<std::string> firstColumns(const BaseLabels& labels, const std::vector<Split>& splits) {
    std::vector<std::string> names{"index", "given", "prediction", "confidence", "loss", "margin"};
    if (!labels.trueLabels.empty()) names.emplace_back("true");
    if (!splits.empty()) names.emplace_back("split");
    return names;
}

std::string evidenceCsv(const Evidence& evidence, const BaseLabels& labels, const std::vector<Split>& splits,
                        const std::vector<std::string>& classes) {
    std::vector<std::string> header = firstColumns(labels, splits);
    for (const auto& [name, values] : evidence.columns) header.push_back(name);
    std::string csv = csvRow(header);
    for (std::size_t row = 0; row < evidence.size(); ++row) {
        const std::size_t i = evidence.samples[row].value;
        std::vector<std::string> cells{std::to_string(i),
                                       className(classes, labels.labels[i]),
                                       className(classes, evidence.prediction[row]),
                                       formatNumber(evidence.confidence[row]),
                                       formatNumber(evidence.loss[row]),
                                       formatNumber(evidence.margin[row])};
        if (!labels.trueLabels.empty()) cells.push_back(className(classes, labels.trueLabels[i]));
        if (!splits.empty()) cells.emplace_back(splitName(splits[i]));
        for (const auto& [name, values] : evidence.columns)
            cells.push_back(holdsClasses(name) ? className(classes, Label(values[row])) : formatNumber(values[row]));
        csv += csvRow(cells);
    }
    return csv;
}

Status writeEvidence(Session& session, const Options& options) {
    if (session.json() && options.out.empty())
        return fail(ErrorCode::InvalidArgument, "with --json the rows need a file of their own: give --out FILE");
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const RunRecord run, chooseRun(*project, options.run));
    int epoch = options.epoch;
    if (epoch == 0) {
        ASSAY_TRY(const std::vector<EpochSummary> epochs, project->epochs(run.id));
        if (epochs.empty())
            return fail(ErrorCode::NotFound, "this run has recorded no epoch", "run " + std::to_string(run.id.value));
        epoch = epochs.back().epoch;
    }
    ASSAY_TRY(const auto evidence, project->evidence(run.id, epoch));
    ASSAY_TRY(const BaseLabels labels, baseLabels(*project, run, nullptr));
    const auto dataset = openProjectDataset(session, *project, options.project);
    if (!dataset) note("No column \"split\": " + dataset.error().sentence());
    const std::vector<Split> splits = dataset ? (*dataset)->splits : std::vector<Split>();
    const std::string csv = evidenceCsv(*evidence, labels, splits, project->dataset().classNames);
    if (!session.json()) return writeResult(options.out, csv);
    ASSAY_CHECK_STATUS(writeResult(options.out, csv));
    Json columns = firstColumns(labels, splits);
    for (const auto& [name, values] : evidence->columns) columns.push_back(name);
    return printJson(Json{{"run", run.id.value},
                          {"epoch", epoch},
                          {"rows", evidence->size()},
                          {"columns", std::move(columns)},
                          {"out", options.out}});
}

} // namespace

void addEvidence(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("evidence", "What a run recorded for every sample in one epoch, as CSV");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->run, "Number of the run; else the newest");
    command.add_option("--epoch", options->epoch, "Epoch, counted from 1; else the last")
        ->check(CLI::Range(0, 1000000));
    command.add_option("--out", options->out, "Write here; else to standard output");
    command.footer("Example: assay-cli evidence p.assay --run 1 --epoch 5 --out evidence.csv");
    session.command(command, [&session, options] { return writeEvidence(session, *options); });
}

} // namespace assay::cli
