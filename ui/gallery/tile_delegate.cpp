// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/tile_delegate.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"
#include "ui/session/thumbnail_service.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

constexpr int kMargin = 4;
constexpr int kBarHeight = 3;
constexpr int kMarkSide = 9;
constexpr int kLeastForAgreement = 48;

void drawDiamond(QPainter& painter, QRectF area) {
    const QPointF c = area.center();
    painter.drawPolygon(
        QPolygonF({{c.x(), area.top()}, {area.right(), c.y()}, {c.x(), area.bottom()}, {area.left(), c.y()}}));
}

} // namespace

QString verdictSign(Verdict verdict) {
    switch (verdict) {
    case Verdict::Keep: return QStringLiteral("✔");
    case Verdict::Relabel: return QStringLiteral("✎");
    case Verdict::Flag: return QStringLiteral("⚑");
    case Verdict::Exclude: return QStringLiteral("✕");
    case Verdict::None: break;
    }
    return {};
}

TileDelegate::TileDelegate(const GalleryModel& model, const ThumbnailService& thumbnails, QObject* parent)
    : QStyledItemDelegate(parent), m_model(model), m_thumbnails(thumbnails) {}

QSize TileDelegate::tileSize(const QFontMetrics& metrics) const {
    const int text = m_side >= 56 ? 2 * metrics.height() + 1 : 0;
    return {m_side + 2 * kMargin, m_side + 2 * kMargin + kBarHeight + 3 + text};
}

QSize TileDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return tileSize(option.fontMetrics);
}

void TileDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Tile tile = m_model.tile(index.row());
    const QRect area = option.rect.adjusted(1, 1, -1, -1);
    painter->save();
    const bool selected = option.state & QStyle::State_Selected;
    if (selected) painter->fillRect(area, option.palette.brush(QPalette::Active, QPalette::Highlight));
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(
            option.palette.color(QPalette::Active, selected ? QPalette::HighlightedText : QPalette::Highlight), 2));
        painter->drawRect(area.adjusted(1, 1, -1, -1));
    }
    const QRect picture(option.rect.left() + kMargin, option.rect.top() + kMargin, m_side, m_side);
    if (tile.decision.verdict == Verdict::Exclude) painter->setOpacity(0.35);
    paintThumbnail(*painter, picture, m_thumbnails, tile.sample);
    painter->setOpacity(1);
    const QRect bar(picture.left(), picture.bottom() + 2, m_side, kBarHeight);
    paintScore(*painter, bar, tile, option.palette);
    paintMarks(*painter, picture, tile, option.palette);
    if (m_side >= 56) {
        QRect line(option.rect.left() + 2, bar.bottom() + 1, option.rect.width() - 4, option.fontMetrics.height());
        const QString label = tile.decision.verdict == Verdict::Relabel ? tile.decided : tile.suggested;
        painter->setPen(option.palette.color(QPalette::Active, selected ? QPalette::HighlightedText : QPalette::Text));
        for (const QString& text : {tile.given, label.isEmpty() ? QString() : QStringLiteral("→ ") + label}) {
            painter->drawText(line, Qt::AlignHCenter | Qt::AlignVCenter,
                              option.fontMetrics.elidedText(text, Qt::ElideRight, line.width()));
            line.translate(0, line.height());
        }
    }
    painter->restore();
}

void paintThumbnail(QPainter& painter, const QRect& area, const ThumbnailService& thumbnails, SampleIndex sample) {
    const qreal ratio = painter.device()->devicePixelRatioF();
    QImage image = thumbnails.thumbnail(sample, int(std::lround(area.width() * ratio)));
    if (image.isNull()) {
        painter.fillRect(area, QColor(128, 128, 128, 48));
        return;
    }
    image.setDevicePixelRatio(ratio);
    const QSizeF size = image.deviceIndependentSize();
    const QPointF at(std::floor(area.left() + (area.width() - size.width()) / 2),
                     std::floor(area.top() + (area.height() - size.height()) / 2));
    painter.drawImage(at, image);
}

