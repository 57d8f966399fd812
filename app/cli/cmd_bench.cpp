// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "app/cli/cli_headers.h"
#include "app/cli/commands.h"
#include "app/cli/output.h"

namespace assay::cli {

namespace {

struct Options {
    std::string what;
    BenchOptions bench;
    bool withoutPeer = false;
};

Json toJson(const BenchResult& result) {
    return Json{{"name", result.name},
                {"ours", number(result.ours)},
                {"peer", result.peer ? number(*result.peer) : Json("absent")},
                {"ratio", result.ratio() ? number(*result.ratio()) : Json(nullptr)},
                {"unit", result.unit},
                {"runs", result.runs},
                {"spread", number(result.spread)},
                {"machine", machineKind()},
                {"note", result.note}};
}

Status listBenchmarks(bool json) {
    Json list = Json::array();
    TextTable table({"what", "measures"});
    for (const BenchEntry& entry : benchCatalogue()) {
        list.push_back(Json{{"name", entry.name}, {"help", entry.help}});
        table.add({std::string(entry.name), std::string(entry.help)});
    }
    return json ? printJson(Json{{"benchmarks", std::move(list)}}) : print(table.text());
}

Status runBenchmark(const Options& options, bool json) {
    if (options.what.empty()) return listBenchmarks(json);
    std::string known;
    for (const BenchEntry& entry : benchCatalogue()) {
        known += (known.empty() ? "" : ", ") + std::string(entry.name);
        if (entry.name != options.what) continue;
        BenchOptions bench = options.bench;
        bench.withPeer = !options.withoutPeer;
        ASSAY_TRY(const auto results, entry.run(bench));
        if (json && results.size() == 1) return printJson(toJson(results.front()));
        Json list = Json::array();
        TextTable table({"name", "ours", "peer", "unit", "ratio", "runs", "spread", "note"});
        for (const BenchResult& result : results) {
            list.push_back(toJson(result));
            table.add({result.name, fixed(result.ours, 2), result.peer ? fixed(*result.peer, 2) : "absent", result.unit,
                       result.ratio() ? fixed(*result.ratio(), 1) : "", std::to_string(result.runs),
                       percent(result.spread), result.note});
        }
        return json ? printJson(Json{{"results", std::move(list)}}) : print(table.text() + machineKind() + "\n");
    }
    return fail(ErrorCode::InvalidArgument, "there is no such benchmark; choose one of " + known, options.what);
}

} // namespace

void addBench(CLI::App& app, Session& session) {
    CLI::App& command = *app.add_subcommand("bench", "Measure, beside a peer from Debian's packages");
    auto options = std::make_shared<Options>();
    command.add_option("WHAT", options->what, "What to measure; without it, what there is");
    command.add_option("--runs", options->bench.runs, "Runs of each side, alternating")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--size", options->bench.size, "Values or samples; 0: the benchmark's own")
        ->capture_default_str();
    command.add_option("--seed", options->bench.seed, "Seed of the data")->capture_default_str();
    command.add_flag("--no-peer", options->withoutPeer, "Measure ours alone");
    command.footer("Example: assay-cli bench mixture-beta --json");
    session.command(command, [&session, options] { return runBenchmark(*options, session.json()); });
}

} // namespace assay::cli
