// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/matrix_plot.h"

#include "ui/plots/plot_text.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::ui {
namespace {

constexpr double kLeastType = 7; // pixels

} // namespace

MatrixPlot::MatrixPlot(const QString& objectName, const QString& title, QWidget* parent)
    : PaintedPlot(objectName, title, parent) {
    setHasData(false);
}

void MatrixPlot::setMatrix(std::vector<std::vector<double>> values, const QStringList& rows,
                           const QStringList& columns, Format format, std::optional<double> full) {
    m_values = std::move(values);
    m_rows = rows;
    m_columns = columns;
    m_format = format;
    double largest = 0;
    for (auto& row : m_values) {
        row.resize(std::size_t(columns.size()), NAN);
        for (const double v : row)
            if (std::isfinite(v)) largest = std::max(largest, v);
    }
    m_values.resize(std::size_t(rows.size()), std::vector<double>(std::size_t(columns.size()), NAN));
    m_full = full.value_or(largest);
    if (!(m_full > 0)) m_full = 1;
    if (m_current && (m_current->first >= rows.size() || m_current->second >= columns.size())) m_current.reset();
    setHasData(!m_values.empty() && !columns.isEmpty());
    if (hasData()) {
        setSummary(tr("A matrix of %1 rows and %2 columns, largest value %3.")
                       .arg(rows.size())
                       .arg(columns.size())
                       .arg(format == Format::Percent ? percentText(largest) : valueText(largest)));
    }
    canvas()->update();
}

void MatrixPlot::setAxisTitles(const QString& rows, const QString& columns) {
    m_rowTitle = rows;
    m_columnTitle = columns;
    canvas()->update();
}

MatrixPlot::Layout MatrixPlot::layoutFor(QSizeF size, const QFont& type) const {
    const QFontMetricsF metrics(type);
    Layout layout;
    double widestColumn = 0;
    for (const QString& name : m_rows) layout.rowNames = std::max(layout.rowNames, metrics.horizontalAdvance(name));
    for (const QString& name : m_columns) widestColumn = std::max(widestColumn, metrics.horizontalAdvance(name));
    layout.rowNames = std::min(layout.rowNames + 10, size.width() * 0.35);
    const double titleRoom = metrics.height() + 4;
    const double left = layout.rowNames + (m_rowTitle.isEmpty() ? 0 : titleRoom);
    const double rows = std::max<double>(1, double(m_rows.size()));
    const double columns = std::max<double>(1, double(m_columns.size()));
    const auto place = [&](bool slanted) {
        layout.slanted = slanted;
        layout.columnNames = slanted ? std::min(widestColumn * 0.72 + metrics.height(), size.height() * 0.35)
                                     : metrics.height() + 6;
        const double right = slanted ? layout.columnNames * 0.75 : 8;
        const double top = layout.columnNames + (m_columnTitle.isEmpty() ? 0 : titleRoom);
        const double width = std::max(10.0, size.width() - left - right);
        // Cells no wider than thrice their height look like a table still.
        const double cellHeight = std::min(std::max(10.0, size.height() - top - 6) / rows, width / columns * 1.2);
        const double cellWidth = std::min(width / columns, cellHeight * 3);
        layout.cells = QRectF(left, top, cellWidth * columns, cellHeight * rows);
        return cellWidth;
    };
    if (place(false) < widestColumn + 6) place(true);
    return layout;
}

QRectF MatrixPlot::cellRect(int row, int column) const {
    const QRectF cells = layoutFor(QSizeF(canvas()->size()), plotFont(font())).cells;
    const double w = cells.width() / std::max<double>(1, double(m_columns.size()));
    const double h = cells.height() / std::max<double>(1, double(m_rows.size()));
    return {cells.left() + column * w, cells.top() + row * h, w, h};
}

std::optional<std::pair<int, int>> MatrixPlot::cellAt(QPointF position) const {
    if (!hasData()) return std::nullopt;
    const QRectF first = cellRect(0, 0);
    const int column = int(std::floor((position.x() - first.left()) / first.width()));
    const int row = int(std::floor((position.y() - first.top()) / first.height()));
    if (row < 0 || column < 0 || row >= m_rows.size() || column >= m_columns.size()) return std::nullopt;
    return std::pair(row, column);
}

QString MatrixPlot::cellText(int row, int column) const {
    const double value = m_values[std::size_t(row)][std::size_t(column)];
    if (!std::isfinite(value)) return QStringLiteral("–");
    switch (m_format) {
    case Format::Count: return countText(std::uint64_t(std::llround(std::max(0.0, value))));
    case Format::Share: return fixedText(value, 2);
    case Format::Percent: return value == 0 ? QStringLiteral("0") : percentText(value, value < 0.0995 ? 1 : 0);
    }
    return {};
}

QString MatrixPlot::cellSentence(int row, int column) const {
    const QString rowName = m_rowTitle.isEmpty() ? m_rows[row] : m_rowTitle + QLatin1Char(' ') + m_rows[row];
    const QString columnName =
        m_columnTitle.isEmpty() ? m_columns[column] : m_columnTitle + QLatin1Char(' ') + m_columns[column];
    return tr("%1, %2: %3").arg(rowName, columnName, cellText(row, column));
}

