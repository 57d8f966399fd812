// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/project/project.h"
#include "ui/plots/epoch_plot.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::ui {

class CorrectionPlot;
class DisagreementPlot;
class LossScatterPlot;
class PseudoLabelPlot;
class TrainingCurvesPlot;
class Workspace;

/// What the panels of the Train page are filled from: the run on show, its epochs so far, and the evidence of the
/// epoch on show.
struct RunOnShow {
    const Workspace& workspace;
    std::optional<RunRecord> run;
    std::shared_ptr<const std::vector<EpochSummary>> epochs; ///< never null
    std::shared_ptr<const Evidence> evidence;                ///< null where there is none or while it is read

    /// A column of the evidence; null where it has none, or one of another length.
    [[nodiscard]] const std::vector<float>* column(const char* name) const;
};

/// Losses of the training samples and whether each belongs to the noisy group: a wrong label where the truth is
/// known, else a suspect.
struct TrainingLosses {
    std::vector<std::size_t> rows; ///< of the evidence
    std::vector<SampleIndex> samples;
    std::vector<float> loss;
    std::vector<std::uint8_t> noisy;
    bool truthKnown = false;

    /// The values of a column of the evidence that belong to these samples.
    [[nodiscard]] std::vector<float> of(const std::vector<float>& column) const;
};

[[nodiscard]] TrainingLosses trainingLosses(const Workspace& workspace, const Evidence& evidence);

/// A line of a scalar that methods report, over the epochs.
struct ScalarLine {
    std::string key;
    QString name;
    int ink = 0;
    Qt::PenStyle style = Qt::SolidLine;
    int area = 0;
};

/// A panel that is nothing but such lines: a method gets its own by a row in scalarPanels().
struct ScalarPanel {
    std::string speaks; ///< shown for runs that report this scalar
    QString objectName, title;
    std::vector<EpochPanel> areas;
    std::vector<ScalarLine> lines;
};
[[nodiscard]] std::vector<ScalarPanel> scalarPanels();
void fillScalars(EpochPlot& plot, const ScalarPanel& panel, const RunOnShow& now);

// Each fills its plot, or empties it where the run has nothing to say about it.
void fillCurves(TrainingCurvesPlot& plot, const RunOnShow& now);
void fillDisagreement(DisagreementPlot& plot, const RunOnShow& now);
void fillPseudoLabels(PseudoLabelPlot& plot, const RunOnShow& now);
void fillLossScatter(LossScatterPlot& plot, const RunOnShow& now);
void fillCleanScatter(LossScatterPlot& plot, const RunOnShow& now);
void fillCorrection(CorrectionPlot& plot, const RunOnShow& now);
void fillMeanAnswer(EpochPlot& plot, const RunOnShow& now);

} // namespace assay::ui
