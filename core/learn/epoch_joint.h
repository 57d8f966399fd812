// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/evidence_pass.h"

#include "core/stats/confident_learning.h"

namespace assay::learn {

/// The confident joint of the training rows that have a label, by the networks' mean probabilities: in-sample, so its
/// counts fall as wrong labels are learnt by heart (Northcutt, Jiang, Chuang, JAIR 2021).
[[nodiscard]] Result<stats::ConfidentJoint> confidentJointOf(const RunData& data, const std::vector<Answers>& networks);

/// Its calibrated counts [K · K], given by guessed, row by row, as the report's per-class record keeps them. Every
/// window that opens a run reads all its epochs, so the counts of more than 32 classes are those of the last epoch
/// only, and of more than 100 none.
[[nodiscard]] std::vector<double> recordedJoint(const RunData& data, const std::vector<Answers>& networks,
                                                bool lastEpoch);

} // namespace assay::learn
