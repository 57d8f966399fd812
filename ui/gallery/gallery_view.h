// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemView>
#include <QPoint>
#include <QSize>

#include <memory>

class QRubberBand;

namespace assay::ui {

/// A grid of equal tiles, or one row of them: every place is computed, so a million rows cost what is on screen.
/// Selection by click, Ctrl, Shift, rectangle and Ctrl+A; arrows, Home, End, PgUp and PgDn move.
class GalleryView final : public QAbstractItemView {
    Q_OBJECT
public:
    enum class Arrangement { Grid, Strip };
    explicit GalleryView(QWidget* parent = nullptr);
    ~GalleryView() override;

    void setTileSize(QSize size);
    [[nodiscard]] QSize tileSize() const { return m_tile; }
    void setArrangement(Arrangement arrangement);
    [[nodiscard]] Arrangement arrangement() const { return m_arrangement; }
    /// First row on screen and the one after the last.
    [[nodiscard]] std::pair<int, int> visibleRows() const;

    QRect visualRect(const QModelIndex& index) const override;
    void reset() override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    QModelIndex indexAt(const QPoint& point) const override;

Q_SIGNALS:
    void visibleRowsChanged();
    void opened(const QModelIndex& index); ///< double click

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyboardSearch(const QString& search) override;
    bool viewportEvent(QEvent* event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    int horizontalOffset() const override;
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex& index) const override;
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) override;
    QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    void updateGeometries() override;

private:
    [[nodiscard]] int rows() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] QRect contentRect(int row) const;
    void selectIn(const QRect& contentArea, QItemSelectionModel::SelectionFlags flags);

    Arrangement m_arrangement = Arrangement::Grid;
    QSize m_tile{92, 112};
    QPoint m_pressed; ///< in content coordinates
    bool m_banding = false;
    bool m_addToSelection = false;
    std::unique_ptr<QRubberBand> m_band;
};

} // namespace assay::ui
