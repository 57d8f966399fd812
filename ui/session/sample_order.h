// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::ui {

/// Every sample by value, NaN last; equal ones by `tieBreak` where there is one, largest first, then by index.
[[nodiscard]] std::vector<SampleIndex> sortedOrder(std::span<const float> values, bool descending,
                                                   std::span<const float> tieBreak = {});

/// Those of `order` that `keep` wants, in that order.
[[nodiscard]] std::vector<SampleIndex> filteredOrder(const std::vector<SampleIndex>& order,
                                                     const std::function<bool(SampleIndex)>& keep);

/// Whether `text` holds `wanted`, ASCII letters compared without case; `wanted` is in lower case already.
[[nodiscard]] bool containsNoCase(std::string_view text, std::string_view wanted);

} // namespace assay::ui
