// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <thread>

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

/// For the shell: nothing inside single quotes means anything.
std::string quoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string systemName() {
    std::ifstream in("/etc/os-release");
    constexpr std::string_view kKey = "PRETTY_NAME=";
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(kKey)) continue;
        std::string name = line.substr(kKey.size());
        std::erase(name, '"');
        return name;
    }
    return "unknown system";
}

} // namespace

std::optional<double> BenchResult::ratio() const {
    if (!peer || !(*peer > 0) || !(ours > 0)) return std::nullopt;
    return lowerIsBetter ? *peer / ours : ours / *peer;
}

const std::vector<BenchEntry>& benchCatalogue() {
    static const std::vector<BenchEntry> entries = {
        {"mixture-beta", "beta mixture, 1,000,000 losses, 10 iterations, exact; peer: Arazo et al.'s NumPy procedure",
         benchMixtureBeta},
        {"mixture-beta-binned", "the same on a histogram of 4,096 bins", benchMixtureBetaBinned},
        {"mixture-gaussian", "Gaussian mixture, 1,000,000 losses; peer: scikit-learn", benchMixtureGaussian},
        {"label-issues",
         "confident learning on 50,000 x 10, 50,000 x 100 and 1,000,000 x 10 (or --size rows); peer: cleanlab, else "
         "its "
         "procedure in NumPy",
         benchLabelIssues},
        {"neighbours", "ten nearest by cosine, 50,000 x 128, exact; peer: PyTorch's products and topk",
         benchNeighbours},
        {"neighbours-graph", "ten nearest by cosine, 400,000 x 128, in a graph; peer: all pairs, exactly",
         benchNeighbourGraph},
        {"scores", "all scores of 50,000 samples x 30 epochs that need neither features nor pictures", benchScores},
        {"re-ranking", "a fused queue of 100,000 ranked anew after a decision; the limit is a frame", benchReRanking},
        {"train-epoch", "an epoch of cnn-small: load, augment, train; peer: the bare loop in PyTorch, channels-last",
         benchTrainEpoch},
        {"evidence-pass", "evidence of every sample; peer: PyTorch's forward pass", benchEvidencePass},
        {"decision", "one label decision until it is on disk; peer: the disk's own sync of 4 KiB", benchDecision},
    };
    return entries;
}

std::string machineKind() {
    utsname names{};
    const std::string architecture = ::uname(&names) == 0 ? names.machine : "unknown architecture";
    return std::to_string(std::thread::hardware_concurrency()) + " hardware threads " + architecture + ", " +
           systemName();
}

fs::path peersFolder() {
    if (const char* chosen = std::getenv("ASSAY_BENCH_PEERS"); chosen != nullptr && *chosen != '\0') return chosen;
    std::error_code code;
    const fs::path program = fs::read_symlink("/proc/self/exe", code);
    if (!code) {
        const fs::path beside = program.parent_path() / ASSAY_PEERS_FROM_PROGRAM;
        if (fs::is_directory(beside, code)) return beside.lexically_normal();
    }
    return "/usr/share/assay/bench";
}

Result<std::string> runPeer(const BenchOptions& options, const std::string& script,
                            const std::vector<std::string>& arguments, const std::string& wrapper) {
    const fs::path file = (options.peers.empty() ? peersFolder() : options.peers) / script;
    std::error_code code;
    if (!fs::is_regular_file(file, code))
        return fail(ErrorCode::NotFound, "the peer's script is not there; set ASSAY_BENCH_PEERS to its folder", script);
    // The peers are Debian's packages, which another python3 in front of Debian's would not find.
    const char* python = fs::exists("/usr/bin/python3", code) ? "/usr/bin/python3" : "python3";
    std::string command = "exec " + wrapper + " " + python + " " + quoted(file.string());
    for (const std::string& argument : arguments) command += " " + quoted(argument);
    command += " 2>/dev/null";
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) return fail(ErrorCode::Io, "no process can be started for the peer", script);
    std::string output;
    char block[4096];
    for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) output.append(block, n);
    const int status = ::pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(ErrorCode::NotFound, "the peer did not run: python3 or one of its packages is missing", script);
    return output;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

double secondsOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace assay::cli
