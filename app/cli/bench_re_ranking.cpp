// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "core/audit/fusion.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/stats/ranking.h"

#include <algorithm>

namespace assay::cli {
namespace {

constexpr std::size_t kRows = 100'000, kDetectors = 10, kAnswers = 500;
constexpr std::uint32_t kClasses = 10;
constexpr double kWrongShare = 0.1;

} // namespace

Result<std::vector<BenchResult>> benchReRanking(const BenchOptions& options) {
    const std::size_t rows = options.size > 0 ? options.size : kRows;
    CounterRng rng(options.seed, RngPurpose::Bench);
    std::vector<std::uint8_t> wrong(rows);
    std::vector<Label> given(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        wrong[i] = rng.uniform() < kWrongShare;
        given[i] = Label(rng.below(kClasses));
    }
    std::vector<Detector> detectors(kDetectors);
    for (std::size_t d = 0; d < kDetectors; ++d) {
        detectors[d].id = "detector " + std::to_string(d);
        for (std::size_t i = 0; i < rows; ++i) {
            detectors[d].suspicion.push_back(float(rng.normal() + double(d) / 4 * wrong[i]));
            detectors[d].suggested.push_back(Label(rng.below(kClasses)));
        }
    }
    ASSAY_TRY(const Fusion fusion, Fusion::make(std::move(detectors), std::move(given)));
    std::vector<ReviewAnswer> answers;
    for (std::uint32_t row = 0; row < std::min(kAnswers, rows); ++row) answers.push_back({row, wrong[row] != 0});
    std::vector<double> milliseconds;
    std::size_t checked = 0;
    for (int run = 0; run < options.runs; ++run)
        milliseconds.push_back(1e3 * secondsOf([&] {
                                   const auto order = stats::rankDescending(fusion.rank(answers).suspicion);
                                   checked += order.size();
                               }));
    if (checked != rows * std::size_t(options.runs))
        return fail(ErrorCode::Internal, "the ranking lost rows", "re-ranking");
    BenchResult result;
    result.name = "re-ranking";
    result.ours = median(milliseconds);
    result.unit = "ms";
    result.runs = options.runs;
    const auto [least, most] = std::minmax_element(milliseconds.begin(), milliseconds.end());
    result.spread = (*most - *least) / result.ours;
    result.note = withThousands(rows) + " rows, " + std::to_string(kDetectors) + " scores, " +
                  withThousands(answers.size()) + " decisions, one thread; a frame is 16.7 ms";
    return std::vector{result};
}

} // namespace assay::cli
