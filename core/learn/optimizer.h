// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include <map>
#include <string>
#include <vector>

namespace assay::learn {

/// Tensors by name, in order of name: what a checkpoint holds.
using StateMap = std::map<std::string, torch::Tensor>;

struct OptimizerOptions {
    bool adam = false;
    double momentum = 0.9; ///< SGD; Adam's β1
    double beta2 = 0.999;  ///< Adam
    bool nesterov = false; ///< SGD
    double weightDecay = 0;
    /// Whether it is added to the gradients of all weights (L2), to those of kernels only (tensors of two dimensions or
    /// more: neither biases nor norms), or multiplies kernels by 1 − weightDecay · rate after the step.
    enum class Decay { All, Kernels, Decoupled } decay = Decay::All;
    double clip = 0; ///< largest norm of the gradient over all parameters; 0: none
};

/// SGD or Adam over one network, with LibTorch's multi-tensor operations. The rate comes with every step.
class Optimizer {
public:
    Optimizer(torch::nn::Module& network, OptimizerOptions options);
    /// Zeroes the gradients, back-propagates `loss` (a scalar), steps.
    void minimise(const torch::Tensor& loss, double learningRate);
    /// The same in parts, for a loss that several networks share.
    void zero();
    void step(double learningRate);
    [[nodiscard]] const OptimizerOptions& options() const { return m_options; }
    void setMomentum(double momentum) { m_options.momentum = momentum; }

    void save(StateMap& state, const std::string& prefix) const;
    /// Names and shapes have been compared already.
    void load(const StateMap& state, const std::string& prefix);

private:
    /// One step along these gradients; `second` is Adam's.
    void update(const std::vector<torch::Tensor>& parameters, const std::vector<torch::Tensor>& gradients,
                const std::vector<torch::Tensor>& first, const std::vector<torch::Tensor>& second, double learningRate);

    OptimizerOptions m_options;
    std::vector<std::string> m_names;
    std::vector<torch::Tensor> m_parameters, m_first, m_second;
    std::int64_t m_steps = 0;
};

} // namespace assay::learn
