// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/kept_probabilities.h"

#include "core/project/feature_store.h"

#include <algorithm>
#include <limits>

namespace assay::learn {

FeatureMatrix makeProbabilities(const RunData& data, std::size_t samples, const std::vector<Answers>& networks,
                                int epoch, bool addLogits) {
    const std::size_t classes = std::size_t(data.classes);
    const auto share = 1.0F / float(networks.size());
    FeatureMatrix matrix;
    matrix.epoch = epoch;
    matrix.dimension = classes;
    matrix.values.assign(samples * classes, std::numeric_limits<float>::quiet_NaN());
    std::vector<float> one(classes), mean(classes);
    for (std::size_t i = 0; i < data.rows(); ++i) {
        std::fill(mean.begin(), mean.end(), 0.0F);
        for (const Answers& answers : networks) {
            const auto logits = answers.row(i);
            if (addLogits) std::copy(logits.begin(), logits.end(), one.begin());
            else softmaxOf(logits, one);
            for (std::size_t k = 0; k < classes; ++k) mean[k] += one[k] * share;
        }
        const std::span<float> row(&matrix.values[data.samples[i].value * classes], classes);
        if (addLogits) softmaxOf(mean, row);
        else std::copy(mean.begin(), mean.end(), row.begin());
    }
    return matrix;
}

Status keepProbabilities(const TrainingTask& task, const RunData& data, const std::vector<Answers>& networks, int epoch,
                         bool addLogits) {
    constexpr std::size_t kMost = std::size_t(64) << 20;
    const std::size_t samples = task.dataset->size();
    if (task.checkpointFolder.empty() || samples * std::size_t(data.classes) > kMost) return {};
    return storeFeatures(task.checkpointFolder, makeProbabilities(data, samples, networks, epoch, addLogits),
                         MatrixKind::Probabilities);
}

} // namespace assay::learn
