// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "app/cli/bench_files.h"
#include "app/cli/output.h"
#include "app/composition.h"
#include "core/audit/probability_evidence.h"
#include "core/audit/score.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/stats/neighbour_graph.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace assay::cli {
namespace {

constexpr std::size_t kRows = 50'000, kDimension = 128, kNeighbours = 10, kEpochs = 30, kClasses = 10;

BenchResult resultOf(std::string name, const BenchOptions& options, std::vector<double> ours) {
    BenchResult result;
    result.name = std::move(name);
    result.unit = "s";
    result.runs = std::max(1, options.runs);
    result.ours = median(ours);
    result.spread =
        (*std::max_element(ours.begin(), ours.end()) - *std::min_element(ours.begin(), ours.end())) / result.ours;
    return result;
}

/// Probabilities of a network that gets surer from epoch to epoch.
FeatureMatrix probabilitiesOf(std::size_t rows, std::uint32_t epoch, const std::vector<Label>& labels,
                              std::uint64_t seed) {
    FeatureMatrix matrix;
    matrix.epoch = int(epoch);
    matrix.dimension = kClasses;
    matrix.values.resize(rows * kClasses);
    for (std::size_t i = 0; i < rows; ++i) {
        CounterRng rng(seed, RngPurpose::Bench, epoch, std::uint32_t(i));
        float* row = &matrix.values[i * kClasses];
        const std::size_t peak = rng.uniform() < 0.85 ? std::size_t(labels[i]) : rng.below(kClasses);
        float sum = 0;
        for (std::size_t k = 0; k < kClasses; ++k)
            sum += row[k] = float(0.01 + rng.uniform() + (k == peak ? double(epoch) * rng.uniform() : 0.0));
        for (std::size_t k = 0; k < kClasses; ++k) row[k] /= sum;
    }
    return matrix;
}

} // namespace

Result<std::vector<BenchResult>> benchNeighbours(const BenchOptions& options) {
    const std::size_t rows = options.size == 0 ? kRows : options.size;
    std::vector<float> values(rows * kDimension);
    CounterRng rng(options.seed, RngPurpose::Bench);
    for (float& v : values) v = float(rng.normal());
    const TemporaryFolder folder;
    const auto file = folder.path() / "features.npy";
    ASSAY_CHECK_STATUS(writeNpy(file, values, std::array{rows, kDimension}));
    std::vector<double> ours;
    std::vector<std::uint32_t> first;
    for (int run = 0; run < std::max(1, options.runs); ++run) {
        Status status;
        ours.push_back(secondsOf([&] {
            const auto found = stats::cosineNeighbours(values, kDimension, kNeighbours);
            if (found) first.assign(found->of(0).begin(), found->of(0).end());
            else status = tl::unexpected<Error>(found.error());
        }));
        ASSAY_CHECK_STATUS(status);
    }
    BenchResult result = resultOf("neighbours", options, std::move(ours));
    result.note = withThousands(rows) + " x 128, k = 10";
    if (!options.withPeer) return std::vector{result};
    const auto text = runPeer(options, "peer_neighbours.py",
                              {file.string(), std::to_string(kNeighbours), std::to_string(std::max(1, options.runs))});
    const auto peer = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
    if (!peer.is_object() || !peer.contains("seconds")) {
        result.note += "; peer absent" + (text ? std::string() : ": " + text.error().sentence());
        return std::vector{result};
    }
    result.peer = peer["seconds"].get<double>();
    result.note += peer.value("first", std::vector<std::uint32_t>()) == first ? "; the same neighbours of the first row"
                                                                              : "; OTHER neighbours";
    BenchResult limit = result;
    limit.name = "neighbours, against the products alone";
    limit.peer = peer.value("products", 0.0);
    return std::vector{result, limit};
}

