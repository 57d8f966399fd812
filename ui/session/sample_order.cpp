// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/sample_order.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace assay::ui {

std::vector<SampleIndex> sortedOrder(std::span<const float> values, bool descending, std::span<const float> tieBreak) {
    std::vector<std::tuple<float, float, std::uint32_t>> keys;
    keys.reserve(values.size());
    std::vector<SampleIndex> last;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) last.emplace_back(i);
        else
            keys.emplace_back(descending ? -values[i] : values[i],
                              i < tieBreak.size() && !std::isnan(tieBreak[i]) ? -tieBreak[i] : 0, i);
    }
    std::sort(keys.begin(), keys.end());
    std::vector<SampleIndex> order;
    order.reserve(values.size());
    for (const auto& [value, tie, index] : keys) order.emplace_back(index);
    order.insert(order.end(), last.begin(), last.end());
    return order;
}

std::vector<SampleIndex> filteredOrder(const std::vector<SampleIndex>& order,
                                       const std::function<bool(SampleIndex)>& keep) {
    std::vector<SampleIndex> view;
    view.reserve(order.size());
    std::copy_if(order.begin(), order.end(), std::back_inserter(view), keep);
    return view;
}

bool containsNoCase(std::string_view text, std::string_view wanted) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                       [&](char a, char b) { return lower(a) == b; }) != text.end();
}

} // namespace assay::ui
