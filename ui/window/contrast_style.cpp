// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/contrast_style.h"

#include <QPainter>
#include <QStyleOption>

namespace assay::ui {
namespace {

constexpr double kOutlineShare = 0.55; // of the text's colour, the rest of what lies under it

bool keyboardFocus(const QStyleOption& option) {
    constexpr QStyle::State kBoth = QStyle::State_HasFocus | QStyle::State_KeyboardFocusChange;
    return (option.state & kBoth) == kBoth;
}

void drawFrame(QPainter& painter, const QRect& rect, const QColor& colour) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect).adjusted(0.8, 0.8, -0.8, -0.8), 2, 2);
    painter.restore();
}

} // namespace

ContrastStyle::ContrastStyle() : QProxyStyle(QStringLiteral("Fusion")) {
    setObjectName(QStringLiteral("fusion")); // the name by which the style is made again
}

QColor ContrastStyle::outline(const QPalette& palette) {
    const QColor text = palette.color(QPalette::Text);
    const QColor base = palette.color(QPalette::Base);
    const auto mixed = [](int a, int b) { return int(a * kOutlineShare + b * (1 - kOutlineShare)); };
    return {mixed(text.red(), base.red()), mixed(text.green(), base.green()), mixed(text.blue(), base.blue())};
}

QColor ContrastStyle::focus(const QPalette& palette) {
    const QColor highlight = palette.color(QPalette::Active, QPalette::Highlight);
    return palette.color(QPalette::Window).lightness() < 128 ? highlight.lighter(165) : highlight;
}

int ContrastStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const {
    return hint == SH_DialogButtonBox_ButtonsHaveIcons ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
}

void ContrastStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                  const QWidget* widget) const {
    if (element == PE_FrameFocusRect) {
        drawFrame(*painter, option->rect, focus(option->palette));
        return;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    switch (element) {
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        painter->save();
        painter->setPen(outline(option->palette));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        break;
    case PE_PanelButtonCommand:
    case PE_FrameLineEdit:
        if (keyboardFocus(*option)) drawFrame(*painter, option->rect, focus(option->palette));
        break;
    default: break;
    }
}

void ContrastStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                       const QWidget* widget) const {
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if ((control == CC_ComboBox || control == CC_SpinBox) && keyboardFocus(*option))
        drawFrame(*painter, option->rect, focus(option->palette));
}

} // namespace assay::ui
