// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/train_panels.h"

#include "core/base/text.h"
#include "ui/plots/correction_plot.h"
#include "ui/plots/loss_scatter_plot.h"
#include "ui/plots/plot_theme.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

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
        const Label truth = workspace.trueLabel(sample), given = workspace.baseLabel(sample);
        if (given == kNoLabel) continue; // against no label there is no loss
        found.rows.push_back(i);
        found.samples.push_back(sample);
        found.loss.push_back(evidence.loss[i]);
        found.truthKnown |= truth != kNoLabel;
        found.noisy.push_back(truth != kNoLabel && truth != given ? 1 : 0);
        const bool suspect = pNoisy != evidence.columns.end() && i < pNoisy->second.size()
                                 ? double(pNoisy->second[i]) >= workspace.threshold()
                                 : workspace.suspect(sample);
        suspects.push_back(suspect ? 1 : 0);
    }
    if (!found.truthKnown) found.noisy = std::move(suspects);
    return found;
}

void fillCurves(TrainingCurvesPlot& plot, const RunOnShow& now) {
    if (now.epochs->empty()) plot.setRuns({});
    else plot.setRuns({runCurves(runTitle(*now.run), int(now.run->id.value - 1), *now.epochs)});
}

void fillDisagreement(DisagreementPlot& plot, const RunOnShow& now) {
    plot.setHistory(hasDisagreement(*now.epochs) ? disagreementHistory(*now.epochs) : DisagreementHistory{});
}

void fillPseudoLabels(PseudoLabelPlot& plot, const RunOnShow& now) {
    const auto dataset = now.workspace.dataset();
    plot.setHistory(hasPseudoLabels(*now.epochs) && dataset ? pseudoLabelHistory(*now.epochs, dataset->classNames)
                                                            : PseudoLabelHistory{});
}

std::vector<ScalarPanel> scalarPanels() {
    const auto text = [](const char* words) { return QCoreApplication::translate("TrainPanels", words); };
    const EpochPanel share{text("share"), true, std::pair(0.0, 1.04), 1};
    const EpochPanel accuracy{text("accuracy"), true, std::nullopt, 1};
    return {
        {"labelled-share-1",
         QStringLiteral("splitSizes"),
         text("Labels believed"),
         {share},
         {{"labelled-share-1", text("network 1"), 0},
          {"labelled-share-2", text("network 2"), 1},
          {"label-precision", text("of them right"), InkForeground, Qt::DotLine}}},
        {"own-answer-differs",
         QStringLiteral("ownAnswers"),
         text("Labels given up for own answers"),
         {share},
         {{"mean-correction", text("mean w"), InkSuspect},
          {"own-answer-differs", text("other class"), InkForeground, Qt::DashLine},
          {"temperature", text("temperature"), InkMuted, Qt::DotLine}}},
        {"unmixed-loss",
         QStringLiteral("mixedLoss"),
         text("Loss on mixed and plain pictures"),
         {{text("loss"), false, std::nullopt, 1}},
         {{"mixed-loss", text("mixed"), 0}, {"unmixed-loss", text("as they are"), InkForeground, Qt::DashLine}}},
        {"consistency-loss",
         QStringLiteral("consistency"),
         text("Consistency; teacher against student"),
         {accuracy, {text("consistency"), false, std::nullopt, 1}, {text("labels changed"), true, std::nullopt, 0.5}},
         {{"test-accuracy-teacher", text("teacher"), 0},
          {"test-accuracy-student", text("student"), 1, Qt::DashLine},
          {"consistency-loss", text("loss"), 0, Qt::SolidLine, 1},
          {"consistency-weight", text("weight"), InkMuted, Qt::DashLine, 1},
          {"label-changes", {}, InkSuspect, Qt::SolidLine, 2}}},
        {"knn-accuracy",
         QStringLiteral("representations"),
         text("What the representations know"),
         {accuracy, share},
         {{"knn-accuracy", text("nearest neighbours"), 0},
          {"assignment-accuracy", text("nearest class"), 1, Qt::DashLine},
          {"clean-share", text("labels trusted"), InkClean, Qt::SolidLine, 1}}},
        {"target-differs",
         QStringLiteral("targets"),
         text("What the network has come to believe"),
         {share},
         {{"target-agreement", text("agrees now ⟨t,p⟩"), InkClean},
          {"target-differs", text("other class"), InkSuspect, Qt::DashLine}}},
        {"kept-share",
         QStringLiteral("keptShare"),
         text("Labels kept"),
         {share},
         {{"kept-share", text("kept"), 0}, {"label-precision", text("of them right"), InkForeground, Qt::DotLine}}},
        {"margin-threshold",
         QStringLiteral("marginThreshold"),
         text("Labels below the threshold samples"),
         {share, {text("margin"), false, std::nullopt, 0.7}},
         {{"flagged-share", text("flagged"), InkSuspect},
          {"flag-precision", text("of them wrong"), InkForeground, Qt::DotLine},
          {"margin-threshold", text("threshold"), InkMuted, Qt::DashLine, 1}}},
        {"mask-rate",
         QStringLiteral("maskRate"),
         text("Unlabelled pictures that were sure"),
         {share},
         {{"mask-rate", text("in the steps"), 0}, {"acceptance", text("at the end"), InkForeground, Qt::DashLine}}},
        {"round-agreement",
         QStringLiteral("roundAgreement"),
         text("Same pseudo-label as last round"),
         {share},
         {{"round-agreement", {}, 0}}},
        {"unlabelled-weight",
         QStringLiteral("unlabelledWeight"),
         text("Weight of the unlabelled pictures"),
         {{text("weight"), false, std::nullopt, 1}},
         {{"unlabelled-weight", {}, InkForeground}}},
        {"meta-signal",
         QStringLiteral("metaSignal"),
         text("What the student tells its teacher"),
         {{text("loss"), false, std::nullopt, 1}, {text("signal"), false, std::nullopt, 0.7}, accuracy},
         {{"student-loss-before", text("before"), 0},
          {"student-loss-after", text("after"), 1, Qt::DashLine},
          {"meta-signal", {}, InkForeground, Qt::SolidLine, 1},
          {"test-accuracy-teacher", text("teacher"), 0, Qt::SolidLine, 2},
          {"test-accuracy", text("student"), 1, Qt::DashLine, 2}}},
        {"lds",
         QStringLiteral("smoothness"),
         text("How far small changes move answers"),
         {{text("divergence"), false, std::nullopt, 1}},
         {{"lds", text("found"), 0}, {"divergence-after-0", text("at random"), InkMuted, Qt::DashLine}}},
        {"attention-divergence",
         QStringLiteral("attentionDivergence"),
         text("Attention of both views apart"),
         {{text("divergence"), false, std::nullopt, 1}},
         {{"attention-divergence", {}, 0}}},
        {"mean-rate",
         QStringLiteral("augmentationRate"),
         text("Still known after augmentation"),
         {{text("mean rate"), true, std::nullopt, 1}},
         {{"mean-rate", {}, 0}}},
    };
}

