// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/gallery_model.h"

#include <QStyledItemDelegate>

namespace assay::ui {

class ThumbnailService;
struct PlotTheme;

/// Draws a tile: picture, given → suggested label, score bar, the mark of suspicion (◆ orange, ● blue) and of the
/// decision (✔ ✎ ⚑ ✕); in the queue of all detectors, how many of them suspect it and, where there is room, which. What
/// is asked about at random has a hollow mark.
class TileDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    TileDelegate(const GalleryModel& model, const ThumbnailService& thumbnails, QObject* parent = nullptr);

    void setPictureSide(int side) { m_side = side; } ///< in device-independent pixels
    [[nodiscard]] int pictureSide() const { return m_side; }
    /// Size of a whole tile for the font in use.
    [[nodiscard]] QSize tileSize(const QFontMetrics& metrics) const;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    void paintScore(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const;
    void paintSays(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const;
    void paintMarks(QPainter& painter, const QRect& area, const Tile& tile, const QPalette& palette) const;

    const GalleryModel& m_model;
    const ThumbnailService& m_thumbnails;
    int m_side = 84;
};

/// A sample's thumbnail in the middle of a square of `side` pixels; grey where it is not made yet.
void paintThumbnail(QPainter& painter, const QRect& area, const ThumbnailService& thumbnails, SampleIndex sample);
/// ◆ in orange or ● in blue; its outline alone where it is `hollow`.
void paintSuspicion(QPainter& painter, const QRectF& area, bool suspect, const PlotTheme& theme, bool hollow = false);

/// The sign of a decision: ✔ ✎ ⚑ ✕, or nothing.
[[nodiscard]] QString verdictSign(Verdict verdict);

} // namespace assay::ui
