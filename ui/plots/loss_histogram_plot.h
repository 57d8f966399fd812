// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/histogram.h"
#include "core/stats/mixture.h"
#include "ui/plots/chart_widget.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

class QAction;
class QCPGraph;
class QCPItemLine;
class QCPItemRect;
class QCPItemText;
class QComboBox;
class QToolButton;

namespace assay::ui {

/// Losses of the training samples as a filled step curve, with both components of the fitted mixture, their sum,
/// the posterior (right axis, dashed), and the threshold as a line that mouse and arrow keys move. Only counts
/// are drawn, so a redraw costs the same at 1,000 and at 1,000,000 losses. Where a few bars tower over the rest, the
/// linear axis ends below them: they are drawn with a torn edge and their count (see axisCut).
///
/// The threshold is a probability under the fit that was given (setMixture); choosing the other kind of mixture
/// refits at once and changes what is drawn, not what the threshold means.
class LossHistogramPlot final : public ChartWidget {
    Q_OBJECT
public:
    explicit LossHistogramPlot(QWidget* parent = nullptr);

    /// `wrong`: 1 where the label is known to be wrong, aligned with `losses`; empty where no truth is known.
    void setLosses(std::vector<float> losses, std::vector<std::uint8_t> wrong = {});
    /// Losses that stand out in front of the bars, with a tick below each bar that holds some; empty: none.
    void setMarked(std::vector<float> losses);
    [[nodiscard]] const stats::Histogram& markedCounts() const { return m_markedCounts; }
    /// The fit in force; none: fitted here.
    void setMixture(std::optional<stats::MixtureFit> fit);
    /// Both at once: one fit, one redraw.
    void setData(std::vector<float> losses, std::vector<std::uint8_t> wrong, std::optional<stats::MixtureFit> fit);
    void clear();

    [[nodiscard]] double threshold() const { return m_threshold; } ///< on p(noisy)
    void setThreshold(double pNoisy);
    /// Where the line stands; NaN where there is no fit.
    [[nodiscard]] double thresholdLoss() const;
    /// Samples at or past the threshold under the fit in force.
    [[nodiscard]] std::size_t suspects() const;
    /// The count that the label shows, where somebody else decides who is suspect; none: suspects().
    void setSuspectCount(std::optional<std::size_t> count);
    /// Whether the suspects are those past a loss: only then a line and the shade behind it say who they are.
    void setLineShown(bool shown);
    /// p(noisy) of a loss under the fit in force; 0 where there is none.
    [[nodiscard]] double pNoisyAt(double loss) const;

    void setLogScale(bool log);
    [[nodiscard]] bool logScale() const { return m_log; }
    void setTruthShown(bool shown);
    [[nodiscard]] bool truthKnown() const { return !m_wrong.empty(); }
    void setMixtureKind(stats::MixtureKind kind);
    [[nodiscard]] const std::optional<stats::MixtureFit>& shownFit() const { return m_shown; }

    [[nodiscard]] const stats::Histogram& counts() const { return m_counts; }
    [[nodiscard]] const stats::Histogram& wrongCounts() const { return m_wrongCounts; }
    void clearBrush();
    /// Where the linear axis cuts its highest bars; none: every bar is whole.
    [[nodiscard]] std::optional<double> cutAt() const { return m_cutAt; }

    [[nodiscard]] QString dataAsTsv() const override;

Q_SIGNALS:
    void thresholdMoved(double pNoisy); ///< while it moves
    void rangeBrushed(double lo, double hi);
    void brushCleared();

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void canvasPressed(QMouseEvent* event) override;
    void canvasMoved(QMouseEvent* event) override;
    void canvasReleased(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void makeHeader();
    void makeItems();
    void rebuildCounts();
    void rebuildFit();
    void redraw();
    void drawCounts();
    void drawMarked();
    void countMarked();
    void drawCut(const std::vector<double>& heights);
    void drawCurves();
    void placeThreshold();
    void placeThresholdLabel();
    void placeComponentLabels();
    void placeBrush();
    void showThreshold();
    void moveThresholdTo(double loss);
    void updateSummary();
    [[nodiscard]] bool overThreshold(QPointF position) const;
    [[nodiscard]] std::uint64_t highestBar() const;
    [[nodiscard]] std::size_t countIn(double lo, double hi) const;

    std::vector<float> m_losses;
    std::vector<std::uint8_t> m_wrong;
    std::vector<float> m_marked;
    stats::Histogram m_counts, m_wrongCounts, m_markedCounts;
    std::optional<stats::MixtureFit> m_given; ///< the fit in force
    std::optional<stats::MixtureFit> m_shown; ///< what is drawn
    QString m_fitProblem;
    double m_threshold = 0.5;
    double m_lineLoss = 0;
    bool m_lineShown = true;
    std::optional<std::size_t> m_suspectCount;
    std::vector<float> m_posteriors; ///< of every loss under the fit in force
    bool m_log = false;
    bool m_truthShown = true;
    std::optional<stats::MixtureKind> m_chosenKind;
    std::optional<double> m_cutAt;
    bool m_draggingLine = false;
    std::optional<double> m_brushStart;
    std::optional<std::pair<double, double>> m_brush;

    QComboBox* m_kindBox = nullptr;
    QToolButton* m_logButton = nullptr;
    QToolButton* m_truthButton = nullptr;
    QAction* m_wholeAction = nullptr;
    QCPGraph* m_allGraph = nullptr;
    QCPGraph* m_cleanGraph = nullptr;
    QCPGraph* m_wrongGraph = nullptr;
    QCPGraph* m_markedGraph = nullptr;
    QCPGraph* m_rugGraph = nullptr;
    std::array<QCPGraph*, 2> m_componentGraphs{}; ///< clean, noisy
    QCPGraph* m_tornGraph = nullptr;
    QCPGraph* m_sumGraph = nullptr;
    QCPGraph* m_posteriorGraph = nullptr;
    QCPItemLine* m_line = nullptr;
    QCPItemRect* m_shade = nullptr;
    QCPItemText* m_lineLabel = nullptr;
    QCPItemRect* m_brushRect = nullptr;
    QCPItemText* m_brushLabel = nullptr;
    std::array<QCPItemText*, 2> m_componentLabels{};
    std::array<QPointF, 2> m_componentPlaces{}; ///< where they want to stand, in loss and count
    std::array<QCPItemText*, 2> m_truthLabels{};
    QCPItemText* m_cutLabel = nullptr;
    QCPItemText* m_warning = nullptr;
};

} // namespace assay::ui
