// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/plots/chart_widget.h"

#include <QPolygonF>

#include <cstdint>
#include <optional>
#include <vector>

class QComboBox;
class QCPCurve;
class QCPGraph;
class QCPItemEllipse;
class QCPItemText;

namespace assay::ui {

/// Samples as points in the plane, coloured by groups. A loop drawn with the mouse, or a circle moved with the arrow
/// keys, asks for the samples inside.
class FeatureMapPlot final : public ChartWidget {
    Q_OBJECT
public:
    /// Choices of the colouring, in the order of the box.
    enum class Colouring { Given, Suggested, Suspects };

    explicit FeatureMapPlot(QWidget* parent = nullptr);

    /// More than so many are drawn thinned out; selecting counts all.
    static constexpr std::size_t kMostPoints = 50'000;

    struct Points {
        std::vector<SampleIndex> samples;
        std::vector<float> x, y;
        double shareX = 0, shareY = 0; ///< of the variance, for the axes
    };
    /// Aligned; points that are not finite are left out by the caller.
    void setPoints(Points points);
    struct Group {
        QString name;
        int ink = 0; ///< see Ink
        bool diamond = false;
    };
    /// `groupOf` is aligned with the points. `onTheMap`: names stand where their group lies, else in a corner.
    void setGroups(std::vector<Group> groups, std::vector<int> groupOf, bool onTheMap);
    /// A ring around one sample.
    void setMarked(std::optional<SampleIndex> sample);
    /// These stand out, the others are dimmed; in order of index. Empty: none is.
    void setStandingOut(std::vector<SampleIndex> samples);
    [[nodiscard]] std::size_t standingOut() const; ///< so many points

    [[nodiscard]] Colouring colouring() const;
    void setColouring(Colouring colouring);
    /// Those inside a polygon in the plot's coordinates.
    [[nodiscard]] std::vector<SampleIndex> samplesInside(const QPolygonF& polygon) const;
    void clearLasso();

    [[nodiscard]] QString dataAsTsv() const override;

Q_SIGNALS:
    void lassoed(const std::vector<assay::SampleIndex>& samples);
    void sampleClicked(assay::SampleIndex sample);
    void colouringChanged();

protected:
    void restyle() override;
    [[nodiscard]] QString hoverText(QPointF position) const override;
    void canvasPressed(QMouseEvent* event) override;
    void canvasMoved(QMouseEvent* event) override;
    void canvasReleased(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void findStandingOut();
    void redraw();
    void placeNames();
    void spreadNames();
    void placeLasso();
    void placeCircle();
    void placeMark();
    [[nodiscard]] QPolygonF circle() const;
    [[nodiscard]] std::optional<std::size_t> nearest(QPointF position) const;

    Points m_points;
    std::vector<Group> m_groups;
    std::vector<int> m_groupOf;
    bool m_namesOnMap = true;
    QString m_overview; ///< the summary without the circle
    std::optional<SampleIndex> m_marked;
    std::vector<SampleIndex> m_standingOut;
    std::vector<std::uint8_t> m_out; ///< aligned with the points; empty: none is dimmed
    QPolygonF m_lasso;               ///< in coordinates
    bool m_drawing = false;
    bool m_circleShown = false;
    QPointF m_circleCentre{0.5, 0.5}; ///< as a share of the canvas
    double m_circleRadius = 0.1;      ///< as a share of the canvas's shorter side
    QComboBox* m_colourBy = nullptr;
    QCPGraph* m_dimmed = nullptr;
    std::vector<QCPGraph*> m_graphs;
    std::vector<QCPItemText*> m_names;
    std::vector<QPointF> m_nameCentres; ///< in coordinates, of those on the map
    QCPCurve* m_lassoCurve = nullptr;
    QCPCurve* m_circleCurve = nullptr;
    QCPGraph* m_mark = nullptr;
};

} // namespace assay::ui
