// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"
#include "ui/plots/disagreement_plot.h"
#include "ui/plots/pseudo_label_plot.h"
#include "ui/plots/training_curves_plot.h"

#include <QString>

#include <string>
#include <vector>

namespace assay::ui {

/// A scalar of every epoch, NaN where an epoch has none.
[[nodiscard]] std::vector<double> scalarHistory(const std::vector<EpochSummary>& epochs, const std::string& key);
/// Likewise a number of every class: [class][epoch].
[[nodiscard]] std::vector<std::vector<double>> classHistory(const std::vector<EpochSummary>& epochs,
                                                            const std::string& key);

[[nodiscard]] RunCurves runCurves(const QString& name, int colour, const std::vector<EpochSummary>& epochs);
/// Several runs that differ in their seed only, as mean and the 95 % interval of Student's t over those that have
/// reached an epoch.
[[nodiscard]] RunCurves meanCurves(const QString& name, int colour,
                                   const std::vector<const std::vector<EpochSummary>*>& runs);
[[nodiscard]] DisagreementHistory disagreementHistory(const std::vector<EpochSummary>& epochs);
[[nodiscard]] bool hasDisagreement(const std::vector<EpochSummary>& epochs);
[[nodiscard]] PseudoLabelHistory pseudoLabelHistory(const std::vector<EpochSummary>& epochs,
                                                    const std::vector<std::string>& classNames);
[[nodiscard]] bool hasPseudoLabels(const std::vector<EpochSummary>& epochs);

} // namespace assay::ui
