// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/feature_file.h"
#include "app/cli/output.h"
#include "core/audit/duplicates.h"
#include "core/base/text.h"

#include <algorithm>

namespace assay::cli {

namespace {

struct Options {
    DatasetArguments dataset;
    DuplicateOptions search;
    bool exactOnly = false;
    std::string features;
};

Json toJson(const DuplicateGroup& group, const Dataset& dataset) {
    Json samples = Json::array();
    for (const SampleIndex sample : group.samples)
        samples.push_back(Json{{"index", sample.value},
                               {"file", std::string(dataset.names[sample.value])},
                               {"label", className(dataset.classNames, dataset.givenLabels[sample.value])},
                               {"split", splitName(dataset.splits[sample.value])}});
    return Json{{"exact", group.exact},
                {"conflicting", group.conflicting},
                {"crosses_splits", group.crossesSplits},
                {"shifted", group.shifted},
                {"mirrored", group.mirrored},
                {"by_features", group.byFeatures},
                {"difference", number(group.difference)},
                {"samples", std::move(samples)}};
}

std::string toText(const DuplicateGroup& group, const Dataset& dataset) {
    std::string text = group.exact ? "the same pixels" : "look the same";
    if (group.mirrored) text += ", mirrored";
    if (group.shifted) text += ", shifted";
    if (group.byFeatures) text += ", by their features";
    if (group.conflicting) text += ", labels differ";
    if (group.crossesSplits) text += ", in more than one split";
    text += "\n";
    for (const SampleIndex sample : group.samples)
        text += "  " + std::to_string(sample.value) + "  " + escapeForDisplay(dataset.names[sample.value]) + "  " +
                escapeForDisplay(className(dataset.classNames, dataset.givenLabels[sample.value])) + "  " +
                std::string(splitName(dataset.splits[sample.value])) + "\n";
    return text;
}

Status listDuplicates(Session& session, Options options) {
    options.search.near = !options.exactOnly;
    ASSAY_TRY(const auto dataset, openDatasetArguments(session, options.dataset, true));
    if (!options.features.empty()) {
        ASSAY_TRY(FeatureMatrix features, readFeatureFile(options.features));
        options.search.features = std::make_shared<const FeatureMatrix>(std::move(features));
    }
    ASSAY_TRY(const std::vector<DuplicateGroup> groups,
              findDuplicates(*dataset, dataset->givenLabels, options.search, progressPrinter(), session.stopToken()));
    const auto conflicting =
        std::count_if(groups.begin(), groups.end(), [](const DuplicateGroup& group) { return group.conflicting; });
    if (session.json()) {
        Json list = Json::array();
        for (const DuplicateGroup& group : groups) list.push_back(toJson(group, *dataset));
        return printJson(Json{{"samples", dataset->size()}, {"conflicting", conflicting}, {"groups", std::move(list)}});
    }
    std::string text;
    for (const DuplicateGroup& group : groups) text += toText(group, *dataset);
    return print(text + withThousands(groups.size()) + " groups, " + withThousands(std::uint64_t(conflicting)) +
                 " of them with labels that differ\n");
}

} // namespace

void addDuplicates(CLI::App& app, Session& session) {
    CLI::App& command =
        *app.add_subcommand("duplicates", "Exact and near duplicates, those with differing labels first");
    auto options = std::make_shared<Options>();
    addDatasetArguments(command, options->dataset);
    CLI::Option* exactOnly =
        command.add_flag("--exact-only", options->exactOnly, "Only pictures of the very same pixels");
    command.add_flag("--mirrored,!--no-mirrored", options->search.mirrored,
                     "Also pictures that are another's mirror image: so unless --no-mirrored is given");
    command
        .add_option("--features", options->features,
                    "An .npy of features, a row per sample: also pictures whose features are almost the same")
        ->excludes(exactOnly);
    command
        .add_option("--distance", options->search.maxDistance,
                    "Bits of 64 in which perceptual hashes may differ; what they find is then compared by pixels")
        ->check(CLI::Range(0, 16))
        ->capture_default_str();
    command.footer("Example: assay-cli duplicates photos.tar --json");
    session.command(command, [&session, options] { return listDuplicates(session, *options); });
}

} // namespace assay::cli
