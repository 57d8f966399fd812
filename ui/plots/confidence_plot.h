// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/pseudo_labels.h"
#include "ui/plots/chart_widget.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

class QCPBars;
class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;

namespace assay::ui {

/// How sure the answers to unlabelled samples are, and from where they count.
struct ConfidenceHistory {
    stats::ConfidenceBins bins;
    std::optional<double> threshold;     ///< in force in this epoch
    std::vector<double> classThresholds; ///< [K] where each class has its own, else empty
    std::vector<QString> classNames;     ///< [K]
};

/// The histogram of the highest probability of unlabelled samples: what was accepted stands on what was not, under the
/// threshold or those of the classes, with the share of right answers of each bin where the truth is known. The figures
/// of all stand above. A click on a bar asks for its samples; arrow keys walk along the bars, Enter asks.
class ConfidencePlot final : public ChartWidget {
    Q_OBJECT
public:
    explicit ConfidencePlot(QWidget* parent = nullptr);

    static constexpr std::size_t kBins = 40; ///< 0.95 and 0.5 are edges

    void setConfidence(ConfidenceHistory confidence);
    void clear();
    [[nodiscard]] const ConfidenceHistory& confidence() const { return m_confidence; }
    /// The middle of a bar's foot, in canvas coordinates.
    [[nodiscard]] QPointF barFoot(std::size_t bin) const;

    [[nodiscard]] QString dataAsTsv() const override;
    void deselect() override;

Q_SIGNALS:
    void binClicked(double from, double to);

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void canvasPressed(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void redraw();
    void drawThresholds();
    void placeLabels();
    void placeLineLabel();
    void setCurrent(std::optional<std::size_t> bin);
    [[nodiscard]] std::optional<std::size_t> binAt(QPointF position) const;
    [[nodiscard]] QString sentence(std::size_t bin) const;
    [[nodiscard]] double from(std::size_t bin) const;

    ConfidenceHistory m_confidence;
    std::optional<std::size_t> m_current;
    QCPBars* m_rejected = nullptr;
    QCPBars* m_accepted = nullptr;
    QCPGraph* m_right = nullptr;
    QCPItemRect* m_mark = nullptr;
    std::vector<QCPItemStraightLine*> m_thresholds; ///< that of all, or those of the classes
    std::array<QCPItemText*, 4> m_labels{};         ///< accepted, not accepted, the line, what is cut off
    QCPItemText* m_lineLabel = nullptr;             ///< of the threshold
};

} // namespace assay::ui
