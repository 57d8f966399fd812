// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include <vector>

namespace assay::learn {

/// Other numbers in the place of tensors' own for as long as it lives. What has been recorded with the own ones stays
/// valid, for they come back untouched.
class ReplacedTensors {
public:
    ReplacedTensors() = default;
    ~ReplacedTensors() {
        for (std::size_t i = 0; i < m_tensors.size(); ++i) m_tensors[i].set_data(m_own[i]);
    }
    ReplacedTensors(const ReplacedTensors&) = delete;
    ReplacedTensors& operator=(const ReplacedTensors&) = delete;

    void replace(const torch::Tensor& tensor, const torch::Tensor& by) {
        m_own.push_back(tensor.variable_data());
        m_tensors.push_back(tensor);
        m_tensors.back().set_data(by);
    }

private:
    std::vector<torch::Tensor> m_tensors, m_own;
};

/// While it lives, passes of a network in training mode leave the running statistics of its norms as they are.
class UntouchedNorms {
public:
    explicit UntouchedNorms(const torch::nn::Module& network) {
        for (const auto& buffer : network.buffers()) m_buffers.replace(buffer, buffer.clone());
    }

private:
    ReplacedTensors m_buffers;
};

/// While it lives, a network in training mode drops nothing out.
class NothingDropped {
public:
    explicit NothingDropped(const torch::nn::Module& network) {
        for (const auto& module : network.modules(false)) {
            const bool drops = module->as<torch::nn::Dropout>() || module->as<torch::nn::Dropout2d>();
            if (!drops || !module->is_training()) continue;
            module->eval();
            m_modules.push_back(module);
        }
    }
    ~NothingDropped() {
        for (const auto& module : m_modules) module->train();
    }
    NothingDropped(const NothingDropped&) = delete;
    NothingDropped& operator=(const NothingDropped&) = delete;
    /// Whether the network would drop something out.
    [[nodiscard]] bool mattered() const { return !m_modules.empty(); }

private:
    std::vector<std::shared_ptr<torch::nn::Module>> m_modules;
};

} // namespace assay::learn