void MatrixPlot::paint(QPainter& painter, QSizeF size) const {
    const PlotTheme& t = theme();
    const QFont type = plotFont(font());
    painter.setFont(type);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), t.background);
    if (m_values.empty() || m_columns.isEmpty()) return;
    const Layout layout = layoutFor(size, type);
    const QFontMetricsF metrics(type);
    const double w = layout.cells.width() / double(m_columns.size());
    const double h = layout.cells.height() / double(m_rows.size());
    painter.setPen(t.foreground);
    if (!m_columnTitle.isEmpty())
        painter.drawText(QRectF(layout.cells.left(), 0, layout.cells.width(), metrics.height() + 2), Qt::AlignCenter,
                         m_columnTitle);
    if (!m_rowTitle.isEmpty()) {
        painter.save();
        painter.translate(0, layout.cells.center().y());
        painter.rotate(-90);
        painter.drawText(QRectF(-layout.cells.height() / 2, 0, layout.cells.height(), metrics.height() + 2),
                         Qt::AlignCenter, m_rowTitle);
        painter.restore();
    }
    painter.setPen(t.muted);
    if (h >= kLeastType) {
        QFont low(type);
        if (h < metrics.height() * 0.7) low.setPixelSize(int(h));
        painter.setFont(low);
        for (int row = 0; row < m_rows.size(); ++row) {
            const QRectF place(layout.cells.left() - layout.rowNames, layout.cells.top() + row * h, layout.rowNames - 6, h);
            painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter | Qt::TextDontClip,
                             QFontMetricsF(low).elidedText(m_rows[row], Qt::ElideRight, place.width()));
        }
        painter.setFont(type);
    }
    const double slantedLine = w / std::numbers::sqrt2; // from one slanted name to the next
    QFont steep(type);
    if (slantedLine < metrics.height() * 0.9) steep.setPixelSize(std::max(1, int(slantedLine)));
    for (int column = 0; column < m_columns.size(); ++column) {
        const double x = layout.cells.left() + (column + 0.5) * w;
        if (!layout.slanted) {
            painter.drawText(QRectF(x - w / 2, layout.cells.top() - metrics.height() - 4, w, metrics.height()),
                             Qt::AlignCenter, m_columns[column]);
        } else if (slantedLine >= kLeastType) {
            painter.save();
            painter.setFont(steep);
            painter.translate(x, layout.cells.top() - 4);
            painter.rotate(-45);
            painter.drawText(QPointF(0, 0), QFontMetricsF(steep).elidedText(m_columns[column], Qt::ElideRight,
                                                                            layout.columnNames * 1.35));
            painter.restore();
        }
    }
    for (int row = 0; row < m_rows.size(); ++row) {
        for (int column = 0; column < m_columns.size(); ++column) {
            const QRectF cell(layout.cells.left() + column * w, layout.cells.top() + row * h, w, h);
            const double value = m_values[std::size_t(row)][std::size_t(column)];
            const QColor fill = std::isfinite(value) && value > 0 ? t.sequential(std::clamp(value / m_full, 0.0, 1.0))
                                                                  : t.grid;
            painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), fill);
            const QString text = cellText(row, column);
            if (metrics.horizontalAdvance(text) + 2 > w || metrics.height() * 0.9 > h) continue;
            painter.setPen(PlotTheme::textOn(fill));
            painter.drawText(cell, Qt::AlignCenter, text);
        }
    }
    if (m_current) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(t.focus, 2));
        painter.drawRect(QRectF(layout.cells.left() + m_current->second * w, layout.cells.top() + m_current->first * h,
                                w, h));
    }
}

QString MatrixPlot::hoverText(QPointF position) const {
    const auto part = cellAt(position);
    return part ? cellSentence(part->first, part->second) : QString();
}

void MatrixPlot::clickedAt(QPointF position) {
    const auto part = cellAt(position);
    if (!part) return;
    m_current = part;
    canvas()->update();
    Q_EMIT cellClicked(part->first, part->second);
}

void MatrixPlot::keyPressEvent(QKeyEvent* event) {
    if (!hasData()) return PaintedPlot::keyPressEvent(event);
    auto cell = m_current.value_or(std::pair(0, 0));
    switch (event->key()) {
    case Qt::Key_Left: --cell.second; break;
    case Qt::Key_Right: ++cell.second; break;
    case Qt::Key_Up: --cell.first; break;
    case Qt::Key_Down: ++cell.first; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current) Q_EMIT cellClicked(m_current->first, m_current->second);
        return;
    default: return PaintedPlot::keyPressEvent(event);
    }
    cell.first = std::clamp(cell.first, 0, int(m_rows.size()) - 1);
    cell.second = std::clamp(cell.second, 0, int(m_columns.size()) - 1);
    m_current = cell;
    setSummary(cellSentence(cell.first, cell.second));
    canvas()->update();
}

QString MatrixPlot::dataAsTsv() const {
    QString text = m_rowTitle;
    for (const QString& column : m_columns) text += QLatin1Char('\t') + column;
    text += QLatin1Char('\n');
    for (qsizetype row = 0; row < m_rows.size(); ++row) {
        text += m_rows[row];
        for (const double value : m_values[std::size_t(row)]) text += QLatin1Char('\t') + plainNumber(value);
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
