// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/percentiles.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::ui {

std::vector<float> percentiles(const std::vector<float>& values) {
    std::vector<std::pair<float, std::size_t>> order;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i])) order.emplace_back(values[i], i);
    std::sort(order.begin(), order.end());
    std::vector<float> found(values.size(), std::nanf(""));
    for (std::size_t from = 0; from < order.size();) {
        std::size_t to = from;
        while (to < order.size() && order[to].first == order[from].first) ++to;
        const auto middle = float((double(from) + double(to - from) / 2) / double(order.size()));
        for (; from < to; ++from) found[order[from].second] = middle;
    }
    return found;
}

} // namespace assay::ui
