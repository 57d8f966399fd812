// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/chart_widget.h"

#include <array>
#include <vector>

class QCPAxisRect;
class QCPGraph;
class QCPLegend;

namespace assay::ui {

/// A loss over the probability of the labelled class.
struct LossLine {
    QString name;
    std::vector<double> loss;     ///< [points]
    std::vector<double> gradient; ///< [points] dL/dz_y
};

/// Losses whose gradients are the same but for a factor: they train alike at another learning rate.
struct LossFamily {
    std::vector<std::size_t> members; ///< two or more lines, in order
    std::vector<double> factors;      ///< gradient of each over that of the first
};
[[nodiscard]] std::vector<LossFamily> lossFamilies(const std::vector<LossLine>& lines);

/// Losses over p_y, and beside them how hard each pulls at the label's logit, −dL/dz_y. Losses of one family are drawn
/// through each other: one as a broad line, the others dashed on top.
class LossCurvesPlot final : public ChartWidget {
    Q_OBJECT
public:
    explicit LossCurvesPlot(QWidget* parent = nullptr);

    /// `probabilities`: rising, within (0, 1), as many as each line has points.
    void setCurves(std::vector<double> probabilities, std::vector<LossLine> lines);
    /// Divides every loss by its steepest gradient, so that only shapes differ.
    void setScaled(bool scaled);
    [[nodiscard]] const std::vector<LossLine>& lines() const { return m_lines; }
    /// A sentence for every family: "nce-exp is mae; rce is mae × 9.21."
    [[nodiscard]] QString familyText() const;
    /// The colour of a line's curves.
    [[nodiscard]] QColor lineColour(std::size_t line) const;

    [[nodiscard]] QString dataAsTsv() const override;

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;

private:
    void redraw();
    [[nodiscard]] double scaleOf(const LossLine& line) const;

    std::vector<double> m_p;
    std::vector<LossLine> m_lines;
    std::vector<LossFamily> m_families;
    bool m_scaled = false;
    std::array<QCPAxisRect*, 2> m_rects{}; ///< loss, pull
    std::vector<std::array<QCPGraph*, 2>> m_graphs;
    QCPLegend* m_legend = nullptr;
};

} // namespace assay::ui
