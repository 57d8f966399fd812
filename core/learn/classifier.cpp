// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"

#include "core/learn/convolve.h"

namespace assay::learn {

ConvNormImpl::ConvNormImpl(int in, int out, int kernel, int stride, int padding, bool bias, int groups)
    : m_stride(stride), m_padding(padding), m_groups(groups) {
    m_conv = register_module(
        "conv",
        torch::nn::Conv2d(
            torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).bias(bias).groups(groups)));
    m_norm = register_module("norm", torch::nn::BatchNorm2d(out));
}

torch::Tensor ConvNormImpl::forward(const torch::Tensor& x) {
    if (m_foldedWeight.defined() && !is_training())
        return torch::conv2d(x, m_foldedWeight, m_foldedBias, m_stride, m_padding, 1, m_groups);
    return m_norm->forward(convolve(m_conv, x));
}

void ConvNormImpl::fold() {
    const torch::NoGradGuard noGrad;
    const auto scale = m_norm->weight * torch::rsqrt(m_norm->running_var + m_norm->options.eps());
    m_foldedWeight = (m_conv->weight * scale.view({-1, 1, 1, 1})).contiguous(torch::MemoryFormat::ChannelsLast);
    m_foldedBias = m_norm->bias - m_norm->running_mean * scale;
    if (m_conv->bias.defined()) m_foldedBias = m_foldedBias + m_conv->bias * scale;
}

void ConvNormImpl::unfold() {
    m_foldedWeight = torch::Tensor();
    m_foldedBias = torch::Tensor();
}

void Classifier::makeHead(int features, int classes) {
    m_head = register_module("head", torch::nn::Linear(features, classes));
}

void Classifier::replaceHead(std::shared_ptr<FeatureModule> head) {
    m_ownHead = head;
    addBranch("own-head", std::move(head));
}

void Classifier::addBranch(const std::string& name, std::shared_ptr<FeatureModule> branch) {
    m_added.push_back(register_module(name, std::move(branch)));
}

void Classifier::putOnMap(const std::string& name, std::shared_ptr<MapModule> module) {
    m_onMap = module;
    m_added.push_back(register_module(name, std::move(module)));
}

std::int64_t Classifier::mapChannels() {
    const torch::NoGradGuard noGrad;
    const bool training = is_training();
    eval();
    const std::int64_t channels = map(torch::zeros({1, m_input.channels, m_input.height, m_input.width})).size(1);
    train(training);
    return channels;
}

void Classifier::fold() {
    for (const auto& module : modules(false))
        if (auto* unit = module->as<ConvNormImpl>()) unit->fold();
}

void Classifier::unfold() {
    for (const auto& module : modules(false))
        if (auto* unit = module->as<ConvNormImpl>()) unit->unfold();
}

void Classifier::freezeAllButHead() {
    m_frozen = true;
    for (auto& parameter : parameters()) parameter.set_requires_grad(false);
    for (auto& parameter : m_head->parameters()) parameter.set_requires_grad(true);
    for (const auto& added : m_added)
        for (auto& parameter : added->parameters()) parameter.set_requires_grad(true);
    train(is_training());
}

void Classifier::train(bool on) {
    torch::nn::Module::train(on);
    if (!m_frozen) return;
    for (const auto& child : children())
        if (child != m_head.ptr() && std::find(m_added.begin(), m_added.end(), child) == m_added.end())
            child->train(false);
}

} // namespace assay::learn
