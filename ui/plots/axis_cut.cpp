// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/axis_cut.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace assay::ui {
namespace {

constexpr std::size_t kLeastBars = 24; // fewer are read one by one
constexpr std::size_t kCutOneIn = 8;
constexpr double kRoomAboveTheRest = 1.8;
constexpr double kRoomAboveTheHump = 1.25;
constexpr double kMostMagnified = 200; // lower bars than this share of the highest are noise
constexpr double kLeastTop = 8;
constexpr double kWorthIt = 2.2; // a cut that gains less than this only puzzles

/// Bars averaged with their neighbours.
std::vector<double> smoothed(std::span<const double> heights) {
    std::vector<double> smooth(heights.size());
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const std::size_t from = i == 0 ? 0 : i - 1;
        const std::size_t to = std::min(i + 1, heights.size() - 1);
        double sum = 0;
        for (std::size_t k = from; k <= to; ++k) sum += heights[k];
        smooth[i] = sum / double(to - from + 1);
    }
    return smooth;
}

/// Height of the highest hump that a valley divides from the highest bar; 0 where there is none.
double secondHump(std::span<const double> heights) {
    const std::vector<double> smooth = smoothed(heights);
    const auto spike = std::max_element(smooth.begin(), smooth.end()) - smooth.begin();
    double hump = 0;
    for (const std::ptrdiff_t way : {-1, 1}) {
        double valley = smooth[std::size_t(spike)];
        bool risen = false;
        for (std::ptrdiff_t i = spike; i >= 0 && i < std::ptrdiff_t(smooth.size()); i += way) {
            const double height = smooth[std::size_t(i)];
            valley = std::min(valley, height);
            // Twice the valley and three standard deviations of its count: more than the chance of a draw.
            risen |= height > 2 * valley + 3 * std::sqrt(valley) + 3;
            if (risen) hump = std::max(hump, height);
        }
    }
    return hump;
}

std::span<const double> withoutEmptyEnds(std::span<const double> heights) {
    while (!heights.empty() && heights.front() <= 0) heights = heights.subspan(1);
    while (!heights.empty() && heights.back() <= 0) heights = heights.first(heights.size() - 1);
    return heights;
}

} // namespace

std::optional<double> axisCut(std::span<const double> heights) {
    heights = withoutEmptyEnds(heights);
    if (heights.size() < kLeastBars) return std::nullopt;
    std::vector<double> sorted(heights.begin(), heights.end());
    const auto rest = sorted.begin() + std::ptrdiff_t(sorted.size() / kCutOneIn);
    std::nth_element(sorted.begin(), rest, sorted.end(), std::greater<>());
    const double highest = *std::max_element(heights.begin(), heights.end());
    const double top = std::max(
        {kRoomAboveTheRest * *rest, kRoomAboveTheHump * secondHump(heights), highest / kMostMagnified, kLeastTop});
    if (highest < kWorthIt * top) return std::nullopt;
    return top;
}

} // namespace assay::ui
