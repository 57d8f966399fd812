// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace assay::learn {

/// A convolution and the batch norm that follows it. In evaluation mode the norm may be folded into the
/// convolution's weights, which saves a pass over the activations.
class ConvNormImpl : public torch::nn::Module {
public:
    ConvNormImpl(int in, int out, int kernel, int stride, int padding, bool bias = false);
    torch::Tensor forward(const torch::Tensor& x);
    /// Computes the folded weights from the present ones; valid until unfold().
    void fold();
    void unfold();

private:
    int m_stride, m_padding;
    torch::nn::Conv2d m_conv{nullptr};
    torch::nn::BatchNorm2d m_norm{nullptr};
    torch::Tensor m_foldedWeight, m_foldedBias;
};
TORCH_MODULE(ConvNorm);

/// A network that sorts pictures into classes. Input: float [B, C, H, W], channels last; output: logits [B, K].
class Classifier : public torch::nn::Module {
public:
    /// What the last layer sees: [B, D].
    virtual torch::Tensor features(const torch::Tensor& images) = 0;
    torch::Tensor forward(const torch::Tensor& images) { return m_head->forward(features(images)); }
    /// Folds every ConvNorm for a pass without gradients in evaluation mode.
    void fold();
    void unfold();

protected:
    void makeHead(int features, int classes);
    torch::nn::Linear m_head{nullptr};
};
using ClassifierPtr = std::shared_ptr<Classifier>;

/// The small side that a network needs of its input, and how it is built.
[[nodiscard]] ClassifierPtr makeCnnSmall(ImageGeometry input, int classes, int width);
[[nodiscard]] ClassifierPtr makeCnnNine(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeResNet18(ImageGeometry input, int classes, int width, bool imagenetStem);
[[nodiscard]] ClassifierPtr makePreactResNet18(ImageGeometry input, int classes, int width);

} // namespace assay::learn
