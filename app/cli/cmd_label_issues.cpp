// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/probability_file.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/stats/confident_learning.h"

namespace assay::cli {

namespace {

struct Options {
    std::string labels, labelColumn, probabilities, out;
    std::string filter = "prune-by-noise-rate", rankBy = "self-confidence";
    bool normalise = false;
};

/// A class as JSON: its number, or its name where the file has names.
Json classOf(const ProbabilityTable& table, Label label) {
    if (table.classNames.empty()) return label;
    return table.classNames[std::size_t(label)];
}

Json squareOf(const std::vector<std::int64_t>& values, std::size_t classes) {
    Json rows = Json::array();
    for (std::size_t k = 0; k < classes; ++k)
        rows.push_back(std::vector<std::int64_t>(values.begin() + std::ptrdiff_t(k * classes),
                                                 values.begin() + std::ptrdiff_t((k + 1) * classes)));
    return rows;
}

std::string issuesCsv(const ProbabilityTable& table, const stats::LabelIssues& found) {
    std::string csv = csvRow({"index", "given", "suggested", "score"});
    const auto text = [&](Label label) {
        return table.classNames.empty() ? std::to_string(label) : table.classNames[std::size_t(label)];
    };
    for (const stats::LabelIssue& issue : found.issues)
        csv += csvRow({std::to_string(issue.row), text(issue.given), text(issue.suggested), formatNumber(issue.score)});
    return csv;
}

Status findIssues(Session& session, const Options& options) {
    stats::IssueOptions issueOptions;
    ASSAY_TRY(issueOptions.filter, stats::parseIssueFilter(options.filter));
    ASSAY_TRY(issueOptions.rankBy, stats::parseLabelQuality(options.rankBy));
    ASSAY_TRY(ProbabilityTable table, readProbabilities(options.probabilities));
    if (options.normalise) {
        ASSAY_CHECK_STATUS(stats::normaliseRows(table.values, table.classes));
    }
    ASSAY_TRY(const std::vector<Label> labels, readLabelsFor(options.labels, options.labelColumn, table));
    auto found = stats::findLabelIssues({table.values, table.classes}, labels, issueOptions);
    if (!found) {
        Error error = std::move(found).error();
        error.context += (error.context.empty() ? "" : ", ") + options.probabilities;
        return tl::unexpected<Error>(std::move(error));
    }
    const std::string csv = issuesCsv(table, *found);
    if (!session.json()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
        note(withThousands(found->issues.size()) + " of " + withThousands(labels.size()) +
             " labels are probably wrong; estimated errors: " + withThousands(found->joint.estimatedErrors) + ".");
        return {};
    }
    if (!options.out.empty()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
    }
    Json issues = Json::array();
    for (const stats::LabelIssue& issue : found->issues)
        issues.push_back(Json{{"index", issue.row},
                              {"given", classOf(table, issue.given)},
                              {"suggested", classOf(table, issue.suggested)},
                              {"score", number(issue.score)}});
    const std::size_t classes = found->joint.classes;
    Json json{{"samples", labels.size()},
              {"filter", options.filter},
              {"rank_by", options.rankBy},
              {"estimated_errors", found->joint.estimatedErrors},
              {"thresholds", found->joint.thresholds},
              {"confident_joint", squareOf(found->joint.calibrated, classes)},
              {"confident_counts", squareOf(found->joint.counts, classes)}};
    if (!table.classNames.empty()) json["classes"] = table.classNames;
    json["issues"] = std::move(issues);
    return printJson(json);
}

} // namespace

void addLabelIssues(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("label-issues", "Confident learning on anybody's predicted probabilities, without training");
    auto options = std::make_shared<Options>();
    command.add_option("--labels", options->labels, "The given labels: CSV with a header, or an .npy of class numbers")->required();
    command.add_option("--label-column", options->labelColumn, "Its column of the label; else label, or the only one");
    command.add_option("--probabilities", options->probabilities,
                       "A row per sample, a column per class, out of sample: CSV with a header, or .npy")
        ->required();
    command.add_option("--filter", options->filter, "Which samples are issues")
        ->check(CLI::IsMember(stats::issueFilterNames()))
        ->capture_default_str();
    command.add_option("--rank-by", options->rankBy, "Their order and score, low = suspicious")
        ->check(CLI::IsMember(stats::labelQualityNames()))
        ->capture_default_str();
    command.add_flag("--normalise", options->normalise, "Divide every row by its sum first");
    command.add_option("--out", options->out, "Write index,given,suggested,score here; else to standard output");
    command.footer("Example: assay-cli label-issues --labels labels.csv --probabilities pred_probs.npy --json\n"
                   "Northcutt, Jiang, Chuang, JAIR 2021, arXiv:1911.00068");
    session.command(command, [&session, options] { return findIssues(session, *options); });
}

} // namespace assay::cli
