// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace assay::ui {

/// The share of finite values that are smaller, ties in the middle; NaN for those that are not finite.
[[nodiscard]] std::vector<float> percentiles(const std::vector<float>& values);

} // namespace assay::ui
