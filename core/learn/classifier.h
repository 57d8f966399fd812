// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/result.h"
#include "core/data/image.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::learn {

/// A convolution and the batch norm that follows it. In evaluation mode the norm may be folded into the
/// convolution's weights, which saves a pass over the activations.
class ConvNormImpl : public torch::nn::Module {
public:
    ConvNormImpl(int in, int out, int kernel, int stride, int padding, bool bias = false, int groups = 1);
    torch::Tensor forward(const torch::Tensor& x);
    /// Computes the folded weights from the present ones; valid until unfold().
    void fold();
    void unfold();

private:
    int m_stride, m_padding, m_groups;
    torch::nn::Conv2d m_conv{nullptr};
    torch::nn::BatchNorm2d m_norm{nullptr};
    torch::Tensor m_foldedWeight, m_foldedBias;
};
TORCH_MODULE(ConvNorm);

/// What a method puts behind a network's features: [B, D] to [B, anything].
class FeatureModule : public torch::nn::Module {
public:
    virtual torch::Tensor forward(const torch::Tensor& features) = 0;
};

/// What a method puts between a network's convolutions and their pooling: [B, C, h, w] to the same shape.
class MapModule : public torch::nn::Module {
public:
    virtual torch::Tensor forward(const torch::Tensor& map) = 0;
};

/// A network that sorts pictures into classes. Input: float [B, C, H, W], channels last; output: logits [B, K].
class Classifier : public torch::nn::Module {
public:
    /// What the last layer sees: [B, D].
    torch::Tensor features(const torch::Tensor& images) {
        const auto x = map(images);
        return pool(m_onMap ? m_onMap->forward(x) : x);
    }
    /// The last convolution's output [B, C, h, w].
    virtual torch::Tensor map(const torch::Tensor& images) = 0;
    /// Features [B, D] of that output: its mean over all places, unless a network says otherwise.
    virtual torch::Tensor pool(const torch::Tensor& map) { return map.mean({2, 3}); }
    torch::Tensor forward(const torch::Tensor& images) { return answer(features(images)); }
    /// The last layer alone: logits [B, K] of features [B, D].
    torch::Tensor answer(const torch::Tensor& features) {
        return m_ownHead ? m_ownHead->forward(features) : m_head->forward(features);
    }
    /// D.
    [[nodiscard]] std::int64_t featureCount() const { return m_head->options.in_features(); }
    /// Puts a method's own module in the place of the last layer, or beside it. Called before the optimiser is made;
    /// their tensors are part of the network's from then on.
    void replaceHead(std::shared_ptr<FeatureModule> head);
    void addBranch(const std::string& name, std::shared_ptr<FeatureModule> branch);
    void putOnMap(const std::string& name, std::shared_ptr<MapModule> module);
    [[nodiscard]] MapModule* onMap() const { return m_onMap.get(); }
    /// C of the map, found by asking for it.
    [[nodiscard]] std::int64_t mapChannels();
    void setInput(ImageGeometry input) { m_input = input; }
    /// Folds every ConvNorm for a pass without gradients in evaluation mode.
    void fold();
    void unfold();
    /// From now on only the last layer and what a method added learn: the others get no gradient, and their norms keep
    /// their statistics.
    void freezeAllButHead();
    void train(bool on = true) override;
    /// Whether a parameter of this name is the last layer's.
    [[nodiscard]] static bool isHead(std::string_view name) { return name.starts_with(kHead); }

protected:
    static constexpr std::string_view kHead = "head.";
    void makeHead(int features, int classes);
    torch::nn::Linear m_head{nullptr};

private:
    std::shared_ptr<FeatureModule> m_ownHead;
    std::shared_ptr<MapModule> m_onMap;
    std::vector<std::shared_ptr<torch::nn::Module>> m_added;
    ImageGeometry m_input;
    bool m_frozen = false;
};
using ClassifierPtr = std::shared_ptr<Classifier>;

/// Where a residual network's first layer looks: 3×3 with stride 1 for small pictures, or 7×7 with stride 2 and a
/// pooling behind it for large ones.
enum class Stem { SmallPictures, LargePictures };

/// The three forms in use of a pre-activation ResNet's ends (He et al., ECCV 2016).
enum class PreactEnds {
    NormedStem, ///< norm and ReLU behind the first convolution, none before the pooling: mixup, M-DYR-H, DivideMix
    BareStem,   ///< neither
    FinalNorm   ///< norm and ReLU before the pooling only: as the paper has it
};

/// Each builds its network for pictures of this geometry with LibTorch's default weights, or the paper's where it
/// names others; `width` is the number of channels of the first stage.
[[nodiscard]] ClassifierPtr makeCnnSmall(ImageGeometry input, int classes, int width);
[[nodiscard]] ClassifierPtr makeCnnNine(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeCnnSeven(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeCnnEight(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeCnnFour(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeConvLarge(ImageGeometry input, int classes);
[[nodiscard]] ClassifierPtr makeResNet18(ImageGeometry input, int classes, int width, Stem stem);
[[nodiscard]] ClassifierPtr makeResNet34(ImageGeometry input, int classes, int width, Stem stem);
[[nodiscard]] ClassifierPtr makeResNet50(ImageGeometry input, int classes, int width, Stem stem);
[[nodiscard]] ClassifierPtr makeResNext50(ImageGeometry input, int classes, Stem stem);
[[nodiscard]] ClassifierPtr makePreactResNet18(ImageGeometry input, int classes, int width, PreactEnds ends);
[[nodiscard]] ClassifierPtr makeWideResNet28(ImageGeometry input, int classes, int widening);

} // namespace assay::learn
