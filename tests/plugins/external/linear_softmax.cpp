// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A whole training method in one file, outside Assay's tree and without LibTorch: softmax regression on raw pixels by
// stochastic gradient descent. Wrong labels get high losses early, because a linear model cannot remember them
// (Arpit et al., "A Closer Look at Memorization in Deep Networks", ICML 2017).
#include "core/base/rng.h"
#include "core/data/pixel_store.h"
#include "core/train/method.h"
#include "core/train/plugin_api.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace {

using namespace assay;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Weights [K, F + 1]; the last one of each row is the bias.
class LinearModel {
public:
    LinearModel(int classes, std::size_t features)
        : m_classes(std::size_t(classes)), m_features(features), m_weights(m_classes * (features + 1)) {}

    /// Logits of one picture, [K].
    void logits(std::span<const std::uint8_t> pixels, std::vector<double>& z) const {
        z.resize(m_classes);
        for (std::size_t k = 0; k < m_classes; ++k) {
            const float* row = &m_weights[k * (m_features + 1)];
            float sum = row[m_features];
            for (std::size_t f = 0; f < m_features; ++f) sum += row[f] * (float(pixels[f]) / 255.0f);
            z[k] = double(sum);
        }
    }
    /// One step down the gradient of the cross-entropy: (p − y) x.
    void step(std::span<const std::uint8_t> pixels, const std::vector<double>& p, Label label, double rate) {
        for (std::size_t k = 0; k < m_classes; ++k) {
            float* row = &m_weights[k * (m_features + 1)];
            const auto delta = float(rate * (p[k] - (Label(k) == label ? 1.0 : 0.0)));
            for (std::size_t f = 0; f < m_features; ++f) row[f] -= delta * (float(pixels[f]) / 255.0f);
            row[m_features] -= delta;
        }
    }

private:
    std::size_t m_classes, m_features;
    std::vector<float> m_weights;
};

/// Probabilities from logits; returns log of their sum of exponentials.
double softmax(const std::vector<double>& z, std::vector<double>& p) {
    const double top = *std::max_element(z.begin(), z.end());
    p.resize(z.size());
    double sum = 0;
    for (std::size_t k = 0; k < z.size(); ++k) sum += p[k] = std::exp(z[k] - top);
    for (double& value : p) value /= sum;
    return top + std::log(sum);
}

class LinearSoftmax final : public Method {
public:
    LinearSoftmax() {
        m_description.id = "linear-softmax";
        m_description.title = "Linear softmax";
        m_description.help = "Softmax regression on raw pixels: a linear model that cannot learn wrong labels by heart";
        m_description.citation = "Arpit et al., ICML 2017, arXiv:1706.05394";
        ParamSpec rate;
        rate.name = "learning-rate";
        rate.type = ParamType::Real;
        rate.defaultValue = 0.01;
        rate.minimum = 1e-6;
        rate.maximum = 10;
        rate.help = "Step of the gradient descent";
        m_description.params = {rate};
    }
    const Description& description() const override { return m_description; }

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl& control) const override {
        const Dataset& data = *task.dataset;
        if (!data.pixels) return fail(ErrorCode::InvalidArgument, "this method needs the data set's pixels");
        const double rate = realParam(task.config.settings, "learning-rate");
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < data.size(); ++i)
            if (data.splits[i] == Split::Train && (task.excluded.empty() || task.excluded[i] == 0)) order.push_back(i);
        if (order.empty()) return fail(ErrorCode::InvalidArgument, "there is no sample to train on");
        if (task.config.subset > 0 && task.config.subset < order.size()) {
            shuffle(order, CounterRng(task.config.seed, RngPurpose::Subset));
            order.resize(task.config.subset);
            std::sort(order.begin(), order.end());
        }

        LinearModel model(data.classCount(), data.pixels->geometry().bytes());
        RunResult result;
        result.device = "cpu";
        const auto start = Clock::now();
        double trainingSeconds = 0;
        for (int epoch = 1; epoch <= task.config.epochs; ++epoch) {
            const auto epochStart = Clock::now();
            auto shuffled = order;
            shuffle(shuffled, CounterRng(task.config.seed, RngPurpose::Shuffle, std::uint32_t(epoch)));
            std::vector<double> z, p;
            for (std::size_t done = 0; done < shuffled.size(); ++done) {
                if (done % 128 == 0) {
                    if (control.shouldStop()) return fail(ErrorCode::Cancelled, "stopped");
                    BatchProgress progress;
                    progress.epoch = epoch;
                    progress.epochs = task.config.epochs;
                    progress.batch = done / 128;
                    progress.batches = (shuffled.size() + 127) / 128;
                    progress.secondsElapsed = secondsSince(start);
                    progress.phase = "training";
                    observer.batchDone(progress);
                }
                const auto pixels = data.pixels->picture(SampleIndex(shuffled[done]));
                model.logits(pixels, z);
                softmax(z, p);
                model.step(pixels, p, task.labels.labels[shuffled[done]], rate);
            }
            const double seconds = secondsSince(epochStart);
            trainingSeconds += seconds;
            auto report = evaluate(model, task, order);
            if (!report) return tl::unexpected(report.error());
            (*report)->epoch = epoch;
            (*report)->epochs = task.config.epochs;
            (*report)->scalars["learning-rate"] = rate;
            (*report)->scalars["seconds"] = secondsSince(epochStart);
            (*report)->scalars["samples-per-second"] = double(shuffled.size()) / std::max(seconds, 1e-9);
            auto evidence = std::make_shared<Evidence>(*(*report)->evidence);
            evidence->epoch = epoch;
            (*report)->evidence = std::move(evidence);
            observer.epochDone(*report);
            result.epochs = epoch;
        }
        result.secondsPerEpoch = secondsSince(start) / double(result.epochs);
        result.samplesPerSecond = double(order.size()) * double(result.epochs) / std::max(trainingSeconds, 1e-9);
        return result;
    }

