// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include <span>

namespace assay::learn {

/// Training rows as those whose label is believed and the rest (DivideMix: Li et al., ICLR 2020). Each in the order
/// given.
struct Division {
    std::vector<std::uint32_t> labelled, unlabelled;
};
/// `clean` [R]: probability that a row's label is right. Labelled: above `threshold`; where these are fewer than
/// `least`, the `least` most probable ones (ties by order).
[[nodiscard]] Division divide(const std::vector<std::uint32_t>& rows, std::span<const float> clean, double threshold,
                              std::size_t least);

/// p^(1/T) / Σ for rows of probabilities [B, K].
[[nodiscard]] torch::Tensor sharpen(const torch::Tensor& probabilities, double temperature);
/// Co-refinement: sharpen(w y + (1 − w) p̄); labels [B], w [B] the probability of being clean, p̄ [B, K].
[[nodiscard]] torch::Tensor refineLabels(const torch::Tensor& labels, const torch::Tensor& clean,
                                         const torch::Tensor& meanAnswer, double temperature);
/// Co-guessing: the sharpened mean of several answers [B, K].
[[nodiscard]] torch::Tensor guessLabels(const std::vector<torch::Tensor>& answers, double temperature);

} // namespace assay::learn
