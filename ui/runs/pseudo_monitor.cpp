// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/pseudo_monitor.h"

#include "core/audit/pseudo_confidence.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/confidence_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/pseudo_class_plot.h"
#include "ui/session/workspace.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::ui {
namespace {

constexpr std::size_t kMostNamed = 5;

QString text(const char* words) { return QCoreApplication::translate("PseudoMonitor", words); }

const EpochSummary* summaryOf(const RunOnShow& now) {
    const auto at = std::find_if(now.epochs->begin(), now.epochs->end(),
                                 [&](const EpochSummary& epoch) { return epoch.epoch == now.evidence->epoch; });
    return at == now.epochs->end() ? nullptr : &*at;
}

/// The threshold of an epoch: what the method reports, else what it was set to.
std::optional<double> thresholdOf(const RunOnShow& now, const EpochSummary* epoch) {
    if (epoch != nullptr)
        if (const auto found = epoch->scalars.find("threshold");
            found != epoch->scalars.end() && std::isfinite(found->second))
            return found->second;
    if (!now.run) return std::nullopt;
    const auto curriculum = now.run->config.settings.find("curriculum");
    if (curriculum != now.run->config.settings.end() && curriculum->second == ParamValue(true)) return std::nullopt;
    const auto set = now.run->config.settings.find("threshold");
    const double* value = set == now.run->config.settings.end() ? nullptr : std::get_if<double>(&set->second);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

} // namespace

std::optional<PseudoLabels> pseudoLabels(const RunOnShow& now) {
    const auto dataset = now.workspace.dataset();
    const std::vector<float>* pseudo = now.column("pseudo-label");
    if (pseudo == nullptr || !dataset) return std::nullopt;
    const std::vector<float>* labelled = now.column("labelled");
    const std::vector<float>& confidence = pseudoConfidence(*now.evidence);
    const auto classes = std::size_t(std::max(1, dataset->classCount()));
    PseudoLabels found;
    for (auto* counts : {&found.counts, &found.countsRight, &found.countsKnown, &found.expected})
        counts->assign(classes, 0);
    std::vector<std::uint8_t> accepted;
    for (std::size_t row = 0; row < now.evidence->size(); ++row) {
        const SampleIndex sample = now.evidence->samples[row];
        if (sample.value >= dataset->size() || dataset->splits[sample.value] != Split::Train) continue;
        if (labelled != nullptr && (*labelled)[row] > 0.5f) {
            const Label label = now.workspace.baseLabel(sample);
            if (label >= 0 && std::size_t(label) < classes) found.expected[std::size_t(label)] += 1;
            continue;
        }
        const float value = (*pseudo)[row];
        const Label label = value >= 0 && std::size_t(value) < classes ? Label(std::lround(value)) : kNoLabel;
        const Label answer = pseudoAnswer(*now.evidence, row);
        const Label truth = now.workspace.trueLabel(sample);
        found.samples.push_back(sample);
        found.confidence.push_back(confidence[row]);
        found.accepted.push_back(label);
        found.right.push_back(std::int8_t(truth == kNoLabel ? -1 : truth == answer ? 1 : 0));
        accepted.push_back(label != kNoLabel ? 1 : 0);
        if (label == kNoLabel) continue;
        found.counts[std::size_t(label)] += 1;
        if (truth == kNoLabel) continue;
        found.countsKnown[std::size_t(label)] += 1;
        found.countsRight[std::size_t(label)] += truth == label ? 1 : 0;
    }
    const double all = std::accumulate(found.expected.begin(), found.expected.end(), 0.0);
    for (double& part : found.expected) part = all > 0 ? part / all : 1.0 / double(classes);
    found.drift = stats::classDrift(found.counts, found.expected);
    const EpochSummary* epoch = summaryOf(now);
    found.threshold = thresholdOf(now, epoch);
    if (epoch != nullptr)
        if (const auto each = epoch->perClass.find("threshold");
            each != epoch->perClass.end() && each->second.size() == classes)
            found.classThresholds = each->second;
    return found;
}

void PseudoMonitor::update(const RunOnShow& now) {
    const auto against = now.workspace.baseLabels();
    if (m_of == now.evidence && m_against == against) return;
    m_of = now.evidence;
    m_against = against;
    m_labels = pseudoLabels(now);
}

void PseudoMonitor::fill(PseudoClassPlot& plot, const RunOnShow& now) const {
    if (!m_labels) {
        if (plot.hasData()) plot.setClasses({});
        return;
    }
    const double all = std::accumulate(m_labels->counts.begin(), m_labels->counts.end(), 0.0);
    std::vector<PseudoClass> classes;
    for (std::size_t k = 0; k < m_labels->counts.size(); ++k) {
        PseudoClass one;
        one.name = className(now.workspace, Label(k));
        one.accepted = std::uint64_t(m_labels->counts[k]);
        one.right = std::uint64_t(m_labels->countsRight[k]);
        one.known = std::uint64_t(m_labels->countsKnown[k]);
        one.expected = m_labels->expected[k] * all;
        if (!m_labels->classThresholds.empty()) one.threshold = m_labels->classThresholds[k];
        one.flooded = std::find(m_labels->drift.flooded.begin(), m_labels->drift.flooded.end(), k) !=
                      m_labels->drift.flooded.end();
        one.starved = std::find(m_labels->drift.starved.begin(), m_labels->drift.starved.end(), k) !=
                      m_labels->drift.starved.end();
        classes.push_back(std::move(one));
    }
    plot.setClasses(std::move(classes));
}

void PseudoMonitor::fill(ConfidencePlot& plot, const RunOnShow& now) const {
    if (!m_labels) {
        if (plot.hasData()) plot.clear();
        return;
    }
    std::vector<std::uint8_t> accepted;
    for (const Label label : m_labels->accepted) accepted.push_back(label != kNoLabel ? 1 : 0);
    ConfidenceHistory shown;
    shown.bins = stats::confidenceBins(m_labels->confidence, accepted, m_labels->right, ConfidencePlot::kBins);
    shown.threshold = m_labels->threshold;
    shown.classThresholds = m_labels->classThresholds;
    for (std::size_t k = 0; k < m_labels->counts.size(); ++k)
        shown.classNames.push_back(className(now.workspace, Label(k)));
    plot.setConfidence(std::move(shown));
}

std::vector<SampleIndex> PseudoMonitor::ofClasses(const std::vector<std::size_t>& classes) const {
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; m_labels && i < m_labels->samples.size(); ++i) {
        const Label label = m_labels->accepted[i];
        if (label != kNoLabel && std::find(classes.begin(), classes.end(), std::size_t(label)) != classes.end())
            samples.push_back(m_labels->samples[i]);
    }
    return samples;
}

