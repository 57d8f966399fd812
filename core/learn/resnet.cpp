// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"

namespace assay::learn {
namespace {

using StageDepths = std::array<int, 4>;
constexpr StageDepths kDepths18 = {2, 2, 2, 2};
constexpr StageDepths kDepths34And50 = {3, 4, 6, 3};
constexpr int kBottleneckExpansion = 4;

/// conv-norm-ReLU-conv-norm, added to the shortcut, ReLU.
class BasicBlockImpl : public torch::nn::Module {
public:
    BasicBlockImpl(int in, int width, int stride) {
        m_first = register_module("first", ConvNorm(in, width, 3, stride, 1));
        m_second = register_module("second", ConvNorm(width, width, 3, 1, 1));
        if (stride != 1 || in != width) m_shortcut = register_module("shortcut", ConvNorm(in, width, 1, stride, 0));
    }
    static int outputs(int width) { return width; }
    torch::Tensor forward(const torch::Tensor& x) {
        auto out = m_second->forward(m_first->forward(x).relu_());
        out += m_shortcut.is_empty() ? x : m_shortcut->forward(x);
        return out.relu_();
    }

private:
    ConvNorm m_first{nullptr}, m_second{nullptr}, m_shortcut{nullptr};
};
TORCH_MODULE(BasicBlock);

/// 1×1, 3×3 (which has the stride), 1×1 to four times the width; the 3×3 in groups for ResNeXt
/// (Xie et al., CVPR 2017: 32 groups, of 4 channels in the first stage).
template <int Groups, int InnerFactor>
class BottleneckImpl : public torch::nn::Module {
public:
    BottleneckImpl(int in, int width, int stride) {
        const int inner = width * InnerFactor;
        const int out = outputs(width);
        m_first = register_module("first", ConvNorm(in, inner, 1, 1, 0));
        m_second = register_module("second", ConvNorm(inner, inner, 3, stride, 1, false, Groups));
        m_third = register_module("third", ConvNorm(inner, out, 1, 1, 0));
        if (stride != 1 || in != out) m_shortcut = register_module("shortcut", ConvNorm(in, out, 1, stride, 0));
    }
    static int outputs(int width) { return width * kBottleneckExpansion; }
    torch::Tensor forward(const torch::Tensor& x) {
        auto out = m_third->forward(m_second->forward(m_first->forward(x).relu_()).relu_());
        out += m_shortcut.is_empty() ? x : m_shortcut->forward(x);
        return out.relu_();
    }

private:
    ConvNorm m_first{nullptr}, m_second{nullptr}, m_third{nullptr}, m_shortcut{nullptr};
};
using PlainBottleneckImpl = BottleneckImpl<1, 1>;
TORCH_MODULE(PlainBottleneck);
using GroupedBottleneckImpl = BottleneckImpl<32, 2>;
TORCH_MODULE(GroupedBottleneck);

template <class Block>
class ResNet : public Classifier {
public:
    ResNet(ImageGeometry input, int classes, int width, const StageDepths& depths, Stem stem) : m_stemKind(stem) {
        const bool large = stem == Stem::LargePictures;
        m_stem = register_module("stem", large ? ConvNorm(input.channels, width, 7, 2, 3)
                                               : ConvNorm(input.channels, width, 3, 1, 1));
        int in = width;
        for (std::size_t stage = 0; stage < depths.size(); ++stage) {
            const int stageWidth = width << stage;
            for (int i = 0; i < depths[stage]; ++i) {
                m_blocks.push_back(
                    register_module("stage" + std::to_string(stage + 1) + "-block" + std::to_string(i + 1),
                                    Block(in, stageWidth, i == 0 && stage > 0 ? 2 : 1)));
                in = Block::Impl::outputs(stageWidth);
            }
        }
        makeHead(in, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        auto x = m_stem->forward(images).relu_();
        if (m_stemKind == Stem::LargePictures) x = torch::max_pool2d(x, 3, 2, 1);
        for (auto& block : m_blocks) x = block->forward(x);
        return x;
    }

private:
    Stem m_stemKind;
    ConvNorm m_stem{nullptr};
    std::vector<Block> m_blocks;
};

} // namespace

ClassifierPtr makeResNet18(ImageGeometry input, int classes, int width, Stem stem) {
    return std::make_shared<ResNet<BasicBlock>>(input, classes, width, kDepths18, stem);
}

ClassifierPtr makeResNet34(ImageGeometry input, int classes, int width, Stem stem) {
    return std::make_shared<ResNet<BasicBlock>>(input, classes, width, kDepths34And50, stem);
}

ClassifierPtr makeResNet50(ImageGeometry input, int classes, int width, Stem stem) {
    return std::make_shared<ResNet<PlainBottleneck>>(input, classes, width, kDepths34And50, stem);
}

ClassifierPtr makeResNext50(ImageGeometry input, int classes, Stem stem) {
    constexpr int kWidth = 64;
    return std::make_shared<ResNet<GroupedBottleneck>>(input, classes, kWidth, kDepths34And50, stem);
}

} // namespace assay::learn