void paintSuspicion(QPainter& painter, const QRectF& area, bool suspect, const PlotTheme& theme, bool hollow) {
    const QColor colour = suspect ? theme.suspect : theme.clean;
    if (hollow) {
        painter.setBrush(theme.background);
        painter.setPen(QPen(colour, 2));
    } else {
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1));
        painter.setBrush(colour);
    }
    if (suspect) drawDiamond(painter, area.adjusted(-1, -1, 1, 1));
    else painter.drawEllipse(area);
}

void TileDelegate::paintScore(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const {
    if (!std::isfinite(tile.bar) || !tile.hasEvidence) return;
    const PlotTheme theme = PlotTheme::fromPalette(palette);
    painter.fillRect(area, theme.grid);
    const float share = std::clamp(tile.bar, 0.0f, 1.0f);
    painter.fillRect(QRectF(area.left(), area.top(), double(area.width()) * double(share), area.height()),
                     tile.suspect ? theme.suspect : theme.clean);
}

void TileDelegate::paintMarks(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const {
    const PlotTheme theme = PlotTheme::fromPalette(palette);
    painter.setRenderHint(QPainter::Antialiasing);
    if (tile.hasEvidence)
        paintSuspicion(painter, QRectF(area.left() + 2, area.top() + 2, kMarkSide, kMarkSide), tile.suspect, theme,
                       tile.atRandom);
    const QFont plain = painter.font();
    const auto badge = [&](const QRect& place, const QString& text) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(palette.color(QPalette::Active, QPalette::Base));
        painter.setOpacity(tile.pending ? 0.55 : 0.92);
        painter.drawRoundedRect(place, 3, 3);
        painter.setPen(palette.color(QPalette::Active, QPalette::Text));
        painter.drawText(place, Qt::AlignCenter, text);
        painter.setOpacity(1);
    };
    if (const QString sign = verdictSign(tile.decision.verdict); !sign.isEmpty()) {
        QFont font = plain;
        font.setBold(true);
        painter.setFont(font);
        const int side = painter.fontMetrics().height();
        badge({area.right() - side - 1, area.top() + 1, side, side}, sign);
    }
    if (!tile.agreement.isEmpty() && m_side >= kLeastForAgreement) {
        painter.setFont(plotFont(plain));
        const QFontMetrics metrics = painter.fontMetrics();
        const int width = metrics.horizontalAdvance(tile.agreement) + 6;
        const QRect count(area.left() + 1, area.bottom() - metrics.height(), width, metrics.height());
        badge(count, tile.agreement);
        paintSays(painter, QRect(count.right() + 2, count.top(), area.right() - count.right() - 2, count.height()),
                  tile, palette);
    }
    painter.setFont(plain);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

/// A mark for each detector, always in its own place: filled where it suspects the picture. None where they do not fit.
void TileDelegate::paintSays(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const {
    constexpr int kLines = 2, kNarrowest = 3, kWidest = 6;
    const int columns = (int(tile.says.size()) + kLines - 1) / kLines;
    const int height = area.height() / kLines;
    const int step = columns > 0 ? std::min(kWidest, (area.width() - 2) / columns) : 0;
    if (step < kNarrowest) return;
    const PlotTheme theme = PlotTheme::fromPalette(palette);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.background);
    painter.setOpacity(0.92);
    painter.drawRect(QRect(area.left(), area.top(), columns * step + 2, area.height()));
    painter.setOpacity(1);
    for (std::size_t i = 0; i < tile.says.size(); ++i) {
        const int column = int(i) % columns, line = int(i) / columns;
        const QRect mark(area.left() + 2 + column * step, area.top() + 1 + line * height, step - 1, height - 2);
        painter.fillRect(tile.says[i] ? mark : QRect(mark.left(), mark.bottom(), mark.width(), 1),
                         tile.says[i] ? theme.suspect : theme.muted);
    }
    painter.setRenderHint(QPainter::Antialiasing);
}

} // namespace assay::ui
