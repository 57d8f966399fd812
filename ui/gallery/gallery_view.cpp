// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gallery/gallery_view.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QRubberBand>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace assay::ui {

GalleryView::GalleryView(QWidget* parent) : QAbstractItemView(parent) {
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setDragEnabled(false);
    setTabKeyNavigation(false);
}

GalleryView::~GalleryView() = default;

void GalleryView::setTileSize(QSize size) {
    if (size == m_tile) return;
    const QModelIndex keep = currentIndex();
    m_tile = size;
    updateGeometries();
    if (keep.isValid()) scrollTo(keep);
    viewport()->update();
    Q_EMIT visibleRowsChanged();
}

void GalleryView::setArrangement(Arrangement arrangement) {
    if (arrangement == m_arrangement) return;
    m_arrangement = arrangement;
    updateGeometries();
    if (currentIndex().isValid()) scrollTo(currentIndex(), PositionAtCenter);
    viewport()->update();
    Q_EMIT visibleRowsChanged();
}

int GalleryView::rows() const { return model() == nullptr ? 0 : model()->rowCount(); }

int GalleryView::columns() const {
    if (m_arrangement == Arrangement::Strip) return std::max(1, rows());
    return std::max(1, viewport()->width() / m_tile.width());
}

QRect GalleryView::contentRect(int row) const {
    const int perLine = columns();
    return {QPoint(row % perLine * m_tile.width(), row / perLine * m_tile.height()), m_tile};
}

std::pair<int, int> GalleryView::visibleRows() const {
    if (rows() == 0) return {0, 0};
    if (m_arrangement == Arrangement::Strip) {
        const int first = horizontalOffset() / m_tile.width();
        return {first, std::min(rows(), first + viewport()->width() / m_tile.width() + 2)};
    }
    const int first = verticalOffset() / m_tile.height() * columns();
    const int lines = viewport()->height() / m_tile.height() + 2;
    return {std::min(first, rows()), std::min(rows(), first + lines * columns())};
}

QRect GalleryView::visualRect(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    return contentRect(index.row()).translated(-horizontalOffset(), -verticalOffset());
}

QModelIndex GalleryView::indexAt(const QPoint& point) const {
    const QPoint at = point + QPoint(horizontalOffset(), verticalOffset());
    const int column = at.x() / m_tile.width(), line = at.y() / m_tile.height();
    if (at.x() < 0 || at.y() < 0 || column >= columns() || (m_arrangement == Arrangement::Strip && line > 0)) return {};
    const int row = line * columns() + column;
    return row < rows() ? model()->index(row, 0) : QModelIndex();
}

void GalleryView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (!index.isValid()) return;
    const QRect area = visualRect(index);
    const bool strip = m_arrangement == Arrangement::Strip;
    QScrollBar* bar = strip ? horizontalScrollBar() : verticalScrollBar();
    const int begin = strip ? area.left() : area.top(), size = strip ? area.width() : area.height();
    const int room = strip ? viewport()->width() : viewport()->height();
    if (hint == PositionAtCenter || strip) bar->setValue(bar->value() + begin - (room - size) / 2);
    else if (hint == PositionAtTop) bar->setValue(bar->value() + begin);
    else if (begin < 0) bar->setValue(bar->value() + begin);
    else if (begin + size > room) bar->setValue(bar->value() + begin + size - room);
}

void GalleryView::reset() {
    QAbstractItemView::reset();
    updateGeometries(); // at once: whoever scrolls next counts on it
}

void GalleryView::updateGeometries() {
    QAbstractItemView::updateGeometries();
    const int lines = (rows() + columns() - 1) / columns();
    const bool strip = m_arrangement == Arrangement::Strip;
    const int height = strip ? 0 : lines * m_tile.height(), width = strip ? rows() * m_tile.width() : 0;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(std::max(1, viewport()->height() / m_tile.height() * m_tile.height()));
    verticalScrollBar()->setSingleStep(m_tile.height() / 2);
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(m_tile.width());
    if (m_arrangement == Arrangement::Grid) setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    else setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(strip ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
}

void GalleryView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().brush(QPalette::Base));
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    const auto [first, end] = visibleRows();
    for (int row = first; row < end; ++row) {
        const QModelIndex index = model()->index(row, 0);
        option.rect = visualRect(index);
        if (!option.rect.intersects(event->rect())) continue;
        option.state = QStyle::State_Enabled;
        if (selectionModel()->isSelected(index)) option.state |= QStyle::State_Selected;
        if (index == currentIndex()) option.state |= QStyle::State_HasFocus;
        itemDelegateForIndex(index)->paint(&painter, option, index);
    }
}

void GalleryView::resizeEvent(QResizeEvent* event) {
    const auto [first, end] = visibleRows();
    QAbstractItemView::resizeEvent(event);
    updateGeometries();
    const bool currentShown = currentIndex().isValid() && currentIndex().row() >= first && currentIndex().row() < end;
    if (currentShown) scrollTo(currentIndex());
    Q_EMIT visibleRowsChanged();
}

void GalleryView::scrollContentsBy(int dx, int dy) {
    viewport()->scroll(dx, dy);
    Q_EMIT visibleRowsChanged();
}

