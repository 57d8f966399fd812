// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"

namespace assay::learn {
namespace {

constexpr std::array<int, 4> kStrides = {1, 2, 2, 2};
constexpr int kBlocksPerStage = 2;

/// He et al., CVPR 2016: conv-norm-ReLU-conv-norm, added to the shortcut, ReLU.
class BasicBlockImpl : public torch::nn::Module {
public:
    BasicBlockImpl(int in, int out, int stride) {
        m_first = register_module("first", ConvNorm(in, out, 3, stride, 1));
        m_second = register_module("second", ConvNorm(out, out, 3, 1, 1));
        if (stride != 1 || in != out) m_shortcut = register_module("shortcut", ConvNorm(in, out, 1, stride, 0));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        auto out = m_second->forward(m_first->forward(x).relu_());
        out += m_shortcut.is_empty() ? x : m_shortcut->forward(x);
        return out.relu_();
    }

private:
    ConvNorm m_first{nullptr}, m_second{nullptr}, m_shortcut{nullptr};
};
TORCH_MODULE(BasicBlock);

/// He et al., ECCV 2016: norm and ReLU before each convolution; the shortcut's convolution sees the activated input.
class PreactBlockImpl : public torch::nn::Module {
public:
    PreactBlockImpl(int in, int out, int stride) {
        m_norm = register_module("norm", torch::nn::BatchNorm2d(in));
        m_first = register_module("first", ConvNorm(in, out, 3, stride, 1));
        m_second = register_module(
            "second", torch::nn::Conv2d(torch::nn::Conv2dOptions(out, out, 3).padding(1).bias(false)));
        if (stride != 1 || in != out)
            m_shortcut = register_module(
                "shortcut", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 1).stride(stride).bias(false)));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        const auto active = m_norm->forward(x).relu_();
        auto out = m_second->forward(m_first->forward(active).relu_());
        return out + (m_shortcut.is_empty() ? x : m_shortcut->forward(active));
    }

private:
    torch::nn::BatchNorm2d m_norm{nullptr};
    ConvNorm m_first{nullptr};
    torch::nn::Conv2d m_second{nullptr}, m_shortcut{nullptr};
};
TORCH_MODULE(PreactBlock);

template <class Block>
class ResNet18 : public Classifier {
public:
    ResNet18(ImageGeometry input, int classes, int width, bool imagenetStem) : m_imagenetStem(imagenetStem) {
        m_stem = register_module("stem", imagenetStem ? ConvNorm(input.channels, width, 7, 2, 3)
                                                      : ConvNorm(input.channels, width, 3, 1, 1));
        int in = width;
        for (std::size_t stage = 0; stage < kStrides.size(); ++stage) {
            const int out = width << stage;
            for (int i = 0; i < kBlocksPerStage; ++i) {
                m_blocks.push_back(
                    register_module("stage" + std::to_string(stage + 1) + "-block" + std::to_string(i + 1),
                                    Block(in, out, i == 0 ? kStrides[stage] : 1)));
                in = out;
            }
        }
        makeHead(in, classes);
    }
    torch::Tensor features(const torch::Tensor& images) override {
        auto x = m_stem->forward(images).relu_();
        if (m_imagenetStem) x = torch::max_pool2d(x, 3, 2, 1);
        for (auto& block : m_blocks) x = block->forward(x);
        return x.mean({2, 3});
    }

private:
    bool m_imagenetStem;
    ConvNorm m_stem{nullptr};
    std::vector<Block> m_blocks;
};

} // namespace

ClassifierPtr makeResNet18(ImageGeometry input, int classes, int width, bool imagenetStem) {
    return std::make_shared<ResNet18<BasicBlock>>(input, classes, width, imagenetStem);
}

ClassifierPtr makePreactResNet18(ImageGeometry input, int classes, int width) {
    return std::make_shared<ResNet18<PreactBlock>>(input, classes, width, false);
}

} // namespace assay::learn
