// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"

namespace assay::learn {
namespace {

constexpr double kSmallestProbability = 1e-7;
const double kLogOfZero = std::log(1e-4); ///< what ln 0 is taken for in reverse cross-entropy

torch::Tensor pick(const torch::Tensor& perClass, const torch::Tensor& labels) {
    return perClass.gather(1, labels.unsqueeze(1)).squeeze(1);
}

} // namespace

Result<LossKind> parseLossKind(const std::string& id) {
    if (id == "ce") return LossKind::CrossEntropy;
    if (id == "focal") return LossKind::Focal;
    if (id == "nce") return LossKind::Nce;
    if (id == "mae") return LossKind::Mae;
    if (id == "gce") return LossKind::Gce;
    if (id == "sce") return LossKind::Sce;
    return fail(ErrorCode::InvalidArgument, "there is no such loss; choose ce, sce, gce, mae, nce or focal", id);
}

torch::Tensor crossEntropy(const torch::Tensor& logits, const torch::Tensor& labels) {
    return torch::nn::functional::cross_entropy(
        logits, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
}

torch::Tensor softCrossEntropy(const torch::Tensor& logits, const torch::Tensor& targets) {
    return -(targets * torch::log_softmax(logits, 1)).sum(1);
}

torch::Tensor perSampleLoss(const torch::Tensor& logits, const torch::Tensor& labels, const LossOptions& options) {
    if (options.kind == LossKind::CrossEntropy) {
        const auto plain = crossEntropy(logits, labels);
        if (options.smoothing <= 0) return plain;
        return (1 - options.smoothing) * plain - options.smoothing * torch::log_softmax(logits, 1).mean(1);
    }
    const auto logP = torch::log_softmax(logits, 1);
    const auto logPy = pick(logP, labels);
    const auto py = logPy.exp();
    switch (options.kind) {
    case LossKind::Focal: return -torch::pow((1 - py).clamp_min(kSmallestProbability), options.gamma) * logPy;
    case LossKind::Nce: return logPy / logP.sum(1);
    case LossKind::Mae: return 1 - py;
    case LossKind::Gce:
        return (1 - torch::pow(py.clamp(kSmallestProbability, 1.0), options.q)) / options.q;
    case LossKind::Sce: return -options.alpha * logPy - options.beta * kLogOfZero * (1 - py);
    case LossKind::CrossEntropy: break;
    }
    return -logPy;
}

torch::Tensor bootstrapLoss(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& own,
                            const torch::Tensor& w) {
    const auto logP = torch::log_softmax(logits, 1);
    const auto ownLoss = own.dim() == 2 ? -(own * logP).sum(1) : -pick(logP, own);
    return -(1 - w) * pick(logP, labels) + w * ownLoss;
}

torch::Tensor priorRegulariser(const torch::Tensor& logits) {
    const double prior = 1.0 / double(logits.size(1));
    const auto mean = torch::softmax(logits, 1).mean(0).clamp_min(kSmallestProbability);
    return (prior * (std::log(prior) - mean.log())).sum();
}

} // namespace assay::learn
