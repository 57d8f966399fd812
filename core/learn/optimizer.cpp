// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/optimizer.h"

namespace assay::learn {

Optimizer::Optimizer(torch::nn::Module& network, OptimizerOptions options) : m_options(options) {
    for (const auto& item : network.named_parameters()) {
        m_names.push_back(item.key());
        m_parameters.push_back(item.value());
        m_first.push_back(torch::zeros_like(item.value()));
        if (m_options.adam) m_second.push_back(torch::zeros_like(item.value()));
    }
}

void Optimizer::zero() {
    for (auto& parameter : m_parameters) parameter.mutable_grad() = torch::Tensor();
}

void Optimizer::minimise(const torch::Tensor& loss, double learningRate) {
    zero();
    loss.backward();
    step(learningRate);
}

void Optimizer::step(double learningRate) {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> parameters, gradients, first, second;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        if (!m_parameters[i].grad().defined()) continue;
        parameters.push_back(m_parameters[i]);
        gradients.push_back(m_parameters[i].grad());
        first.push_back(m_first[i]);
        if (m_options.adam) second.push_back(m_second[i]);
    }
    if (parameters.empty()) return;
    ++m_steps;
    if (m_options.clip > 0) {
        const auto norms = torch::stack(at::_foreach_norm(gradients));
        const double norm = norms.norm().item<double>();
        if (norm > m_options.clip) at::_foreach_mul_(gradients, m_options.clip / norm);
    }
    std::vector<torch::Tensor> kernels, theirGradients;
    if (m_options.weightDecay > 0 && m_options.decay == OptimizerOptions::Decay::All) {
        at::_foreach_add_(gradients, parameters, m_options.weightDecay);
    } else if (m_options.weightDecay > 0) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (parameters[i].dim() < 2) continue;
            kernels.push_back(parameters[i]);
            theirGradients.push_back(gradients[i]);
        }
    }
    if (!kernels.empty() && m_options.decay == OptimizerOptions::Decay::Kernels)
        at::_foreach_add_(theirGradients, kernels, m_options.weightDecay);
    update(parameters, gradients, first, second, learningRate);
    if (!kernels.empty() && m_options.decay == OptimizerOptions::Decay::Decoupled)
        at::_foreach_mul_(kernels, 1 - m_options.weightDecay * learningRate);
}

void Optimizer::update(const std::vector<torch::Tensor>& parameters, const std::vector<torch::Tensor>& gradients,
                       const std::vector<torch::Tensor>& first, const std::vector<torch::Tensor>& second,
                       double learningRate) {
    at::_foreach_mul_(first, m_options.momentum);
    if (!m_options.adam) {
        at::_foreach_add_(first, gradients);
        if (m_options.nesterov) {
            at::_foreach_add_(gradients, first, m_options.momentum);
            at::_foreach_add_(parameters, gradients, -learningRate);
        } else {
            at::_foreach_add_(parameters, first, -learningRate);
        }
        return;
    }
    at::_foreach_add_(first, gradients, 1 - m_options.momentum);
    at::_foreach_mul_(second, m_options.beta2);
    at::_foreach_addcmul_(second, gradients, gradients, 1 - m_options.beta2);
    const double correction1 = 1 - std::pow(m_options.momentum, double(m_steps));
    const double correction2 = 1 - std::pow(m_options.beta2, double(m_steps));
    auto denominator = at::_foreach_sqrt(second);
    at::_foreach_mul_(denominator, 1 / std::sqrt(correction2));
    at::_foreach_add_(denominator, 1e-8);
    at::_foreach_addcdiv_(parameters, first, denominator, -learningRate / correction1);
}

void Optimizer::save(StateMap& state, const std::string& prefix) const {
    for (std::size_t i = 0; i < m_names.size(); ++i) {
        state[prefix + "first." + m_names[i]] = m_first[i];
        if (m_options.adam) state[prefix + "second." + m_names[i]] = m_second[i];
    }
    state[prefix + "steps"] = torch::tensor({m_steps}, torch::kInt64);
}

void Optimizer::load(const StateMap& state, const std::string& prefix) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_names.size(); ++i) {
        m_first[i].copy_(state.at(prefix + "first." + m_names[i]));
        if (m_options.adam) m_second[i].copy_(state.at(prefix + "second." + m_names[i]));
    }
    m_steps = state.at(prefix + "steps").item<std::int64_t>();
}

} // namespace assay::learn
