// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/batches.h"
#include "core/learn/classifier.h"

#include "core/audit/evidence.h"
#include "core/audit/feature_matrix.h"

namespace assay::learn {

/// What a network answers for every row of a run.
struct Answers {
    int classes = 0;
    std::vector<float> logits; ///< [R, K], or of the rows that were asked for
    std::size_t dimension = 0;
    std::vector<float> features; ///< [R, dimension], what the last layer sees; empty where not asked for
    [[nodiscard]] std::span<const float> row(std::size_t i) const {
        return std::span(logits).subspan(i * std::size_t(classes), std::size_t(classes));
    }
};

/// Asked between batches; true ends the pass with Cancelled.
using StopFn = std::function<bool(std::size_t batch, std::size_t batches)>;

/// One pass over these rows, in their order, in evaluation mode, without gradients, batch norm folded; the network is
/// left in training mode. Numeric error naming the sample where an answer is not finite.
[[nodiscard]] Result<Answers> ask(Classifier& network, const RunData& data, std::vector<std::uint32_t> rows,
                                  torch::Device device, int loaders, const StopFn& stop = {},
                                  bool withFeatures = false);
/// The same for the pictures of a plan, varied as it says.
[[nodiscard]] Result<Answers> askVaried(Classifier& network, const RunData& data, BatchPlan plan, torch::Device device,
                                        int loaders, const StopFn& stop = {}, bool withFeatures = false);
/// The same for all rows.
[[nodiscard]] Result<Answers> askAll(Classifier& network, const RunData& data, torch::Device device, int loaders,
                                     const StopFn& stop, bool withFeatures = false);

/// Features of the rows of a run [R, dimension] as a row for each of `samples` samples of the data set.
[[nodiscard]] std::shared_ptr<const FeatureMatrix> makeFeatures(const RunData& data, std::size_t samples,
                                                                std::span<const float> features, std::size_t dimension,
                                                                int epoch);

/// −ln softmax(logits)_label, computed so that it is finite for finite logits.
[[nodiscard]] double lossOf(std::span<const float> logits, Label label);
/// The class of the largest logit.
[[nodiscard]] Label predictionOf(std::span<const float> logits);
/// softmax, in place of `probabilities` [K].
void softmaxOf(std::span<const float> logits, std::span<float> probabilities);
/// −Σ_k p_k ln p_k, in nats: 0 where one class has all.
[[nodiscard]] float entropyOf(std::span<const float> probabilities);
/// z_label − max of the others; 0 where there is one class only.
[[nodiscard]] float marginOf(std::span<const float> logits, Label label);

/// The record of an epoch: mean loss and margin over the networks; prediction, confidence and the column "entropy" by
/// their averaged probabilities, or by the probabilities of their averaged logits.
[[nodiscard]] Evidence makeEvidence(const RunData& data, const std::vector<Answers>& networks, int epoch,
                                    bool addLogits = false);

} // namespace assay::learn
