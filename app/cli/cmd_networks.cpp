// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "core/base/text.h"
#include "core/train/network.h"

namespace assay::cli {

namespace {

struct Options {
    std::string id;
    int width = 32, height = 32, channels = 3, classes = 10;
};

Status printNetworks(Session& session, const Options& options) {
    ASSAY_CHECK_STATUS(session.loadEngine());
    const Catalogue<Network>& networks = session.registry().networks;
    std::vector<std::shared_ptr<const Network>> chosen = networks.all();
    if (!options.id.empty()) {
        ASSAY_TRY(auto one, findNetwork(networks, options.id));
        chosen = {std::move(one)};
    }
    const ImageGeometry input{options.width, options.height, options.channels};
    if (session.json()) {
        Json list = Json::array();
        for (const auto& network : chosen) {
            Json json = toJson(network->description());
            json["parameter_count"] = network->parameterCount(input, options.classes);
            list.push_back(std::move(json));
        }
        return printJson(
            Json{{"input", {{"width", input.width}, {"height", input.height}, {"channels", input.channels}}},
                 {"classes", options.classes},
                 {"networks", std::move(list)}});
    }
    TextTable table({"id", "parameters", "what it is"});
    for (const auto& network : chosen)
        table.add({network->description().id, withThousands(network->parameterCount(input, options.classes)),
                   network->description().help});
    return print("Trainable parameters for " + std::to_string(input.width) + "x" + std::to_string(input.height) + "x" +
                 std::to_string(input.channels) + " pictures of " + std::to_string(options.classes) + " classes:\n" +
                 table.text() + (options.id.empty() ? "" : "\n" + page(chosen.front()->description())));
}

} // namespace

void addNetworks(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("networks", "The networks and how many parameters they have");
    auto options = std::make_shared<Options>();
    command.add_option("ID", options->id, "Show this one; ID:W with a base width of W");
    command.add_option("--width", options->width, "Width of the input")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command.add_option("--height", options->height, "Height of the input")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command.add_option("--channels", options->channels, "1 grey, 3 colour")
        ->check(CLI::IsMember({1, 3}))
        ->capture_default_str();
    command.add_option("--classes", options->classes, "Number of classes")
        ->check(CLI::Range(2, 100000))
        ->capture_default_str();
    command.footer("Examples: assay-cli networks --width 28 --height 28 --channels 1\n"
                   "          assay-cli networks resnet-18:16");
    session.command(command, [&session, options] { return printNetworks(session, *options); });
}

} // namespace assay::cli
