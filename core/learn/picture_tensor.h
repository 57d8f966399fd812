// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/run_data.h"
#include "core/learn/torch_headers.h"

#include <span>

namespace assay::learn {

/// Room for `count` pictures as a network takes them: float [count, C, H, W], channels last.
[[nodiscard]] torch::Tensor emptyPictures(std::size_t count, ImageGeometry geometry);
/// Writes the normalised values of one picture (HWC) to `out`.
void normaliseInto(const RunData& data, std::span<const std::uint8_t> picture, float* out);

} // namespace assay::learn
