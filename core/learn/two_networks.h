// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/recipe.h"

namespace assay::learn {

/// Columns "loss-1", "loss-2", "prediction-1", "prediction-2", "disagreement", and the share of training rows on
/// which the two differ as scalar "disagreement".
void recordTwoNetworks(const Run& run, EpochOutcome& outcome);

/// Which rows each of two networks chose in the present epoch.
class Selection {
public:
    /// Forgets the last epoch; the present one visits these rows.
    void begin(const Run& run, const std::vector<std::uint32_t>& visited);
    /// `positions`: int64, into the batch.
    void mark(std::size_t network, const torch::Tensor& positions, const Batch& batch);
    /// Columns "selected-1", "selected-2" (−1: not visited); of the rows that were visited the scalars
    /// "selection-overlap" (both by either), "selected-share" and, where the truth is known, "label-precision" and
    /// "label-recall".
    void record(const Run& run, EpochOutcome& outcome) const;

private:
    std::array<std::vector<std::int8_t>, 2> m_selected; ///< [R] −1 not visited, 0 passed over, 1 selected
};

} // namespace assay::learn
