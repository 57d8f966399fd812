// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/matrix_plot.h"

#include "ui/plots/plot_text.h"

#include <QFontInfo>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::ui {
namespace {

constexpr qsizetype kMostWithZeros = 20; ///< columns; in more, zeros would hide the rest
constexpr int kLeastType = 7;            // pixels
constexpr int kEasyType = 9;             // pixels: below, a shorter text in larger type is easier to read
constexpr double kMostOfHeight = 0.35;   // that slanted names may take
constexpr double kMostBeside = 0.35;     // of the width, to the right of the last column's middle

QFont sized(const QFont& type, int pixels) {
    QFont font(type);
    if (pixels > 0 && pixels < QFontInfo(type).pixelSize()) font.setPixelSize(pixels);
    return font;
}

/// The largest type, in pixels, in which the text has room in a cell; 0 where it has none in any.
int typeFor(const QString& text, double width, double height, const QFont& type) {
    for (int pixels = QFontInfo(type).pixelSize(); pixels >= kLeastType; --pixels) {
        const QFontMetricsF metrics(sized(type, pixels));
        if (metrics.horizontalAdvance(text) + 1.5 <= width && metrics.height() * 0.9 <= height) return pixels;
    }
    return 0;
}

} // namespace

MatrixPlot::MatrixPlot(const QString& objectName, const QString& title, QWidget* parent)
    : PaintedPlot(objectName, title, parent) {
    setHasData(false);
}

