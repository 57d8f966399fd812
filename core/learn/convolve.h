// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

namespace assay::learn {

/// What `conv` makes of x [B, C, H, W]. A 1×1 convolution with a stride over few channels is given only the places that
/// it would look at: the gradient of LibTorch 1.13's own, channels last, writes past its buffers.
[[nodiscard]] torch::Tensor convolve(torch::nn::Conv2d& conv, const torch::Tensor& x);

} // namespace assay::learn
