// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A reviewer who may be killed, whose disk may fail or lose power: decides as fast as it can and says on standard
// output what was acknowledged, a line each: "ack REVISION SAMPLE".
#include "core/base/rng.h"
#include "core/project/checked_csv.h"
#include "core/project/project.h"
#include "core/project/testing.h"

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace {

using namespace assay;

void say(const std::string& line) {
    const std::string text = line + "\n";
    if (::write(1, text.data(), text.size()) < 0) std::exit(3);
}

std::shared_ptr<Project> openPatiently(const char* file) {
    for (int attempt = 0; attempt < 4; ++attempt) {
        auto project = Project::open(file, OpenMode::ReadWrite);
        if (project) return *project;
        say("error " + project.error().sentence());
    }
    std::exit(4);
}

DecisionRequest draw(CounterRng& rng, std::size_t samples) {
    const auto verdict = Verdict(1 + rng.below(4));
    return {SampleIndex(rng.below(std::uint32_t(samples))),
            {verdict, verdict == Verdict::Relabel ? Label(rng.below(10)) : kNoLabel},
            {"child", "key", "", std::nullopt, std::nullopt}};
}

} // namespace

// decide_child FILE SEED COUNT BULK [normal] [small-log] [export FILE]: COUNT steps (0: for ever) of BULK decisions.
int main(int argc, char** argv) {
    if (argc < 5) return 2;
    const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
    const long count = std::strtol(argv[3], nullptr, 10), bulk = std::strtol(argv[4], nullptr, 10);
    std::string exportTo;
    for (int i = 5; i < argc; ++i) {
        if (std::string(argv[i]) == "normal") projectFaults().synchronousNormal = true;
        if (std::string(argv[i]) == "small-log") projectFaults().logLimit = 60 * 4096;
        if (std::string(argv[i]) == "export" && i + 1 < argc) exportTo = argv[i + 1];
    }
    auto project = openPatiently(argv[1]);
    const std::size_t samples = project->dataset().samples;
    for (long step = 0; count == 0 || step < count; ++step) {
        CounterRng rng(seed, RngPurpose::Test, std::uint32_t(step));
        std::vector<DecisionRequest> requests;
        for (long i = 0; i < bulk; ++i) requests.push_back(draw(rng, samples));
        const bool undo = bulk > 1 && step % 3 == 2;
        for (int attempt = 0;; ++attempt) {
            const auto rows = undo ? project->undo("child") : project->decide(requests);
            if (rows) {
                say("ack " + std::to_string(rows->back().revision.value) + " " +
                    std::to_string(rows->back().sample.value));
                break;
            }
            say("error " + rows.error().sentence());
            if (attempt == 4) return 5;
        }
    }
    if (!exportTo.empty()) {
        CheckedCsv csv;
        csv.header = {"index", "loss"};
        csv.rows = 5000;
        csv.row = [](std::size_t i, std::vector<CsvCell>& cells) { cells = {std::int64_t(i), float(i) / 7.0f}; };
        ExportReport report;
        for (int attempt = 0; attempt < 3; ++attempt) {
            const Status written = writeCheckedCsv(csv, exportTo, report);
            if (written) break;
            say("error " + written.error().sentence());
        }
    }
    project.reset();
    say("end");
    return 0;
}
