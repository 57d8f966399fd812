// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QPixmap>
#include <QPolygonF>

namespace assay::ui {

/// A half-transparent dot of a scatter plot. A picture is copied much faster than a disc is drawn, tens of thousands of
/// times.
[[nodiscard]] inline QPixmap dotPixmap(QColor colour, bool diamond, double scale) {
    constexpr double kSize = 4;
    QPixmap pixmap(QSize(6, 6) * scale);
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    colour.setAlpha(150);
    painter.setBrush(colour);
    if (diamond) painter.drawPolygon(QPolygonF({QPointF(3, 0.4), QPointF(5.6, 3), QPointF(3, 5.6), QPointF(0.4, 3)}));
    else painter.drawEllipse(QRectF(1, 1, kSize, kSize));
    return pixmap;
}

} // namespace assay::ui
