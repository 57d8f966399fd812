// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/pseudo_class_plot.h"

#include "ui/plots/plot_text.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace assay::ui {
namespace {

constexpr double kBesideKey = 8;

} // namespace

PseudoClassPlot::PseudoClassPlot(QWidget* parent)
    : PaintedPlot(QStringLiteral("pseudoClasses"), tr("Pseudo-labels by class"), parent) {
    setEmptyText(tr("Methods that give labels of their own show here how many each class got."));
    setFocusPolicy(Qt::StrongFocus);
    setExpandable(true);
    setHasData(false);
}

void PseudoClassPlot::setClasses(std::vector<PseudoClass> classes) {
    m_classes = std::move(classes);
    if (m_current && *m_current >= int(m_classes.size())) m_current.reset();
    const auto total = [&](auto&& of) {
        return std::accumulate(m_classes.begin(), m_classes.end(), std::uint64_t(0),
                               [&](std::uint64_t all, const PseudoClass& one) { return all + of(one); });
    };
    const std::uint64_t all = total([](const PseudoClass& one) { return one.accepted; });
    setHasData(!m_classes.empty());
    if (hasData()) {
        const std::uint64_t known = total([](const PseudoClass& one) { return one.known; });
        const std::uint64_t right = total([](const PseudoClass& one) { return one.right; });
        setSummary(known > 0 ? tr("%1 pseudo-labels in %2 classes, %3 of them right.")
                                   .arg(countText(all))
                                   .arg(m_classes.size())
                                   .arg(percentText(double(right) / double(known)))
                             : tr("%1 pseudo-labels in %2 classes.").arg(countText(all)).arg(m_classes.size()));
    }
    canvas()->update();
}

void PseudoClassPlot::deselect() {
    if (!m_current) return;
    m_current.reset();
    setClasses(std::exchange(m_classes, {})); // its summary is that of all again
}

/// What the marks mean and how many classes there are, on a second line where the first has no room.
QStringList PseudoClassPlot::keyFor(std::size_t rows, const QFontMetricsF& metrics, double width) const {
    const QString apart = QStringLiteral("   ");
    QString marks = tr("╎ its part of the labels");
    if (std::any_of(m_classes.begin(), m_classes.end(), [](const PseudoClass& one) { return one.known > 0; }))
        marks.prepend(tr("■ right ■ wrong") + apart);
    if (rows >= m_classes.size()) return {marks};
    const QString some = tr("the %1 largest of %2 classes").arg(rows).arg(m_classes.size());
    if (metrics.horizontalAdvance(marks + apart + some) <= width - 2 * kBesideKey) return {marks + apart + some};
    return {marks, some};
}

QString PseudoClassPlot::figureText(const PseudoClass& one) const {
    QString text = countText(one.accepted);
    if (one.known > 0) text += QStringLiteral(" · ") + percentText(double(one.right) / double(one.known), 0);
    if (one.threshold) text += tr(" · from %1").arg(fixedText(*one.threshold, 2));
    return text;
}

