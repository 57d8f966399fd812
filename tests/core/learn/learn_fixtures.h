// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/base/rng.h"
#include "core/data/dataset.h"
#include "core/data/pixel_store.h"
#include "core/train/engine.h"
#include "core/train/method.h"
#include "core/train/network.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace assay::test {

/// The engine's catalogues, loaded once.
inline const Registry& engineRegistry() {
    static const Registry registry = [] {
        Registry filled;
        (void)loadEngine(filled);
        return filled;
    }();
    return registry;
}

/// Small pictures of a bright blob whose place tells the class; every `testEvery`-th sample is a test sample.
inline std::shared_ptr<const Dataset> blobs(std::size_t count, int classes, int side = 8, int channels = 1,
                                            int testEvery = 5) {
    auto pixels = std::make_shared<std::vector<std::uint8_t>>();
    auto dataset = std::make_shared<Dataset>();
    const ImageGeometry geometry{side, side, channels};
    for (int k = 0; k < classes; ++k) dataset->classNames.push_back("class " + std::to_string(k));
    for (std::size_t i = 0; i < count; ++i) {
        const int label = int(i) % classes;
        CounterRng rng(11, RngPurpose::Test, 0, std::uint32_t(i));
        const double angle = 2 * 3.14159265358979 * label / classes;
        const double cx = side * (0.5 + 0.3 * std::cos(angle)) + 0.4 * rng.normal();
        const double cy = side * (0.5 + 0.3 * std::sin(angle)) + 0.4 * rng.normal();
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const double distance = std::hypot(x - cx, y - cy) / (side * 0.18);
                for (int c = 0; c < channels; ++c)
                    pixels->push_back(std::uint8_t(
                        std::clamp(200 * std::exp(-distance * distance) + 20 + 12 * rng.normal(), 0.0, 255.0)));
            }
        dataset->givenLabels.push_back(label);
        dataset->splits.push_back(testEvery > 0 && i % std::size_t(testEvery) == 0 ? Split::Test : Split::Train);
        dataset->names.add("blob:" + std::to_string(i));
    }
    dataset->pixels = PixelStore::view(pixels, *pixels, count, geometry);
    return dataset;
}

/// Labels of which every training sample is wrong with probability `rate`.
inline LabelSet noisy(const Dataset& dataset, double rate) {
    LabelSet set;
    set.labels = dataset.givenLabels;
    set.trueLabels = dataset.givenLabels;
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        CounterRng rng(3, RngPurpose::NoiseTarget, 0, std::uint32_t(i));
        if (dataset.splits[i] != Split::Train || rng.uniform() >= rate) continue;
        set.labels[i] =
            (set.labels[i] + 1 + Label(rng.below(std::uint32_t(dataset.classCount() - 1)))) % dataset.classCount();
    }
    return set;
}

inline TrainingTask makeTask(std::shared_ptr<const Dataset> dataset, const std::string& method, int epochs,
                             double noise = 0) {
    TrainingTask task;
    task.labels = noisy(*dataset, noise);
    task.dataset = std::move(dataset);
    task.config.method = method;
    task.config.epochs = epochs;
    task.config.threads = 1; // tiny networks: a second thread would wait more than work
    task.config.device = "cpu";
    task.config.network = "cnn-small:8";
    task.config.settings["batch-size"] = std::int64_t(32);
    if (const auto found = engineRegistry().methods.find(method))
        for (const ParamSpec& spec : found->description().params) {
            if (spec.name == "labelled" && spec.defaultValue == ParamValue(std::string("all"))) {
                task.config.settings["labelled"] = std::string("per-class"); // every label of the fixture counts
                task.config.settings["labelled-per-class"] = std::int64_t(8);
            }
            if (spec.name == "unlabelled-ratio") task.config.settings[spec.name] = std::int64_t(1);
        }
    return task;
}

/// Keeps everything.
class Keeper : public RunObserver {
public:
    void batchDone(const BatchProgress& progress) override { progresses.push_back(progress); }
    void epochDone(std::shared_ptr<const EpochReport> report) override { reports.push_back(std::move(report)); }
    void note(const std::string& sentence) override { notes.push_back(sentence); }
    [[nodiscard]] double last(const std::string& scalar) const { return reports.back()->scalars.at(scalar); }
    std::vector<BatchProgress> progresses;
    std::vector<std::shared_ptr<const EpochReport>> reports;
    std::vector<std::string> notes;
};

/// Stops at the n-th question; never where n is 0.
class StopAfter : public RunControl {
public:
    explicit StopAfter(std::size_t questions = 0) : m_questions(questions) {}
    [[nodiscard]] bool shouldStop() override { return ++asked == m_questions; }
    std::size_t asked = 0;

private:
    std::size_t m_questions;
};

struct Outcome {
    Result<RunResult> result;
    Keeper keeper;
};

inline Outcome train(const TrainingTask& task, std::size_t stopAfter = 0) {
    Outcome outcome{fail(ErrorCode::NotFound, "no such method"), {}};
    const auto method = engineRegistry().methods.find(task.config.method);
    if (!method) return outcome;
    StopAfter control(stopAfter);
    outcome.result = method->train(task, outcome.keeper, control);
    return outcome;
}

} // namespace assay::test
