// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// Mixup (Zhang et al., ICLR 2018): one weight for a batch, every picture with a partner of the same batch.
struct Mixup {
    double weight = 1;     ///< λ, of the picture itself
    torch::Tensor partner; ///< int64 [B], on the device

    [[nodiscard]] torch::Tensor images(const torch::Tensor& images) const {
        return torch::lerp(images.index_select(0, partner), images, weight);
    }
    /// λ own + (1 − λ) of the partner.
    [[nodiscard]] torch::Tensor combine(const torch::Tensor& own, const torch::Tensor& ofPartner) const {
        return weight * own + (1 - weight) * ofPartner;
    }
};

/// Weight from Beta(alpha, alpha) and a permutation, drawn from (seed, Mixup, epoch, batch).
[[nodiscard]] Mixup drawMixup(const Run& run, const Batch& batch, double alpha);

} // namespace assay::learn
