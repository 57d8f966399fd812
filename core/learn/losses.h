// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

namespace assay::learn {

/// Losses of one sample each. What they are called, and who published them, is in loss_catalogue.h.
enum class LossKind {
    CrossEntropy,
    Focal,
    NceRatio,     ///< CE over the sum of the CE of all classes
    NceExp,       ///< 1 − exp(−CE / T)
    NflRatio,     ///< focal over the sum of the focal loss of all classes
    NflExp,       ///< 1 − exp(−focal / T)
    Mae,          ///< 1 − p_y
    MaeL1,        ///< 2 (1 − p_y), the L1 distance of one-hot and p
    MaeMean,      ///< 2 (1 − p_y) / K
    Rce,          ///< 9.21 (1 − p_y): reverse CE with ln 0 taken for ln 1e-4
    Sce,          ///< alpha CE + beta RCE
    Gce,          ///< (1 − p_y^q) / q
    TruncatedGce, ///< the same, constant where p_y ≤ k
    Ngce,         ///< (1 − p_y^q) / (K − Σ p_k^q)
    Apl,          ///< alpha active + beta passive
    LabelSmoothing,
    BootstrapSoft, ///< part of the target is p itself, with its gradient
    BootstrapHard, ///< part of the target is argmax p
};

struct LossOptions {
    LossKind kind = LossKind::CrossEntropy;
    double alpha = 0.1;                   ///< SCE: weight of CE; APL: weight of the active term
    double beta = 1;                      ///< SCE: weight of reverse CE; APL: weight of the passive term
    double q = 0.7;                       ///< GCE, NGCE
    double gamma = 2;                     ///< focal and what is made of it
    double smoothing = 0;                 ///< share of the target spread over all classes; CE and label smoothing
    double temperature = 1;               ///< T of the exponential forms
    double truncation = 0.5;              ///< k of truncated GCE
    double ownShare = 0.05;               ///< bootstrap: 1 − β, share of the target that is the network's own answer
    bool detachFocal = true;              ///< NFL, ratio: no gradient through (1 − p)^γ, as the authors' code has it
    LossKind active = LossKind::NceRatio; ///< APL
    LossKind passive = LossKind::Mae;     ///< APL
};

/// Every loss here takes logits [B, K] and given labels [B] (int64) and returns [B]; values and gradients are finite
/// for finite logits.
[[nodiscard]] torch::Tensor perSampleLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                                          const LossOptions& options);
/// −ln p_y.
[[nodiscard]] torch::Tensor crossEntropy(const torch::Tensor& logits, const torch::Tensor& labels);
/// −Σ_k t_k ln p_k for targets [B, K].
[[nodiscard]] torch::Tensor softCrossEntropy(const torch::Tensor& logits, const torch::Tensor& targets);
/// (1 − w) CE(y) + w CE(z): the label against the network's own answer z [B] or soft z [B, K] (Reed et al. 2015,
/// Arazo et al. 2019); w [B].
[[nodiscard]] torch::Tensor bootstrapLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                                          const torch::Tensor& own, const torch::Tensor& w);
/// Σ_c (1/K) ln((1/K) / h̄_c), h̄ the batch mean of the softmax: keeps a network from giving one answer to
/// everything (Arazo et al. 2019; DivideMix's penalty). A scalar.
[[nodiscard]] torch::Tensor priorRegulariser(const torch::Tensor& logits);
/// Σ_k p_k ln p_k [B], the negative entropy: added in a warm-up under asymmetric noise (Li et al. 2020).
[[nodiscard]] torch::Tensor negativeEntropy(const torch::Tensor& logits);
/// KL(p ‖ q) + KL(q ‖ p) of the softmax of two networks [B], with gradients into both (JoCoR).
[[nodiscard]] torch::Tensor symmetricDivergence(const torch::Tensor& first, const torch::Tensor& second);

/// softmax, clamped to [1e-4, 1 − 1e-4], as early-learning regularisation takes it (Liu et al., NeurIPS 2020).
[[nodiscard]] torch::Tensor elrProbabilities(const torch::Tensor& logits);
/// β t + (1 − β) p / Σp: targets [B, K] after one more visit, without gradient.
[[nodiscard]] torch::Tensor elrTargets(const torch::Tensor& targets, const torch::Tensor& probabilities, double beta);
/// ln(1 − ⟨t, p⟩) [B], below zero.
[[nodiscard]] torch::Tensor elrRegulariser(const torch::Tensor& probabilities, const torch::Tensor& targets);

} // namespace assay::learn
