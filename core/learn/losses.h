// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/torch_headers.h"

#include "core/base/params.h"
#include "core/base/result.h"

namespace assay::learn {

/// Losses of one sample each; every function takes logits [B, K] and given labels [B] (int64), and returns [B].
/// All are finite for finite logits.
enum class LossKind { CrossEntropy, Focal, Nce, Mae, Gce, Sce };

struct LossOptions {
    LossKind kind = LossKind::CrossEntropy;
    double alpha = 0.1;    ///< SCE: weight of CE (Wang et al., ICCV 2019)
    double beta = 1;       ///< SCE: weight of reverse CE
    double q = 0.7;        ///< GCE (Zhang & Sabuncu, NeurIPS 2018)
    double gamma = 2;      ///< focal (Lin et al., ICCV 2017)
    double smoothing = 0;  ///< label smoothing, CE only (Szegedy et al., CVPR 2016)
};

[[nodiscard]] Result<LossKind> parseLossKind(const std::string& id); ///< "ce", "sce", "gce", "mae", "nce", "focal"

[[nodiscard]] torch::Tensor perSampleLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                                          const LossOptions& options);
/// −ln p_y.
[[nodiscard]] torch::Tensor crossEntropy(const torch::Tensor& logits, const torch::Tensor& labels);
/// −Σ_k t_k ln p_k for targets [B, K].
[[nodiscard]] torch::Tensor softCrossEntropy(const torch::Tensor& logits, const torch::Tensor& targets);
/// (1 − w) CE(y) + w CE(z): the label against the network's own answer z [B] or soft z [B, K] (Reed et al. 2015,
/// Arazo et al. 2019); w [B].
[[nodiscard]] torch::Tensor bootstrapLoss(const torch::Tensor& logits, const torch::Tensor& labels,
                                          const torch::Tensor& own, const torch::Tensor& w);
/// Σ_c (1/K) ln((1/K) / h̄_c), h̄ the batch mean of the softmax: keeps a network from giving one answer to
/// everything (Arazo et al. 2019). A scalar.
[[nodiscard]] torch::Tensor priorRegulariser(const torch::Tensor& logits);

} // namespace assay::learn
