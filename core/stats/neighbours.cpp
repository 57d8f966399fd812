// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/neighbours.h"

#include "core/stats/parallel.h"
#include "core/stats/unit_rows.h"
#include "core/stats/vector_math.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

#pragma GCC diagnostic ignored "-Wpsabi"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ASSAY_PRODUCT_CLONES __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define ASSAY_PRODUCT_CLONES
#endif

namespace assay::stats {
namespace {

constexpr std::size_t kLanes = 16;        // floats of one vector
constexpr std::size_t kTall = 2 * kLanes; // rows of a tile
constexpr std::size_t kWide = 12;         // columns of a tile: 24 sums and their factors fill the registers
constexpr std::size_t kPanels = 64;       // panels of kWide columns that stay in the cache while rows pass by

using Floats = float __attribute__((vector_size(64)));
using Flags = std::int32_t __attribute__((vector_size(64)));

/// Rows of unit length, `tall` at a time, turned so that number d of all of them lies together: [panels, D, tall].
std::vector<float> panelsOf(const std::vector<float>& rows, std::size_t n, std::size_t dimension, std::size_t tall) {
    const std::size_t panels = (n + tall - 1) / tall;
    std::vector<float> packed(panels * tall * dimension);
    for (std::size_t i = 0; i < n; ++i) {
        float* to = &packed[i / tall * tall * dimension + i % tall];
        for (std::size_t d = 0; d < dimension; ++d) to[d * tall] = rows[i * dimension + d];
    }
    return packed;
}

struct Tile {
    alignas(64) float values[kWide][kTall];
};

/// All products of kTall rows with kWide columns, and whether any of them reaches what its row or column asks for.
ASSAY_PRODUCT_CLONES bool multiply(const float* rows, const float* columns, std::size_t dimension, const float* rowAsks,
                                   const float* columnAsks, Tile& tile) {
    Floats sums[kWide][2] = {};
    for (std::size_t d = 0; d < dimension; ++d) {
        Floats low, high;
        std::memcpy(&low, rows + d * kTall, sizeof low);
        std::memcpy(&high, rows + d * kTall + kLanes, sizeof high);
        const float* factor = columns + d * kWide;
#pragma GCC unroll 12
        for (std::size_t c = 0; c < kWide; ++c) {
            sums[c][0] += low * factor[c];
            sums[c][1] += high * factor[c];
        }
    }
    Floats lowAsks, highAsks;
    std::memcpy(&lowAsks, rowAsks, sizeof lowAsks);
    std::memcpy(&highAsks, rowAsks + kLanes, sizeof highAsks);
    Flags any{};
#pragma GCC unroll 12
    for (std::size_t c = 0; c < kWide; ++c) {
        const Floats ask = Floats{} + columnAsks[c];
        any |= (sums[c][0] >= (lowAsks < ask ? lowAsks : ask)) | (sums[c][1] >= (highAsks < ask ? highAsks : ask));
        std::memcpy(tile.values[c], &sums[c][0], sizeof sums[c]);
    }
    std::int32_t found = 0;
    for (std::size_t i = 0; i < kLanes; ++i) found |= any[i];
    return found != 0;
}

/// The k best so far of every row, nearest first.
class Best {
public:
    Best(std::size_t n, std::size_t k, std::size_t padded)
        : m_k(k), m_similarity(n * k, -2), m_row(n * k, std::numeric_limits<std::uint32_t>::max()),
          m_asks(padded, std::numeric_limits<float>::infinity()) {
        std::fill_n(m_asks.begin(), n, -2.0f);
    }
    /// [N, padded] what a product must reach to matter; infinite behind the last row.
    [[nodiscard]] const float* asks(std::size_t row) const { return &m_asks[row]; }

