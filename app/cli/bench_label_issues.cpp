// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "app/cli/bench_files.h"
#include "core/base/npy.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/stats/confident_learning.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

/// A classifier that is right nine times in ten, and one label in eight moved: what audits look at.
struct Table {
    std::vector<double> values;
    std::vector<Label> labels;
};
Table makeTable(std::size_t rows, std::size_t classes, std::uint64_t seed) {
    Table table;
    table.values.resize(rows * classes);
    table.labels.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        CounterRng rng(seed, RngPurpose::Bench, 0, std::uint32_t(i));
        const auto truth = rng.below(std::uint32_t(classes));
        const auto peak = rng.uniform() < 0.9 ? truth : rng.below(std::uint32_t(classes));
        double sum = 0;
        double* row = &table.values[i * classes];
        for (std::size_t k = 0; k < classes; ++k) {
            const double u = rng.uniform();
            sum += row[k] = u * u * u / double(classes) + (k == peak ? 0.2 + rng.uniform() : 0);
        }
        for (std::size_t k = 0; k < classes; ++k) row[k] /= sum;
        table.labels[i] = Label(rng.uniform() < 0.125 ? rng.below(std::uint32_t(classes)) : truth);
    }
    return table;
}

struct Call {
    const char* name;
    std::function<bool(const stats::Probabilities&, std::span<const Label>)> run;
};

bool find(const stats::Probabilities& p, std::span<const Label> labels, stats::IssueFilter filter) {
    stats::IssueOptions options;
    options.filter = filter;
    return stats::findLabelIssues(p, labels, options).has_value();
}

const std::array<Call, 6>& calls() {
    using stats::IssueFilter;
    using stats::LabelQuality;
    static const std::array<Call, 6> all = {{
        {"self-confidence",
         [](const auto& p, auto labels) { return bool(stats::labelQuality(p, labels, LabelQuality::SelfConfidence)); }},
        {"normalized-margin",
         [](const auto& p, auto labels) {
             return bool(stats::labelQuality(p, labels, LabelQuality::NormalizedMargin));
         }},
        {"confident-joint", [](const auto& p, auto labels) { return bool(stats::confidentJoint(p, labels)); }},
        {"prune-by-noise-rate",
         [](const auto& p, auto labels) { return find(p, labels, IssueFilter::PruneByNoiseRate); }},
        {"both", [](const auto& p, auto labels) { return find(p, labels, IssueFilter::Both); }},
        {"confident-learning",
         [](const auto& p, auto labels) { return find(p, labels, IssueFilter::ConfidentLearning); }},
    }};
    return all;
}

/// cleanlab 2.9's published seconds are of 50,000 x 10, 50,000 x 100 and 1,000,000 x 10.
Result<std::vector<BenchResult>> measureShape(const BenchOptions& options, std::size_t rows, std::size_t classes) {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "probabilities.npy", labelFile = folder.path() / "labels.npy";
    Table table = makeTable(rows, classes, options.seed);
    const std::array shape{rows, classes};
    ASSAY_CHECK_STATUS(writeArray(file, "<f8", std::as_bytes(std::span(table.values)), shape));
    const std::vector<std::int64_t> wide(table.labels.begin(), table.labels.end());
    ASSAY_CHECK_STATUS(writeArray(labelFile, "<i8", std::as_bytes(std::span(wide)), std::span(shape).first(1)));
    table.values = {};
    ASSAY_TRY(const NpyMatrix matrix, mapNpyMatrix(file));
    const stats::Probabilities p{matrix.doubles, classes};

    nlohmann::json peer;
    std::string note = "peer not asked";
    if (options.withPeer) {
        const auto text = runPeer(options, "peer_label_issues.py",
                                  {file.string(), labelFile.string(), std::to_string(std::max(1, options.runs))});
        if (text) peer = nlohmann::json::parse(*text, nullptr, false);
        note = text && peer.is_object() ? "peer: " + peer.value("origin", std::string())
                                        : "peer absent: " + (text ? "it printed no seconds" : text.error().sentence());
    }
    std::vector<BenchResult> results;
    for (const Call& call : calls()) {
        BenchResult result;
        result.name = "label-issues " + withThousands(rows) + " x " + withThousands(classes) + " " + call.name;
        result.unit = "ms";
        result.runs = std::max(1, options.runs);
        result.note = note;
        if (!call.run(p, table.labels))
            return fail(ErrorCode::Numeric, "the made probabilities are refused", call.name);
        std::vector<double> ours;
        for (int run = 0; run < result.runs; ++run)
            ours.push_back(1e3 * secondsOf([&] { (void)call.run(p, table.labels); }));
        result.ours = median(ours);
        result.spread =
            (*std::max_element(ours.begin(), ours.end()) - *std::min_element(ours.begin(), ours.end())) / result.ours;
        if (peer.is_object() && peer.contains("seconds") && peer["seconds"].contains(call.name))
            result.peer = 1e3 * peer["seconds"][call.name].get<double>();
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace

Result<std::vector<BenchResult>> benchLabelIssues(const BenchOptions& options) {
    std::vector<std::array<std::size_t, 2>> shapes = {{50'000, 10}, {50'000, 100}, {1'000'000, 10}};
    if (options.size > 0) shapes = {{options.size, 10}};
    std::vector<BenchResult> all;
    for (const auto& [rows, classes] : shapes) {
        ASSAY_TRY(std::vector<BenchResult> results, measureShape(options, rows, classes));
        all.insert(all.end(), std::make_move_iterator(results.begin()), std::make_move_iterator(results.end()));
    }
    return all;
}

} // namespace assay::cli
