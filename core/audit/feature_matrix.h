// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

/// By what a run compares samples, at the end of an epoch: what the last layer of its network sees, or the
/// representation that the method learns for the purpose. Immutable once published.
struct FeatureMatrix {
    int epoch = 0;             ///< counted from 1
    std::size_t dimension = 0; ///< D
    std::vector<float> values; ///< [N, D], a row for every sample of the data set; NaN where it took no part

    [[nodiscard]] std::size_t rows() const { return dimension > 0 ? values.size() / dimension : 0; }
    [[nodiscard]] std::span<const float> row(std::size_t sample) const {
        return std::span(values).subspan(sample * dimension, dimension);
    }
    [[nodiscard]] bool has(std::size_t sample) const { return !std::isnan(values[sample * dimension]); }
};

} // namespace assay