PseudoClassPlot::Layout PseudoClassPlot::layoutFor(QSizeF size) const {
    const QFontMetricsF metrics(plotFont(font()));
    Layout layout;
    layout.top = 4;
    const double least = metrics.height() * 1.05;
    double room = 0;
    std::size_t fits = m_classes.size();
    for (int pass = 0; pass < 2; ++pass) { // fewer rows may need a longer key, and that leaves room for fewer
        layout.key = keyFor(std::min(fits, m_classes.size()), metrics, size.width());
        layout.footer = double(layout.key.size()) * metrics.height() + 4;
        room = size.height() - layout.top - layout.footer;
        fits = std::size_t(std::max(1.0, std::floor(room / least)));
    }
    layout.key = keyFor(std::min(fits, m_classes.size()), metrics, size.width());
    layout.rows.resize(m_classes.size());
    std::iota(layout.rows.begin(), layout.rows.end(), 0);
    if (layout.rows.size() > fits) {
        std::stable_sort(layout.rows.begin(), layout.rows.end(), [&](int a, int b) {
            return m_classes[std::size_t(a)].accepted > m_classes[std::size_t(b)].accepted;
        });
        layout.rows.resize(fits);
    }
    layout.rowHeight = std::min(room / double(std::max<std::size_t>(1, layout.rows.size())), least * 2);
    double names = 0;
    double figures = 0;
    for (const int label : layout.rows) {
        const PseudoClass& one = m_classes[std::size_t(label)];
        names = std::max(names, metrics.horizontalAdvance(one.name));
        figures = std::max(figures, metrics.horizontalAdvance(figureText(one)));
        layout.full = std::max({layout.full, double(one.accepted), one.expected});
    }
    layout.bars = std::min(names + metrics.horizontalAdvance(QStringLiteral("◆ ")) + 10, size.width() * 0.35);
    layout.barsEnd = std::max(layout.bars + 20, size.width() - figures - 14);
    return layout;
}

void PseudoClassPlot::paint(QPainter& painter, QSizeF size) const {
    const PlotTheme& t = theme();
    painter.setFont(plotFont(font()));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), t.background);
    if (m_classes.empty()) return;
    const Layout layout = layoutFor(size);
    for (std::size_t row = 0; row < layout.rows.size(); ++row) paintRow(painter, layout, row, size.width());
    const QFontMetricsF metrics(painter.font());
    painter.setPen(t.muted);
    QRectF footer(kBesideKey, size.height() - layout.footer + 2, size.width() - 2 * kBesideKey, metrics.height());
    for (qsizetype i = 0; i < layout.key.size(); ++i)
        painter.drawText(footer.translated(0, double(i) * metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(layout.key[i], Qt::ElideRight, footer.width()));
    const QString& text = layout.key.front();
    if (text.startsWith(QChar(0x25a0))) { // its squares in their colours
        painter.setPen(t.clean);
        painter.drawText(footer, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("■"));
        painter.setPen(t.suspect);
        const qsizetype second = text.indexOf(QChar(0x25a0), 1);
        painter.drawText(footer.translated(metrics.horizontalAdvance(text.left(second)), 0),
                         Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("■"));
    }
}

void PseudoClassPlot::paintRow(QPainter& painter, const Layout& layout, std::size_t row, double width) const {
    const PlotTheme& t = theme();
    const PseudoClass& one = m_classes[std::size_t(layout.rows[row])];
    const QRectF line(0, layout.top + double(row) * layout.rowHeight, width, layout.rowHeight);
    if (m_current == layout.rows[row]) {
        QColor mark = t.focus;
        mark.setAlpha(50);
        painter.fillRect(line, mark);
    }
    const QFontMetricsF metrics(painter.font());
    painter.setPen(one.flooded ? t.suspectText : one.starved ? t.muted : t.foreground);
    const QString name = one.flooded ? QStringLiteral("◆ ") + one.name : one.name;
    const QRectF place(4, line.top(), layout.bars - 10, line.height());
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(name, Qt::ElideMiddle, place.width()));
    const double scale = (layout.barsEnd - layout.bars) / layout.full;
    const double height = std::min(line.height() * 0.7, 16.0);
    const QRectF bar(layout.bars, line.center().y() - height / 2, double(one.accepted) * scale, height);
    const double right = one.known > 0 ? bar.width() * double(one.right) / double(one.known) : bar.width();
    QColor unknown = t.clean;
    unknown.setAlpha(150);
    painter.fillRect(QRectF(bar.topLeft(), QSizeF(right, height)), one.known > 0 ? t.clean : unknown);
    painter.fillRect(QRectF(bar.left() + right, bar.top(), bar.width() - right, height), t.suspect);
    if (one.expected > 0) {
        painter.setPen(QPen(t.foreground, 1, Qt::DotLine));
        const double x = layout.bars + one.expected * scale;
        painter.drawLine(QPointF(x, line.top() + 1), QPointF(x, line.bottom() - 1));
    }
    painter.setPen(t.muted);
    painter.drawText(QRectF(layout.barsEnd, line.top(), width - layout.barsEnd - 6, line.height()),
                     Qt::AlignRight | Qt::AlignVCenter, figureText(one));
}

