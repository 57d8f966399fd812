// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/co_divide.h"

#include <numeric>

namespace assay::learn {

Division divide(const std::vector<std::uint32_t>& rows, std::span<const float> clean, double threshold,
                std::size_t least) {
    std::vector<std::uint8_t> believed(rows.size(), 0);
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) count += believed[i] = double(clean[rows[i]]) > threshold;
    if (count < least) {
        std::vector<std::size_t> order(rows.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return clean[rows[a]] > clean[rows[b]]; });
        std::fill(believed.begin(), believed.end(), std::uint8_t(0));
        for (std::size_t i = 0; i < std::min(least, order.size()); ++i) believed[order[i]] = 1;
    }
    Division division;
    for (std::size_t i = 0; i < rows.size(); ++i)
        (believed[i] ? division.labelled : division.unlabelled).push_back(rows[i]);
    return division;
}

torch::Tensor sharpen(const torch::Tensor& probabilities, double temperature) {
    // Relative to the largest, so that no row underflows to nothing at a low temperature.
    const auto relative = probabilities / std::get<0>(probabilities.max(1, true)).clamp_min(1e-30);
    const auto raised = torch::pow(relative, 1 / temperature);
    return raised / raised.sum(1, true).clamp_min(1e-30);
}

torch::Tensor refineLabels(const torch::Tensor& labels, const torch::Tensor& clean, const torch::Tensor& meanAnswer,
                           double temperature) {
    const auto oneHot = torch::one_hot(labels, meanAnswer.size(1)).to(meanAnswer.scalar_type());
    const auto w = clean.unsqueeze(1);
    return sharpen(w * oneHot + (1 - w) * meanAnswer, temperature);
}

torch::Tensor guessLabels(const std::vector<torch::Tensor>& answers, double temperature) {
    return sharpen(torch::stack(answers).mean(0), temperature);
}

} // namespace assay::learn
