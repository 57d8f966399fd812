// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>

namespace assay::stats {

/// Values that one partial sum covers. Fixed, so that sums do not depend on the number of threads.
inline constexpr std::size_t kChunk = 16384;
/// Below this many values a second thread costs more than it brings.
inline constexpr std::size_t kWorthAThread = 131072;

[[nodiscard]] constexpr std::size_t chunkCount(std::size_t n) { return (n + kChunk - 1) / kChunk; }

/// Calls run(0) here and run(1) on another thread. Where the machine is so busy that run(0) is through before the other
/// thread has begun, nobody waits for it: run(0) must be able to do all the work. `run` must not throw.
template <class Run>
void withHelper(const Run& run) {
    enum State { Awaited, Busy, Done, TooLate };
    const auto state = std::make_shared<std::atomic<State>>(Awaited);
    std::thread([state, &run] {
        State expected = Awaited;
        if (!state->compare_exchange_strong(expected, Busy)) return; // `run` is gone
        run(1);
        state->store(Done);
        state->notify_one();
    }).detach();
    run(0);
    State expected = Awaited;
    if (!state->compare_exchange_strong(expected, TooLate)) state->wait(Busy);
}

/// Calls work(part, worker) for every part, by two workers (0 and 1) where `worth` says that this pays, by worker 0
/// otherwise. Whoever is free takes the next part, so results must not depend on which worker did one. `work` must not
/// throw.
template <class Work>
void forEachPart(std::size_t parts, bool worth, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto run = [&](std::size_t worker) {
        for (std::size_t part = 0; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;) work(part, worker);
    };
    if (!worth || parts < 2 || std::thread::hardware_concurrency() < 2) run(0);
    else withHelper(run);
}

/// Calls work(chunk, begin, end) for every chunk of n values, on two threads where that pays. `work` must not
/// throw and must touch nothing that another chunk touches.
template <class Work>
void forEachChunk(std::size_t n, const Work& work) {
    forEachPart(chunkCount(n), n >= kWorthAThread,
                [&](std::size_t c, std::size_t) { work(c, c * kChunk, std::min(n, (c + 1) * kChunk)); });
}

} // namespace assay::stats