void fillScalars(EpochPlot& plot, const ScalarPanel& panel, const RunOnShow& now) {
    std::vector<EpochSeries> series;
    const auto known = [](const std::vector<double>& values) {
        return std::any_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    };
    if (known(scalarHistory(*now.epochs, panel.speaks))) {
        for (const ScalarLine& line : panel.lines) {
            EpochSeries one;
            one.values = scalarHistory(*now.epochs, line.key);
            if (!known(one.values)) continue;
            one.name = line.name;
            one.panel = line.area;
            one.ink = line.ink;
            one.style = line.style;
            for (const EpochSummary& epoch : *now.epochs) one.epochs.push_back(epoch.epoch);
            series.push_back(std::move(one));
        }
    }
    if (!series.empty() || plot.hasData()) plot.setSeries(std::move(series));
}

void fillMeanAnswer(EpochPlot& plot, const RunOnShow& now) {
    constexpr std::size_t kMostNames = 20;
    std::vector<EpochSeries> series;
    const auto dataset = now.workspace.dataset();
    const auto history = classHistory(*now.epochs, "answer-mean");
    for (std::size_t k = 0; k < history.size(); ++k) {
        EpochSeries one;
        one.values = history[k];
        if (dataset && history.size() <= kMostNames && k < dataset->classNames.size())
            one.name = QString::fromStdString(escapeForDisplay(dataset->classNames[k]));
        one.ink = int(k);
        one.style = int(k) / PlotTheme::runColours() % 2 == 1 ? Qt::DashLine : Qt::SolidLine;
        for (const EpochSummary& epoch : *now.epochs) one.epochs.push_back(epoch.epoch);
        series.push_back(std::move(one));
    }
    if (!series.empty() || plot.hasData()) plot.setSeries(std::move(series));
}

namespace {

/// One network's figures against the other's; an epoch without both empties the plot.
void fillScatter(LossScatterPlot& plot, const RunOnShow& now, const std::vector<float>* one,
                 const std::vector<float>* two) {
    if (one == nullptr || two == nullptr || !now.workspace.dataset()) {
        if (plot.hasData()) plot.setLosses({}, {}, {});
        return;
    }
    const TrainingLosses losses = trainingLosses(now.workspace, *now.evidence);
    plot.setLosses(losses.samples, losses.of(*one), losses.of(*two), losses.noisy, losses.truthKnown);
}

} // namespace

void fillLossScatter(LossScatterPlot& plot, const RunOnShow& now) {
    const std::vector<float>* first = now.column("loss-1");
    fillScatter(plot, now, first != nullptr || !now.evidence ? first : &now.evidence->loss, now.column("loss-2"));
}

void fillCleanScatter(LossScatterPlot& plot, const RunOnShow& now) {
    fillScatter(plot, now, now.column("p-clean-1"), now.column("p-clean-2"));
    std::optional<double> threshold; // as it was in force: a preset may have set it
    for (const double value : scalarHistory(*now.epochs, "clean-threshold"))
        if (std::isfinite(value)) threshold = value;
    plot.setThreshold(threshold);
}

void fillCorrection(CorrectionPlot& plot, const RunOnShow& now) {
    const std::vector<float>* w = now.column("w");
    if (w == nullptr || !now.workspace.dataset()) {
        if (plot.hasData()) plot.clear();
        return;
    }
    const TrainingLosses losses = trainingLosses(now.workspace, *now.evidence);
    std::vector<std::uint8_t> differs;
    for (const std::size_t row : losses.rows)
        differs.push_back(now.evidence->prediction[row] != now.workspace.baseLabel(now.evidence->samples[row]) ? 1 : 0);
    plot.setCorrection(losses.loss, losses.of(*w), differs);
}

} // namespace assay::ui