std::optional<int> PseudoClassPlot::labelAt(QPointF position) const {
    if (!hasData()) return std::nullopt;
    const Layout layout = layoutFor(canvas()->size());
    const double row = std::floor((position.y() - layout.top) / layout.rowHeight);
    if (row < 0 || row >= double(layout.rows.size())) return std::nullopt;
    return layout.rows[std::size_t(row)];
}

std::optional<QPointF> PseudoClassPlot::rowCentre(int label) const {
    const Layout layout = layoutFor(canvas()->size());
    const auto at = std::find(layout.rows.begin(), layout.rows.end(), label);
    if (at == layout.rows.end()) return std::nullopt;
    return QPointF(layout.bars + 4, layout.top + (double(at - layout.rows.begin()) + 0.5) * layout.rowHeight);
}

QString PseudoClassPlot::sentence(int label) const {
    const PseudoClass& one = m_classes[std::size_t(label)];
    QString text = tr("%1: %2 pseudo-labels, %3 by its part of the labels")
                       .arg(one.name, countText(one.accepted), countText(std::uint64_t(std::llround(one.expected))));
    if (one.known > 0) text += tr("; %1 right").arg(percentText(double(one.right) / double(one.known)));
    if (one.threshold) text += tr("; accepted from %1").arg(fixedText(*one.threshold, 3));
    if (one.flooded) text += QLatin1Char('\n') + tr("It takes over: more than twice its part.");
    if (one.starved) text += QLatin1Char('\n') + tr("Hardly any: less than a quarter of its part.");
    return text;
}

QString PseudoClassPlot::hoverText(QPointF position) const {
    const auto label = labelAt(position);
    return label ? sentence(*label) : QString();
}

void PseudoClassPlot::clickedAt(QPointF position) {
    const auto label = labelAt(position);
    if (!label) return;
    m_current = label;
    canvas()->update();
    Q_EMIT classClicked(*label);
}

void PseudoClassPlot::keyPressEvent(QKeyEvent* event) {
    if (!hasData()) return PaintedPlot::keyPressEvent(event);
    const std::vector<int> rows = layoutFor(canvas()->size()).rows;
    const auto at = m_current ? std::find(rows.begin(), rows.end(), *m_current) : rows.end();
    std::ptrdiff_t row = at == rows.end() ? -1 : at - rows.begin();
    switch (event->key()) {
    case Qt::Key_Up: row = std::max<std::ptrdiff_t>(row - 1, 0); break;
    case Qt::Key_Down: row = std::min(row + 1, std::ptrdiff_t(rows.size()) - 1); break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current) Q_EMIT classClicked(*m_current);
        return;
    default: return PaintedPlot::keyPressEvent(event);
    }
    m_current = rows[std::size_t(row)];
    setSummary(sentence(*m_current));
    canvas()->update();
}

QString PseudoClassPlot::dataAsTsv() const {
    QString text = QStringLiteral("class\taccepted\tright\tknown\texpected\tthreshold\ttakes_over\n");
    for (const PseudoClass& one : m_classes)
        text += one.name + QLatin1Char('\t') + QString::number(one.accepted) + QLatin1Char('\t') +
                QString::number(one.right) + QLatin1Char('\t') + QString::number(one.known) + QLatin1Char('\t') +
                plainNumber(one.expected) + QLatin1Char('\t') +
                (one.threshold ? plainNumber(*one.threshold) : QString()) + QLatin1Char('\t') +
                (one.flooded ? QLatin1Char('1') : QLatin1Char('0')) + QLatin1Char('\n');
    return text;
}

} // namespace assay::ui
