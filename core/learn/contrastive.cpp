// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/contrastive.h"

namespace assay::learn {
namespace {

constexpr double kSmallestLength = 1e-12;
constexpr double kSmallestSpread = 1e-3; ///< of the mean spread
constexpr std::int64_t kQueriesAtOnce = 256;

} // namespace

TwoLayers::TwoLayers(std::int64_t in, std::int64_t out, double dropout) {
    m_hidden = register_module("hidden", torch::nn::Linear(torch::nn::LinearOptions(in, in).bias(false)));
    m_hiddenNorm = register_module("hidden-norm", torch::nn::BatchNorm1d(in));
    m_dropout = register_module("dropout", torch::nn::Dropout(dropout));
    m_last = register_module("last", torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false)));
    m_lastNorm = register_module("last-norm", torch::nn::BatchNorm1d(out));
}

torch::Tensor TwoLayers::forward(const torch::Tensor& features) {
    const auto hidden = torch::relu(m_hiddenNorm->forward(m_hidden->forward(features)));
    return m_lastNorm->forward(m_last->forward(m_dropout->forward(hidden)));
}

torch::Tensor unitRows(const torch::Tensor& values) {
    return values / values.norm(2, 1, true).clamp_min(kSmallestLength);
}

torch::Tensor ntXent(const torch::Tensor& first, const torch::Tensor& second, double temperature) {
    const std::int64_t count = first.size(0);
    const auto all = torch::cat({first, second});
    const auto itself = torch::eye(2 * count, torch::TensorOptions().dtype(torch::kBool).device(all.device()));
    const auto similarity =
        (torch::matmul(all, all.t()) / temperature).masked_fill(itself, -std::numeric_limits<float>::infinity());
    const auto positions = torch::arange(2 * count, torch::TensorOptions().dtype(torch::kInt64).device(all.device()));
    return torch::cross_entropy_loss(similarity, (positions + count).remainder(2 * count));
}

ClassMixture classMixture(const torch::Tensor& representations, const torch::Tensor& probabilities) {
    ClassMixture mixture;
    mixture.centres = unitRows(torch::matmul(probabilities.t(), representations));
    const auto apart = torch::cdist(representations, mixture.centres).square();
    mixture.spread = (probabilities * apart).sum(0) / probabilities.sum(0).clamp_min(kSmallestLength);
    return mixture;
}

torch::Tensor classAssignments(const torch::Tensor& representations, const ClassMixture& mixture, double temperature,
                               bool classVariance) {
    if (!classVariance) return torch::softmax(torch::matmul(representations, mixture.centres.t()) / temperature, 1);
    const auto relative = mixture.spread / mixture.spread.mean().clamp_min(kSmallestLength);
    const auto apart = torch::cdist(representations, mixture.centres).square();
    return torch::softmax(-apart / (2 * temperature * relative.clamp_min(kSmallestSpread)), 1);
}

torch::Tensor trustedTargets(const torch::Tensor& labels, const torch::Tensor& trust,
                             const torch::Tensor& probabilities) {
    const auto own = torch::one_hot(labels, probabilities.size(1)).to(probabilities.scalar_type());
    return torch::lerp(probabilities, own, trust.unsqueeze(1));
}

torch::Tensor nearestVotes(const torch::Tensor& representations, const torch::Tensor& labels,
                           const torch::Tensor& queries, const torch::Tensor& references, int classes,
                           std::int64_t neighbours, double temperature) {
    const torch::NoGradGuard noGrad;
    const auto known = representations.index_select(0, references);
    const auto knownLabels = labels.index_select(0, references);
    std::vector<torch::Tensor> chosen;
    for (const auto& some : queries.split(kQueriesAtOnce)) {
        auto similarity = torch::matmul(representations.index_select(0, some), known.t());
        similarity.masked_fill_(some.unsqueeze(1) == references.unsqueeze(0), -std::numeric_limits<float>::infinity());
        const auto [nearest, where] = similarity.topk(std::min(neighbours, known.size(0)), 1);
        auto votes = torch::zeros({some.size(0), classes}, nearest.options());
        votes.scatter_add_(1, knownLabels.index_select(0, where.flatten()).view_as(where),
                           torch::exp(nearest / temperature));
        chosen.push_back(votes.argmax(1));
    }
    return torch::cat(chosen);
}

} // namespace assay::learn