void GalleryView::mousePressEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    m_pressed = event->pos() + QPoint(horizontalOffset(), verticalOffset());
    m_banding = event->button() == Qt::LeftButton && !(event->modifiers() & Qt::ShiftModifier);
    m_addToSelection = event->modifiers() & Qt::ControlModifier;
    QAbstractItemView::mousePressEvent(event);
    if (!index.isValid() && event->button() == Qt::LeftButton && event->modifiers() == Qt::NoModifier) clearSelection();
}

void GalleryView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->pos() + QPoint(horizontalOffset(), verticalOffset());
    if (!m_banding || !(event->buttons() & Qt::LeftButton) ||
        (!m_band && (at - m_pressed).manhattanLength() < QApplication::startDragDistance()))
        return;
    if (!m_band) m_band = std::make_unique<QRubberBand>(QRubberBand::Rectangle, viewport());
    const QRect area = QRect(m_pressed, at).normalized();
    m_band->setGeometry(area.translated(-horizontalOffset(), -verticalOffset()));
    m_band->show();
    selectIn(area, m_addToSelection ? QItemSelectionModel::Select : QItemSelectionModel::ClearAndSelect);
    if (const QModelIndex under = indexAt(event->pos()); under.isValid())
        selectionModel()->setCurrentIndex(under, QItemSelectionModel::NoUpdate);
}

void GalleryView::mouseReleaseEvent(QMouseEvent* event) {
    m_banding = false;
    if (m_band) {
        m_band.reset();
        return;
    }
    QAbstractItemView::mouseReleaseEvent(event);
}

void GalleryView::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    if (index.isValid() && event->button() == Qt::LeftButton) Q_EMIT opened(index);
}

void GalleryView::wheelEvent(QWheelEvent* event) {
    if (m_arrangement == Arrangement::Strip && event->angleDelta().x() == 0) {
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - event->angleDelta().y());
        event->accept();
        return;
    }
    QAbstractItemView::wheelEvent(event);
}

void GalleryView::keyboardSearch(const QString&) {} // letters belong to the review keys

bool GalleryView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave || event->type() == QEvent::HoverMove)
        return QAbstractScrollArea::viewportEvent(event);
    return QAbstractItemView::viewportEvent(event);
}

QModelIndex GalleryView::moveCursor(CursorAction action, Qt::KeyboardModifiers) {
    if (rows() == 0) return {};
    const int perLine = m_arrangement == Arrangement::Strip ? 1 : columns();
    const int page = std::max(1, (m_arrangement == Arrangement::Strip ? viewport()->width() / m_tile.width()
                                                                      : viewport()->height() / m_tile.height()));
    int row = currentIndex().isValid() ? currentIndex().row() : -1;
    if (row < 0) return model()->index(0, 0);
    switch (action) {
    case MoveLeft:
    case MovePrevious: row -= 1; break;
    case MoveRight:
    case MoveNext: row += 1; break;
    case MoveUp: row = row - perLine < 0 ? row : row - perLine; break;
    case MoveDown: row = row + perLine >= rows() ? row : row + perLine; break;
    case MovePageUp: row -= page * perLine; break;
    case MovePageDown: row += page * perLine; break;
    case MoveHome: row = 0; break;
    case MoveEnd: row = rows() - 1; break;
    }
    return model()->index(std::clamp(row, 0, rows() - 1), 0);
}

int GalleryView::horizontalOffset() const {
    return m_arrangement == Arrangement::Strip ? horizontalScrollBar()->value() : 0;
}

int GalleryView::verticalOffset() const {
    return m_arrangement == Arrangement::Grid ? verticalScrollBar()->value() : 0;
}

bool GalleryView::isIndexHidden(const QModelIndex&) const { return false; }

void GalleryView::selectIn(const QRect& area, QItemSelectionModel::SelectionFlags flags) {
    const int left = std::clamp(area.left() / m_tile.width(), 0, columns() - 1);
    const int right = std::clamp(area.right() / m_tile.width(), 0, columns() - 1);
    const int top = std::max(0, area.top() / m_tile.height()), bottom = std::max(0, area.bottom() / m_tile.height());
    QItemSelection selection;
    for (int line = top; line <= bottom; ++line) {
        const int first = line * columns() + left, last = std::min(line * columns() + right, rows() - 1);
        if (first > last) break;
        selection.select(model()->index(first, 0), model()->index(last, 0));
    }
    selectionModel()->select(selection, flags);
}

void GalleryView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) {
    // From the base class: a click (one tile), or Shift (a run of rows between two tiles).
    const QModelIndex begin = indexAt(rect.topLeft()), end = indexAt(rect.bottomRight());
    if (!begin.isValid() && !end.isValid()) {
        selectionModel()->select(QItemSelection(), flags);
        return;
    }
    int first = begin.isValid() ? begin.row() : end.row(), last = end.isValid() ? end.row() : first;
    if (first > last) std::swap(first, last);
    selectionModel()->select(QItemSelection(model()->index(first, 0), model()->index(last, 0)), flags);
}

QRegion GalleryView::visualRegionForSelection(const QItemSelection& selection) const {
    QRegion region;
    const auto [first, end] = visibleRows();
    for (const QItemSelectionRange& range : selection)
        for (int row = std::max(first, range.top()); row < std::min(end, range.bottom() + 1); ++row)
            region += visualRect(model()->index(row, 0));
    return region;
}

} // namespace assay::ui
