// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"

namespace assay::learn {
namespace {

/// A stack of 3×3 convolutions with bias, norm and ReLU, halved where `halveAfter` says, and perhaps a hidden layer
/// with norm and ReLU before the head.
struct PlainStack {
    std::vector<int> widths;
    std::vector<bool> halveAfter;
    int hidden = 0; ///< 0: none
};

class PlainCnn : public Classifier {
public:
    PlainCnn(ImageGeometry input, int classes, const PlainStack& stack) {
        int in = input.channels;
        int height = input.height, width = input.width;
        for (std::size_t i = 0; i < stack.widths.size(); ++i) {
            m_layers.push_back(
                register_module("layer" + std::to_string(i + 1), ConvNorm(in, stack.widths[i], 3, 1, 1, true)));
            in = stack.widths[i];
            m_halve.push_back(stack.halveAfter[i] && height > 1 && width > 1);
            if (m_halve.back()) height /= 2, width /= 2;
        }
        int outputs = in * height * width;
        if (stack.hidden > 0) {
            m_hidden = register_module("hidden", torch::nn::Linear(outputs, stack.hidden));
            m_hiddenNorm = register_module("hidden-norm", torch::nn::BatchNorm1d(stack.hidden));
            outputs = stack.hidden;
        }
        makeHead(outputs, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        auto x = images;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            x = m_layers[i]->forward(x).relu_();
            if (m_halve[i]) x = torch::max_pool2d(x, 2);
        }
        return x;
    }
    torch::Tensor pool(const torch::Tensor& map) override {
        const auto x = map.flatten(1);
        return m_hidden.is_empty() ? x : m_hiddenNorm->forward(m_hidden->forward(x)).relu_();
    }

private:
    std::vector<ConvNorm> m_layers;
    std::vector<bool> m_halve;
    torch::nn::Linear m_hidden{nullptr};
    torch::nn::BatchNorm1d m_hiddenNorm{nullptr};
};

/// Conv-Large of VAT (Miyato et al., TPAMI 2019): leaky ReLU, dropout behind each pooling.
class ConvLarge : public Classifier {
public:
    ConvLarge(ImageGeometry input, int classes) {
        constexpr std::array<int, 9> kWidths = {128, 128, 128, 256, 256, 256, 512, 256, 128};
        constexpr std::array<int, 9> kKernels = {3, 3, 3, 3, 3, 3, 3, 1, 1};
        int in = input.channels;
        int side = std::min(input.width, input.height);
        for (std::size_t i = 0; i < kWidths.size(); ++i) {
            const bool padded = kKernels[i] == 3 && (i < kUnpadded || side < 3);
            m_layers.push_back(register_module("layer" + std::to_string(i + 1),
                                               ConvNorm(in, kWidths[i], kKernels[i], 1, padded ? 1 : 0, true)));
            m_halve.push_back((i == 2 || i == 5) && side > 1);
            if (m_halve.back()) side /= 2;
            in = kWidths[i];
        }
        m_dropout = register_module("dropout", torch::nn::Dropout(0.5));
        makeHead(in, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        auto x = images;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            x = m_layers[i]->forward(x);
            torch::leaky_relu_(x, 0.1);
            if (m_halve[i]) x = m_dropout->forward(torch::max_pool2d(x, 2));
        }
        return x;
    }

private:
    static constexpr std::size_t kUnpadded = 6; ///< the layer whose 3×3 sees no border
    std::vector<ConvNorm> m_layers;
    std::vector<bool> m_halve;
    torch::nn::Dropout m_dropout{nullptr};
};

} // namespace

ClassifierPtr makeCnnSeven(ImageGeometry input, int classes) {
    return std::make_shared<PlainCnn>(
        input, classes, PlainStack{{64, 64, 128, 128, 196, 16}, {false, true, false, true, false, true}, 0});
}

ClassifierPtr makeCnnEight(ImageGeometry input, int classes) {
    return std::make_shared<PlainCnn>(
        input, classes, PlainStack{{64, 64, 128, 128, 196, 196}, {false, true, false, true, false, true}, 256});
}

ClassifierPtr makeCnnFour(ImageGeometry input, int classes) {
    return std::make_shared<PlainCnn>(input, classes, PlainStack{{32, 64}, {true, true}, 128});
}

ClassifierPtr makeConvLarge(ImageGeometry input, int classes) { return std::make_shared<ConvLarge>(input, classes); }

} // namespace assay::learn
