// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/sampling.h"

#include "core/learn/batches.h"
#include "core/learn/run_data.h"

#include <algorithm>

namespace assay::learn {
namespace {

/// How many of each class an epoch takes at most.
std::size_t classShare(const std::vector<std::size_t>& sizes, std::size_t wanted) {
    std::size_t present = 0, smallest = 0;
    for (const std::size_t size : sizes) {
        if (size == 0) continue;
        ++present;
        smallest = smallest == 0 ? size : std::min(smallest, size);
    }
    return wanted == 0 || present == 0 ? smallest : (wanted + present - 1) / present;
}

} // namespace

std::vector<std::uint32_t> rowsOfEpoch(const RunData& data, const SamplingOptions& options, std::size_t batchSize,
                                       std::uint64_t seed, std::uint32_t epoch) {
    std::vector<std::uint32_t> rows = shuffled(data.trainRows, seed, epoch);
    const std::size_t wanted = options.steps * batchSize;
    if (options.classBalanced) {
        std::vector<std::size_t> sizes(std::size_t(data.classes), 0), taken(sizes);
        const auto classOf = [&data](std::uint32_t row) { return std::size_t(data.labels[row]); };
        for (const std::uint32_t row : rows) ++sizes[classOf(row)];
        const std::size_t share = classShare(sizes, wanted);
        std::erase_if(rows, [&](std::uint32_t row) { return taken[classOf(row)]++ >= share; });
    }
    if (wanted > 0 && rows.size() > wanted) rows.resize(wanted);
    return rows;
}

} // namespace assay::learn
