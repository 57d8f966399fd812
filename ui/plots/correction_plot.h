// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/histogram.h"
#include "ui/plots/chart_widget.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

class QCPGraph;
class QCPItemText;

namespace assay::ui {

/// How labels are corrected by their loss: per bin of the losses, how far the label is given up for the network's own
/// answer, and how often that answer is another class. NaN where a bin is empty.
struct CorrectionBins {
    stats::Histogram counts;
    std::vector<double> meanW;     ///< [bins] in [0, 1]
    std::vector<double> differing; ///< [bins] share in [0, 1]
};
/// All aligned; `differs`: 1 where the own answer is not the label. Losses that are not finite are left out.
[[nodiscard]] CorrectionBins correctionBins(std::span<const float> losses, std::span<const float> w,
                                            std::span<const std::uint8_t> differs, std::size_t bins);

/// The correction over the histogram of the losses: mean w and the share of own answers that differ, on an axis from 0
/// to 1 of their own.
class CorrectionPlot final : public ChartWidget {
    Q_OBJECT
public:
    explicit CorrectionPlot(QWidget* parent = nullptr);

    void setCorrection(std::span<const float> losses, std::span<const float> w, std::span<const std::uint8_t> differs);
    void clear();
    [[nodiscard]] const CorrectionBins& bins() const { return m_bins; }

    [[nodiscard]] QString dataAsTsv() const override;

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;

private:
    void redraw();

    CorrectionBins m_bins;
    QCPGraph* m_counts = nullptr;
    QCPGraph* m_w = nullptr;
    QCPGraph* m_differing = nullptr;
    std::array<QCPItemText*, 2> m_labels{};
};

} // namespace assay::ui
