// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/classifier.h"

#include <array>
#include <utility>

namespace assay::learn {

/// Linear layer, norm, ReLU, linear layer, norm: what TCL puts behind a network's features, once to compare pictures
/// and once to name their classes (Huang et al., CVPR 2023).
class TwoLayers : public FeatureModule {
public:
    TwoLayers(std::int64_t in, std::int64_t out, double dropout);
    torch::Tensor forward(const torch::Tensor& features) override;

private:
    torch::nn::Linear m_hidden{nullptr}, m_last{nullptr};
    torch::nn::BatchNorm1d m_hiddenNorm{nullptr}, m_lastNorm{nullptr};
    torch::nn::Dropout m_dropout{nullptr};
};

/// Rows of length one [N, D].
[[nodiscard]] torch::Tensor unitRows(const torch::Tensor& values);

/// NT-Xent (Chen et al., ICML 2020) of two views of the same samples, rows of length one [B, D]: the mean over all 2B
/// of −ln(exp(⟨own, other view⟩/T) / Σ over the 2B − 1 others of exp(⟨own, it⟩/T)). A scalar; 0 for B = 1.
[[nodiscard]] torch::Tensor ntXent(const torch::Tensor& first, const torch::Tensor& second, double temperature);

/// A mixture over representations whose components are the classes that a network predicts.
struct ClassMixture {
    torch::Tensor centres; ///< [K, D] of length one: Σ_i p_ik v_i, normalised
    torch::Tensor spread;  ///< [K] Σ_i p_ik |v_i − μ_k|² / Σ_i p_ik
};
/// `representations` [N, D] of length one, `probabilities` [N, K].
[[nodiscard]] ClassMixture classMixture(const torch::Tensor& representations, const torch::Tensor& probabilities);

/// γ [N, K], rows that sum to one: softmax(v·μ / T), as the authors' code has it; with `classVariance` softmax of
/// −|v − μ_k|² / (2 s_k), s_k = T spread_k / mean spread, which is the same where all classes spread alike.
[[nodiscard]] torch::Tensor classAssignments(const torch::Tensor& representations, const ClassMixture& mixture,
                                             double temperature, bool classVariance);

/// c y + (1 − c) p: labels [B], trust [B], probabilities [B, K].
[[nodiscard]] torch::Tensor trustedTargets(const torch::Tensor& labels, const torch::Tensor& trust,
                                           const torch::Tensor& probabilities);

/// Class that the `neighbours` most similar references vote for, with weights exp(similarity / T) [Q]. A query that is
/// itself a reference does not vote for itself. Representations [N, D] of length one, labels [N], indices int64.
[[nodiscard]] torch::Tensor nearestVotes(const torch::Tensor& representations, const torch::Tensor& labels,
                                         const torch::Tensor& queries, const torch::Tensor& references, int classes,
                                         std::int64_t neighbours, double temperature);

} // namespace assay::learn
