// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/rng.h"

#include <span>

namespace assay::learn {

/// Steps shorter than this drown in the rounding of single precision: at the published 1e-6 the slope of a network
/// without dropout is one of rounding errors, and its direction does less harm than a random one. The limit of
/// vanishing steps, which the paper means, is met as well by this one.
inline constexpr double kLeastXi = 1e-2;

/// How the direction is sought in which a network's answer changes most (virtual adversarial training: Miyato et al.,
/// TPAMI 2018, arXiv:1704.03976).
struct AdversaryOptions {
    /// Length at which the slope is taken; in single precision never below kLeastXi.
    double xi = 1e-6;
    double epsilon = 6; ///< L2 norm of what is added to a picture, in the network's normalised pixels
    int iterations = 1; ///< power steps
};

/// Where to look: logits [B, K] of pictures [B, C, H, W].
using AnswerFn = std::function<torch::Tensor(const torch::Tensor& images)>;

struct Adversary {
    torch::Tensor perturbation; ///< [B, C, H, W], every picture's of L2 norm epsilon; without gradient
    /// KL(target ‖ answer at this distance along the direction so far) [B]: at the random start, then after each power
    /// step. Empty unless asked for, since each costs a pass.
    std::vector<torch::Tensor> divergences;
};

/// Directions of N(0, 1) in every pixel, drawn from (seed, Method, epoch, sample): [B, C, H, W] on the CPU.
[[nodiscard]] torch::Tensor drawDirections(std::uint64_t seed, std::uint32_t epoch,
                                           std::span<const std::uint32_t> samples, at::IntArrayRef pictureShape);
/// Every picture of [B, C, H, W] scaled to L2 norm 1; those of norm 0 stay.
[[nodiscard]] torch::Tensor unitLength(const torch::Tensor& directions);
/// `target` [B, K]: probabilities that the network gives the pictures themselves. A direction along which single
/// precision sees no slope at all is left as it is.
[[nodiscard]] Adversary findAdversary(const AnswerFn& answer, const torch::Tensor& images, const torch::Tensor& target,
                                      const torch::Tensor& directions, const AdversaryOptions& options,
                                      bool withDivergences = false);

} // namespace assay::learn
