// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/stats/confident_learning.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

// How confident learning reads a matrix of probabilities: once for the given labels' probabilities, once for all
// the rest, on two threads. T is double or float.

namespace assay::stats {

inline constexpr double kTie = 1e-6;       ///< probabilities closer than this count as equal
inline constexpr double kNeverReached = 2; ///< the threshold of a class without samples

/// Memory for n values that are all about to be written.
template <class V>
[[nodiscard]] std::unique_ptr<V[]> unset(std::size_t n) {
    return std::make_unique_for_overwrite<V[]>(n);
}

/// What the first reading finds.
template <class T>
struct OwnProbabilities {
    std::unique_ptr<T[]> own;        ///< [N] of the given label
    std::vector<double> thresholds;  ///< [K] mean over the samples given k; kNeverReached where there is none
    std::vector<std::int64_t> given; ///< [K]
};
/// Fails as checkProbabilities() does where shapes or labels do not fit; the probabilities are not checked.
template <class T>
[[nodiscard]] Result<OwnProbabilities<T>> readOwn(const ProbabilityRows<T>& p, std::span<const Label> given);

/// What the second reading finds for a row.
enum RowFlag : std::uint8_t {
    kOffDiagonal = 1,   ///< counted under another class than the given one
    kPredictsOther = 2, ///< another class is more probable than the given one, by more than rounding
    kAhead = 4,         ///< another class is more probable at all
};
inline constexpr unsigned kFlagBits = 3;
struct RowFlags {
    std::unique_ptr<std::uint32_t[]> marks; ///< [N] of RowFlag, and above kFlagBits the most probable class
    std::vector<std::int64_t> counts;       ///< [K, K] given by guessed
};
/// Checks every row, and counts it under the class of which it is confident. Fails as checkProbabilities() does.
/// `others`: room for the largest probability of any other class than the given one, [N]; or null.
template <class T>
[[nodiscard]] Result<RowFlags> readRows(const ProbabilityRows<T>& p, std::span<const Label> given,
                                        const OwnProbabilities<T>& own, T* others = nullptr);

/// Position of the largest value, the first of equals.
template <class T>
[[nodiscard]] std::size_t largestAt(std::span<const T> row);
/// The largest value at another place than `but`.
template <class T>
[[nodiscard]] double largestOther(std::span<const T> row, std::size_t but);

/// Rows that one worker takes at a time.
[[nodiscard]] std::size_t rowsPerPart(std::size_t classes);
/// Gives the rows back to the system where the matrix asks for it.
template <class T>
void dropRows(const ProbabilityRows<T>& p, std::size_t begin, std::size_t end);

} // namespace assay::stats
