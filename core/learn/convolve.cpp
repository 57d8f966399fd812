// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/convolve.h"

namespace assay::learn {

torch::Tensor convolve(torch::nn::Conv2d& conv, const torch::Tensor& x) {
    constexpr std::int64_t kFewChannels = 16;
    const auto& weight = conv->weight;
    const std::int64_t stride = conv->options.stride()->at(0);
    const bool harmless = stride == 1 || weight.size(2) > 1 || weight.size(1) >= kFewChannels;
    if (harmless || conv->options.groups() > 1) return conv->forward(x);
    const auto seen = x.slice(2, 0, c10::nullopt, stride).slice(3, 0, c10::nullopt, stride);
    return torch::conv2d(seen.contiguous(torch::MemoryFormat::ChannelsLast), weight, conv->bias);
}

} // namespace assay::learn
