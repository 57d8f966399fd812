// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/csv.h"
#include "core/base/number_column.h"
#include "core/base/text.h"
#include "core/stats/mixture.h"

#include <cmath>

namespace assay::cli {

namespace {

struct Options {
    std::string mixture = "beta", input, column, out;
    int components = 2, iterations = 10, bins = 0;
    double tolerance = 1e-2, varianceFloor = 5e-4; // Gaussian only, as DivideMix fits (Li et al. 2020)
    bool raw = false;
};

Json toJson(const stats::MixtureFit& fit) {
    Json components = Json::array();
    for (const stats::MixtureComponent& component : fit.components) {
        Json json{{"weight", component.weight}};
        if (fit.kind == stats::MixtureKind::Beta) {
            json["alpha"] = component.alpha;
            json["beta"] = component.beta;
        }
        json["mean"] = component.mean;
        json["variance"] = component.variance;
        components.push_back(std::move(json));
    }
    return Json{{"mixture", fit.kind == stats::MixtureKind::Beta ? "beta" : "gaussian"},
                {"components", std::move(components)},
                {"iterations", fit.iterations},
                {"log_likelihood", fit.logLikelihood},
                {"noisy_component", fit.noisyComponent},
                {"collapsed", fit.collapsed},
                {"swapped", fit.swapped},
                {"warning", fit.warning},
                {"low", fit.lo},
                {"high", fit.hi},
                {"used", fit.used},
                {"dropped", fit.dropped},
                {"loss_at_half", number(fit.lossAtPosterior(0.5))}};
}

std::string toText(const stats::MixtureFit& fit) {
    const bool beta = fit.kind == stats::MixtureKind::Beta;
    TextTable table(beta ? std::vector<std::string>{"component", "weight", "alpha", "beta", "mean", "variance"}
                         : std::vector<std::string>{"component", "weight", "mean", "variance"});
    for (int i = 0; i < 2; ++i) {
        const stats::MixtureComponent& component = fit.components[std::size_t(i)];
        std::vector<std::string> row{i == fit.noisyComponent ? "noisy" : "clean", formatNumber(component.weight)};
        if (beta) row.insert(row.end(), {formatNumber(component.alpha), formatNumber(component.beta)});
        row.insert(row.end(), {formatNumber(component.mean), formatNumber(component.variance)});
        table.add(std::move(row));
    }
    std::string text = table.text();
    text += "values in the fit: " + withThousands(fit.used) +
            ", not finite and left out: " + withThousands(fit.dropped) + "\n";
    for (std::size_t i = 0; i < fit.logLikelihood.size(); ++i)
        text +=
            "iteration " + std::to_string(i + 1) + ": mean log-likelihood " + formatNumber(fit.logLikelihood[i]) + "\n";
    if (!fit.warning.empty()) text += "warning: " + fit.warning + "\n";
    return text;
}

Status fitInput(Session& session, const Options& options) {
    ASSAY_TRY(const std::vector<double> values, readNumberColumn(options.input, options.column, {"loss", "value"}));
    stats::MixtureOptions mixture;
    mixture.kind = options.mixture == "beta" ? stats::MixtureKind::Beta : stats::MixtureKind::Gaussian;
    mixture.iterations = options.iterations;
    mixture.bins = options.bins;
    if (mixture.kind == stats::MixtureKind::Gaussian) {
        mixture.tolerance = options.tolerance;
        mixture.varianceFloor = options.varianceFloor;
    }
    mixture.normalisation = options.raw                                ? stats::Normalisation::None
                            : mixture.kind == stats::MixtureKind::Beta ? stats::Normalisation::Percentiles
                                                                       : stats::Normalisation::MinMax;
    if (options.raw && mixture.kind == stats::MixtureKind::Beta)
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::isfinite(values[i]) && (values[i] < 0 || values[i] > 1))
                return fail(ErrorCode::InvalidArgument,
                            "--raw needs values in [0, 1], and value " + std::to_string(i + 1) + " is " +
                                formatNumber(values[i]) + "; leave --raw out to have them normalised",
                            options.input);
    ASSAY_TRY(const stats::MixtureFit fit, stats::fitMixture(std::span<const double>(values), mixture));
    if (!options.out.empty()) {
        std::string csv = csvRow({"value", "p_noisy"});
        for (const double value : values)
            csv += formatNumber(value) + "," + formatNumber(std::isfinite(value) ? fit.pNoisy(value) : 0.0) + "\n";
        ASSAY_CHECK_STATUS(writeResult(options.out, csv));
    }
    return session.json() ? printJson(toJson(fit)) : print(toText(fit));
}

} // namespace

void addFit(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("fit", "Fits a two-component mixture to losses by EM");
    auto options = std::make_shared<Options>();
    command.add_option("--mixture", options->mixture, "Kind of the components")
        ->check(CLI::IsMember({"beta", "gaussian"}))
        ->capture_default_str();
    command.add_option("--components", options->components, "Two: clean and noisy")
        ->check(CLI::IsMember({2}))
        ->capture_default_str();
    command.add_option("--iterations", options->iterations, "Most EM iterations")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command.add_option("--input", options->input, "CSV of losses, one a row")->required();
    command.add_option("--column", options->column, "Its column; else loss, value, or the only one");
    command.add_flag("--raw", options->raw, "Take the values as they are, without normalising them");
    command.add_option("--bins", options->bins, "Fit on a histogram of so many bins; 0: exactly")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    command
        .add_option("--tolerance", options->tolerance,
                    "Gaussian: stop when the mean log-likelihood changes by less; 0: never")
        ->check(CLI::NonNegativeNumber)
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--variance-floor", options->varianceFloor, "Gaussian: added to each variance")
        ->check(CLI::NonNegativeNumber)
        ->check(finiteNumber())
        ->capture_default_str();
    command.add_option("--out", options->out, "Write value,p_noisy here, a row per value");
    command.footer(
        "Example: assay-cli fit --mixture beta --input evidence.csv --column loss --out posterior.csv\n"
        "DivideMix: assay-cli fit --mixture gaussian --tolerance 0.01 --variance-floor 0.0005 --input losses.csv");
    session.command(command, [&session, options] { return fitInput(session, *options); });
}

} // namespace assay::cli
