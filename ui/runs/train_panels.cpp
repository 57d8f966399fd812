// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/train_panels.h"

#include "ui/plots/loss_scatter_plot.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

namespace assay::ui {

const std::vector<float>* RunOnShow::column(const char* name) const {
    if (!evidence) return nullptr;
    const auto found = evidence->columns.find(name);
    return found != evidence->columns.end() && found->second.size() == evidence->size() ? &found->second : nullptr;
}

std::vector<float> TrainingLosses::of(const std::vector<float>& column) const {
    std::vector<float> values;
    values.reserve(rows.size());
    for (const std::size_t row : rows) values.push_back(column[row]);
    return values;
}

TrainingLosses trainingLosses(const Workspace& workspace, const Evidence& evidence) {
    TrainingLosses found;
    const auto dataset = workspace.dataset();
    if (!dataset) return found;
    const auto pNoisy = evidence.columns.find("p-noisy");
    std::vector<std::uint8_t> suspects;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        const SampleIndex sample = evidence.samples[i];
        if (sample.value >= dataset->size() || dataset->splits[sample.value] != Split::Train) continue;
        found.rows.push_back(i);
        found.samples.push_back(sample);
        found.loss.push_back(evidence.loss[i]);
        const Label truth = workspace.trueLabel(sample);
        found.truthKnown |= truth != kNoLabel;
        found.noisy.push_back(truth != kNoLabel && truth != workspace.baseLabel(sample) ? 1 : 0);
        const bool suspect = pNoisy != evidence.columns.end() && i < pNoisy->second.size()
                                 ? double(pNoisy->second[i]) >= workspace.threshold()
                                 : workspace.suspect(sample);
        suspects.push_back(suspect ? 1 : 0);
    }
    if (!found.truthKnown) found.noisy = std::move(suspects);
    return found;
}

void fillCurves(TrainingCurvesPlot& plot, const RunOnShow& now) {
    if (now.epochs->empty())
        plot.setRuns({});
    else
        plot.setRuns({runCurves(runTitle(*now.run), int(now.run->id.value - 1), *now.epochs)});
}

void fillDisagreement(DisagreementPlot& plot, const RunOnShow& now) {
    plot.setHistory(hasDisagreement(*now.epochs) ? disagreementHistory(*now.epochs) : DisagreementHistory{});
}

void fillPseudoLabels(PseudoLabelPlot& plot, const RunOnShow& now) {
    const auto dataset = now.workspace.dataset();
    plot.setHistory(hasPseudoLabels(*now.epochs) && dataset ? pseudoLabelHistory(*now.epochs, dataset->classNames)
                                                            : PseudoLabelHistory{});
}

void fillLossScatter(LossScatterPlot& plot, const RunOnShow& now) {
    const std::vector<float>* second = now.column("loss-2");
    if (second == nullptr || !now.workspace.dataset()) {
        if (plot.hasData()) plot.setLosses({}, {}, {});
        return;
    }
    TrainingLosses losses = trainingLosses(now.workspace, *now.evidence);
    plot.setLosses(losses.samples, losses.loss, losses.of(*second), losses.noisy, losses.truthKnown);
}

} // namespace assay::ui
