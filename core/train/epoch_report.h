// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/audit/feature_matrix.h"
#include "core/stats/mixture.h"
#include "core/train/cleaning.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What one epoch came to. Immutable; crosses threads as shared_ptr<const EpochReport>.
struct EpochReport {
    int epoch = 0;  ///< counted from 1
    int epochs = 0; ///< planned
    /// kebab-case scalars. Always: "train-loss", "train-accuracy" (against the run's labels), "learning-rate",
    /// "seconds", "samples-per-second"; of the engine's methods "peak-memory-mib" too. Splits: "validation-loss",
    /// -accuracy, "test-loss", "test-accuracy" (against the truth where known). Two networks: "test-accuracy-1", "-2",
    /// "disagreement", "keep-rate", "selection-overlap", "label-precision". Pseudo-labels: "accepted",
    /// "acceptance", "accepted-correctness" and what core/learn/pseudo_record.h lists. Rounds of cleaning: "round",
    /// "kept-share", at the end of a round "round-overlap" (Jaccard, with the round before). Where truth is known:
    /// "detection-auroc", -precision, -recall.
    std::map<std::string, double> scalars;
    /// Per class [K]: "accepted", "accepted-correct", "pseudo-share", "threshold"; [K · K] "confident-joint", given by
    /// guessed.
    std::map<std::string, std::vector<double>> perClass;
    /// The mixture over this epoch's training losses: the method's own where it fits one, else the workbench's.
    std::optional<stats::MixtureFit> mixture;
    /// Where this epoch ended a round of cleaning. The project then keeps the choice as a label set.
    std::optional<CleaningRound> cleaning;
    std::shared_ptr<const Evidence> evidence;
    std::shared_ptr<const FeatureMatrix> features; ///< null where none are kept
};

/// Where a run is inside an epoch; coalesced, for progress bars.
struct BatchProgress {
    int epoch = 0, epochs = 0;
    std::size_t batch = 0, batches = 0; ///< of the epoch's training part
    double loss = 0;                    ///< running mean of the epoch
    double secondsElapsed = 0;          ///< of the run
    double secondsLeft = -1;            ///< estimate; < 0 unknown yet
    std::string phase;                  ///< "training", "evidence", "checkpoint", "warm-up"
};

} // namespace assay
