// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/chart_widget.h"

#include "ui/plots/qcustomplot_include.h"

#include <QMouseEvent>
#include <QToolTip>

namespace assay::ui {

ChartWidget::ChartWidget(const QString& objectName, const QString& title, QWidget* parent)
    : PlotWidget(objectName, title, parent), m_plot(new QCustomPlot(this)) {
    m_plot->setObjectName(objectName + QStringLiteral("Canvas"));
    m_plot->setPlottingHint(QCP::phCacheLabels, true);
    m_plot->setPlottingHint(QCP::phFastPolylines, true);
    m_plot->setMouseTracking(true);
    m_plot->setMinimumSize(60, 40);
    m_plot->setContextMenuPolicy(Qt::CustomContextMenu); // it lets no event of the mouse through to its parent
    connect(m_plot, &QWidget::customContextMenuRequested, this,
            [this](QPoint position) { showMenu(m_plot->mapToGlobal(position)); });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) { canvasPressed(event); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) { canvasMoved(event); });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) { canvasReleased(event); });
    setCanvas(m_plot);
}

void ChartWidget::refresh() {
    if (isVisible()) {
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    } else {
        m_stale = true;
    }
}

void ChartWidget::themeChanged() {
    theme().applyTo(*m_plot, font());
    restyle();
    refresh();
}

void ChartWidget::drawFigure(QPaintDevice& device, QSize size) {
    QCPPainter painter(&device);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRect(QPoint(0, 0), size), theme().background);
    m_plot->toPainter(&painter, size.width(), size.height());
}

void ChartWidget::canvasPressed(QMouseEvent*) {}

void ChartWidget::canvasMoved(QMouseEvent* event) {
    const QString text = hoverText(event->position());
    if (text.isEmpty()) QToolTip::hideText();
    else QToolTip::showText(event->globalPosition().toPoint() + QPoint(8, 4), text, m_plot);
}

void ChartWidget::canvasReleased(QMouseEvent*) {}

void ChartWidget::showEvent(QShowEvent* event) {
    PlotWidget::showEvent(event);
    if (!m_stale) return;
    m_stale = false;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

} // namespace assay::ui
