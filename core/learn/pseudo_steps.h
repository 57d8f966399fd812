// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/pseudo_record.h"
#include "core/learn/semi_supervised.h"

namespace assay::learn {

/// Semi-supervised methods that learn pseudo-labels in every step, with their record.
class PseudoSteps : public SemiSupervised {
public:
    using SemiSupervised::SemiSupervised;

    Status start(Run& run) override {
        ASSAY_CHECK_STATUS(SemiSupervised::start(run));
        m_record.start(run);
        return {};
    }
    void save(StateMap& state) const override {
        SemiSupervised::save(state);
        m_record.save(state);
    }
    Status load(const StateMap& state) override {
        m_record.load(state);
        return SemiSupervised::load(state);
    }

protected:
    /// Confidence from which the next epoch learns an answer; nothing: it learns none.
    [[nodiscard]] virtual std::optional<double> threshold(const Run& run) const = 0;
    /// Weight of the unlabelled pictures after this share of the run, where it changes over the run; told as the scalar
    /// "unlabelled-weight".
    [[nodiscard]] virtual std::optional<double> unlabelledWeight(double progress) const {
        (void)progress;
        return {};
    }

    Status record(Run& run, EpochOutcome& outcome) override {
        if (const auto weight = unlabelledWeight(progressAtEnd(run)))
            outcome.report.scalars["unlabelled-weight"] = choice().warmingUp(run) ? 0 : *weight;
        const auto& labelled = choice().labelled();
        const auto least = choice().warmingUp(run) ? std::nullopt : threshold(run);
        m_record.record(run, outcome, labelled,
                        least ? decideByThreshold(run, outcome, labelled, *least)
                              : PseudoDecision{std::vector<Label>(run.data.rows(), kNoLabel), 1, {}});
        return {};
    }
    [[nodiscard]] PseudoRecord& pseudoRecord() { return m_record; }

private:
    PseudoRecord m_record;
};

} // namespace assay::learn
