// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/pseudo_labels.h"
#include "ui/runs/train_panels.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace assay::ui {

class ConfidencePlot;
class PseudoClassPlot;
class PseudoLabelPlot;

/// The pseudo-labels of one epoch, from its evidence. The first four are aligned: the unlabelled training samples.
struct PseudoLabels {
    std::vector<SampleIndex> samples;
    std::vector<float> confidence;                ///< highest probability
    std::vector<Label> accepted;                  ///< kNoLabel: none
    std::vector<std::int8_t> right;               ///< the answer (accepted or not): 1 right, 0 wrong, −1 unknown
    std::vector<double> counts;                   ///< [K] accepted
    std::vector<double> countsRight, countsKnown; ///< [K] of those
    std::vector<double> expected;                 ///< [K] part of each class among the labels that count; sums to 1
    std::optional<double> threshold;              ///< in force
    std::vector<double> classThresholds;          ///< [K], or empty
    stats::ClassDrift drift;
};

/// What the Train page knows of the pseudo-labels of the epoch on show; computed once per epoch. GUI thread.
class PseudoMonitor final {
public:
    /// Nothing for a run that makes none, or while its evidence is read.
    void update(const RunOnShow& now);
    [[nodiscard]] const std::optional<PseudoLabels>& labels() const { return m_labels; }

    void fill(PseudoClassPlot& plot, const RunOnShow& now) const;
    void fill(ConfidencePlot& plot, const RunOnShow& now) const;

    [[nodiscard]] int epoch() const {
        return m_labels && m_of ? m_of->epoch : 0;
    } ///< whose pseudo-labels they are; 0: none
    [[nodiscard]] std::vector<SampleIndex>
    ofClasses(const std::vector<std::size_t>& classes) const;                     ///< accepted as one of these
    [[nodiscard]] std::vector<SampleIndex> between(double from, double to) const; ///< confidence in [from, to)
    /// Names of classes, with "and n more" where they are many.
    [[nodiscard]] static QString namesOf(const Workspace& workspace, const std::vector<std::size_t>& classes);
    /// Who takes over, who is left out, in a sentence; empty where nobody does.
    [[nodiscard]] QString warning(const Workspace& workspace) const;

private:
    std::optional<PseudoLabels> m_labels;
    std::shared_ptr<const Evidence> m_of;
    std::shared_ptr<const LabelSet> m_against;
};

/// What an epoch's evidence says of pseudo-labels; nothing where it has no column "pseudo-label".
[[nodiscard]] std::optional<PseudoLabels> pseudoLabels(const RunOnShow& now);

} // namespace assay::ui
