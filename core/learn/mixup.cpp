// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mixup.h"

#include <numeric>

namespace assay::learn {
namespace {

constexpr std::uint32_t kBinomialTrials = 10000;
constexpr std::uint32_t kFewTrials = 16;

Mixup draw(const Run& run, std::size_t rows, std::size_t batch, double alpha) {
    CounterRng rng(run.seed(), RngPurpose::Mixup, std::uint32_t(run.epoch), std::uint32_t(batch));
    Mixup mix;
    mix.weight = rng.beta(alpha, alpha);
    std::vector<std::int64_t> order(rows);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(std::uint32_t(i))]);
    mix.partner = torch::tensor(order, torch::kInt64).to(run.device);
    return mix;
}

} // namespace

Mixup drawMixup(const Run& run, const Batch& batch, double alpha) {
    return draw(run, batch.rows.size(), batch.number, alpha);
}

Mixup drawMixMatch(const Run& run, std::size_t rows, std::size_t batch, double alpha) {
    Mixup mix = draw(run, rows, batch, alpha);
    mix.weight = std::max(mix.weight, 1 - mix.weight);
    return mix;
}

torch::Tensor mixedLoss(const Mixup& mix, const torch::Tensor& logits, const torch::Tensor& labels,
                        const LossOptions& options) {
    return mix.combine(perSampleLoss(logits, labels, options),
                       perSampleLoss(logits, labels.index_select(0, mix.partner), options));
}

double drawPairWeight(PairWeight kind, double cleanOwn, double cleanPartner, CounterRng& rng) {
    const double sum = cleanOwn + cleanPartner;
    const double share = sum > 0 ? cleanOwn / sum : 0.5;
    switch (kind) {
    case PairWeight::Ratio: return share;
    case PairWeight::BetaReport:
        if (share <= 0 || share >= 1) return share;
        return rng.beta(share, 1 - share);
    case PairWeight::BetaAsCoded: return rng.beta(std::exp(share), std::exp(1 - share));
    case PairWeight::Binomial: {
        const double own = drawBinomial(kBinomialTrials, share, rng);
        const double other = drawBinomial(kBinomialTrials, 1 - share, rng);
        return own + other > 0 ? own / (own + other) : 0.5;
    }
    }
    return share;
}

std::uint32_t drawBinomial(std::uint32_t n, double p, CounterRng& rng) {
    std::uint32_t successes = 0;
    p = std::clamp(p, 0.0, 1.0);
    // The median order statistic of n uniforms tells at once on which side of p half of them lie.
    while (n > kFewTrials) {
        const std::uint32_t middle = (n + 1) / 2;
        const double x = rng.beta(double(middle), double(n + 1 - middle));
        if (x <= p) {
            successes += middle;
            n -= middle;
            p = x < 1 ? std::clamp((p - x) / (1 - x), 0.0, 1.0) : 0.0;
        } else {
            n = middle - 1;
            p = std::clamp(p / x, 0.0, 1.0);
        }
    }
    for (std::uint32_t i = 0; i < n; ++i) successes += rng.uniform() < p;
    return successes;
}

} // namespace assay::learn