private:
    static void shuffle(std::vector<std::uint32_t>& order, CounterRng rng) {
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(std::uint32_t(i))]);
    }

    /// Loss, prediction, confidence and margin of every sample, and the mixture over the training losses.
    static Result<std::shared_ptr<EpochReport>> evaluate(const LinearModel& model, const TrainingTask& task,
                                                         const std::vector<std::uint32_t>& trained) {
        const Dataset& data = *task.dataset;
        auto evidence = std::make_shared<Evidence>();
        double lossSum = 0;
        std::size_t right = 0, tested = 0, testedRight = 0;
        std::vector<std::uint8_t> isTrained(data.size());
        for (const std::uint32_t i : trained) isTrained[i] = 1;
        std::vector<double> z, p;
        std::vector<float> trainLosses;
        for (std::uint32_t i = 0; i < data.size(); ++i) {
            const Label label = task.labels.labels[i];
            model.logits(data.pixels->picture(SampleIndex(i)), z);
            const double logSum = softmax(z, p);
            const auto top = std::size_t(std::max_element(z.begin(), z.end()) - z.begin());
            double other = -std::numeric_limits<double>::infinity();
            for (std::size_t k = 0; k < z.size(); ++k)
                if (Label(k) != label) other = std::max(other, z[k]);
            const double loss = logSum - z[std::size_t(label)];
            if (!std::isfinite(loss))
                return fail(ErrorCode::Numeric, "the loss is not a number any more; a smaller learning-rate helps",
                            "sample " + std::to_string(i));
            evidence->samples.emplace_back(i);
            evidence->loss.push_back(float(loss));
            evidence->prediction.push_back(Label(top));
            evidence->confidence.push_back(float(p[top]));
            evidence->margin.push_back(z.size() > 1 ? float(z[std::size_t(label)] - other) : 0.0f);
            if (isTrained[i] != 0) {
                lossSum += loss;
                right += Label(top) == label;
                trainLosses.push_back(float(loss));
            } else if (data.splits[i] == Split::Test) {
                const Label truth = task.labels.trueLabels.empty() ? label : task.labels.trueLabels[i];
                ++tested;
                testedRight += Label(top) == truth;
            }
        }
        auto report = std::make_shared<EpochReport>();
        report->scalars["train-loss"] = lossSum / double(trained.size());
        report->scalars["train-accuracy"] = double(right) / double(trained.size());
        if (tested > 0) report->scalars["test-accuracy"] = double(testedRight) / double(tested);
        if (auto fit = stats::fitMixture(std::span<const float>(trainLosses))) {
            evidence->columns["p-noisy"] = stats::posteriors(*fit, evidence->loss);
            report->mixture = std::move(*fit);
        }
        report->evidence = std::move(evidence);
        return report;
    }

    Description m_description;
};

} // namespace

ASSAY_PLUGIN(registry) { (void)registry.methods.add(std::make_shared<LinearSoftmax>()); }
