// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/fused_ops.h"

#include "core/learn/map_kernels.h"

namespace assay::learn {
namespace {

using kernels::MapShape;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr auto kLast = torch::MemoryFormat::ChannelsLast;

thread_local bool twiceDifferentiable = false;

bool hasKernels(const torch::Tensor& x) {
    return !twiceDifferentiable && x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && x.dim() == 4 &&
           x.numel() > 0;
}

MapShape shapeOf(const torch::Tensor& x) {
    return {std::size_t(x.size(0)), std::size_t(x.size(2)), std::size_t(x.size(3)), std::size_t(x.size(1))};
}

torch::Tensor emptyMaps(const MapShape& shape, torch::ScalarType type = torch::kFloat32) {
    return torch::empty({std::int64_t(shape.pictures), std::int64_t(shape.channels), std::int64_t(shape.height),
                         std::int64_t(shape.width)},
                        torch::TensorOptions().dtype(type).memory_format(kLast));
}

/// x scale + shift is the norm by these moments.
struct Affine {
    std::vector<float> scale, shift;
    template <class T>
    Affine(const torch::Tensor& weight, const torch::Tensor& bias, const T* mean, const T* variance, double eps)
        : scale(std::size_t(weight.numel())), shift(scale.size()) {
        const float *w = weight.data_ptr<float>(), *b = bias.data_ptr<float>();
        for (std::size_t c = 0; c < scale.size(); ++c) {
            const double factor = w[c] / std::sqrt(double(variance[c]) + eps);
            scale[c] = float(factor);
            shift[c] = float(b[c] - double(mean[c]) * factor);
        }
    }
};

torch::Tensor normRelu(const torch::Tensor& x, const Affine& affine) {
    auto out = emptyMaps(shapeOf(x));
    kernels::affineRelu(x.data_ptr<float>(), shapeOf(x), affine.scale.data(), affine.shift.data(),
                        out.data_ptr<float>());
    return out;
}

/// Batch norm by the batch's own moments and ReLU, after pooling where `pool` is set (Ioffe & Szegedy, ICML 2015).
struct PoolNormRelu : torch::autograd::Function<PoolNormRelu> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given, const torch::Tensor& weight,
                                 const torch::Tensor& bias, torch::Tensor runningMean, torch::Tensor runningVariance,
                                 double momentum, double eps, bool pool) {
        const auto input = given.contiguous(kLast);
        torch::Tensor x = input, chosen;
        if (pool) {
            const MapShape shape = shapeOf(input);
            x = emptyMaps(shape.halved());
            chosen = emptyMaps(shape.halved(), torch::kUInt8);
            kernels::halve(input.data_ptr<float>(), shape, x.data_ptr<float>(), chosen.data_ptr<std::uint8_t>());
        }
        const MapShape shape = shapeOf(x);
        const double count = double(shape.pictures * shape.cells());
        TORCH_CHECK(count > 1, "batch norm needs more than one value per channel");
        std::vector<double> mean(shape.channels), variance(shape.channels);
        kernels::moments(x.data_ptr<float>(), shape, mean.data(), variance.data());
        auto* oldMean = runningMean.data_ptr<float>();
        auto* oldVariance = runningVariance.data_ptr<float>();
        auto usedMean = torch::empty_like(weight), inverse = torch::empty_like(weight);
        for (std::size_t c = 0; c < shape.channels; ++c) {
            oldMean[c] = float((1 - momentum) * oldMean[c] + momentum * mean[c]);
            oldVariance[c] = float((1 - momentum) * oldVariance[c] + momentum * variance[c] * count / (count - 1));
            usedMean.data_ptr<float>()[c] = float(mean[c]);
            inverse.data_ptr<float>()[c] = float(1 / std::sqrt(variance[c] + eps));
        }
        auto out = normRelu(x, Affine(weight, bias, mean.data(), variance.data(), eps));
        context->save_for_backward({x, chosen, out, weight, usedMean, inverse});
        context->saved_data["height"] = input.size(2);
        context->saved_data["width"] = input.size(3);
        return out;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &chosen = saved[1], &out = saved[2], &weight = saved[3], &mean = saved[4],
                   &inverse = saved[5];
        const auto gradient = gradients[0].contiguous(kLast);
        const MapShape shape = shapeOf(x);
        std::vector<double> sum(shape.channels), dot(shape.channels);
        kernels::normGradientSums(gradient.data_ptr<float>(), out.data_ptr<float>(), x.data_ptr<float>(), shape,
                                  mean.data_ptr<float>(), inverse.data_ptr<float>(), sum.data(), dot.data());
        // w r (g − Σg/n − x̂ Σg x̂/n) with x̂ = (x − m) r, gathered by what it multiplies.
        auto ofWeight = torch::empty_like(weight), ofBias = torch::empty_like(weight);
        std::vector<float> scale(shape.channels), slope(shape.channels), offset(shape.channels);
        const double count = double(shape.pictures * shape.cells());
        for (std::size_t c = 0; c < shape.channels; ++c) {
            const double r = inverse.data_ptr<float>()[c], factor = weight.data_ptr<float>()[c] * r;
            const double tilt = -factor * r * dot[c] / count;
            ofWeight.data_ptr<float>()[c] = float(dot[c]);
            ofBias.data_ptr<float>()[c] = float(sum[c]);
            scale[c] = float(factor);
            slope[c] = float(tilt);
            offset[c] = float(-factor * sum[c] / count - tilt * double(mean.data_ptr<float>()[c]));
        }
        MapShape inShape = shape;
        inShape.height = std::size_t(context->saved_data["height"].toInt());
        inShape.width = std::size_t(context->saved_data["width"].toInt());
        auto ofInput = emptyMaps(inShape);
        if (chosen.defined())
            kernels::halvedNormGradient(gradient.data_ptr<float>(), out.data_ptr<float>(), x.data_ptr<float>(),
                                        chosen.data_ptr<std::uint8_t>(), inShape, scale.data(), slope.data(),
                                        offset.data(), ofInput.data_ptr<float>());
        else
            kernels::normGradient(gradient.data_ptr<float>(), out.data_ptr<float>(), x.data_ptr<float>(), shape,
                                  scale.data(), slope.data(), offset.data(), ofInput.data_ptr<float>());
        return {ofInput, ofWeight, ofBias, {}, {}, {}, {}, {}};
    }
};

