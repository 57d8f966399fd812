// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/preact_resnet.h"

#include "core/learn/convolve.h"

namespace assay::learn {
namespace {

constexpr std::array<int, 4> kStrides = {1, 2, 2, 2};
constexpr int kBlocksPerStage = 2;

/// Norm and ReLU before each convolution; the shortcut's convolution sees the activated input.
class PreactBlockImpl : public torch::nn::Module {
public:
    PreactBlockImpl(int in, int out, int stride) {
        m_norm = register_module("norm", torch::nn::BatchNorm2d(in));
        m_first = register_module("first", ConvNorm(in, out, 3, stride, 1));
        m_second =
            register_module("second", torch::nn::Conv2d(torch::nn::Conv2dOptions(out, out, 3).padding(1).bias(false)));
        if (stride != 1 || in != out)
            m_shortcut = register_module(
                "shortcut", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 1).stride(stride).bias(false)));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        const auto active = m_norm->forward(x).relu_();
        auto out = m_second->forward(m_first->forward(active).relu_());
        return out + (m_shortcut.is_empty() ? x : convolve(m_shortcut, active));
    }

private:
    torch::nn::BatchNorm2d m_norm{nullptr};
    ConvNorm m_first{nullptr};
    torch::nn::Conv2d m_second{nullptr}, m_shortcut{nullptr};
};
TORCH_MODULE(PreactBlock);

/// He et al., ECCV 2016.
class PreactResNet18 : public Classifier {
public:
    PreactResNet18(ImageGeometry input, int classes, int width, bool normedStem, bool finalNorm) {
        if (normedStem) m_normedStem = register_module("stem", ConvNorm(input.channels, width, 3, 1, 1));
        else
            m_bareStem = register_module(
                "stem", torch::nn::Conv2d(torch::nn::Conv2dOptions(input.channels, width, 3).padding(1).bias(false)));
        int in = width;
        for (std::size_t stage = 0; stage < kStrides.size(); ++stage) {
            const int out = width << stage;
            for (int i = 0; i < kBlocksPerStage; ++i) {
                m_blocks.push_back(
                    register_module("stage" + std::to_string(stage + 1) + "-block" + std::to_string(i + 1),
                                    PreactBlock(in, out, i == 0 ? kStrides[stage] : 1)));
                in = out;
            }
        }
        if (finalNorm) m_finalNorm = register_module("final-norm", torch::nn::BatchNorm2d(in));
        makeHead(in, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        auto x = m_normedStem.is_empty() ? m_bareStem->forward(images) : m_normedStem->forward(images).relu_();
        for (auto& block : m_blocks) x = block->forward(x);
        if (!m_finalNorm.is_empty()) x = m_finalNorm->forward(x).relu_();
        return x;
    }

private:
    ConvNorm m_normedStem{nullptr};
    torch::nn::Conv2d m_bareStem{nullptr};
    torch::nn::BatchNorm2d m_finalNorm{nullptr};
    std::vector<PreactBlock> m_blocks;
};

} // namespace

ClassifierPtr makePreactResNet18(ImageGeometry input, int classes, int width, PreactEnds ends) {
    return std::make_shared<PreactResNet18>(input, classes, width, ends == PreactEnds::NormedStem,
                                            ends == PreactEnds::FinalNorm);
}

ClassifierPtr makeTclEncoder(ImageGeometry input, int classes, int width) {
    return std::make_shared<PreactResNet18>(input, classes, width, true, true);
}

} // namespace assay::learn