std::vector<SampleIndex> PseudoMonitor::between(double from, double to) const {
    std::vector<SampleIndex> samples;
    constexpr double kEdge = 1e-6; // as the bins have it
    for (std::size_t i = 0; m_labels && i < m_labels->samples.size(); ++i) {
        const double confidence = double(m_labels->confidence[i]) + kEdge;
        if (confidence >= from && (confidence < to || to >= 1)) samples.push_back(m_labels->samples[i]);
    }
    return samples;
}

QString PseudoMonitor::namesOf(const Workspace& workspace, const std::vector<std::size_t>& classes) {
    QStringList names;
    for (std::size_t i = 0; i < std::min(classes.size(), kMostNamed); ++i)
        names << className(workspace, Label(classes[i]));
    if (classes.size() > kMostNamed) names << text("%1 more").arg(classes.size() - kMostNamed);
    return names.join(QStringLiteral(", "));
}

QString PseudoMonitor::warning(const Workspace& workspace) const {
    if (!m_labels || m_labels->drift.flooded.empty()) return {};
    const double all = std::accumulate(m_labels->counts.begin(), m_labels->counts.end(), 0.0);
    const std::vector<std::size_t>& flooded = m_labels->drift.flooded;
    QStringList shares;
    for (std::size_t i = 0; i < std::min(flooded.size(), kMostNamed); ++i)
        shares << text("%1 (%2 of the pseudo-labels, %3 of the labels)")
                      .arg(className(workspace, Label(flooded[i])), percentText(m_labels->counts[flooded[i]] / all, 0),
                           percentText(m_labels->expected[flooded[i]], 0));
    if (flooded.size() > kMostNamed) shares << text("%1 more").arg(flooded.size() - kMostNamed);
    QString sentence = flooded.size() > 1 ? text("Classes take over: %1.") : text("A class takes over: %1.");
    sentence = sentence.arg(shares.join(QStringLiteral(", ")));
    if (!m_labels->drift.starved.empty())
        sentence += QLatin1Char(' ') + text("Hardly any: %1.").arg(namesOf(workspace, m_labels->drift.starved));
    return sentence;
}

} // namespace assay::ui
