// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

#include <algorithm>

namespace assay::ui {

/// A line of plain text that gives way and ends in an ellipsis where there is no room for all of it; the tooltip, where
/// it has no other, tells it whole.
class ElidedLabel final : public QLabel {
public:
    explicit ElidedLabel(QWidget* parent) : QLabel(parent) { setTextFormat(Qt::PlainText); }

    [[nodiscard]] QSize minimumSizeHint() const override {
        constexpr int kLeastWidth = 40;
        const QSize whole = QLabel::minimumSizeHint();
        return {std::min(kLeastWidth, whole.width()), whole.height()};
    }

protected:
    bool event(QEvent* event) override {
        const bool cut = fontMetrics().horizontalAdvance(text()) > contentsRect().width();
        if (event->type() != QEvent::ToolTip || !toolTip().isEmpty() || !cut) return QLabel::event(event);
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                           QStringLiteral("<span>%1</span>").arg(text().toHtmlEscaped()), this);
        return true;
    }
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        style()->drawItemText(&painter, contentsRect(), Qt::AlignLeft | Qt::AlignVCenter, palette(), isEnabled(),
                              fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()), foregroundRole());
    }
};

} // namespace assay::ui
