// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/project/probability_file.h"
#include "core/stats/confident_learning.h"

#include <algorithm>
#include <malloc.h>
#include <numeric>

namespace assay::cli {

namespace {

struct Options {
    std::string labels, labelColumn, probabilities, out, pairs;
    std::vector<std::string> classes;
    std::string filter = "prune-by-noise-rate", rankBy = "self-confidence";
    bool normalise = false;
    int minExamples = 1;
    double fracNoise = 1;
};

/// A class as JSON: its number, or its name where the file has names.
Json classOf(const ProbabilityTable& table, Label label) {
    if (table.classNames.empty()) return label;
    return table.classNames[std::size_t(label)];
}

template <class T>
Json squareOf(const std::vector<T>& values, std::size_t classes) {
    Json rows = Json::array();
    for (std::size_t k = 0; k < classes; ++k)
        rows.push_back(std::vector<T>(values.begin() + std::ptrdiff_t(k * classes),
                                      values.begin() + std::ptrdiff_t((k + 1) * classes)));
    return rows;
}

std::string textOf(const ProbabilityTable& table, Label label) {
    return table.classNames.empty() ? std::to_string(label) : table.classNames[std::size_t(label)];
}

std::string issuesCsv(const ProbabilityTable& table, const stats::LabelIssues& found) {
    std::vector<std::string> header{"index", "given", "suggested", "score"};
    if (!table.files.empty()) header.insert(header.begin() + 1, "file");
    std::string csv = csvRow(header);
    for (const stats::LabelIssue& issue : found.issues) {
        std::vector<std::string> row{std::to_string(issue.row), textOf(table, issue.given),
                                     textOf(table, issue.suggested), formatNumber(issue.score)};
        if (!table.files.empty()) row.insert(row.begin() + 1, table.files[issue.row]);
        csv += csvRow(row);
    }
    return csv;
}

std::string pairsCsv(const ProbabilityTable& table, const std::vector<stats::ClassPair>& pairs) {
    std::string csv = csvRow({"given", "suspected", "samples", "share"});
    for (const stats::ClassPair& pair : pairs)
        csv += csvRow({textOf(table, pair.given), textOf(table, pair.suspected), std::to_string(pair.samples),
                       formatNumber(pair.share)});
    return csv;
}

std::string firstNames(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 12;
    std::string text;
    for (std::size_t k = 0; k < std::min(kShown, names.size()); ++k)
        text += (k > 0 ? ", " : "") + escapeForDisplay(names[k]);
    return text + (names.size() > kShown ? ", …" : "");
}

/// The fullest pairs and the classes with the most errors, in words.
std::string summary(const ProbabilityTable& table, const stats::ConfidentJoint& joint,
                    const std::vector<stats::ClassPair>& pairs) {
    constexpr std::size_t kShown = 10;
    TextTable confused({"given", "rather", "samples", "of the class"});
    for (std::size_t i = 0; i < std::min(kShown, pairs.size()); ++i)
        confused.add({escapeForDisplay(textOf(table, pairs[i].given)),
                      escapeForDisplay(textOf(table, pairs[i].suspected)), withThousands(std::size_t(pairs[i].samples)),
                      percent(pairs[i].share)});
    const std::vector<std::int64_t> errors = joint.errorsPerClass();
    std::vector<std::size_t> order(joint.classes);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return errors[a] > errors[b]; });
    TextTable classes({"given", "samples", "estimated errors", "threshold"});
    for (std::size_t i = 0; i < std::min(kShown, order.size()); ++i)
        classes.add({escapeForDisplay(textOf(table, Label(order[i]))),
                     withThousands(std::size_t(joint.given[order[i]])), withThousands(std::size_t(errors[order[i]])),
                     fixed(joint.thresholds[order[i]], 3)});
    return pairs.empty() ? classes.text() : confused.text() + classes.text();
}

bool prunes(stats::IssueFilter filter) {
    using stats::IssueFilter;
    return filter == IssueFilter::PruneByNoiseRate || filter == IssueFilter::PruneByClass ||
           filter == IssueFilter::Both;
}

