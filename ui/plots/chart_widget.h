// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_widget.h"

class QCPAxisRect;
class QCustomPlot;
class QMouseEvent;

namespace assay::ui {

/// A plot that is drawn by QCustomPlot. Redraws are asked for, and happen once per turn of the event loop, and
/// only while the plot can be seen.
class ChartWidget : public PlotWidget {
    Q_OBJECT
public:
    ChartWidget(const QString& objectName, const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] QCustomPlot& plot() const { return *m_plot; }

protected:
    void refresh();
    void themeChanged() override;
    void drawFigure(QPaintDevice& device, QSize size) override;
    /// Colours of a subclass's own lines and labels, from theme().
    virtual void restyle() = 0;
    /// What the pointer is over, in a line or two; empty where nothing.
    [[nodiscard]] virtual QString hoverText(QPointF position) const = 0;
    virtual void canvasPressed(QMouseEvent* event);
    virtual void canvasMoved(QMouseEvent* event);
    virtual void canvasReleased(QMouseEvent* event);

    void showEvent(QShowEvent* event) override;

private:
    QCustomPlot* m_plot = nullptr;
    bool m_stale = false;
};

} // namespace assay::ui
