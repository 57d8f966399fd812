// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/classifier.h"

namespace assay::learn {

/// Attention over the last convolution's output: 1×1 convolution to half the channels, norm, ReLU, 1×1 convolution to
/// two maps whose sum A [B, h, w] every channel is multiplied by before the pooling.
class MapAttention : public MapModule {
public:
    explicit MapAttention(std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& map) override;
    /// A of the last pass [B, h, w], with its gradient.
    [[nodiscard]] const torch::Tensor& last() const { return m_last; }

private:
    torch::nn::Conv2d m_squeeze{nullptr}, m_maps{nullptr};
    torch::nn::BatchNorm2d m_norm{nullptr};
    torch::Tensor m_last;
};

/// KL(softmax(weak) ‖ softmax(strong)) over all places, of each row [B].
[[nodiscard]] torch::Tensor attentionDivergence(const torch::Tensor& weak, const torch::Tensor& strong);

} // namespace assay::learn