    void offer(std::size_t row, std::uint32_t other, float similarity) {
        float* values = &m_similarity[row * m_k];
        std::uint32_t* rows = &m_row[row * m_k];
        const auto before = [&](std::size_t at) {
            return similarity > values[at] || (similarity == values[at] && other < rows[at]);
        };
        if (!before(m_k - 1)) return;
        std::size_t at = m_k - 1;
        for (; at > 0 && before(at - 1); --at) {
            values[at] = values[at - 1];
            rows[at] = rows[at - 1];
        }
        values[at] = similarity;
        rows[at] = other;
        m_asks[row] = values[m_k - 1];
    }
    void offerAll(const Best& others) {
        const std::size_t n = m_row.size() / m_k;
        for (std::size_t row = 0; row < n; ++row)
            for (std::size_t i = row * m_k; i < (row + 1) * m_k; ++i)
                if (others.m_similarity[i] > -2) offer(row, others.m_row[i], others.m_similarity[i]);
    }
    [[nodiscard]] std::uint32_t rowAt(std::size_t row, std::size_t i) const { return m_row[row * m_k + i]; }
    [[nodiscard]] float similarityAt(std::size_t row, std::size_t i) const { return m_similarity[row * m_k + i]; }

private:
    std::size_t m_k;
    std::vector<float> m_similarity;
    std::vector<std::uint32_t> m_row;
    std::vector<float> m_asks;
};

/// Offers the products of a tile above the diagonal to both their rows.
void offerTile(const Tile& tile, std::size_t firstRow, std::size_t firstColumn, std::size_t n, Best& best) {
    for (std::size_t c = 0; c < kWide && firstColumn + c < n; ++c) {
        const std::size_t column = firstColumn + c;
        for (std::size_t r = 0; r < kTall && firstRow + r < std::min(n, column); ++r) {
            const float similarity = tile.values[c][r];
            const std::size_t row = firstRow + r;
            if (similarity >= *best.asks(row)) best.offer(row, std::uint32_t(column), similarity);
            if (similarity >= *best.asks(column)) best.offer(column, std::uint32_t(row), similarity);
        }
    }
}

} // namespace

Result<Neighbours> cosineNeighbours(std::span<const float> values, std::size_t dimension, std::size_t k,
                                    const ProgressFn& progress, std::stop_token stop) {
    ASSAY_TRY(UnitRows taking, unitRowsOf(values, dimension, k));
    const std::size_t n = taking.rows.size();
    const std::vector<float> tall = panelsOf(taking.values, n, dimension, kTall);
    const std::vector<float> wide = panelsOf(taking.values, n, dimension, kWide);
    taking.values = {};
    const std::size_t tallPanels = (n + kTall - 1) / kTall, widePanels = (n + kWide - 1) / kWide;
    const std::size_t padded = (n / (kTall * kWide) + 1) * kTall * kWide;
    std::vector<Best> best(2, Best(n, k, padded));
    const std::size_t blocks = (widePanels + kPanels - 1) / kPanels;
    std::atomic<std::size_t> done{0};
    forEachPart(blocks, n > 1000, [&](std::size_t part, std::size_t worker) {
        if (stop.stop_requested()) return;
        const std::size_t block = blocks - 1 - part; // the longest first
        const std::size_t from = block * kPanels, to = std::min(widePanels, from + kPanels);
        Tile tile;
        for (std::size_t t = 0; t < tallPanels && t * kTall < to * kWide; ++t)
            for (std::size_t w = from; w < to; ++w) {
                if (t * kTall >= (w + 1) * kWide) continue; // below the diagonal
                if (multiply(&tall[t * kTall * dimension], &wide[w * kWide * dimension], dimension,
                             best[worker].asks(t * kTall), best[worker].asks(w * kWide), tile))
                    offerTile(tile, t * kTall, w * kWide, n, best[worker]);
            }
        if (progress && worker == 0) progress({"comparing", done.load(), blocks});
        ++done;
    });
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the search for neighbours was stopped");
    best[0].offerAll(best[1]);

    Neighbours found;
    found.k = k;
    const std::size_t all = values.size() / dimension;
    found.rows.resize(all * k);
    for (std::size_t i = 0; i < all; ++i) std::fill_n(found.rows.begin() + std::ptrdiff_t(i * k), k, std::uint32_t(i));
    found.similarity.assign(all * k, -1);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < k; ++j) {
            found.rows[taking.rows[i] * k + j] = taking.rows[best[0].rowAt(i, j)];
            found.similarity[taking.rows[i] * k + j] = std::clamp(best[0].similarityAt(i, j), -1.0f, 1.0f);
        }
    return found;
}

} // namespace assay::stats