Result<std::vector<BenchResult>> benchNeighbourGraph(const BenchOptions& options) {
    constexpr std::size_t kUsualRows = 400'000, kCentres = 2'000;
    const std::size_t rows = options.size == 0 ? kUsualRows : options.size;
    std::vector<float> centres(kCentres * kDimension), values(rows * kDimension);
    CounterRng rng(options.seed, RngPurpose::Bench);
    for (float& v : centres) v = float(rng.normal());
    for (std::size_t i = 0; i < rows; ++i) { // features lie in heaps, not everywhere
        const std::size_t centre = rng.below(kCentres);
        for (std::size_t d = 0; d < kDimension; ++d)
            values[i * kDimension + d] = centres[centre * kDimension + d] + float(rng.normal());
    }
    stats::Neighbours graph, exact;
    Status status;
    const auto timed = [&](stats::Neighbours& to, auto&& find) {
        return secondsOf([&] {
            auto found = find(values, kDimension, kNeighbours, ProgressFn(), std::stop_token());
            if (found) to = std::move(*found);
            else status = tl::unexpected<Error>(found.error());
        });
    };
    std::vector<double> ours, theirs;
    for (int run = 0; run < std::max(1, options.runs) && status; ++run) {
        ours.push_back(timed(graph, stats::graphNeighbours));
        if (options.withPeer && status) theirs.push_back(timed(exact, stats::cosineNeighbours));
    }
    ASSAY_CHECK_STATUS(status);
    BenchResult result = resultOf("neighbours-graph", options, std::move(ours));
    result.note = withThousands(rows) + " x 128 around " + withThousands(kCentres) + " points, k = 10";
    if (theirs.empty()) return std::vector{result};
    result.peer = median(theirs);
    std::size_t found = 0;
    for (std::size_t i = 0; i < rows; ++i)
        for (const std::uint32_t near : graph.of(i)) found += std::ranges::find(exact.of(i), near) != exact.of(i).end();
    result.note += "; peer: all pairs, exactly; recall " + fixed(double(found) / double(rows * kNeighbours), 4);
    return std::vector{result};
}

Result<std::vector<BenchResult>> benchScores(const BenchOptions& options) {
    const std::size_t rows = options.size == 0 ? kRows : options.size;
    Dataset dataset;
    for (std::size_t i = 0; i < rows; ++i) dataset.givenLabels.push_back(Label(i % kClasses));
    dataset.classNames.assign(kClasses, "class");
    dataset.splits.assign(rows, Split::Train);
    ScoreInput input;
    input.dataset = &dataset;
    input.labels = &dataset.givenLabels;
    for (std::uint32_t epoch = 1; epoch <= kEpochs; ++epoch) {
        auto probabilities =
            std::make_shared<FeatureMatrix>(probabilitiesOf(rows, epoch, dataset.givenLabels, options.seed));
        ASSAY_TRY(Evidence evidence, evidenceOf(*probabilities, dataset.givenLabels));
        for (const char* name : {"selected-1", "selected-2", "disagreement", "p-noisy"})
            evidence.columns[name] = std::vector<float>(evidence.confidence.begin(), evidence.confidence.end());
        input.epochs.push_back(std::make_shared<const Evidence>(std::move(evidence)));
        input.probabilities = std::move(probabilities);
    }
    const auto registry = makeRegistry();
    std::vector<double> ours;
    std::size_t scores = 0;
    std::string slowest;
    for (int run = 0; run < std::max(1, options.runs); ++run) {
        double sum = 0, most = 0;
        scores = 0;
        for (const auto& score : registry->scores.all()) {
            const ScoreBasis basis = score->traits().basis;
            if (basis == ScoreBasis::Features || basis == ScoreBasis::Pictures) continue;
            bool good = false;
            const double seconds = secondsOf([&] { good = score->compute(input).has_value(); });
            if (!good) continue;
            ++scores;
            sum += seconds;
            if (seconds > most) slowest = score->description().id + " " + formatNumber(float(seconds));
            most = std::max(most, seconds);
        }
        ours.push_back(sum);
    }
    BenchResult result = resultOf("scores", options, std::move(ours));
    result.note =
        withThousands(scores) + " scores of " + withThousands(rows) + " samples x 30 epochs; slowest " + slowest;
    return std::vector{result};
}

} // namespace assay::cli
