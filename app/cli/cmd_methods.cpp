// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "core/train/method.h"

namespace assay::cli {

void addMethods(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("methods", "The training methods: settings, defaults, papers");
    auto id = std::make_shared<std::string>();
    command.add_option("ID", *id, "Show this one with all its settings");
    command.footer("Example: assay-cli methods co-teaching");
    session.command(command, [&session, id]() -> Status {
        ASSAY_CHECK_STATUS(session.loadEngine());
        return printCatalogue(session.registry().methods, *id, "method", "methods", session.json());
    });
}

} // namespace assay::cli
