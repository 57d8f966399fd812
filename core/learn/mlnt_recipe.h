// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/ema.h"
#include "core/learn/meta_learning.h"
#include "core/learn/sample_table.h"

namespace assay::learn {

/// Meta-learning noise-tolerant training (Li, Wong, Zhao, Kankanhalli, CVPR 2019).
struct MlntOptions {
    std::int64_t tasks = 10; ///< M, synthetic label sets of each batch
    double metaRate = 0.2;   ///< η, of the step on a synthetic label set
    double replaced = 0.5;   ///< ρ, share of a batch whose labels are replaced
    std::int64_t neighbours = 10;
    double weight = 1; ///< α, of the consistency loss
    MetaOrder order = MetaOrder::First;
    bool dividedByClasses = false; ///< the divergence is a mean over batch and classes, as the authors' code has it
    bool givenFeatures = false;    ///< neighbours by the initial weights, else by the first stage
    int stageOne = 0;              ///< epochs of plain training; 0: by share
    double stageOneShare = 0.2;
    std::int64_t rampSteps = 0; ///< over which the weight comes in; 0: by share
    double rampShare = 0.2;
    double rampDecay = 0.99; ///< γ of the teacher while the weight comes in
    double decay = 0;        ///< γ afterwards; 0: by the length of the run

    int rounds = 1;              ///< the iterative variant repeats the training with a mentor
    double dropBelow = 0.01;     ///< labels that the mentor finds less probable are not learnt
    double mentorLabels = 0.5;   ///< share of the mentor's answer in what is learnt
    double mentorTeaching = 0.5; ///< share of the mentor in the consistency target, when the weight is all in; 1 before
};

/// Weight of the consistency loss `step` steps after it began (negative: before), as a share of its last value:
/// exp(−5 (1 − step/ramp)²), 0 before.
[[nodiscard]] double consistencyRamp(double step, double ramp);
/// γ after the ramp where none is set: 0.999, less in a run so short that it would never forget its beginning.
[[nodiscard]] double teacherDecay(double steps);

/// The settings of MlntOptions that every variant has.
[[nodiscard]] std::vector<ParamSpec> mlntSettings();
[[nodiscard]] MlntOptions readMlnt(const ParamValues& settings);
[[nodiscard]] std::unique_ptr<Recipe> makeMlnt(const MlntOptions& options);

} // namespace assay::learn
