// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_sparkline.h"

#include "ui/plots/plot_text.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace assay::ui {

LossSparkline::LossSparkline(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("lossSparkline"));
    setAccessibleName(tr("Loss over the epochs"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LossSparkline::setValues(std::vector<float> losses, std::optional<float> thresholdLoss) {
    m_losses = std::move(losses);
    m_threshold = thresholdLoss && std::isfinite(*thresholdLoss) ? thresholdLoss : std::nullopt;
    m_highest = m_threshold.value_or(0) * 1.15f;
    int epochs = 0;
    int above = 0;
    float last = NAN;
    for (const float loss : m_losses) {
        if (!std::isfinite(loss)) continue;
        ++epochs;
        last = loss;
        m_highest = std::max(m_highest, loss);
        if (m_threshold && loss >= *m_threshold) ++above;
    }
    if (m_highest <= 0) m_highest = 1;
    QString text = epochs == 0 ? tr("No loss recorded yet.")
                               : tr("Loss %1 in the last of %2 epochs.").arg(valueText(double(last))).arg(epochs);
    if (epochs > 0 && m_threshold) text += tr(" Past the threshold in %1.").arg(above);
    setAccessibleDescription(text);
    update();
}

void LossSparkline::setMarkedEpoch(int epoch) {
    m_marked = epoch;
    update();
}

QSize LossSparkline::sizeHint() const { return {220, fontMetrics().height() * 3}; }

QSize LossSparkline::minimumSizeHint() const { return {80, fontMetrics().height() * 2}; }

QRectF LossSparkline::plotArea() const {
    return QRectF(rect()).adjusted(4, 4, -8 - fontMetrics().horizontalAdvance(QStringLiteral("00.00")), -4);
}

int LossSparkline::epochAt(double x) const {
    if (m_losses.empty()) return 0;
    const QRectF area = plotArea();
    const double steps = std::max<double>(1, double(m_losses.size()) - 1);
    return int(std::lround(std::clamp((x - area.left()) / std::max(1.0, area.width()), 0.0, 1.0) * steps)) + 1;
}

void LossSparkline::paintEvent(QPaintEvent*) {
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(plotFont(font()));
    const QRectF area = plotArea();
    std::vector<QPointF> points;
    const double steps = std::max<double>(1, double(m_losses.size()) - 1);
    const auto yOf = [&](double loss) { return area.bottom() - loss / double(m_highest) * area.height(); };
    for (std::size_t i = 0; i < m_losses.size(); ++i)
        if (std::isfinite(m_losses[i]))
            points.emplace_back(area.left() + area.width() * double(i) / steps, yOf(double(m_losses[i])));
    painter.setPen(QPen(theme.grid, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    if (points.empty()) {
        painter.setPen(theme.muted);
        painter.drawText(rect(), Qt::AlignCenter, tr("no loss recorded yet"));
        return;
    }
    QPainterPath path(points.front());
    for (std::size_t i = 1; i < points.size(); ++i) path.lineTo(points[i]);
    const auto stroke = [&](const QColor& colour) {
        painter.setPen(QPen(colour, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(path);
        if (points.size() == 1) painter.drawPoint(points.front());
    };
    QColor lastColour = theme.foreground;
    if (m_threshold) {
        const double y = yOf(double(*m_threshold));
        painter.setPen(QPen(theme.muted, 1, Qt::DotLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.save();
        painter.setClipRect(QRectF(0, y, width(), height() - y));
        stroke(theme.clean);
        painter.setClipRect(QRectF(0, 0, width(), y));
        stroke(theme.suspect);
        painter.restore();
        lastColour = points.back().y() <= y ? theme.suspect : theme.clean;
    } else {
        stroke(theme.foreground);
    }
    if (m_marked >= 1 && std::size_t(m_marked) <= m_losses.size()) {
        const double x = area.left() + area.width() * double(m_marked - 1) / steps;
        painter.setPen(QPen(theme.muted, 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(lastColour);
    painter.drawEllipse(points.back(), 2.6, 2.6);
    double last = 0;
    for (const float loss : m_losses)
        if (std::isfinite(loss)) last = double(loss);
    painter.setPen(theme.foreground);
    const double y = std::clamp(points.back().y(), area.top() + 5, area.bottom() - 5);
    painter.drawText(QRectF(area.right() + 6, y - 10, width() - area.right() - 6, 20), Qt::AlignLeft | Qt::AlignVCenter,
                     fixedText(last, last < 10 ? 2 : 1));
}

void LossSparkline::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && !m_losses.empty()) Q_EMIT epochClicked(epochAt(event->position().x()));
}

void LossSparkline::mouseMoveEvent(QMouseEvent* event) {
    const int epoch = epochAt(event->position().x());
    if (epoch < 1) return;
    QToolTip::showText(event->globalPosition().toPoint(),
                       tr("epoch %1: loss %2").arg(epoch).arg(valueText(double(m_losses[std::size_t(epoch - 1)]))), this);
}

} // namespace assay::ui
