// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/threshold_samples.h"

#include "core/stats/ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

double marginThreshold(const MarginAreas& training, double share) {
    std::vector<float> areas;
    for (std::size_t row = 0; row < training.area.size(); ++row)
        if (training.isThreshold[row] && std::isfinite(training.area[row])) areas.push_back(training.area[row]);
    return areas.empty() ? std::numeric_limits<double>::quiet_NaN() : stats::quantile(std::move(areas), share);
}

std::vector<float> belowThreshold(std::span<const MarginAreas> trainings, double share) {
    const std::size_t rows = trainings.empty() ? 0 : trainings.front().area.size();
    std::vector<double> sum(rows);
    std::vector<int> count(rows);
    for (const MarginAreas& training : trainings) {
        const double threshold = marginThreshold(training, share);
        if (!std::isfinite(threshold)) continue;
        for (std::size_t row = 0; row < rows; ++row) {
            if (training.isThreshold[row] || !std::isfinite(training.area[row])) continue;
            sum[row] += threshold - double(training.area[row]);
            ++count[row];
        }
    }
    std::vector<float> below(rows);
    float least = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (count[row] == 0) continue;
        below[row] = float(sum[row] / count[row]);
        least = std::min(least, below[row]);
    }
    for (std::size_t row = 0; row < rows; ++row)
        if (count[row] == 0) below[row] = least;
    return below;
}

} // namespace assay
