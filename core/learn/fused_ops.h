// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

namespace assay::learn {

/// While one lives, the operations below are LibTorch's own on this thread: those can be differentiated twice.
class TwiceDifferentiable {
public:
    TwiceDifferentiable();
    ~TwiceDifferentiable();
    TwiceDifferentiable(const TwiceDifferentiable&) = delete;
    TwiceDifferentiable& operator=(const TwiceDifferentiable&) = delete;

private:
    bool m_before;
};

/// ReLU of the batch norm of x [B, C, H, W], where `pool` is set of its 2×2 maxima: LibTorch's own operations put
/// together, in training (with running statistics and gradients) and in evaluation mode. On a CPU in single precision
/// it is done in a few passes over channels-last memory; elsewhere by LibTorch. Sides of at least 2 to pool.
[[nodiscard]] torch::Tensor poolNormRelu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, bool pool);

/// Adaptive average pooling of x [B, C, H, W] to grid × grid, flattened: [B, C grid²]. The same division of work.
[[nodiscard]] torch::Tensor gridMeans(const torch::Tensor& x, int grid);

} // namespace assay::learn
