// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/mixup.h"

namespace assay::learn {

/// Mixup with a weight for every row (MixMatch: Berthelot et al., NeurIPS 2019, arXiv:1905.02249).
struct RowMixup {
    torch::Tensor weight;  ///< [B] of the row itself
    torch::Tensor partner; ///< int64 [B]

    /// λ own + (1 − λ) of the partner, of values [B, ...].
    [[nodiscard]] torch::Tensor mixed(const torch::Tensor& values) const;
};

/// Whether every row has a weight of its own, as the authors' code draws them, or a batch has one, as the ports do.
enum class MixedBy { Row, Batch };

/// max(λ, 1 − λ) of λ from Beta(alpha, alpha), and a permutation; drawn from (seed, Mixup, epoch, batch).
[[nodiscard]] RowMixup drawRowMixup(const Run& run, std::size_t rows, std::size_t batch, double alpha, MixedBy by);

/// MixMatch's two losses over mixed logits and targets [B, K], of which the first `labelled` rows took the labelled
/// pictures' places.
struct MixMatchLoss {
    torch::Tensor labelled;   ///< [labelled] cross-entropy to the mixed target
    torch::Tensor unlabelled; ///< a scalar: mean over rows and classes of (p − target)²; 0 where there are none
};
[[nodiscard]] MixMatchLoss mixMatchLoss(const torch::Tensor& logits, const torch::Tensor& targets,
                                        std::int64_t labelled);

} // namespace assay::learn
