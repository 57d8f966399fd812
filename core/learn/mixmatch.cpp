// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/mixmatch.h"

namespace assay::learn {
namespace {

constexpr std::uint32_t kRowDraws = 1U << 31U; ///< apart from the draws of whole batches

} // namespace

torch::Tensor RowMixup::mixed(const torch::Tensor& values) const {
    std::vector<std::int64_t> shape(std::size_t(values.dim()), 1);
    shape[0] = values.size(0);
    return torch::lerp(values.index_select(0, partner), values, weight.to(values.scalar_type()).view(shape));
}

RowMixup drawRowMixup(const Run& run, std::size_t rows, std::size_t batch, double alpha, MixedBy by) {
    const Mixup whole = drawMixMatch(run, rows, batch, alpha);
    auto weight = torch::full({std::int64_t(rows)}, whole.weight, torch::kFloat32);
    if (by == MixedBy::Row) {
        CounterRng rng(run.seed(), RngPurpose::Mixup, std::uint32_t(run.epoch), kRowDraws + std::uint32_t(batch));
        for (std::size_t i = 0; i < rows; ++i) {
            const double lambda = rng.beta(alpha, alpha);
            weight.data_ptr<float>()[i] = float(std::max(lambda, 1 - lambda));
        }
    }
    return {weight.to(run.device), whole.partner};
}

MixMatchLoss mixMatchLoss(const torch::Tensor& logits, const torch::Tensor& targets, std::int64_t labelled) {
    MixMatchLoss loss;
    loss.labelled = softCrossEntropy(logits.slice(0, 0, labelled), targets.slice(0, 0, labelled));
    const auto rest = logits.slice(0, labelled);
    loss.unlabelled = rest.size(0) > 0 ? (torch::softmax(rest, 1) - targets.slice(0, labelled)).square().mean()
                                       : torch::zeros({}, logits.options());
    return loss;
}

} // namespace assay::learn
