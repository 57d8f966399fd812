// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/losses.h"
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
    /// The same for values that are in the order of the batch.
    [[nodiscard]] torch::Tensor mixed(const torch::Tensor& values) const {
        return combine(values, values.index_select(0, partner));
    }
};

/// Weight from Beta(alpha, alpha) and a permutation, drawn from (seed, Mixup, epoch, batch).
[[nodiscard]] Mixup drawMixup(const Run& run, const Batch& batch, double alpha);
/// The same for `rows` rows that are not a batch of the loader; the picture itself gets the larger share, as MixMatch
/// has it.
[[nodiscard]] Mixup drawMixMatch(const Run& run, std::size_t rows, std::size_t batch, double alpha);

/// λ L(y_a) + (1 − λ) L(y_b) [B]: the whole loss of a mixed picture against each of its two labels, which is right for
/// any loss. `logits` of the mixed pictures, `labels` in the order of the batch.
[[nodiscard]] torch::Tensor mixedLoss(const Mixup& mix, const torch::Tensor& logits, const torch::Tensor& labels,
                                      const LossOptions& options);

/// How a pair's weight follows from how clean its two labels are (Arazo et al., ICML 2019, and a student's variants).
enum class PairWeight {
    Ratio,       ///< π = c_own / (c_own + c_partner)
    BetaReport,  ///< Beta(π, 1 − π): mean π, mostly near 0 or 1
    BetaAsCoded, ///< Beta(exp π, exp(1 − π)): one hump, pulled to one half
    Binomial,    ///< two binomial shares of 10,000 draws: π with a jitter below 0.5 %
};
/// Weight of the picture itself, in [0, 1]; one half where neither label deserves any trust.
[[nodiscard]] double drawPairWeight(PairWeight kind, double cleanOwn, double cleanPartner, CounterRng& rng);
/// Successes of n trials of probability p, exact, in O(log n) beta draws (Relles 1972).
[[nodiscard]] std::uint32_t drawBinomial(std::uint32_t n, double p, CounterRng& rng);

} // namespace assay::learn
