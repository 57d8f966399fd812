// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/augment.h"
#include "core/learn/run_data.h"
#include "core/learn/torch_headers.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace assay::learn {

/// Pictures as a network takes them.
struct Batch {
    std::size_t number = 0;          ///< of the epoch, from 0
    std::vector<std::uint32_t> rows; ///< [B]
    torch::Tensor images;            ///< float [B, C, H, W], channels last, normalised
    torch::Tensor labels;            ///< int64 [B], the run's
};

/// Which rows an epoch visits, in which order and varied how.
struct BatchPlan {
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t>
        passes{}; ///< of each place how often the epoch visited its row before, 0 to 127; empty: never
    std::size_t batchSize = 128;
    AugmentOptions augment;
    std::uint64_t seed = 0;
    std::uint32_t epoch = 0;
    std::uint32_t view = 0;
};

/// A permutation of `rows` drawn from (seed, Shuffle, epoch, which); `which` tells apart several orders of one epoch.
[[nodiscard]] std::vector<std::uint32_t> shuffled(std::vector<std::uint32_t> rows, std::uint64_t seed,
                                                  std::uint32_t epoch, std::uint32_t which = 0);

/// Makes batches ahead on `loaders` threads (0: on the caller's) and hands them out in order. Their content does
/// not depend on the number of threads. A rest of one row joins the batch before it: batch norm needs two.
class BatchLoader {
public:
    BatchLoader(const RunData& data, BatchPlan plan, torch::Device device, int loaders);
    ~BatchLoader();
    BatchLoader(const BatchLoader&) = delete;
    BatchLoader& operator=(const BatchLoader&) = delete;

    [[nodiscard]] std::size_t batches() const { return m_starts.size() - 1; }
    /// Nothing after the last one. Rethrows what a loader thread threw.
    [[nodiscard]] std::optional<Batch> next();

private:
    [[nodiscard]] Batch make(std::size_t number, std::vector<std::uint8_t>& picture,
                             std::vector<std::uint8_t>& scratch) const;
    void work(const std::stop_token& stop);
    /// Has the pictures of a later batch fetched while this one is made; of the first ones, all up to it.
    void fetchAhead(std::size_t number) const;

    const RunData& m_data;
    const BatchPlan m_plan;
    const torch::Device m_device;
    std::vector<std::size_t> m_starts; ///< where each batch begins in the order, and the end
    std::size_t m_ahead = 2;

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::size_t m_claimed = 0, m_delivered = 0;
    std::map<std::size_t, Batch> m_ready;
    std::exception_ptr m_failure;
    std::vector<std::uint8_t> m_picture, m_scratch;
    std::vector<std::jthread> m_threads; ///< last: joined first
};

} // namespace assay::learn
