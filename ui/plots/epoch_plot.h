// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/chart_widget.h"

#include <optional>
#include <utility>
#include <vector>

class QCPAxisRect;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPMarginGroup;

namespace assay::ui {

/// One of the stacked areas of an epoch plot.
struct EpochPanel {
    QString label;                                  ///< of the vertical axis, with its unit
    bool percent = false;                           ///< values are shares in [0, 1]
    std::optional<std::pair<double, double>> range; ///< fixed; else from the data
    double height = 1;                              ///< relative to the others
    bool bandsWhole = false;                        ///< bands are what is shown; else the axis may cut them
};

/// A line over epochs.
struct EpochSeries {
    QString name; ///< stands at the end of the line; empty: no label
    int panel = 0;
    int ink = 0; ///< Ink, or number of a run or class
    Qt::PenStyle style = Qt::SolidLine;
    double width = 1.6;
    std::vector<double> epochs;
    std::vector<double> values;       ///< NaN where an epoch has none
    std::vector<double> lower, upper; ///< a band around the line; may be empty
    bool filled = false;              ///< down to zero, or to series `fillTo`
    int fillTo = -1;
    double opacity = 0.35; ///< of what is filled
    bool hatched = false;  ///< filled with strokes
    std::optional<double>
        weight;                ///< where names do not all fit the lightest goes first; a filled area of 0 has no name
    std::vector<double> shown; ///< what hover and copy tell instead of `values` (stacked areas); may be empty
};

/// Lines over epochs in one or more stacked areas that share the horizontal axis; names stand at the ends of the
/// lines, cut where they are long, and a click on an epoch asks for it. Three areas and more ask for more height.
class EpochPlot : public ChartWidget {
    Q_OBJECT
public:
    EpochPlot(const QString& objectName, const QString& title, QWidget* parent = nullptr);

    void setPanels(std::vector<EpochPanel> panels);
    void setSeries(std::vector<EpochSeries> series);
    [[nodiscard]] const std::vector<EpochSeries>& series() const { return m_series; }
    /// The epoch on show; 0: none.
    void setMarkedEpoch(int epoch);
    /// Beside "epoch" under the plot: a key to line styles.
    void setFootnote(const QString& text);

    [[nodiscard]] QString dataAsTsv() const override;

Q_SIGNALS:
    void epochClicked(int epoch);

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void canvasPressed(QMouseEvent* event) override;

private:
    void rebuild();
    void setRanges();
    void fitToSize();
    [[nodiscard]] bool fitNames();
    [[nodiscard]] bool fitAxes();
    void relayout();
    void placeLabels();
    [[nodiscard]] int epochAt(QPointF position) const; ///< 0 outside
    [[nodiscard]] QString text(const EpochSeries& series, double value) const;
    /// A side of the band as it is drawn: an interval over seeds may leave what the quantity can be.
    [[nodiscard]] std::vector<double> bandSide(const EpochSeries& series, const std::vector<double>& side) const;

    std::vector<EpochPanel> m_panels;
    std::vector<EpochSeries> m_series;
    std::vector<QCPAxisRect*> m_rects;
    std::vector<QCPGraph*> m_graphs;                      ///< per series
    std::vector<std::pair<QCPGraph*, QCPGraph*>> m_bands; ///< per series; null where none
    std::vector<QCPItemText*> m_labels;                   ///< per series; null where none
    std::vector<QCPItemStraightLine*> m_marks;            ///< per panel
    QCPMarginGroup* m_margins = nullptr;
    QString m_footnote;
    int m_marked = 0;
    int m_firstEpoch = 0, m_lastEpoch = 0;
};

} // namespace assay::ui
