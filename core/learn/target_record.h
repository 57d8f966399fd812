// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// The last target that each row learnt in an epoch, as its most probable class, for the record.
class TargetRecord {
public:
    /// Forgets the last epoch.
    void begin(const Run& run) {
        m_label.assign(run.data.rows(), float(kNoLabel));
        m_probability.assign(run.data.rows(), 0);
    }
    /// `targets` [B, K], rows that sum to one.
    void mark(const std::vector<std::uint32_t>& rows, const torch::Tensor& targets) {
        const auto [probability, label] = targets.to(torch::kCPU).max(1);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            m_label[rows[i]] = float(label.data_ptr<std::int64_t>()[i]);
            m_probability[rows[i]] = std::min(1.0F, probability.data_ptr<float>()[i]);
        }
    }
    /// Columns "target-label" (−1 where a row learnt nothing) and "target-probability".
    void record(EpochOutcome& outcome) const {
        outcome.evidence.columns["target-label"] = m_label;
        outcome.evidence.columns["target-probability"] = m_probability;
    }

private:
    std::vector<float> m_label, m_probability; ///< [R]
};

} // namespace assay::learn
