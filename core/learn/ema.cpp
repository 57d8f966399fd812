// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/ema.h"

#include "core/learn/networks.h"

namespace assay::learn {
namespace {

void blend(std::vector<torch::Tensor> own, const std::vector<torch::Tensor>& others, double decay) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (own[i].is_floating_point()) own[i].lerp_(others[i].detach(), 1 - decay);
        else own[i].copy_(others[i]);
    }
}

} // namespace

Status EmaCopy::start(const Run& run, std::size_t which) {
    ASSAY_TRY(m_network, makeNetwork(run.task.config.network, run.data.geometry, run.data.classes, run.seed(),
                                     std::uint32_t(which)));
    if (run.recipe) run.recipe->extend(*m_network, run.data.classes);
    m_network->to(run.device);
    m_network->train();
    for (auto& parameter : m_network->parameters()) parameter.set_requires_grad(false);
    update(*run.networks[which], 0);
    return {};
}

void EmaCopy::update(const Classifier& source, double decay) {
    updateParameters(source, decay);
    blend(m_network->buffers(), source.buffers(), decay);
}

void EmaCopy::updateParameters(const Classifier& source, double decay) {
    blend(m_network->parameters(), source.parameters(), decay);
}

void EmaCopy::save(StateMap& state, const std::string& prefix) const {
    for (const auto& item : m_network->named_parameters()) state[prefix + item.key()] = item.value();
    for (const auto& item : m_network->named_buffers()) state[prefix + item.key()] = item.value();
}

void EmaCopy::load(const StateMap& state, const std::string& prefix) {
    const torch::NoGradGuard noGrad;
    for (auto& item : m_network->named_parameters()) item.value().copy_(state.at(prefix + item.key()));
    for (auto& item : m_network->named_buffers()) item.value().copy_(state.at(prefix + item.key()));
}

double sigmoidRamp(double step, double length) {
    if (length <= 0 || step >= length) return 1;
    const double left = 1 - std::max(0.0, step) / length;
    return std::exp(-5 * left * left);
}

} // namespace assay::learn
