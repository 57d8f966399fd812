// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/sample_strip.h"

#include "ui/plots/plot_theme.h"
#include "ui/session/thumbnail_service.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace assay::ui {

namespace {

constexpr int kSide = 42;
constexpr int kGap = 4;
constexpr int kMost = 5;

} // namespace

SampleStrip::SampleStrip(ThumbnailService& thumbnails, QWidget* parent, int rows)
    : QWidget(parent), m_thumbnails(thumbnails), m_rows(rows) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&thumbnails, &ThumbnailService::arrived, this, qOverload<>(&QWidget::update));
}

QSize SampleStrip::sizeHint() const { return {kMost * (kSide + kGap), m_rows * (kSide + 4 + wordHeight())}; }

int SampleStrip::wordHeight() const { return m_words.isEmpty() ? 0 : QFontMetrics(plotFont(font())).height(); }

QRect SampleStrip::place(int i) const {
    return {2 + i % kMost * (kSide + kGap), 2 + i / kMost * (kSide + 4 + wordHeight()), kSide, kSide};
}

void SampleStrip::setSamples(std::vector<SampleIndex> samples, int marked) {
    m_samples = std::move(samples);
    m_marked = marked;
    if (m_samples.size() > std::size_t(kMost * m_rows)) m_samples.resize(std::size_t(kMost * m_rows));
    m_words.clear();
    m_loud.clear();
    update();
}

void SampleStrip::setWords(QStringList words, std::vector<std::uint8_t> loud) {
    m_words = std::move(words);
    m_loud = std::move(loud);
    updateGeometry();
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
                                      std::floor(area.top() + (kSide - size.height()) / 2)),
                              image);
        }
        if (i < m_words.size()) {
            const QFont small = plotFont(font());
            painter.setFont(small);
            const PlotTheme theme = PlotTheme::fromPalette(palette());
            painter.setPen(std::size_t(i) < m_loud.size() && m_loud[std::size_t(i)] ? theme.suspectText : theme.muted);
            painter.drawText(QRect(area.left() - 2, area.bottom() + 1, kSide + kGap, wordHeight()), Qt::AlignCenter,
                             QFontMetrics(small).elidedText(m_words[i], Qt::ElideRight, kSide + kGap - 5));
        }
        if (i == m_marked) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
            painter.drawRect(area.adjusted(-1, -1, 1, 1));
        }
    }
}

bool SampleStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (int i = 0; i < int(m_samples.size()) && i < m_words.size(); ++i)
            if (place(i).contains(help->pos())) {
                QToolTip::showText(help->globalPos(), m_words[i], this);
                return true;
            }
    }
    return QWidget::event(event);
}

void SampleStrip::mousePressEvent(QMouseEvent* event) {
    for (int i = 0; i < int(m_samples.size()); ++i)
        if (place(i).contains(event->pos())) Q_EMIT clicked(m_samples[std::size_t(i)]);
}

} // namespace assay::ui
