// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/contrast_style.h"

#include <QPainter>
#include <QStyleOption>

namespace assay::ui {
namespace {

constexpr double kOutlineShare = 0.5; // of the text's colour, the rest of what lies under it

bool keyboardFocus(const QStyleOption& option) {
    constexpr QStyle::State kBoth = QStyle::State_HasFocus | QStyle::State_KeyboardFocusChange;
    return (option.state & kBoth) == kBoth;
}

void drawFrame(QPainter& painter, const QRect& rect, const QColor& colour, double width = 1.6) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, width));
    painter.setBrush(Qt::NoBrush);
    const double half = width / 2;
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), 2, 2);
    painter.restore();
}

bool dark(const QPalette& palette) { return palette.color(QPalette::Window).lightness() < 128; }

/// A field to type in or choose from: its focus, or in the dark an outline, which Fusion draws darker than the dark.
void drawField(QPainter& painter, const QStyleOption& option) {
    if (keyboardFocus(option)) drawFrame(painter, option.rect, ContrastStyle::focus(option.palette));
    else if (dark(option.palette) && (option.state & QStyle::State_Enabled))
        drawFrame(painter, option.rect, ContrastStyle::outline(option.palette), 1);
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
    return dark(palette) ? highlight.lighter(165) : highlight;
}

int ContrastStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                             QStyleHintReturn* data) const {
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
        if (keyboardFocus(*option)) drawFrame(*painter, option->rect, focus(option->palette));
        break;
    case PE_FrameLineEdit: drawField(*painter, *option); break;
    default: break;
    }
}

void ContrastStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                       const QWidget* widget) const {
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if (control == CC_ComboBox || control == CC_SpinBox) drawField(*painter, *option);
}

} // namespace assay::ui