Status findIssues(Session& session, const Options& options) {
    stats::IssueOptions issueOptions;
    ASSAY_TRY(issueOptions.filter, stats::parseIssueFilter(options.filter));
    ASSAY_TRY(issueOptions.rankBy, stats::parseLabelQuality(options.rankBy));
    ASSAY_TRY(ProbabilityTable table, readProbabilities(options.probabilities));
    if (options.normalise) {
        ASSAY_CHECK_STATUS(table.normalise());
    }
    ASSAY_CHECK_STATUS(nameClasses(table, options.classes));
    ASSAY_TRY(const std::vector<Label> labels, readLabelsFor(options.labels, options.labelColumn, table));
    if (table.namedByLabels)
        note("The columns of the probabilities have no names; they are taken for the labels' in sorted order: " +
             firstNames(table.classNames) + ". If they stand otherwise, say --classes.");
    (void)::malloc_trim(0); // what reading took is given back before the matrix comes into memory
    if (!prunes(issueOptions.filter) && (options.fracNoise < 1 || options.minExamples != 1))
        note("--frac-noise and --min-examples-per-class belong to the filters that prune; " + options.filter +
             " flags all it finds.");
    issueOptions.minExamplesPerClass = options.minExamples;
    issueOptions.fracNoise = options.fracNoise;
    auto found = table.with([&](const auto& p) { return stats::findLabelIssues(p, labels, issueOptions); });
    if (!found) {
        Error error = std::move(found).error();
        error.context += (error.context.empty() ? "" : ", ") + options.probabilities;
        return tl::unexpected<Error>(std::move(error));
    }
    const std::string csv = issuesCsv(table, *found);
    const std::vector<stats::ClassPair> pairs = stats::classPairs(found->joint);
    if (!options.pairs.empty()) {
        ASSAY_CHECK_STATUS(writeResult(options.pairs, pairsCsv(table, pairs)));
    }
    if (!session.json()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
        note(summary(table, found->joint, pairs));
        note(withThousands(found->issues.size()) + " of " + withThousands(labels.size()) +
             " labels are probably wrong; estimated errors: " + withThousands(found->joint.estimatedErrors) + ".");
        return {};
    }
    if (!options.out.empty()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
    }
    Json issues = Json::array();
    for (const stats::LabelIssue& issue : found->issues) {
        issues.push_back(Json{{"index", issue.row},
                              {"given", classOf(table, issue.given)},
                              {"suggested", classOf(table, issue.suggested)},
                              {"score", number(issue.score)}});
        if (!table.files.empty()) issues.back()["file"] = table.files[issue.row];
    }
    const std::size_t classes = found->joint.classes;
    Json json{{"samples", labels.size()},
              {"filter", options.filter},
              {"rank_by", options.rankBy},
              {"estimated_errors", found->joint.estimatedErrors},
              {"thresholds", found->joint.thresholds},
              {"estimated_errors_per_class", found->joint.errorsPerClass()},
              {"true_shares", found->joint.trueShares()}};
    constexpr std::size_t kMostSquares = 1000; // beyond, four squares would be longer than the probabilities
    if (classes <= kMostSquares) {
        json["confident_joint"] = squareOf(found->joint.calibrated, classes);
        json["confident_counts"] = squareOf(found->joint.counts, classes);
        json["noise_matrix"] = squareOf(found->joint.noiseMatrix(), classes);
        json["inverse_noise_matrix"] = squareOf(found->joint.inverseNoiseMatrix(), classes);
    }
    Json pairList = Json::array();
    for (const stats::ClassPair& pair : pairs)
        pairList.push_back(Json{{"given", classOf(table, pair.given)},
                                {"suspected", classOf(table, pair.suspected)},
                                {"samples", pair.samples},
                                {"share", number(pair.share)}});
    json["class_pairs"] = std::move(pairList);
    if (!table.classNames.empty()) json["classes"] = table.classNames;
    json["issues"] = std::move(issues);
    return printJson(json);
}

} // namespace

void addLabelIssues(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "label-issues", "Confident learning on anybody's predicted probabilities, without training");
    auto options = std::make_shared<Options>();
    command.add_option("--labels", options->labels, "The given labels: CSV with a header, or an .npy of class numbers")
        ->required();
    command.add_option("--labels-column,--label-column", options->labelColumn,
                       "Its column of the label; else label, or the only one");
    command
        .add_option("--probabilities", options->probabilities,
                    "A row per sample, a column per class, out of sample: CSV with a header, or .npy")
        ->required();
    command
        .add_option("--classes", options->classes,
                    "Names of the columns, in their order, where the file has none: cat,dog,owl")
        ->delimiter(',');
    command.add_option("--filter", options->filter, "Which samples are issues")
        ->check(CLI::IsMember(stats::issueFilterNames()))
        ->capture_default_str();
    command.add_option("--rank-by", options->rankBy, "Their order and score, low = suspicious")
        ->check(CLI::IsMember(stats::labelQualityNames()))
        ->capture_default_str();
    command.add_option("--min-examples-per-class", options->minExamples, "So many of each class are never flagged")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--frac-noise", options->fracNoise, "Flag this share of the estimated errors")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--pairs", options->pairs,
                       "Write given,suspected,samples,share here: which classes are confused");
    command.add_flag("--normalise", options->normalise, "Divide every row by its sum first");
    command.add_option(
        "--out", options->out,
        "Write index,given,suggested,score here, and file where the probabilities have it; else to standard output");
    command.footer("Example: assay-cli label-issues --labels labels.csv --probabilities pred_probs.npy --json\n"
                   "Northcutt, Jiang, Chuang, JAIR 2021, arXiv:1911.00068");
    session.command(command, [&session, options] { return findIssues(session, *options); });
}

} // namespace assay::cli
