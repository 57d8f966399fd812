// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/text.h"
#include "core/data/pixel_store.h"

#include <array>

namespace assay::cli {

namespace {

constexpr std::array kSplits{Split::Train, Split::Validation, Split::Test};

struct Counts {
    std::vector<std::size_t> all;                    ///< [K]
    std::array<std::vector<std::size_t>, 3> bySplit; ///< [split][K]
    std::array<std::size_t, 3> splits{};
    std::array<std::size_t, 3> unlabelled{}; ///< by split
};

Counts countLabels(const Dataset& dataset) {
    Counts counts;
    const auto classes = std::size_t(dataset.classCount());
    counts.all.resize(classes);
    for (auto& split : counts.bySplit) split.resize(classes);
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const auto split = std::size_t(dataset.splits[i]);
        const Label label = dataset.givenLabels[i];
        ++counts.splits[split];
        counts.unlabelled[split] += label == kNoLabel;
        if (label < 0 || std::size_t(label) >= classes) continue;
        ++counts.all[std::size_t(label)];
        ++counts.bySplit[split][std::size_t(label)];
    }
    return counts;
}

Json toJson(const Dataset& dataset) {
    const Counts counts = countLabels(dataset);
    Json splits = Json::object(), bySplit = Json::object(), unreadable = Json::array();
    for (const Split split : kSplits) {
        if (counts.splits[std::size_t(split)] == 0) continue;
        splits[std::string(splitName(split))] = counts.splits[std::size_t(split)];
        bySplit[std::string(splitName(split))] = counts.bySplit[std::size_t(split)];
    }
    for (const Problem& problem : dataset.unreadable)
        unreadable.push_back(Json{{"file", problem.file}, {"reason", problem.reason}});
    Json json{{"format", dataset.format},        {"location", dataset.location.string()},
              {"samples", dataset.size()},       {"classes", dataset.classNames},
              {"class_counts", counts.all},      {"unlabelled", dataset.unlabelled()},
              {"splits", std::move(splits)},     {"class_counts_by_split", std::move(bySplit)},
              {"split_made", dataset.splitsMade}};
    if (dataset.splitsMade) json["split_seed"] = dataset.splitSeed;
    json["truth_known"] = !dataset.trueLabels.empty();
    if (dataset.pixels) {
        const ImageGeometry geometry = dataset.pixels->geometry();
        json["pictures"] =
            Json{{"width", geometry.width}, {"height", geometry.height}, {"channels", geometry.channels}};
        json["content_hash"] = dataset.contentHash;
    }
    json["unreadable"] = std::move(unreadable);
    json["notes"] = dataset.notes;
    return json;
}

std::string toText(const Dataset& dataset) {
    const Counts counts = countLabels(dataset);
    std::string text = dataset.location.string() + "\nformat: " + dataset.format +
                       "\nsamples: " + withThousands(dataset.size()) + " in " + std::to_string(dataset.classCount()) +
                       (dataset.classCount() == 1 ? " class" : " classes");
    const std::size_t unlabelled = dataset.unlabelled();
    text += unlabelled > 0 ? ", " + withThousands(unlabelled) + " without a label\n" : "\n";
    if (dataset.pixels) {
        const ImageGeometry geometry = dataset.pixels->geometry();
        text += "pictures: kept as " + std::to_string(geometry.width) + "x" + std::to_string(geometry.height) +
                (geometry.channels == 1 ? " grey\n" : " colour\n");
    }
    if (dataset.splitsMade)
        text += "split: none came with it; made by class from seed " + std::to_string(dataset.splitSeed) + "\n";
    for (const std::string& sentence : dataset.notes) text += "note: " + sentence + "\n";
    std::vector<std::string> heading{"class", "all"};
    for (const Split split : kSplits)
        if (counts.splits[std::size_t(split)] > 0) heading.emplace_back(splitName(split));
    TextTable table(heading);
    const auto row = [&](const std::string& name, std::size_t all, const auto& count) {
        std::vector<std::string> cells{name, std::to_string(all)};
        for (const Split split : kSplits)
            if (counts.splits[std::size_t(split)] > 0) cells.push_back(std::to_string(count(std::size_t(split))));
        table.add(std::move(cells));
    };
    for (std::size_t k = 0; k < counts.all.size(); ++k)
        row(escapeForDisplay(dataset.classNames[k]), counts.all[k],
            [&](std::size_t s) { return counts.bySplit[s][k]; });
    if (unlabelled > 0) row("(no label)", unlabelled, [&](std::size_t s) { return counts.unlabelled[s]; });
    row("all", dataset.size(), [&](std::size_t s) { return counts.splits[s]; });
    text += "\n" + table.text();
    if (!dataset.unreadable.empty()) {
        text += "\nunreadable: " + withThousands(dataset.unreadable.size()) + "\n";
        for (const Problem& problem : dataset.unreadable) text += "  " + problem.file + ": " + problem.reason + "\n";
    }
    return text;
}

} // namespace

void addInfo(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("info", "What a data set is: format, classes, counts, unreadable files");
    struct Options {
        DatasetArguments dataset;
        bool labelsOnly = false;
    };
    auto options = std::make_shared<Options>();
    addDatasetArguments(command, options->dataset);
    command.add_flag("--labels-only", options->labelsOnly, "Do not decode the pictures: quick, finds no broken ones");
    command.footer("Example: assay-cli info photos.tar --label-column label --json");
    session.command(command, [&session, options]() -> Status {
        ASSAY_TRY(const auto dataset, openDatasetArguments(session, options->dataset, !options->labelsOnly));
        return session.json() ? printJson(toJson(*dataset)) : print(toText(*dataset));
    });
}

} // namespace assay::cli
