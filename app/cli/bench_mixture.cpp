// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/stats/mixture.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kValues = 1'000'000;

/// Normalised losses of a network in mid-training: three in five small, the rest large.
std::vector<float> losses(std::size_t n, std::uint64_t seed) {
    std::vector<float> values(n);
    CounterRng rng(seed, RngPurpose::Bench);
    for (float& v : values) {
        const bool noisy = rng.uniform() < 0.4;
        v = std::clamp(float(noisy ? rng.beta(5, 2) : rng.beta(0.8, 6)), 1e-4f, 1 - 1e-4f);
    }
    return values;
}

/// A file that is gone when the benchmark is.
class InputFile {
public:
    static Result<InputFile> of(const std::vector<float>& values) {
        InputFile file;
        std::error_code code;
        file.m_path = fs::temp_directory_path(code) / ("assay-bench-" + std::to_string(::getpid()) + ".f32");
        const auto* bytes = reinterpret_cast<const char*>(values.data());
        ASSAY_CHECK_STATUS(writeFileAtomically(file.m_path, std::string_view(bytes, values.size() * sizeof(float))));
        return file;
    }
    ~InputFile() {
        std::error_code code;
        if (!m_path.empty()) fs::remove(m_path, code);
    }
    InputFile(InputFile&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    [[nodiscard]] std::string path() const { return m_path.string(); }

private:
    InputFile() = default;
    fs::path m_path;
};

/// What a peer printed: its seconds, and mean and weight of both components, smaller mean first.
struct PeerRun {
    double seconds = 0;
    std::vector<double> parameters;
};

Result<PeerRun> peerRun(const BenchOptions& options, const std::string& what, const InputFile& input) {
    ASSAY_TRY(const std::string text, runPeer(options, "peer_mixture.py", {what, input.path()}));
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("seconds") || !json["seconds"].is_number())
        return fail(ErrorCode::Format, "the peer printed no seconds", what);
    return PeerRun{json["seconds"].get<double>(), json.value("parameters", std::vector<double>())};
}

std::vector<double> parametersOf(const stats::MixtureFit& fit) {
    const auto& noisy = fit.components[std::size_t(fit.noisyComponent)];
    const auto& clean = fit.components[std::size_t(1 - fit.noisyComponent)];
    return {clean.mean, noisy.mean, clean.weight, noisy.weight};
}

double largestDifference(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

Result<std::vector<BenchResult>> measure(const std::string& name, const std::string& peer,
                                         const stats::MixtureOptions& mixture, const BenchOptions& options) {
    const std::vector<float> values = losses(options.size == 0 ? kValues : options.size, options.seed);
    ASSAY_TRY(const InputFile input, InputFile::of(values));
    ASSAY_TRY(const stats::MixtureFit fit, stats::fitMixture(values, mixture)); // warm
    BenchResult result;
    result.name = name;
    result.unit = "ms";
    result.runs = std::max(1, options.runs);
    std::vector<double> ours, theirs;
    bool withPeer = options.withPeer;
    for (int run = 0; run < result.runs; ++run) {
        // A handful in a row: one is shorter than what a neighbour on the machine disturbs.
        std::vector<double> few;
        for (int i = 0; i < 5; ++i) few.push_back(1e3 * secondsOf([&] { (void)stats::fitMixture(values, mixture); }));
        ours.push_back(median(few));
        if (!withPeer) continue;
        const auto other = peerRun(options, peer, input);
        if (!other) {
            result.note = "peer absent: " + other.error().sentence();
            withPeer = false;
            continue;
        }
        theirs.push_back(1e3 * other->seconds);
        result.note = withThousands(values.size()) + " values, means and weights differ by " +
                      formatNumber(float(largestDifference(parametersOf(fit), other->parameters)));
    }
    result.ours = median(ours);
    if (withPeer) result.peer = median(theirs);
    result.spread =
        (*std::max_element(ours.begin(), ours.end()) - *std::min_element(ours.begin(), ours.end())) / result.ours;
    return std::vector<BenchResult>{result};
}

stats::MixtureOptions betaOptions() {
    stats::MixtureOptions mixture;
    mixture.normalisation = stats::Normalisation::None;
    return mixture;
}

} // namespace

Result<std::vector<BenchResult>> benchMixtureBeta(const BenchOptions& options) {
    return measure("mixture-beta", "beta", betaOptions(), options);
}

Result<std::vector<BenchResult>> benchMixtureBetaBinned(const BenchOptions& options) {
    stats::MixtureOptions mixture = betaOptions();
    mixture.bins = 4096;
    return measure("mixture-beta-binned", "beta", mixture, options);
}

Result<std::vector<BenchResult>> benchMixtureGaussian(const BenchOptions& options) {
    stats::MixtureOptions mixture = betaOptions();
    mixture.kind = stats::MixtureKind::Gaussian;
    mixture.tolerance = 1e-3;
    return measure("mixture-gaussian", "gaussian", mixture, options);
}

} // namespace assay::cli
