// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/neighbours.h"

namespace assay::stats {

/// Rows up to which comparing all with all is as fast as the graph (docs/benchmarks.md).
inline constexpr std::size_t kExactRows = 300'000;

/// Most of the nearest by cosine, found in a graph of small worlds (Malkov, Yashunin, IEEE TPAMI 2020; hnswlib): time
/// grows little faster than the rows, where cosineNeighbours() takes four times as long for twice as many. Similarities
/// are exact, a neighbour may be missed. Arguments, errors and ties as there. The graph is built on one thread, and so
/// is the same each time; two search it.
[[nodiscard]] Result<Neighbours> graphNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                                 const ProgressFn& progress = {}, std::stop_token stop = {});

/// By cosineNeighbours() up to kExactRows rows, by graphNeighbours() above.
[[nodiscard]] Result<Neighbours> nearestNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                                   const ProgressFn& progress = {}, std::stop_token stop = {});

} // namespace assay::stats
