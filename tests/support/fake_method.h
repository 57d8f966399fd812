// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/train/method.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

namespace assay::test {

/// A method without LibTorch: reports as many epochs as asked, with evidence by formula. Drives sessions,
/// recorders and windows in milliseconds.
class FakeMethod final : public Method {
public:
    struct Script {
        int batches = 4;                                   ///< polls of the control per epoch
        int failInEpoch = 0;                               ///< > 0: fails there
        bool throws = false;                               ///< … by throwing
        std::size_t samples = 0;                           ///< evidence rows; 0: the data set's
        std::function<void(int epoch, int batch)> atBatch; ///< called before each poll
    };
    FakeMethod() : FakeMethod(Script{}) {}
    explicit FakeMethod(Script script) : m_script(std::move(script)) {
        m_description = {"fake", "Fake", "reports by formula, for tests", "", {}};
    }
    const Description& description() const override { return m_description; }

    Result<RunResult> train(const TrainingTask& task, RunObserver& observer, RunControl& control) const override {
        const std::size_t count = m_script.samples ? m_script.samples : task.dataset ? task.dataset->size() : 0;
        for (int epoch = 1; epoch <= task.config.epochs; ++epoch) {
            for (int batch = 1; batch <= m_script.batches; ++batch) {
                if (m_script.atBatch) m_script.atBatch(epoch, batch);
                if (control.shouldStop()) return fail(ErrorCode::Cancelled, "stopped");
                observer.batchDone({epoch, task.config.epochs, std::size_t(batch), std::size_t(m_script.batches), 1.0,
                                    double(epoch), -1, "training"});
            }
            if (epoch == m_script.failInEpoch) {
                if (m_script.throws) throw std::runtime_error("planted");
                return fail(ErrorCode::Numeric, "loss is not a number", "sample 812");
            }
            observer.epochDone(report(task, epoch, count));
        }
        return RunResult{"cpu", task.config.epochs, 0.001, 1000, 1};
    }

private:
    static std::shared_ptr<const EpochReport> report(const TrainingTask& task, int epoch, std::size_t count) {
        auto evidence = std::make_shared<Evidence>();
        evidence->epoch = epoch;
        for (std::size_t i = 0; i < count; ++i) {
            const bool suspect = i % 5 == 0;
            const float noise = 0.2f * float((i * 7919 + std::size_t(epoch)) % 97) / 97.0f;
            const Label given = i < task.labels.labels.size() ? std::max(task.labels.labels[i], 0) : 0;
            const int classes = task.dataset ? std::max(1, task.dataset->classCount()) : 10;
            evidence->samples.push_back(SampleIndex(std::uint32_t(i)));
            evidence->loss.push_back(suspect ? 3.0f + noise : 0.1f + noise);
            evidence->prediction.push_back(suspect ? (given + 1) % classes : given);
            evidence->confidence.push_back(0.9f);
            evidence->margin.push_back(suspect ? -2.0f : 2.0f);
            evidence->columns["p-noisy"].push_back(suspect ? 0.8f + noise / 2 : noise / 2);
        }
        auto out = std::make_shared<EpochReport>();
        out->epoch = epoch;
        out->epochs = task.config.epochs;
        out->scalars = {{"train-loss", 2.0 / epoch},  {"train-accuracy", 1.0 - 0.5 / epoch},
                        {"learning-rate", 0.1},       {"seconds", 0.001},
                        {"samples-per-second", 1000}, {"test-accuracy", 1.0 - 0.6 / epoch}};
        if (auto fit = stats::fitMixture(std::span<const float>(evidence->loss))) out->mixture = *fit;
        if (task.config.keepFeatures && epoch == task.config.epochs) out->features = features(task, *evidence);
        out->evidence = std::move(evidence);
        return out;
    }

    /// The predicted class as a place on a circle, and a number that tells nothing.
    static std::shared_ptr<const FeatureMatrix> features(const TrainingTask& task, const Evidence& evidence) {
        auto made = std::make_shared<FeatureMatrix>();
        made->epoch = evidence.epoch;
        made->dimension = 3;
        for (std::size_t i = 0; i < evidence.size(); ++i) {
            const double angle = 6.28 * evidence.prediction[i] / std::max(1, task.dataset->classCount());
            const double spread = double(i * 7919 % 97) / 97.0;
            for (const double value :
                 {3 * std::cos(angle) + 0.3 * spread, 2 * std::sin(angle) - 0.3 * spread, 0.2 * spread})
                made->values.push_back(float(value));
        }
        return made;
    }

    Description m_description;
    Script m_script;
};

} // namespace assay::test