void MatrixPlot::setMatrix(std::vector<std::vector<double>> values, const QStringList& rows, const QStringList& columns,
                           Format format, std::optional<double> full) {
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
    std::vector<double> names; // how long those of the columns are
    for (const QString& name : m_rows) layout.rowNames = std::max(layout.rowNames, metrics.horizontalAdvance(name));
    for (const QString& name : m_columns) names.push_back(metrics.horizontalAdvance(name));
    const double widest = names.empty() ? 0 : *std::max_element(names.begin(), names.end());
    layout.rowNames = std::min(layout.rowNames + 10, size.width() * 0.35);
    const double titleRoom = metrics.height() + 4;
    const double left = layout.rowNames + (m_rowTitle.isEmpty() ? 0 : titleRoom);
    const double room = std::max(10.0, size.width() - left);
    const double rows = std::max<double>(1, double(m_rows.size()));
    const double columns = std::max<double>(1, double(m_columns.size()));
    const double level = std::max(10.0, room - 8) / columns;
    const auto place = [&](double widestCell, double namesRoom) {
        const double top = namesRoom + (m_columnTitle.isEmpty() ? 0 : titleRoom);
        // Cells no wider than thrice their height look like a table still.
        const double cellHeight = std::min(std::max(10.0, size.height() - top - 6) / rows, widestCell * 1.2);
        const double cellWidth = std::min(widestCell, cellHeight * 3);
        layout.cells = QRectF(left, top, cellWidth * columns, cellHeight * rows);
        return cellWidth;
    };
    if (place(level, metrics.height() + 6) >= widest + 6) return layout;

    // Slanted, in the largest type whose lines keep apart. Only the last names reach past the cells on the right.
    layout.slanted = true;
    const int whole = QFontInfo(type).pixelSize();
    for (layout.namePixels = whole; layout.namePixels >= kLeastType; --layout.namePixels) {
        const double line = metrics.height() * layout.namePixels / whole;
        // Small type is a little wider than its share of the whole.
        const double share = layout.namePixels < whole ? 1.04 * layout.namePixels / whole : 1;
        const double above = line * 0.6 + 4; // what the height of the letters takes, and the gap to the cells
        layout.nameLength =
            std::max(1.0, std::min({widest * share, (size.height() * kMostOfHeight - above) * std::numbers::sqrt2,
                                    room * kMostBeside * std::numbers::sqrt2}));
        double widestCell = level;
        for (std::size_t j = 0; j < names.size(); ++j) {
            const double reach = std::min(names[j] * share, layout.nameLength) / std::numbers::sqrt2 + 4;
            widestCell = std::min(widestCell, (room - reach) / (double(j) + 0.5));
        }
        const double apart =
            place(std::max(1.0, widestCell), layout.nameLength / std::numbers::sqrt2 + above) / std::numbers::sqrt2;
        if (apart >= (layout.namePixels == whole ? line * 0.9 : double(layout.namePixels))) return layout;
    }
    layout.namePixels = 0; // so many columns that their names have no room: the tooltip tells them
    place(level, 4);
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

QString MatrixPlot::shortText(int row, int column) const {
    const double value = m_values[std::size_t(row)][std::size_t(column)];
    QString text = cellText(row, column);
    if (!std::isfinite(value)) return text;
    switch (m_format) {
    case Format::Count:
        if (value >= 999'500) return fixedText(value / 1e6, value < 9.95e6 ? 1 : 0) + QLatin1Char('M');
        if (value >= 999.5) return fixedText(value / 1e3, value < 9'950 ? 1 : 0) + QLatin1Char('k');
        return text;
    case Format::Share:
        if (text == fixedText(std::round(value), 2)) return fixedText(value, 0);
        return text.startsWith(QLatin1Char('0')) ? text.mid(1) : text;
    case Format::Percent: return value > 0 && value < 0.005 ? QStringLiteral("<1") : fixedText(value * 100, 0);
    }
    return text;
}

MatrixPlot::Numbers MatrixPlot::numbersFor(double width, double height, const QFont& type) const {
    if (std::min(width, height) < kLeastType - 1) return {};
    const QFontMetricsF metrics(type);
    for (const bool brief : {false, true}) {
        Numbers numbers;
        QString widest;
        double most = -1;
        for (int row = 0; row < m_rows.size(); ++row)
            for (int column = 0; column < m_columns.size(); ++column) {
                numbers.texts << (brief ? shortText(row, column) : cellText(row, column));
                const double advance = metrics.horizontalAdvance(numbers.texts.back());
                if (advance > most) {
                    most = advance;
                    widest = numbers.texts.back();
                }
            }
        const int pixels = typeFor(widest, width, height, type);
        numbers.type = sized(type, pixels);
        if (pixels >= (brief ? kLeastType : std::min(kEasyType, QFontInfo(type).pixelSize()))) return numbers;
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
    // Around the middle of the cells, but never past the edges of the figure.
    const auto drawTitle = [&](const QString& title, double middle, double length) {
        const QString text = metrics.elidedText(title, Qt::ElideRight, length - 2);
        const double wide = std::min(length, metrics.horizontalAdvance(text) + 2);
        painter.drawText(QRectF(std::clamp(middle - wide / 2, 0.0, length - wide), 0, wide, metrics.height() + 2),
                         Qt::AlignCenter | Qt::TextDontClip, text);
    };
    if (!m_columnTitle.isEmpty()) drawTitle(m_columnTitle, layout.cells.center().x(), size.width());
    if (!m_rowTitle.isEmpty()) {
        painter.save();
        painter.translate(0, size.height());
        painter.rotate(-90);
        drawTitle(m_rowTitle, size.height() - layout.cells.center().y(), size.height());
        painter.restore();
    }
    painter.setPen(t.muted);
    if (h >= kLeastType) {
        QFont low(type);
        if (h < metrics.height() * 0.7) low.setPixelSize(int(h));
        painter.setFont(low);
        for (int row = 0; row < m_rows.size(); ++row) {
            const QRectF place(layout.cells.left() - layout.rowNames, layout.cells.top() + row * h, layout.rowNames - 6,
                               h);
            painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter | Qt::TextDontClip,
                             QFontMetricsF(low).elidedText(m_rows[row], Qt::ElideRight, place.width()));
        }
        painter.setFont(type);
    }
    const QFont steep = sized(type, layout.namePixels);
    for (int column = 0; column < m_columns.size(); ++column) {
        const double x = layout.cells.left() + (column + 0.5) * w;
        if (!layout.slanted) {
            painter.drawText(QRectF(x - w / 2, layout.cells.top() - metrics.height() - 4, w, metrics.height()),
                             Qt::AlignCenter, m_columns[column]);
        } else if (layout.namePixels > 0) {
            painter.save();
            painter.setFont(steep);
            painter.translate(x, layout.cells.top() - 4);
            painter.rotate(-45);
            painter.drawText(QPointF(0, 0),
                             QFontMetricsF(steep).elidedText(m_columns[column], Qt::ElideRight, layout.nameLength + 1));
            painter.restore();
        }
    }
    const Numbers numbers = numbersFor(w, h, type);
    painter.setFont(numbers.type);
    for (int row = 0; row < m_rows.size(); ++row) {
        for (int column = 0; column < m_columns.size(); ++column) {
            const QRectF cell(layout.cells.left() + column * w, layout.cells.top() + row * h, w, h);
            const double value = m_values[std::size_t(row)][std::size_t(column)];
            const QColor fill =
                std::isfinite(value) && value > 0 ? t.sequential(std::clamp(value / m_full, 0.0, 1.0)) : t.grid;
            painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), fill);
            if (numbers.texts.isEmpty() || (value == 0 && m_columns.size() > kMostWithZeros)) continue;
            painter.setPen(PlotTheme::textOn(fill));
            painter.drawText(cell, Qt::AlignCenter | Qt::TextDontClip, numbers.texts[row * m_columns.size() + column]);
        }
    }
    if (m_current) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(t.focus, 2));
        painter.drawRect(
            QRectF(layout.cells.left() + m_current->second * w, layout.cells.top() + m_current->first * h, w, h));
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
