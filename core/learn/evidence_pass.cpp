// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/evidence_pass.h"

#include <cstring>
#include <numeric>

namespace assay::learn {
namespace {

constexpr std::size_t kEvidenceBatch = 128;

/// Folds on the way in, unfolds and returns to training mode on the way out, whatever happens between.
class EvaluationMode {
public:
    explicit EvaluationMode(Classifier& network) : m_network(network) {
        network.eval();
        network.fold();
    }
    ~EvaluationMode() {
        m_network.unfold();
        m_network.train();
    }
    EvaluationMode(const EvaluationMode&) = delete;
    EvaluationMode& operator=(const EvaluationMode&) = delete;

private:
    Classifier& m_network;
    torch::NoGradGuard m_noGrad;
};

} // namespace

Result<Answers> ask(Classifier& network, const RunData& data, std::vector<std::uint32_t> rows, torch::Device device,
                    int loaders, const StopFn& stop, bool withFeatures) {
    BatchPlan plan;
    plan.order = std::move(rows);
    return askVaried(network, data, std::move(plan), device, loaders, stop, withFeatures);
}

Result<Answers> askVaried(Classifier& network, const RunData& data, BatchPlan plan, torch::Device device, int loaders,
                          const StopFn& stop, bool withFeatures) {
    const EvaluationMode mode(network);
    const std::vector<std::uint32_t> rows = plan.order;
    Answers answers;
    answers.classes = data.classes;
    answers.logits.resize(rows.size() * std::size_t(data.classes));
    plan.batchSize = kEvidenceBatch;
    BatchLoader loader(data, std::move(plan), device, loaders);
    std::vector<torch::Tensor> onDevice;
    float* out = answers.logits.data();
    const auto keep = [](const torch::Tensor& values, float*& to) {
        const auto cpu = values.to(torch::kCPU, torch::kFloat32).contiguous();
        std::memcpy(to, cpu.data_ptr<float>(), std::size_t(cpu.numel()) * sizeof(float));
        to += cpu.numel();
    };
    float* featuresOut = nullptr;
    while (auto batch = loader.next()) {
        const auto features = network.features(batch->images);
        const auto logits = network.answer(features);
        if (device.is_cpu()) keep(logits, out);
        else onDevice.push_back(logits);
        if (withFeatures) {
            if (!featuresOut) {
                answers.dimension = std::size_t(features.size(1));
                answers.features.resize(rows.size() * answers.dimension);
                featuresOut = answers.features.data();
            }
            keep(features, featuresOut);
        }
        if (stop && stop(batch->number + 1, loader.batches())) return fail(ErrorCode::Cancelled, "the run was stopped");
    }
    if (!onDevice.empty()) keep(torch::cat(onDevice), out);
    for (std::size_t i = 0; i < answers.logits.size(); ++i)
        if (!std::isfinite(answers.logits[i]))
            return fail(ErrorCode::Numeric,
                        "the network's answer is not a number; a smaller learning-rate is the likely remedy",
                        "sample " + std::to_string(data.samples[rows[i / std::size_t(data.classes)]].value));
    return answers;
}

Result<Answers> askAll(Classifier& network, const RunData& data, torch::Device device, int loaders, const StopFn& stop,
                       bool withFeatures) {
    std::vector<std::uint32_t> rows(data.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    return ask(network, data, std::move(rows), device, loaders, stop, withFeatures);
}

std::shared_ptr<const FeatureMatrix> makeFeatures(const RunData& data, std::size_t samples,
                                                  std::span<const float> features, std::size_t dimension, int epoch) {
    auto matrix = std::make_shared<FeatureMatrix>();
    matrix->epoch = epoch;
    matrix->dimension = dimension;
    matrix->values.assign(samples * dimension, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < data.rows(); ++i) {
        const auto row = features.subspan(i * dimension, dimension);
        std::transform(row.begin(), row.end(),
                       matrix->values.begin() + std::ptrdiff_t(data.samples[i].value * dimension), [](float value) {
                           constexpr float kMost = std::numeric_limits<float>::max();
                           return std::isnan(value) ? 0.0F : std::clamp(value, -kMost, kMost);
                       });
    }
    return matrix;
}

double lossOf(std::span<const float> logits, Label label) {
    double largest = logits[0];
    for (const float z : logits) largest = std::max(largest, double(z));
    double sum = 0;
    for (const float z : logits) sum += std::exp(double(z) - largest);
    return std::max(0.0, largest + std::log(sum) - double(logits[std::size_t(label)]));
}

Label predictionOf(std::span<const float> logits) {
    return Label(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

void softmaxOf(std::span<const float> logits, std::span<float> probabilities) {
    const float largest = *std::max_element(logits.begin(), logits.end());
    float sum = 0;
    for (std::size_t k = 0; k < logits.size(); ++k) {
        probabilities[k] = std::exp(logits[k] - largest);
        sum += probabilities[k];
    }
    for (float& p : probabilities) p /= sum;
}

float entropyOf(std::span<const float> probabilities) {
    float sum = 0;
    for (const float p : probabilities)
        if (p > 0) sum -= p * std::log(p);
    return std::max(sum, 0.0F);
}

float marginOf(std::span<const float> logits, Label label) {
    if (logits.size() < 2) return 0;
    float other = -std::numeric_limits<float>::infinity();
    for (std::size_t k = 0; k < logits.size(); ++k)
        if (k != std::size_t(label)) other = std::max(other, logits[k]);
    return logits[std::size_t(label)] - other;
}

Evidence makeEvidence(const RunData& data, const std::vector<Answers>& networks, int epoch, bool addLogits) {
    const std::size_t rows = data.rows(), classes = std::size_t(data.classes);
    const auto share = 1.0F / float(networks.size());
    Evidence evidence;
    evidence.epoch = epoch;
    evidence.samples = data.samples;
    evidence.loss.resize(rows);
    evidence.prediction.resize(rows);
    evidence.confidence.resize(rows);
    evidence.margin.resize(rows);
    auto& entropy = evidence.columns["entropy"];
    entropy.resize(rows);
    std::vector<float> mean(classes), one(classes);
    for (std::size_t i = 0; i < rows; ++i) {
        std::fill(mean.begin(), mean.end(), 0.0F);
        double loss = 0;
        float margin = 0;
        for (const Answers& answers : networks) {
            const auto logits = answers.row(i);
            const bool labelled = data.labels[i] != kNoLabel;
            if (labelled) loss += lossOf(logits, data.labels[i]);
            margin += marginOf(logits, labelled ? data.labels[i] : predictionOf(logits));
            if (addLogits) std::copy(logits.begin(), logits.end(), one.begin());
            else softmaxOf(logits, one);
            for (std::size_t k = 0; k < classes; ++k) mean[k] += one[k] * share;
        }
        if (addLogits) {
            softmaxOf(mean, one);
            mean.swap(one);
        }
        const auto best = std::max_element(mean.begin(), mean.end());
        evidence.loss[i] = float(std::min(loss * double(share), double(std::numeric_limits<float>::max())));
        evidence.margin[i] =
            std::clamp(margin * share, std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max());
        evidence.prediction[i] = Label(best - mean.begin());
        evidence.confidence[i] = std::min(*best, 1.0F);
        entropy[i] = entropyOf(mean);
    }
    return evidence;
}

} // namespace assay::learn
