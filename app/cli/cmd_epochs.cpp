// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/text.h"

#include <set>

namespace assay::cli {

namespace {

struct Options {
    ProjectArguments project;
    std::int64_t run = 0;
    std::string out;
};

/// The component that holds the labels taken for right, then the other, each with these parameters.
constexpr const char* kParameters[] = {"weight", "mean", "variance", "alpha", "beta"};

std::vector<double> parametersOf(const stats::MixtureComponent& component) {
    return {component.weight, component.mean, component.variance, component.alpha, component.beta};
}

const stats::MixtureComponent& componentOf(const stats::MixtureFit& fit, bool noisy) {
    return fit.components[std::size_t(noisy ? fit.noisyComponent : 1 - fit.noisyComponent)];
}

std::string epochsCsv(const std::vector<EpochSummary>& epochs) {
    std::set<std::string> scalars;
    for (const EpochSummary& epoch : epochs)
        for (const auto& [name, value] : epoch.scalars) scalars.insert(name);
    std::vector<std::string> header{"epoch"};
    header.insert(header.end(), scalars.begin(), scalars.end());
    for (const char* component : {"clean-", "noisy-"})
        for (const char* parameter : kParameters) header.push_back(std::string("mixture-") + component + parameter);
    header.insert(header.end(), {"mixture-low", "mixture-high", "mixture-swapped", "mixture-collapsed"});
    std::string csv = csvRow(header);
    for (const EpochSummary& epoch : epochs) {
        std::vector<std::string> cells{std::to_string(epoch.epoch)};
        for (const std::string& name : scalars) {
            const auto found = epoch.scalars.find(name);
            cells.push_back(found == epoch.scalars.end() ? "" : formatNumber(found->second));
        }
        for (const bool noisy : {false, true}) {
            const auto values =
                epoch.mixture ? parametersOf(componentOf(*epoch.mixture, noisy)) : std::vector<double>();
            for (std::size_t i = 0; i < std::size(kParameters); ++i)
                cells.push_back(i < values.size() ? formatNumber(values[i]) : "");
        }
        if (const auto& fit = epoch.mixture)
            cells.insert(cells.end(), {formatNumber(fit->lo), formatNumber(fit->hi), fit->swapped ? "1" : "0",
                                       fit->collapsed ? "1" : "0"});
        else cells.insert(cells.end(), 4, "");
        csv += csvRow(cells);
    }
    return csv;
}

Json toJson(const stats::MixtureFit& fit) {
    Json json{{"kind", fit.kind == stats::MixtureKind::Beta ? "beta" : "gaussian"},
              {"low", number(fit.lo)},
              {"high", number(fit.hi)},
              {"swapped", fit.swapped},
              {"collapsed", fit.collapsed}};
    if (!fit.warning.empty()) json["warning"] = fit.warning;
    for (const bool noisy : {false, true}) {
        Json component = Json::object();
        const auto values = parametersOf(componentOf(fit, noisy));
        for (std::size_t i = 0; i < values.size(); ++i) component[kParameters[i]] = number(values[i]);
        json[noisy ? "noisy" : "clean"] = std::move(component);
    }
    return json;
}

Json epochsJson(const std::vector<EpochSummary>& epochs) {
    Json list = Json::array();
    for (const EpochSummary& epoch : epochs) {
        Json one{{"epoch", epoch.epoch}, {"scalars", epoch.scalars}, {"per_class", epoch.perClass}};
        if (epoch.mixture) one["mixture"] = toJson(*epoch.mixture);
        list.push_back(std::move(one));
    }
    return list;
}

Status writeEpochs(const Session& session, const Options& options) {
    ASSAY_TRY(const auto project, openProjectToRead(options.project));
    ASSAY_TRY(const RunRecord run, chooseRun(*project, options.run));
    ASSAY_TRY(const std::vector<EpochSummary> epochs, project->epochs(run.id));
    if (epochs.empty())
        return fail(ErrorCode::NotFound, "this run has recorded no epoch", "run " + std::to_string(run.id.value));
    if (!session.json()) return writeResult(options.out, epochsCsv(epochs));
    const Json document{{"run", run.id.value}, {"epochs", epochsJson(epochs)}};
    return options.out.empty() ? printJson(document) : writeResult(options.out, document.dump(2) + "\n");
}

} // namespace

void addEpochs(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand(
        "epochs",
        "What a run recorded for every epoch: curves and the mixture's parameters, as CSV; with --json also the "
        "figures of each class and the confident joint");
    auto options = std::make_shared<Options>();
    addProjectArguments(command, options->project);
    command.add_option("--run", options->run, "Number of the run; else the newest");
    command.add_option("--out", options->out, "Write here; else to standard output");
    command.footer("Example: assay-cli epochs p.assay --run 1 --out epochs.csv");
    session.command(command, [&session, options] { return writeEpochs(session, *options); });
}

} // namespace assay::cli
