// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>

namespace assay::stats {

/// Values that one partial sum covers. Fixed, so that sums do not depend on the number of threads.
inline constexpr std::size_t kChunk = 16384;
/// Below this many values a second thread costs more than it brings.
inline constexpr std::size_t kWorthAThread = 131072;

[[nodiscard]] constexpr std::size_t chunkCount(std::size_t n) {
    return (n + kChunk - 1) / kChunk;
}

/// Calls work(chunk, begin, end) for every chunk of n values, on two threads where that pays. `work` must not
/// throw and must touch nothing that another chunk touches.
template <class Work> void forEachChunk(std::size_t n, const Work& work) {
    const std::size_t chunks = chunkCount(n);
    const auto run = [&](std::size_t first, std::size_t last) {
        for (std::size_t c = first; c < last; ++c) work(c, c * kChunk, std::min(n, (c + 1) * kChunk));
    };
    if (n < kWorthAThread || std::thread::hardware_concurrency() < 2) {
        run(0, chunks);
        return;
    }
    const std::jthread other(run, chunks / 2, chunks);
    run(0, chunks / 2);
}

/// Calls work(part, worker) for every part, by two workers (0 and 1) where `worth` says that this pays, by worker 0
/// otherwise. Whoever is free takes the next part, so results must not depend on which worker did one.
template <class Work> void forEachPart(std::size_t parts, bool worth, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto run = [&](std::size_t worker) {
        for (std::size_t part = 0; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;) work(part, worker);
    };
    if (!worth || parts < 2 || std::thread::hardware_concurrency() < 2) {
        run(0);
        return;
    }
    const std::jthread other(run, 1);
    run(0);
}

} // namespace assay::stats
