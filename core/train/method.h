// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"
#include "core/train/epoch_report.h"
#include "core/train/run_config.h"

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace assay {

/// What a run trains on: a frozen snapshot. Immutable.
struct TrainingTask {
    std::shared_ptr<const Dataset> dataset; ///< with pixels
    LabelSet labels;                        ///< frozen
    RunConfig config;                       ///< settings completed
    std::vector<std::uint8_t> excluded;     ///< [N] 1 = left out (excluded by a decision); may be empty
    std::filesystem::path checkpointFolder; ///< empty: no checkpoints
    bool resume = false;                    ///< continue from the newest whole checkpoint in that folder
    /// Epochs that are on record, with resume: what a checkpoint says of later ones is trained again.
    int recorded = std::numeric_limits<int>::max();
};

/// Receives what happens, on the training thread. Implementations copy and return; they never wait.
class RunObserver {
public:
    virtual ~RunObserver() = default;
    virtual void batchDone(const BatchProgress& progress) = 0;
    virtual void epochDone(std::shared_ptr<const EpochReport> report) = 0;
    /// A sentence for a person: a checkpoint not written, a fit not trusted.
    virtual void note(const std::string& sentence) = 0;
};

/// What a running method may ask of its surroundings.
class RunControl {
public:
    virtual ~RunControl() = default;
    /// Polled once a batch: waits while paused; true when the run is to end now (Cancelled is then returned).
    [[nodiscard]] virtual bool shouldStop() = 0;
};

/// How a finished run ended.
struct RunResult {
    std::string device;          ///< "cpu", "cuda:0 NVIDIA …"
    int epochs = 0;              ///< completed
    double secondsPerEpoch = 0;  ///< mean, evidence pass included
    double samplesPerSecond = 0; ///< training part
    double peakMemoryMib = 0;
};

/// One training method: a file pair in plugins/methods citing its paper. Stateless; all state is the run's.
class Method {
public:
    virtual ~Method() = default;
    [[nodiscard]] virtual const Description& description() const = 0;
    /// Trains on the calling thread until done, stopped (Cancelled) or failed. Never throws.
    [[nodiscard]] virtual Result<RunResult> train(const TrainingTask& task, RunObserver& observer,
                                                  RunControl& control) const = 0;
};

} // namespace assay
