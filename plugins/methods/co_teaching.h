// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace assay {

/// R(T) of Co-Teaching: the share of a batch that is kept (Han et al., NeurIPS 2018).
struct KeepSchedule {
    double noiseRate = 0.2;   ///< τ
    double exponent = 1;      ///< c: the ramp ends at τ^c
    int ramp = 10;            ///< T_k, epochs
    double smallestKeep = 0;  ///< R_min
    /// Share that is forgotten in epoch `epoch` (from 0): linear from 0 to τ^c over T_k epochs, both ends included, then τ.
    [[nodiscard]] double forget(int epoch) const;
    /// max(1 − forget, R_min).
    [[nodiscard]] double keep(int epoch) const;
    /// Samples kept of a batch: at least one.
    [[nodiscard]] std::size_t count(int epoch, std::size_t batch) const;
};

} // namespace assay
