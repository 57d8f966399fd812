// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_widget.h"

namespace assay::ui {

/// A plot that paints itself on a canvas, whose parts are pointed at and clicked.
class PaintedPlot : public PlotWidget {
    Q_OBJECT
public:
    PaintedPlot(const QString& objectName, const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] QWidget* canvas() const { return m_canvas; }

protected:
    virtual void paint(QPainter& painter, QSizeF size) const = 0;
    /// The part below the pointer, in a sentence; empty where there is none.
    [[nodiscard]] virtual QString hoverText(QPointF position) const = 0;
    /// The left button was pressed there.
    virtual void clickedAt(QPointF position) = 0;

    void themeChanged() override;
    void drawFigure(QPaintDevice& device, QSize size) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* m_canvas = nullptr;
};

} // namespace assay::ui
