// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/plots/chart_widget.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

class QCPColorMap;
class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;

namespace assay::ui {

/// What two networks say of a sample, and how the plot speaks of it.
struct ScatterSubject {
    QString objectName, title, emptyText;
    QString quantity;         ///< "loss": axes are "loss of network 1", "loss of network 2"
    bool probability = false; ///< axes are fixed to [0, 1]
};

/// A figure of two networks against each other (their losses; else as `subject` says), a point per sample up to 20,000,
/// beyond that a density map. A rectangle drawn with the mouse, or moved with the arrow keys, asks for the samples
/// inside.
class LossScatterPlot final : public ChartWidget {
    Q_OBJECT
public:
    explicit LossScatterPlot(QWidget* parent = nullptr);
    explicit LossScatterPlot(ScatterSubject subject, QWidget* parent = nullptr);

    static constexpr std::size_t kMostPoints = 20'000;

    /// All aligned. `noisy`: 1 for the second group (wrong labels where `truthKnown`, else suspects); may be empty.
    /// Pairs that are not finite are left out.
    void setLosses(std::vector<SampleIndex> samples, std::vector<float> loss1, std::vector<float> loss2,
                   std::vector<std::uint8_t> noisy = {}, bool truthKnown = false);
    /// Those inside, borders included.
    [[nodiscard]] std::vector<SampleIndex> samplesIn(double lo1, double hi1, double lo2, double hi2) const;
    [[nodiscard]] bool drawnAsDensity() const { return m_density; }
    /// A line across each axis, from which a network believes a label; nothing: none.
    void setThreshold(std::optional<double> threshold);
    void clearBrush();

    [[nodiscard]] QString dataAsTsv() const override;

Q_SIGNALS:
    void brushed(const std::vector<assay::SampleIndex>& samples);
    void brushCleared();

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void canvasPressed(QMouseEvent* event) override;
    void canvasMoved(QMouseEvent* event) override;
    void canvasReleased(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void redraw();
    void placeBrush();
    void updateSummary();
    [[nodiscard]] std::vector<SampleIndex> brushedSamples() const;

    const ScatterSubject m_subject;
    std::vector<SampleIndex> m_samples;
    std::vector<float> m_loss1, m_loss2;
    std::vector<std::uint8_t> m_noisy;
    bool m_truthKnown = false;
    bool m_density = false;
    double m_highest = 1;
    std::optional<QPointF> m_brushStart;
    std::optional<std::pair<QPointF, QPointF>> m_brush; ///< in losses
    std::array<QCPGraph*, 2> m_points{};
    QCPColorMap* m_map = nullptr;
    QCPItemStraightLine* m_diagonal = nullptr;
    std::array<QCPItemStraightLine*, 2> m_thresholds{}; ///< across the first axis, across the second
    QCPItemRect* m_brushRect = nullptr;
    QCPItemText* m_brushLabel = nullptr;
    std::array<QCPItemText*, 2> m_groupLabels{};
};

} // namespace assay::ui
