// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/picture_view.h"

#include "ui/session/thumbnail_service.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace assay::ui {

PictureView::PictureView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureView::setPicture(const QImage& picture, const QString& text) {
    m_picture = picture;
    m_text = text;
    m_fittedSide = 0;
    update();
}

void PictureView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_picture.isNull()) {
        painter.drawText(rect().adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, m_text);
        return;
    }
    const qreal ratio = devicePixelRatioF();
    const int side = int(std::floor(std::min(width(), height()) * ratio));
    if (side != m_fittedSide) {
        m_fitted = fitted(m_picture, side);
        m_fitted.setDevicePixelRatio(ratio);
        m_fittedSide = side;
    }
    const QSizeF size = m_fitted.deviceIndependentSize();
    painter.drawImage(QPointF(std::floor((width() - size.width()) / 2), std::floor((height() - size.height()) / 2)),
                      m_fitted);
}

void PictureView::mouseDoubleClickEvent(QMouseEvent*) { Q_EMIT doubleClicked(); }

} // namespace assay::ui
