// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_plot.h"

#include <array>
#include <cstdint>
#include <span>

namespace assay::ui {

/// Quartiles of the losses of two groups in one epoch; NaN where a group is empty.
struct LossBand {
    int epoch = 0;
    std::array<double, 3> clean{}, noisy{}; ///< 25 %, median, 75 %
};

/// `noisy`: 1 for the noisy group, aligned with `losses`. Losses that are not finite are left out.
[[nodiscard]] LossBand lossBand(int epoch, std::span<const float> losses, std::span<const std::uint8_t> noisy);

/// Median and quartiles of the losses of right and wrong labels over the epochs; where the truth is not known, of
/// suspects and the rest.
class LossBandsPlot final : public EpochPlot {
    Q_OBJECT
public:
    explicit LossBandsPlot(QWidget* parent = nullptr);

    void setBands(const std::vector<LossBand>& bands, bool truthKnown);
};

} // namespace assay::ui
