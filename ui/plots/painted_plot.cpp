// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/painted_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace assay::ui {

PaintedPlot::PaintedPlot(const QString& objectName, const QString& title, QWidget* parent)
    : PlotWidget(objectName, title, parent), m_canvas(new QWidget(this)) {
    m_canvas->setObjectName(objectName + QStringLiteral("Canvas"));
    m_canvas->setMouseTracking(true);
    m_canvas->installEventFilter(this);
    setCanvas(m_canvas);
}

void PaintedPlot::themeChanged() { m_canvas->update(); }

void PaintedPlot::drawFigure(QPaintDevice& device, QSize size) {
    QPainter painter(&device);
    paint(painter, size);
}

bool PaintedPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_canvas) return PlotWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::Paint: {
        QPainter painter(m_canvas);
        paint(painter, m_canvas->size());
        return true;
    }
    case QEvent::MouseMove: {
        auto* mouse = static_cast<QMouseEvent*>(event);
        const QString text = hoverText(mouse->position());
        m_canvas->setCursor(text.isEmpty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
        if (!text.isEmpty()) QToolTip::showText(mouse->globalPosition().toPoint(), text, m_canvas);
        break;
    }
    case QEvent::MouseButtonPress: {
        auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() == Qt::LeftButton) clickedAt(mouse->position());
        break;
    }
    default: break;
    }
    return PlotWidget::eventFilter(watched, event);
}

} // namespace assay::ui
