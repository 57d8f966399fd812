// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/loss_curves.h"

#include "core/learn/loss_catalogue.h"

namespace assay::learn {
namespace {

/// Softmax of row i gives p_i to class 0 and (1 − p_i) / (K − 1) to each of the others.
torch::Tensor logitsOf(int classes, const std::vector<double>& probabilities) {
    const auto p = torch::tensor(probabilities, torch::kFloat64);
    auto logits = torch::log((1 - p) / double(classes - 1)).unsqueeze(1).repeat({1, classes});
    logits.select(1, 0).copy_(torch::log(p));
    return logits;
}

constexpr double kElrLambda = 3; // CIFAR-10's, the default of elr and elr-plus

/// Early-learning regularisation depends on what the running target believes: one curve where that is the label, one
/// where it is another class.
struct ElrCase {
    const char *id, *help;
    int believed; ///< class of the target; the label is class 0
};
constexpr ElrCase kElrCases[] = {
    {"elr-label-believed",
     "ELR and ELR+ (methods elr, elr-plus; lambda 3) where the running target is the label: goes on pulling", 0},
    {"elr-label-doubted",
     "ELR and ELR+ (methods elr, elr-plus; lambda 3) where the running target is another class: pulls less than ce, or away",
     1},
};

std::vector<double> toVector(const torch::Tensor& values) {
    const auto flat = values.detach().contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

} // namespace

Result<std::vector<LossCurve>> sampleLossCurves(int classes, const std::vector<double>& probabilities) {
    std::vector<LossCurve> curves;
    const auto labels = torch::zeros({std::int64_t(probabilities.size())}, torch::kInt64);
    const std::vector<ParamSpec> specs = lossSettings();
    for (const LossEntry& entry : lossCatalogue()) {
        ASSAY_TRY(const ParamValues settings, completeParams(specs, {{"loss", entry.id}}));
        ASSAY_TRY(const LossOptions options, readLoss(settings));
        auto logits = logitsOf(classes, probabilities).requires_grad_(true);
        const auto loss = perSampleLoss(logits, labels, options);
        loss.sum().backward();
        curves.push_back({entry.id, entry.help, entry.citation, toVector(loss), toVector(logits.grad().select(1, 0))});
    }
    for (const ElrCase& elr : kElrCases) {
        auto logits = logitsOf(classes, probabilities).requires_grad_(true);
        const auto targets = torch::zeros_like(logits).index_fill_(1, torch::tensor({elr.believed}), 1);
        const auto loss = crossEntropy(logits, labels) + kElrLambda * elrRegulariser(elrProbabilities(logits), targets);
        loss.sum().backward();
        curves.push_back({elr.id, elr.help, "Liu et al., NeurIPS 2020, arXiv:2007.00151", toVector(loss),
                          toVector(logits.grad().select(1, 0))});
    }
    return curves;
}

} // namespace assay::learn
