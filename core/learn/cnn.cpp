// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/classifier.h"
#include "core/learn/fused_ops.h"

namespace assay::learn {
namespace {

bool canBeHalved(const torch::Tensor& x) { return x.size(2) > 1 && x.size(3) > 1; }

/// Halves the picture where it is large enough to be halved.
torch::Tensor halve(const torch::Tensor& x) { return canBeHalved(x) ? torch::max_pool2d(x, 2) : x; }

/// Three 3×3 convolutions of width, 2 width, 4 width and a hidden layer, made for a CPU: pooling comes before norm and
/// ReLU, so that these touch a quarter of the numbers.
class CnnSmall : public Classifier {
public:
    CnnSmall(ImageGeometry input, int classes, int width) {
        int in = input.channels;
        for (std::size_t i = 0; i < 3; ++i) {
            const int out = width << i;
            const std::string number = std::to_string(i + 1);
            m_convs[i] = register_module(
                "conv" + number, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1).bias(false)));
            m_norms[i] = register_module("norm" + number, torch::nn::BatchNorm2d(out));
            in = out;
        }
        m_hidden = register_module("hidden", torch::nn::Linear(in * kGrid * kGrid, in));
        makeHead(in, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        torch::Tensor x = images;
        for (std::size_t i = 0; i < 3; ++i) {
            x = m_convs[i]->forward(x);
            x = poolNormRelu(x, *m_norms[i], i < 2 && canBeHalved(x));
        }
        return x;
    }
    torch::Tensor pool(const torch::Tensor& map) override { return m_hidden->forward(gridMeans(map, kGrid)).relu_(); }

private:
    static constexpr int kGrid = 3; ///< cells a side that the hidden layer sees, whatever the picture's size
    torch::nn::Linear m_hidden{nullptr};
    std::array<torch::nn::Conv2d, 3> m_convs{nullptr, nullptr, nullptr};
    std::array<torch::nn::BatchNorm2d, 3> m_norms{nullptr, nullptr, nullptr};
};

/// The network of Co-Teaching (Han et al., NeurIPS 2018). Its last three convolutions are not padded; where a
/// picture is too small for one of them, that one is. Dropout is off in evaluation mode.
class CnnNine : public Classifier {
public:
    CnnNine(ImageGeometry input, int classes) {
        constexpr std::array<int, 9> kWidths = {128, 128, 128, 256, 256, 256, 512, 256, 128};
        int in = input.channels;
        int side = std::min(input.width, input.height);
        for (std::size_t i = 0; i < kWidths.size(); ++i) {
            const bool padded = i < 6 || side < 3;
            m_layers.push_back(
                register_module("layer" + std::to_string(i + 1), ConvNorm(in, kWidths[i], 3, 1, padded ? 1 : 0, true)));
            if (i == 2 || i == 5) side = std::max(1, side / 2);
            if (!padded) side -= 2;
            in = kWidths[i];
        }
        m_dropout = register_module("dropout", torch::nn::Dropout2d(0.25));
        makeHead(in, classes);
    }
    torch::Tensor map(const torch::Tensor& images) override {
        torch::Tensor x = images;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            x = m_layers[i]->forward(x);
            torch::leaky_relu_(x, 0.01);
            if (i == 2 || i == 5) x = m_dropout->forward(halve(x));
        }
        return x;
    }

private:
    std::vector<ConvNorm> m_layers;
    torch::nn::Dropout2d m_dropout{nullptr};
};

} // namespace

ClassifierPtr makeCnnSmall(ImageGeometry input, int classes, int width) {
    return std::make_shared<CnnSmall>(input, classes, width);
}

ClassifierPtr makeCnnNine(ImageGeometry input, int classes) { return std::make_shared<CnnNine>(input, classes); }

} // namespace assay::learn
