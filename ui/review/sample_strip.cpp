// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/sample_strip.h"

#include "ui/session/thumbnail_service.h"

#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace assay::ui {

namespace {

constexpr int kSide = 42;
constexpr int kGap = 4;
constexpr int kMost = 5;

} // namespace

SampleStrip::SampleStrip(ThumbnailService& thumbnails, QWidget* parent) : QWidget(parent), m_thumbnails(thumbnails) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&thumbnails, &ThumbnailService::arrived, this, qOverload<>(&QWidget::update));
}

QSize SampleStrip::sizeHint() const {
    return {kMost * (kSide + kGap), kSide + 4};
}

QRect SampleStrip::place(int i) const {
    return {2 + i * (kSide + kGap), 2, kSide, kSide};
}

void SampleStrip::setSamples(std::vector<SampleIndex> samples, int marked) {
    m_samples = std::move(samples);
    m_marked = marked;
    if (m_samples.size() > kMost) m_samples.resize(kMost);
    update();
}

void SampleStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const qreal ratio = devicePixelRatioF();
    const int side = int(std::lround(kSide * ratio));
    for (int i = 0; i < int(m_samples.size()); ++i) {
        QImage image = m_thumbnails.thumbnail(m_samples[std::size_t(i)], side);
        const QRect area = place(i);
        if (image.isNull()) {
            m_thumbnails.wantAlso(m_samples[std::size_t(i)], side);
            painter.fillRect(area, QColor(128, 128, 128, 48));
        } else {
            image.setDevicePixelRatio(ratio);
            const QSizeF size = image.deviceIndependentSize();
            painter.drawImage(QPointF(std::floor(area.left() + (kSide - size.width()) / 2),
                                      std::floor(area.top() + (kSide - size.height()) / 2)), image);
        }
        if (i == m_marked) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
            painter.drawRect(area.adjusted(-1, -1, 1, 1));
        }
    }
}

void SampleStrip::mousePressEvent(QMouseEvent* event) {
    for (int i = 0; i < int(m_samples.size()); ++i)
        if (place(i).contains(event->pos())) Q_EMIT clicked(m_samples[std::size_t(i)]);
}

} // namespace assay::ui
