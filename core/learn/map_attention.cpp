// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/map_attention.h"

namespace assay::learn {
namespace {

constexpr std::int64_t kMaps = 2;

} // namespace

MapAttention::MapAttention(std::int64_t channels) {
    const std::int64_t hidden = std::max<std::int64_t>(1, channels / 2);
    m_squeeze =
        register_module("squeeze", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, hidden, 1).bias(false)));
    m_norm = register_module("norm", torch::nn::BatchNorm2d(hidden));
    m_maps = register_module("maps", torch::nn::Conv2d(torch::nn::Conv2dOptions(hidden, kMaps, 1)));
    // It begins as a multiplication by one everywhere.
    torch::nn::init::constant_(m_maps->bias, 1.0 / double(kMaps));
}

torch::Tensor MapAttention::forward(const torch::Tensor& map) {
    const auto attention = m_maps->forward(m_norm->forward(m_squeeze->forward(map)).relu()).sum(1, true);
    m_last = attention.squeeze(1);
    return map * attention;
}

torch::Tensor attentionDivergence(const torch::Tensor& weak, const torch::Tensor& strong) {
    const auto a = torch::log_softmax(weak.flatten(1), 1), b = torch::log_softmax(strong.flatten(1), 1);
    return (a.exp() * (a - b)).sum(1);
}

} // namespace assay::learn
