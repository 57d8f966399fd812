// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/data/noise.h"

#include <algorithm>

namespace assay::cli {

namespace {

struct Options {
    DatasetArguments dataset;
    std::string model = "symmetric";
    double rate = 0.2;
    std::uint64_t seed = 1;
    std::string map, out, matrix;
};

/// Clean row, noisy column, with the class names around it.
std::string matrixCsv(const Dataset& dataset, const NoisyLabels& noisy) {
    std::vector<std::string> row{"true"};
    row.insert(row.end(), dataset.classNames.begin(), dataset.classNames.end());
    std::string csv = csvRow(row);
    for (std::size_t k = 0; k < noisy.counts.size(); ++k) {
        row = {dataset.classNames[k]};
        for (const std::uint64_t count : noisy.counts[k]) row.push_back(std::to_string(count));
        csv += csvRow(row);
    }
    return csv;
}

std::string matrixText(const Dataset& dataset, const NoisyLabels& noisy) {
    std::vector<std::string> row{"true \\ label"};
    for (const std::string& name : dataset.classNames) row.push_back(escapeForDisplay(name));
    TextTable table(row);
    for (std::size_t k = 0; k < noisy.counts.size(); ++k) {
        row = {escapeForDisplay(dataset.classNames[k])};
        for (const std::uint64_t count : noisy.counts[k]) row.push_back(std::to_string(count));
        table.add(row);
    }
    return table.text();
}

Status makeNoise(Session& session, const Options& options) {
    NoiseOptions noise;
    ASSAY_TRY(noise.kind, parseNoiseKind(options.model));
    noise.rate = options.rate;
    noise.seed = options.seed;
    ASSAY_TRY(const auto dataset, openDatasetArguments(session, options.dataset, noise.kind == NoiseKind::Instance));
    if (!options.map.empty()) {
        ASSAY_TRY(noise.map, parseClassMap(options.map, dataset->classNames));
    }
    const std::vector<Label>& clean = dataset->trueLabels.empty() ? dataset->givenLabels : dataset->trueLabels;
    ASSAY_TRY(const NoisyLabels noisy, injectNoise(*dataset, clean, noise));

    std::string csv = csvRow({"index", "label", "true_label"});
    for (std::size_t i = 0; i < noisy.labels.size(); ++i)
        csv += csvRow({std::to_string(i), className(dataset->classNames, noisy.labels[i]),
                       className(dataset->classNames, clean[i])});
    if (!options.matrix.empty()) {
        ASSAY_CHECK_STATUS(writeFileAtomically(options.matrix, matrixCsv(*dataset, noisy)));
    }
    if (!session.json()) {
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
        const std::size_t labels = noisy.labels.size() - std::size_t(std::count(clean.begin(), clean.end(), kNoLabel));
        note(options.model + " noise, rate " + formatNumber(options.rate) + ", seed " + std::to_string(options.seed) +
             ": " + percent(noisy.realisedRate) + " of " + withThousands(labels) + " labels are wrong now.");
        note(matrixText(*dataset, noisy));
        return {};
    }
    if (options.out.empty())
        return fail(ErrorCode::InvalidArgument, "with --json the labels need a file of their own: give --out FILE");
    ASSAY_CHECK_STATUS(writeFileAtomically(options.out, csv));
    std::size_t changed = 0;
    for (std::size_t i = 0; i < noisy.labels.size(); ++i) changed += noisy.labels[i] != clean[i];
    return printJson(Json{{"model", options.model},
                          {"rate", options.rate},
                          {"seed", options.seed},
                          {"samples", noisy.labels.size()},
                          {"changed", changed},
                          {"realised_rate", noisy.realisedRate},
                          {"classes", dataset->classNames},
                          {"transitions", noisy.counts},
                          {"out", options.out}});
}

} // namespace

void addNoise(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("noise", "A noisy label file for an experiment, with the truth beside it");
    auto options = std::make_shared<Options>();
    addDatasetArguments(command, options->dataset);
    command.add_option("--model", options->model, "Noise model")
        ->check(CLI::IsMember({"symmetric", "symmetric-inclusive", "asymmetric", "pairflip", "instance",
                               "sym-exclusive", "sym-inclusive"}))
        ->capture_default_str();
    command.add_option("--rate", options->rate, "Share of labels to change")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--seed", options->seed, "Same seed, same labels")->capture_default_str();
    command.add_option("--map", options->map, "Asymmetric: from=to pairs of classes, as in cat=dog,dog=cat");
    command.add_option("--out", options->out, "Write index,label,true_label here; else to standard output");
    command.add_option("--matrix", options->matrix, "Write the realised transition matrix here (CSV of counts)");
    command.footer("Example: assay-cli noise fashion-mnist --model symmetric --rate 0.4 --seed 1 --out labels.csv");
    session.command(command, [&session, options] { return makeNoise(session, *options); });
}

} // namespace assay::cli
