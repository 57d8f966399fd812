// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/meta_learning.h"

#include "core/learn/replaced_tensors.h"

#include <numeric>

namespace assay::learn {
torch::Tensor addLookAheadGradient(torch::nn::Module& network, const torch::Tensor& inner,
                                   const std::function<torch::Tensor()>& outer, double rate, double scale,
                                   MetaOrder order) {
    const bool exact = order == MetaOrder::Second;
    std::vector<torch::Tensor> parameters;
    for (const auto& parameter : network.parameters())
        if (parameter.requires_grad()) parameters.push_back(parameter);
    const auto slope = torch::autograd::grad({inner}, parameters, {}, true, exact, true);
    torch::Tensor value;
    std::vector<torch::Tensor> total;
    {
        ReplacedTensors there;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (slope[i].defined()) there.replace(parameters[i], parameters[i].detach() - rate * slope[i].detach());
        for (const auto& buffer : network.buffers()) there.replace(buffer, buffer.clone());
        value = outer();
        total = torch::autograd::grad({value}, parameters, {}, false, false, true);
    }
    if (exact) {
        // ∇²inner · total, as the gradient of their product.
        std::vector<torch::Tensor> slopes, directions;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (!slope[i].defined() || !slope[i].requires_grad() || !total[i].defined()) continue;
            slopes.push_back(slope[i]);
            directions.push_back(total[i]);
        }
        if (!slopes.empty()) {
            const auto bent = torch::autograd::grad(slopes, parameters, directions, true, false, true);
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                if (!bent[i].defined()) continue;
                total[i] = total[i].defined() ? total[i] - rate * bent[i] : -rate * bent[i];
            }
        }
    }
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!total[i].defined()) continue;
        auto& gradient = parameters[i].mutable_grad();
        if (gradient.defined()) gradient.add_(total[i], scale);
        else gradient = total[i] * scale;
    }
    return value.detach();
}

torch::Tensor nearestNeighbours(const torch::Tensor& features, std::int64_t count) {
    const torch::NoGradGuard noGrad;
    const std::int64_t rows = features.size(0);
    count = std::min(count, rows - 1);
    if (count <= 0) return torch::empty({rows, 0}, torch::kInt64);
    const auto norms = features.square().sum(1);
    auto distances = norms.unsqueeze(0) + norms.unsqueeze(1) - 2 * features.matmul(features.t());
    distances = torch::nan_to_num(distances, std::numeric_limits<float>::max());
    distances.fill_diagonal_(std::numeric_limits<float>::infinity());
    return std::get<1>(distances.topk(count, 1, false, true)).to(torch::kCPU).contiguous();
}

std::vector<std::int64_t> syntheticLabels(const std::vector<std::int64_t>& labels, const torch::Tensor& neighbours,
                                          double share, CounterRng& rng) {
    std::vector<std::int64_t> changed = labels;
    const std::size_t count = labels.size();
    const auto nearest = std::size_t(neighbours.size(1));
    if (nearest == 0) return changed;
    const auto* at = neighbours.data_ptr<std::int64_t>();
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t(0));
    const auto replaced = std::min(count, std::size_t(std::lround(share * double(count))));
    for (std::size_t i = 0; i < replaced; ++i) {
        std::swap(order[i], order[i + rng.below(std::uint32_t(count - i))]);
        changed[order[i]] = labels[std::size_t(at[order[i] * nearest + rng.below(std::uint32_t(nearest))])];
    }
    return changed;
}

torch::Tensor divergenceFrom(const torch::Tensor& target, const torch::Tensor& logits) {
    return (torch::xlogy(target, target) - target * torch::log_softmax(logits, 1)).sum(1);
}

} // namespace assay::learn
