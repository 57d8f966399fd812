// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::cli {

struct BenchOptions {
    int runs = 5;         ///< of each side, alternating; the median counts
    std::size_t size = 0; ///< values, samples, …; 0: the benchmark's own
    std::uint64_t seed = 1;
    std::filesystem::path peers; ///< folder of the peers' scripts; empty: peersFolder()
    bool withPeer = true;
};

/// One figure of ours, and of a peer from Debian's packages measured in the same run.
struct BenchResult {
    std::string name;
    double ours = 0;            ///< median
    std::optional<double> peer; ///< median; nothing where it is absent (note says why)
    std::string unit;           ///< "ms", "images/s", …
    bool lowerIsBetter = true;
    int runs = 0;
    double spread = 0; ///< (largest − smallest) / median of ours
    std::string note;

    /// How many times better ours is; nothing without a peer.
    [[nodiscard]] std::optional<double> ratio() const;
};

using BenchFn = Result<std::vector<BenchResult>> (*)(const BenchOptions& options);
struct BenchEntry {
    std::string_view name;
    std::string_view help;
    BenchFn run = nullptr;
};
/// Everything that can be measured, in the order of the documents.
[[nodiscard]] const std::vector<BenchEntry>& benchCatalogue();

/// "2 hardware threads x86_64, Debian GNU/Linux 12 (bookworm)".
[[nodiscard]] std::string machineKind();
/// $ASSAY_BENCH_PEERS, else beside the source tree that the program was built from, else the installed folder.
[[nodiscard]] std::filesystem::path peersFolder();
/// Runs python3 on a script of the folder with arguments and returns what it printed; an error where python3, the
/// script or a package is missing. `wrapper`: words before python3, such as "env -u NAME".
[[nodiscard]] Result<std::string> runPeer(const BenchOptions& options, const std::string& script,
                                          const std::vector<std::string>& arguments, const std::string& wrapper = {});

/// Middle value; the mean of the two middle ones. At least one value.
[[nodiscard]] double median(std::vector<double> values);
/// Seconds that `work` took.
[[nodiscard]] double secondsOf(const std::function<void()>& work);

// The benchmarks, one source each.
[[nodiscard]] Result<std::vector<BenchResult>> benchMixtureBeta(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchMixtureBetaBinned(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchMixtureGaussian(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchLabelIssues(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchNeighbours(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchNeighbourGraph(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchScores(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchReRanking(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchTrainEpoch(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchEvidencePass(const BenchOptions& options);
[[nodiscard]] Result<std::vector<BenchResult>> benchDecision(const BenchOptions& options);

} // namespace assay::cli