struct GridMeans : torch::autograd::Function<GridMeans> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& given, std::int64_t grid) {
        const auto x = given.contiguous(kLast);
        context->saved_data["sizes"] = x.sizes().vec();
        context->saved_data["grid"] = grid;
        auto out = torch::empty({x.size(0), x.size(1) * grid * grid}, x.options());
        kernels::gridMean(x.data_ptr<float>(), shapeOf(x), std::size_t(grid), out.data_ptr<float>());
        return out;
    }
    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto sizes = context->saved_data["sizes"].toIntVector();
        auto ofInput = torch::empty(sizes, torch::TensorOptions().dtype(torch::kFloat32).memory_format(kLast));
        const auto gradient = gradients[0].contiguous();
        kernels::gridMeanGradient(gradient.data_ptr<float>(), shapeOf(ofInput),
                                  std::size_t(context->saved_data["grid"].toInt()), ofInput.data_ptr<float>());
        return {ofInput, {}};
    }
};

} // namespace

TwiceDifferentiable::TwiceDifferentiable() : m_before(twiceDifferentiable) { twiceDifferentiable = true; }

TwiceDifferentiable::~TwiceDifferentiable() { twiceDifferentiable = m_before; }

torch::Tensor poolNormRelu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, bool pool) {
    const bool learning = torch::GradMode::is_enabled();
    const auto momentum = norm.options.momentum();
    if (!hasKernels(x) || (norm.is_training() ? !momentum.has_value() : learning))
        return norm.forward(pool ? torch::max_pool2d(x, 2) : x).relu_();
    if (norm.is_training()) {
        norm.num_batches_tracked += 1;
        return PoolNormRelu::apply(x, norm.weight, norm.bias, norm.running_mean, norm.running_var, *momentum,
                                   norm.options.eps(), pool);
    }
    const auto input = x.contiguous(kLast);
    const Affine affine(norm.weight, norm.bias, norm.running_mean.data_ptr<float>(), norm.running_var.data_ptr<float>(),
                        norm.options.eps());
    if (!pool) return normRelu(input, affine);
    const MapShape shape = shapeOf(input);
    auto out = emptyMaps(shape.halved());
    kernels::halveAffineRelu(input.data_ptr<float>(), shape, affine.scale.data(), affine.shift.data(),
                             out.data_ptr<float>());
    return out;
}

torch::Tensor gridMeans(const torch::Tensor& x, int grid) {
    if (!hasKernels(x)) return torch::adaptive_avg_pool2d(x, {grid, grid}).flatten(1);
    return GridMeans::apply(x, grid);
}

} // namespace assay::learn
