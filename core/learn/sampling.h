// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay::learn {

struct RunData;

/// Which training rows an epoch visits, none of them twice.
struct SamplingOptions {
    bool classBalanced = false; ///< the same number of every class by the run's labels (DivideMix on Clothing1M)
    std::size_t steps = 0;      ///< batches in an epoch; 0: as many as there are samples for
};

/// The rows of an epoch in the order of their visit, drawn from (seed, Shuffle, epoch). Class-balanced: every class has
/// an equal share of the epoch, and a class with fewer samples than its share gives all of them; where `steps` is 0 the
/// share is the size of the smallest class that has any.
[[nodiscard]] std::vector<std::uint32_t> rowsOfEpoch(const RunData& data, const SamplingOptions& options,
                                                     std::size_t batchSize, std::uint64_t seed, std::uint32_t epoch);

} // namespace assay::learn
