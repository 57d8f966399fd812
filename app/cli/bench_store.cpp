// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "core/base/files.h"
#include "core/project/project.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDecisions = 2000;
constexpr std::size_t kSamples = 100'000;
constexpr std::size_t kBlock = 4096;

/// A folder of its own under the user's cache, on the disk that projects lie on; gone with the object.
class ScratchFolder {
public:
    ScratchFolder() {
        std::error_code code;
        const fs::path parent = userCacheFolder();
        fs::create_directories(parent, code);
        std::string pattern = (parent / "bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) m_path = pattern;
    }
    ~ScratchFolder() {
        std::error_code code;
        if (!m_path.empty()) fs::remove_all(m_path, code);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

double percentile99(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, values.size() * 99 / 100)];
}

/// Milliseconds of appending a block to a file and syncing it: what any durable write costs here at least.
Result<std::vector<double>> syncTimes(const fs::path& folder, std::size_t count) {
    std::string file = (folder / "sync-XXXXXX").string();
    const int fd = ::mkstemp(file.data());
    if (fd < 0) return fail(ErrorCode::Io, "cannot write the file that is synced for comparison", file);
    const std::vector<char> block(kBlock, 'x');
    std::vector<double> times;
    bool good = true;
    for (std::size_t i = 0; i < count && good; ++i)
        times.push_back(1e3 * secondsOf([&] {
                            good = ::write(fd, block.data(), block.size()) == ssize_t(kBlock) && ::fdatasync(fd) == 0;
                        }));
    ::close(fd);
    if (!good) return fail(ErrorCode::Io, "the disk reported an error while syncing", file);
    return times;
}

Result<std::vector<double>> decisionTimes(Project& project, std::size_t count, std::size_t first) {
    std::vector<double> times;
    for (std::size_t i = 0; i < count; ++i) {
        const DecisionRequest request{SampleIndex(std::uint32_t((first + i) % kSamples)),
                                      {Verdict::Relabel, 1},
                                      {"bench", "key", "p-noisy", 0.9, std::nullopt}};
        Status status;
        times.push_back(1e3 * secondsOf([&] {
                            if (const auto entries = project.decide({&request, 1}); !entries)
                                status = tl::unexpected(entries.error());
                        }));
        ASSAY_CHECK_STATUS(status);
    }
    return times;
}

} // namespace

Result<std::vector<BenchResult>> benchDecision(const BenchOptions& options) {
    const ScratchFolder folder;
    if (folder.path().empty())
        return fail(ErrorCode::Io, "no folder can be made in the cache", userCacheFolder().string());
    DatasetReference reference;
    reference.location = folder.path();
    reference.samples = kSamples;
    reference.classNames = {"a", "b"};
    ASSAY_TRY(const std::shared_ptr<Project> project, Project::create(folder.path() / "bench.assay", reference));
    const std::size_t each =
        std::max<std::size_t>((options.size ? options.size : kDecisions) / std::size_t(options.runs), 1);
    std::vector<double> ours, peer;
    for (int run = 0; run < options.runs; ++run) {
        ASSAY_TRY(const auto decided, decisionTimes(*project, each, std::size_t(run) * each));
        ASSAY_TRY(const auto synced, syncTimes(folder.path(), each));
        ours.insert(ours.end(), decided.begin(), decided.end());
        peer.insert(peer.end(), synced.begin(), synced.end());
    }
    const auto result = [&](const std::string& name, double (*figure)(std::vector<double>), std::string note) {
        BenchResult out;
        out.name = name;
        out.ours = figure(ours);
        if (options.withPeer) out.peer = figure(peer);
        out.unit = "ms";
        out.runs = int(ours.size());
        out.spread =
            (*std::max_element(ours.begin(), ours.end()) - *std::min_element(ours.begin(), ours.end())) / median(ours);
        out.note = std::move(note);
        return out;
    };
    return std::vector<BenchResult>{
        result("decision-median", median, "one decision on disk; peer: append 4 KiB and fdatasync"),
        result("decision-p99", percentile99, "99th percentile; to be shown within 16.7 ms"),
    };
}

} // namespace assay::cli
