// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/losses.h"

namespace assay::learn {
namespace {

constexpr double kSmallestProbability = 1e-7;
constexpr double kElrFloor = 1e-4;
const double kLogOfZero = std::log(1e-4); ///< what ln 0 is taken for in reverse cross-entropy

torch::Tensor pick(const torch::Tensor& perClass, const torch::Tensor& labels) {
    return perClass.gather(1, labels.unsqueeze(1)).squeeze(1);
}

/// What the formulas are made of. Powers of p_y are exp(q ln p_y): exact and with a gradient wherever ln p_y is finite.
struct Terms {
    torch::Tensor logP;  ///< [B, K]
    torch::Tensor logPy; ///< [B]
    torch::Tensor labels;

    [[nodiscard]] torch::Tensor py() const { return logPy.exp(); }
    [[nodiscard]] double classes() const { return double(logP.size(1)); }
};

/// (1 − p)^γ, away from 0, where its slope has no bound for γ < 1.
torch::Tensor modulation(const torch::Tensor& logP, double gamma) {
    return torch::pow((1 - logP.exp()).clamp_min(kSmallestProbability), gamma);
}

torch::Tensor focal(const Terms& terms, double gamma) { return -modulation(terms.logPy, gamma) * terms.logPy; }

/// Safe where there is one class only and the sum is 0.
torch::Tensor ratio(const torch::Tensor& own, const torch::Tensor& sum) {
    return own / sum.clamp_min(kSmallestProbability);
}

torch::Tensor nflRatio(const Terms& terms, const LossOptions& options) {
    auto factors = modulation(terms.logP, options.gamma);
    if (options.detachFocal) factors = factors.detach();
    const auto perClass = -factors * terms.logP;
    return ratio(pick(perClass, terms.labels), perClass.sum(1));
}

torch::Tensor gce(const torch::Tensor& logPy, double q) { return -torch::expm1(q * logPy) / q; }

torch::Tensor truncatedGce(const Terms& terms, const LossOptions& options) {
    const auto constant = torch::full_like(terms.logPy, (1 - std::pow(options.truncation, options.q)) / options.q);
    return torch::where(terms.logPy > std::log(options.truncation), gce(terms.logPy, options.q), constant);
}

torch::Tensor bootstrap(const Terms& terms, const torch::Tensor& ownLoss, double share) {
    return -(1 - share) * terms.logPy + share * ownLoss;
}

torch::Tensor evaluate(LossKind kind, const Terms& terms, const LossOptions& options) {
    switch (kind) {
    case LossKind::CrossEntropy: break;
    case LossKind::Focal: return focal(terms, options.gamma);
    case LossKind::NceRatio: return ratio(-terms.logPy, -terms.logP.sum(1));
    case LossKind::NceExp: return -torch::expm1(terms.logPy / options.temperature);
    case LossKind::NflRatio: return nflRatio(terms, options);
    case LossKind::NflExp: return -torch::expm1(-focal(terms, options.gamma) / options.temperature);
    case LossKind::Mae: return 1 - terms.py();
    case LossKind::MaeL1: return 2 * (1 - terms.py());
    case LossKind::MaeMean: return 2 * (1 - terms.py()) / terms.classes();
    case LossKind::Rce: return -kLogOfZero * (1 - terms.py());
    case LossKind::Sce: return -options.alpha * terms.logPy - options.beta * kLogOfZero * (1 - terms.py());
    case LossKind::Gce: return gce(terms.logPy, options.q);
    case LossKind::TruncatedGce: return truncatedGce(terms, options);
    case LossKind::Ngce:
        return ratio(-torch::expm1(options.q * terms.logPy),
                     terms.classes() - torch::exp(options.q * terms.logP).sum(1));
    case LossKind::Apl:
        return options.alpha * evaluate(options.active, terms, options) +
               options.beta * evaluate(options.passive, terms, options);
    case LossKind::LabelSmoothing:
        return -(1 - options.smoothing) * terms.logPy - options.smoothing * terms.logP.mean(1);
    case LossKind::BootstrapSoft: return bootstrap(terms, -(terms.logP.exp() * terms.logP).sum(1), options.ownShare);
    case LossKind::BootstrapHard: return bootstrap(terms, -std::get<0>(terms.logP.max(1)), options.ownShare);
    }
    return -terms.logPy;
}

} // namespace

torch::Tensor crossEntropy(const torch::Tensor& logits, const torch::Tensor& labels) {
    return torch::nn::functional::cross_entropy(
        logits, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
}

torch::Tensor softCrossEntropy(const torch::Tensor& logits, const torch::Tensor& targets) {
    return -(targets * torch::log_softmax(logits, 1)).sum(1);
}

torch::Tensor perSampleLoss(const torch::Tensor& logits, const torch::Tensor& labels, const LossOptions& options) {
    const bool smoothed = options.smoothing > 0 && options.kind == LossKind::CrossEntropy;
    if (options.kind == LossKind::CrossEntropy && !smoothed) return crossEntropy(logits, labels);
    Terms terms;
    terms.logP = torch::log_softmax(logits, 1);
    terms.logPy = pick(terms.logP, labels);
    terms.labels = labels;
    return evaluate(smoothed ? LossKind::LabelSmoothing : options.kind, terms, options);
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

torch::Tensor negativeEntropy(const torch::Tensor& logits) {
    const auto logP = torch::log_softmax(logits, 1);
    return (logP.exp() * logP).sum(1);
}

torch::Tensor symmetricDivergence(const torch::Tensor& first, const torch::Tensor& second) {
    const auto logFirst = torch::log_softmax(first, 1), logSecond = torch::log_softmax(second, 1);
    return ((logFirst.exp() - logSecond.exp()) * (logFirst - logSecond)).sum(1);
}

torch::Tensor elrProbabilities(const torch::Tensor& logits) {
    return torch::softmax(logits, 1).clamp(kElrFloor, 1 - kElrFloor);
}

torch::Tensor elrTargets(const torch::Tensor& targets, const torch::Tensor& probabilities, double beta) {
    const auto p = probabilities.detach();
    return beta * targets + (1 - beta) * p / p.sum(1, true);
}

torch::Tensor elrRegulariser(const torch::Tensor& probabilities, const torch::Tensor& targets) {
    return torch::log((1 - (targets * probabilities).sum(1)).clamp_min(kElrFloor));
}

} // namespace assay::learn
