// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "core/audit/score.h"

namespace assay::cli {

void addScores(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("scores", "The scores that rank suspects, and their papers");
    auto id = std::make_shared<std::string>();
    command.add_option("ID", *id, "Show this one");
    command.footer("Example: assay-cli scores --json");
    session.command(command, [&session, id] {
        return printCatalogue(session.registry().scores, *id, "score", "scores", session.json());
    });
}

} // namespace assay::cli
