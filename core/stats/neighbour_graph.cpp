// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/neighbour_graph.h"

#include "core/stats/parallel.h"
#include "core/stats/unit_rows.h"
#include "core/stats/vector_math.h"

#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>

#pragma GCC diagnostic ignored "-Wpsabi"

namespace assay::stats {
namespace {

constexpr std::size_t kLinks = 16;          // M
constexpr std::size_t kBuildBreadth = 100;  // ef_construction
constexpr std::size_t kSearchBreadth = 100; // ef
constexpr std::size_t kSeed = 100;
constexpr std::size_t kBlock = 4096; // rows between two looks at the stop token

using Floats = float __attribute__((vector_size(64)));

ASSAY_VECTOR_CLONES float product(const float* a, const float* b, std::size_t dimension) {
    constexpr std::size_t kLanes = sizeof(Floats) / sizeof(float);
    Floats sums{};
    std::size_t d = 0;
    for (; d + kLanes <= dimension; d += kLanes) {
        Floats x, y;
        std::memcpy(&x, a + d, sizeof x);
        std::memcpy(&y, b + d, sizeof y);
        sums += x * y;
    }
    float sum = 0;
    for (std::size_t i = 0; i < kLanes; ++i) sum += sums[i];
    for (; d < dimension; ++d) sum += a[d] * b[d];
    return sum;
}

/// hnswlib's own spaces use what the compiler may assume of every processor; this one what the processor has.
class CosineSpace final : public hnswlib::SpaceInterface<float> {
public:
    explicit CosineSpace(std::size_t dimension) : m_dimension(dimension) {}
    std::size_t get_data_size() override { return m_dimension * sizeof(float); }
    hnswlib::DISTFUNC<float> get_dist_func() override {
        return [](const void* a, const void* b, const void* dimension) {
            return 1 - product(static_cast<const float*>(a), static_cast<const float*>(b),
                               *static_cast<const std::size_t*>(dimension));
        };
    }
    void* get_dist_func_param() override { return &m_dimension; }

private:
    std::size_t m_dimension;
};

using Graph = hnswlib::HierarchicalNSW<float>;
struct Near {
    float similarity = 0;
    std::uint32_t row = 0;
    bool operator<(const Near& other) const {
        return similarity != other.similarity ? similarity > other.similarity : row < other.row;
    }
};

/// The k nearest of row `i` of those that take part, itself left out, by their places among these. Where the graph
/// leads to fewer, all are compared.
std::vector<Near> nearestIn(const Graph& graph, const UnitRows& unit, std::size_t dimension, std::size_t i,
                            std::size_t k) {
    const float* own = &unit.values[i * dimension];
    std::vector<Near> near;
    for (auto found = graph.searchKnn(own, k + 1); !found.empty(); found.pop())
        if (found.top().second != i) near.push_back({1 - found.top().first, std::uint32_t(found.top().second)});
    if (near.size() < k) {
        near.clear();
        for (std::size_t j = 0; j < unit.rows.size(); ++j)
            if (j != i) near.push_back({product(own, &unit.values[j * dimension], dimension), std::uint32_t(j)});
    }
    std::partial_sort(near.begin(), near.begin() + std::ptrdiff_t(k), near.end());
    near.resize(k);
    return near;
}

Result<Neighbours> search(const UnitRows& unit, std::size_t rows, std::size_t dimension, std::size_t k,
                          const ProgressFn& progress, const std::stop_token& stop) {
    const std::size_t n = unit.rows.size();
    // Adding a row takes about three times as long as finding its neighbours on two threads.
    constexpr std::size_t kAdding = 3;
    const auto tell = [&](std::size_t added, std::size_t searched) {
        if (progress) progress({"comparing", kAdding * added + searched, (kAdding + 1) * n});
    };
    CosineSpace space(dimension);
    Graph graph(&space, n, kLinks, kBuildBreadth, kSeed);
    for (std::size_t i = 0; i < n; ++i) {
        if (i % kBlock == 0) {
            if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for neighbours was stopped");
            tell(i, 0);
        }
        graph.addPoint(&unit.values[i * dimension], i);
    }
    graph.setEf(std::max(kSearchBreadth, k + 1));
    Neighbours found;
    found.k = k;
    found.rows.resize(rows * k);
    for (std::size_t i = 0; i < rows; ++i) std::fill_n(found.rows.begin() + std::ptrdiff_t(i * k), k, std::uint32_t(i));
    found.similarity.assign(rows * k, -1);
    std::atomic<std::size_t> done{0};
    std::exception_ptr thrown;
    std::mutex guard;
    forEachPart((n + kBlock - 1) / kBlock, n > kBlock, [&](std::size_t part, std::size_t worker) {
        try {
            for (std::size_t i = part * kBlock; i < std::min(n, (part + 1) * kBlock) && !stop.stop_requested(); ++i) {
                const std::vector<Near> near = nearestIn(graph, unit, dimension, i, k);
                for (std::size_t j = 0; j < k; ++j) {
                    found.rows[unit.rows[i] * k + j] = unit.rows[near[j].row];
                    found.similarity[unit.rows[i] * k + j] = near[j].similarity;
                }
            }
        } catch (...) {
            const std::scoped_lock lock(guard);
            thrown = std::current_exception();
        }
        done += kBlock;
        if (worker == 0) tell(n, std::min(n, done.load()));
    });
    if (thrown) std::rethrow_exception(thrown);
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for neighbours was stopped");
    return found;
}

} // namespace

Result<Neighbours> graphNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                   const ProgressFn& progress, std::stop_token stop) {
    ASSAY_TRY(const UnitRows unit, unitRowsOf(values, dimension, k));
    try {
        return search(unit, values.size() / dimension, dimension, k, progress, stop);
    } catch (const std::exception& error) { // hnswlib throws where memory does not suffice
        return fail(ErrorCode::Internal, std::string("the graph of neighbours could not be built: ") + error.what());
    }
}

Result<Neighbours> nearestNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                     const ProgressFn& progress, std::stop_token stop) {
    const bool many = dimension > 0 && values.size() / dimension > kExactRows;
    return many ? graphNeighbours(values, dimension, k, progress, stop)
                : cosineNeighbours(values, dimension, k, progress, stop);
}

} // namespace assay::stats
