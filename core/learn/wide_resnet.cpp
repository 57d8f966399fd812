// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"

namespace assay::learn {
namespace {

constexpr int kStemWidth = 16;
constexpr int kBlocksPerGroup = 4; ///< (28 - 4) / 6
constexpr double kSlope = 0.1;
constexpr double kNormMomentum = 0.001;

torch::nn::Conv2d convolution(int in, int out, int kernel, int stride) {
    torch::nn::Conv2d conv(torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
    torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kLeakyReLU);
    return conv;
}

torch::nn::BatchNorm2d norm(int channels) {
    return torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels).momentum(kNormMomentum));
}

/// Pre-activation block with leaky ReLU. Where the shape changes, the shortcut is a 1×1 convolution; of the first
/// block alone it sees the activated input.
class WideBlockImpl : public torch::nn::Module {
public:
    WideBlockImpl(int in, int out, int stride, bool activateBeforeResidual)
        : m_activateBeforeResidual(activateBeforeResidual) {
        m_firstNorm = register_module("first-norm", norm(in));
        m_first = register_module("first", convolution(in, out, 3, stride));
        m_secondNorm = register_module("second-norm", norm(out));
        m_second = register_module("second", convolution(out, out, 3, 1));
        if (in != out) m_shortcut = register_module("shortcut", convolution(in, out, 1, stride));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        auto active = m_firstNorm->forward(x);
        torch::leaky_relu_(active, kSlope);
        auto inner = m_secondNorm->forward(m_first->forward(active));
        torch::leaky_relu_(inner, kSlope);
        const auto& straight = m_activateBeforeResidual ? active : x;
        return m_second->forward(inner) + (m_shortcut.is_empty() ? straight : m_shortcut->forward(straight));
    }

private:
    bool m_activateBeforeResidual;
    torch::nn::BatchNorm2d m_firstNorm{nullptr}, m_secondNorm{nullptr};
    torch::nn::Conv2d m_first{nullptr}, m_second{nullptr}, m_shortcut{nullptr};
};
TORCH_MODULE(WideBlock);

/// Zagoruyko & Komodakis, BMVC 2016, as semi-supervised learning uses it (Oliver et al., NeurIPS 2018).
class WideResNet28 : public Classifier {
public:
    WideResNet28(ImageGeometry input, int classes, int widening) {
        m_stem = register_module("stem", convolution(input.channels, kStemWidth, 3, 1));
        int in = kStemWidth;
        for (int group = 0; group < 3; ++group) {
            const int out = (kStemWidth << group) * widening;
            for (int i = 0; i < kBlocksPerGroup; ++i) {
                m_blocks.push_back(
                    register_module("group" + std::to_string(group + 1) + "-block" + std::to_string(i + 1),
                                    WideBlock(in, out, i == 0 && group > 0 ? 2 : 1, group == 0 && i == 0)));
                in = out;
            }
        }
        m_finalNorm = register_module("final-norm", norm(in));
        makeHead(in, classes);
        torch::nn::init::xavier_normal_(m_head->weight);
        torch::nn::init::zeros_(m_head->bias);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        auto x = m_stem->forward(images);
        for (auto& block : m_blocks) x = block->forward(x);
        x = m_finalNorm->forward(x);
        return torch::leaky_relu_(x, kSlope);
    }

private:
    torch::nn::Conv2d m_stem{nullptr};
    std::vector<WideBlock> m_blocks;
    torch::nn::BatchNorm2d m_finalNorm{nullptr};
};

} // namespace

ClassifierPtr makeWideResNet28(ImageGeometry input, int classes, int widening) {
    return std::make_shared<WideResNet28>(input, classes, widening);
}

} // namespace assay::learn
