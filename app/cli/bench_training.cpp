// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/data/pixel_store.h"
#include "core/train/engine.h"
#include "core/train/method.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

namespace assay::cli {
namespace {

constexpr std::size_t kPictures = 8000;
constexpr ImageGeometry kGeometry{28, 28, 1};
constexpr int kClasses = 10, kBatch = 128, kForwardBatch = 512;

/// Random pictures: what is in them costs nothing and gains nothing.
std::shared_ptr<const Dataset> randomPictures(std::size_t count, std::uint64_t seed) {
    auto pixels = std::make_shared<std::vector<std::uint8_t>>(count * kGeometry.bytes());
    CounterRng rng(seed, RngPurpose::Bench);
    for (std::uint8_t& value : *pixels) value = std::uint8_t(rng());
    auto dataset = std::make_shared<Dataset>();
    for (int k = 0; k < kClasses; ++k) dataset->classNames.push_back(std::to_string(k));
    for (std::size_t i = 0; i < count; ++i) {
        dataset->names.add(std::to_string(i));
        dataset->givenLabels.push_back(Label(rng.below(kClasses)));
    }
    dataset->splits.assign(count, Split::Train);
    dataset->pixels = PixelStore::view(pixels, *pixels, count, kGeometry);
    return dataset;
}

/// Throws the first epoch away (warm-up), keeps the figure of the second.
class SecondEpoch : public RunObserver {
public:
    explicit SecondEpoch(std::string scalar) : m_scalar(std::move(scalar)) {}
    void batchDone(const BatchProgress&) override {}
    void epochDone(std::shared_ptr<const EpochReport> report) override {
        if (const auto found = report->scalars.find(m_scalar); found != report->scalars.end()) figure = found->second;
    }
    void note(const std::string&) override {}
    double figure = 0;

private:
    std::string m_scalar;
};

class NeverStop : public RunControl {
public:
    [[nodiscard]] bool shouldStop() override { return false; }
};

Result<std::vector<BenchResult>> measure(const std::string& name, const std::string& scalar, const std::string& peer,
                                         int peerBatch, const BenchOptions& options) {
    Registry registry;
    ASSAY_TRY(const EngineInfo engine, loadEngine(registry));
    const auto method = registry.methods.find("cross-entropy");
    if (!method) return fail(ErrorCode::NotFound, "the engine offers no method cross-entropy");
    const int threads = int(std::max(1U, std::thread::hardware_concurrency()));

    TrainingTask task;
    task.dataset = randomPictures(options.size == 0 ? kPictures : options.size, options.seed);
    task.labels.labels = task.dataset->givenLabels;
    task.config.method = "cross-entropy";
    task.config.epochs = 2;
    task.config.threads = threads;
    task.config.device = "cpu";
    task.config.settings["batch-size"] = std::int64_t(kBatch);
    task.config.settings["augmentation"] = std::string("flip-crop");
    task.config.settings["optimizer"] = std::string("sgd"); // as the peer's loop
    task.config.settings["learning-rate"] = 0.1;
    task.config.settings["weight-decay"] = 5e-4;

    BenchResult result;
    result.name = name;
    result.unit = "images/s";
    result.lowerIsBetter = false;
    result.runs = std::max(1, options.runs);
    result.note = "cnn-small, batch " + std::to_string(kBatch) + ", " + std::to_string(threads) +
                  " threads, LibTorch " + engine.libtorch + ", " + engine.blas;
    std::vector<double> ours;
    // The peer waits for its OpenMP threads as we do, and actively as it comes; what is better for it counts.
    const std::array<std::string, 2> waiting = {"", "env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT"};
    std::array<std::vector<double>, 2> theirs;
    bool withPeer = options.withPeer;
    for (int run = 0; run < result.runs; ++run) {
        Result<RunResult> trained = fail(ErrorCode::Internal, "the run did not start");
        SecondEpoch observer(scalar);
        // A thread of its own, as a session has it: the engine lowers the priority of the thread that trains.
        std::jthread([&] {
            NeverStop control;
            trained = method->train(task, observer, control);
        }).join();
        if (!trained) return tl::unexpected<Error>(trained.error());
        ours.push_back(observer.figure);
        for (std::size_t k = 0; k < waiting.size() && withPeer; ++k) {
            const auto text = runPeer(
                options, "peer_training.py",
                {peer, std::to_string(peerBatch), std::to_string(threads), std::to_string(task.dataset->size())},
                waiting[k]);
            const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
            if (!json.is_object() || !json.contains("images_per_second")) {
                result.note += "; peer absent: " + (text ? "it printed no figure" : text.error().sentence());
                withPeer = false;
                break;
            }
            theirs[k].push_back(json["images_per_second"].get<double>());
        }
    }
    result.ours = median(ours);
    if (withPeer) {
        const double passive = median(theirs[0]), active = median(theirs[1]);
        result.peer = std::max(passive, active);
        result.note += "; peer with passive OpenMP " + formatNumber(std::round(passive)) + ", as it comes " +
                       formatNumber(std::round(active));
    }
    result.spread =
        (*std::max_element(ours.begin(), ours.end()) - *std::min_element(ours.begin(), ours.end())) / result.ours;
    return std::vector<BenchResult>{result};
}

} // namespace

Result<std::vector<BenchResult>> benchTrainEpoch(const BenchOptions& options) {
    return measure("train-epoch", "samples-per-second", "train", kBatch, options);
}

Result<std::vector<BenchResult>> benchEvidencePass(const BenchOptions& options) {
    return measure("evidence-pass", "evidence-per-second", "forward", kForwardBatch, options);
}

} // namespace assay::cli
