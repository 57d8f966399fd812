// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/catalogue_output.h"
#include "app/cli/commands.h"
#include "core/audit/score.h"

namespace assay::cli {

namespace {

const char* basisName(ScoreBasis basis) {
    switch (basis) {
    case ScoreBasis::LastEpoch: return "last epoch";
    case ScoreBasis::AllEpochs: return "all epochs";
    case ScoreBasis::Probabilities: return "probabilities";
    case ScoreBasis::Features: return "features";
    case ScoreBasis::Pictures: return "pictures";
    }
    return "";
}

Json scoreJson(const Score& score) {
    Json json = toJson(score.description());
    json["direction"] = "higher is more suspect";
    json["range"] = score.traits().range;
    json["basis"] = basisName(score.traits().basis);
    return json;
}

} // namespace

void addScores(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("scores", "The scores that rank suspects, and their papers");
    auto id = std::make_shared<std::string>();
    command.add_option("ID", *id, "Show this one");
    command.footer("Example: assay-cli scores --json");
    session.command(command, [&session, id]() -> Status {
        if (!session.json()) return printCatalogue(session.registry().scores, *id, "score", "scores", false);
        Json list = Json::array();
        if (!id->empty()) {
            ASSAY_TRY(const auto one, findIn(session.registry().scores, *id, "score"));
            list.push_back(scoreJson(*one));
        } else {
            for (const auto& score : session.registry().scores.all()) list.push_back(scoreJson(*score));
        }
        return printJson(Json{{"scores", std::move(list)}});
    });
}

} // namespace assay::cli
