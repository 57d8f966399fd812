// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProxyStyle>

namespace assay::ui {

/// Fusion with outlines and focus frames that stand out from their surroundings by 3 : 1 or more, in light and in dark
/// (WCAG 2.1, 1.4.11): Fusion derives them from the window's colour, and they vanish where that is dark.
class ContrastStyle final : public QProxyStyle {
    Q_OBJECT
public:
    ContrastStyle();

    /// The colours that are drawn, for a palette.
    [[nodiscard]] static QColor outline(const QPalette& palette);
    [[nodiscard]] static QColor focus(const QPalette& palette);

    /// Buttons of dialogs carry words alone.
    int styleHint(StyleHint hint, const QStyleOption* option = nullptr, const QWidget* widget = nullptr,
                  QStyleHintReturn* data = nullptr) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget = nullptr) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget = nullptr) const override;
};

} // namespace assay::ui
