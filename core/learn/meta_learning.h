// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/rng.h"

namespace assay::learn {

/// How a step ahead is looked back on.
enum class MetaOrder {
    First, ///< the inner gradient is a constant: ∇J(θ'), no second derivatives (first-order MAML: Finn et al., ICML
           ///< 2017)
    Second ///< exact: (I − rate ∇²inner) ∇J(θ'); `inner` must have been computed under TwiceDifferentiable
};

/// Adds scale · ∇ outer(θ − rate ∇inner(θ)) to the gradients of the network's parameters θ and returns outer's value,
/// detached. `inner`: a scalar of the present θ, its graph is kept for the next call. `outer`: computes a scalar with
/// the network as it then is, at θ − rate ∇inner; the statistics of its norms are put back afterwards. No graph and no
/// copy of the weights outlives the call, so that many calls need no more memory than one.
[[nodiscard]] torch::Tensor addLookAheadGradient(torch::nn::Module& network, const torch::Tensor& inner,
                                                 const std::function<torch::Tensor()>& outer, double rate, double scale,
                                                 MetaOrder order);

/// Of each row of features [B, D] the `count` nearest others by squared Euclidean distance, nearest first, itself left
/// out: int64 [B, min(count, B − 1)] on the CPU. For rows that are no numbers, some others.
[[nodiscard]] torch::Tensor nearestNeighbours(const torch::Tensor& features, std::int64_t count);

/// `labels` [B] of which round(share B), drawn without repetition, are replaced by the label of a random one of their
/// neighbours [B, k] (MLNT: Li et al., CVPR 2019). Without neighbours nothing is replaced.
[[nodiscard]] std::vector<std::int64_t> syntheticLabels(const std::vector<std::int64_t>& labels,
                                                        const torch::Tensor& neighbours, double share, CounterRng& rng);

/// KL(target ‖ softmax(logits)) [B] for probabilities `target` [B, K], with gradient into the logits.
[[nodiscard]] torch::Tensor divergenceFrom(const torch::Tensor& target, const torch::Tensor& logits);

} // namespace assay::learn
