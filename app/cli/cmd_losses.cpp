// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/text.h"
#include "core/train/engine.h"

#include <algorithm>

namespace assay::cli {

namespace {

struct Options {
    std::vector<std::string> ids;
    int classes = 10, points = 99;
    bool curves = false;
    std::string out;
};

Result<std::vector<LossCurve>> chosenLosses(const Options& options, const std::vector<double>& p) {
    ASSAY_TRY(std::vector<LossCurve> all, lossCurves(options.classes, p));
    for (const std::string& id : options.ids)
        if (std::none_of(all.begin(), all.end(), [&](const LossCurve& loss) { return loss.id == id; }))
            return fail(ErrorCode::NotFound, "there is no such loss; assay-cli losses lists them", id);
    std::erase_if(all, [&](const LossCurve& loss) {
        return !options.ids.empty() && std::find(options.ids.begin(), options.ids.end(), loss.id) == options.ids.end();
    });
    return all;
}

Status printLosses(Session& session, const Options& options) {
    std::vector<double> p;
    for (int i = 1; i <= options.points; ++i) p.push_back(double(i) / (options.points + 1));
    ASSAY_TRY(const std::vector<LossCurve> losses, chosenLosses(options, p));
    if (session.json()) {
        Json list = Json::array();
        for (const LossCurve& loss : losses) {
            Json one{{"id", loss.id}, {"help", loss.help}, {"citation", loss.citation}};
            if (options.curves) one.update(Json{{"loss", loss.loss}, {"gradient", loss.gradient}});
            list.push_back(std::move(one));
        }
        return printJson(
            Json{{"classes", options.classes}, {"p", options.curves ? Json(p) : Json()}, {"losses", std::move(list)}});
    }
    if (!options.curves) {
        TextTable table({"loss", "what it is"});
        for (const LossCurve& loss : losses) table.add({loss.id, loss.help});
        return print(table.text());
    }
    std::string csv = "loss,p,value,gradient\n";
    for (const LossCurve& loss : losses)
        for (std::size_t i = 0; i < p.size(); ++i)
            csv += loss.id + "," + formatNumber(p[i]) + "," + formatNumber(loss.loss[i]) + "," +
                   formatNumber(loss.gradient[i]) + "\n";
    return writeResult(options.out, csv);
}

} // namespace

void addLosses(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("losses", "The losses, and their curves over the probability of the label");
    auto options = std::make_shared<Options>();
    command.add_option("ID", options->ids, "Only these");
    command.add_flag("--curves", options->curves, "Value and gradient, dL/dz of the label's logit, as CSV");
    command
        .add_option("--classes", options->classes, "Number of classes; the others share what the label does not have")
        ->check(CLI::Range(2, 10000))
        ->capture_default_str();
    command.add_option("--points", options->points, "Points of a curve, evenly within 0 and 1")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command.add_option("--out", options->out, "File for the curves; standard output otherwise");
    command.footer("At the default settings.\nExample: assay-cli losses mae nce-exp --curves --points 9");
    session.command(command, [&session, options] { return printLosses(session, *options); });
}

} // namespace assay::cli
