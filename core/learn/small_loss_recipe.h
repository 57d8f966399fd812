// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/small_loss.h"
#include "core/learn/two_networks.h"

#include <utility>

namespace assay::learn {

/// What the methods of the Co-Teaching family share: two networks, the share of each batch that is kept, and the record
/// of what each network chose. A method adds its step.
class SmallLossRecipe : public Recipe {
public:
    explicit SmallLossRecipe(KeepRate keep) : m_keep(std::move(keep)) {}

    [[nodiscard]] std::size_t networkCount() const override { return 2; }
    Status start(Run& run) override {
        m_keep.start(run);
        return {};
    }
    [[nodiscard]] std::string phase(const Run& run) const override {
        return m_keep.ramping(run) ? "warm-up" : "training";
    }
    BatchPlan plan(Run& run) override {
        for (auto& optimizer : run.optimizers) optimizer->setMomentum(m_keep.momentum(run));
        BatchPlan plan = Recipe::plan(run);
        m_selection.begin(run, plan.order);
        return plan;
    }
    Status finishEpoch(Run& run, EpochOutcome& outcome) override {
        recordTwoNetworks(run, outcome);
        m_selection.record(run, outcome);
        m_keep.finishEpoch(run, outcome);
        return {};
    }
    void save(StateMap& state) const override { m_keep.save(state); }
    Status load(const StateMap& state) override { return m_keep.load(state); }

protected:
    KeepRate m_keep;
    Selection m_selection;
};

} // namespace assay::learn
