// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/theme.h"

#include "ui/window/contrast_style.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

namespace assay::ui {

namespace {

QPalette paletteOf(QColor window, QColor base, QColor text, QColor button, QColor highlight) {
    QPalette palette(button, window);
    const auto mixed = [](const QColor& a, const QColor& b) {
        return QColor((a.red() + b.red()) / 2, (a.green() + b.green()) / 2, (a.blue() + b.blue()) / 2);
    };
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, mixed(base, window));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, highlight.lighter(window.lightness() < 128 ? 150 : 100));
    palette.setColor(QPalette::PlaceholderText, mixed(text, base));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, mixed(text, window));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, mixed(window, base));
    return palette;
}

QPalette lightPalette() {
    return paletteOf({0xef, 0xf0, 0xf1}, Qt::white, {0x1c, 0x1e, 0x20}, {0xf7, 0xf8, 0xf8}, {0x1f, 0x6f, 0xb4});
}

QPalette darkPalette() {
    return paletteOf({0x2a, 0x2c, 0x2f}, {0x1e, 0x20, 0x22}, {0xe6, 0xe7, 0xe8}, {0x36, 0x39, 0x3d},
                     {0x2d, 0x76, 0xb5});
}

constexpr QLatin1StringView kFusion{"fusion"};

struct Start {
    QString style;
    QPalette palette;
};

} // namespace

QString themeId(Theme theme) {
    switch (theme) {
    case Theme::Light: return QStringLiteral("light");
    case Theme::Dark: return QStringLiteral("dark");
    case Theme::Desktop: break;
    }
    return QStringLiteral("auto");
}

Theme themeFromId(const QString& id) {
    if (id == QLatin1String("light")) return Theme::Light;
    if (id == QLatin1String("dark")) return Theme::Dark;
    return Theme::Desktop;
}

void applyTheme(Theme theme) {
    // What the program began with, Fusion replaced by the one that can be read in the dark.
    static const Start start = [] {
        Start found{QApplication::style()->objectName(), QApplication::palette()};
        if (found.style.compare(kFusion, Qt::CaseInsensitive) == 0) QApplication::setStyle(new ContrastStyle);
        return found;
    }();
    static Theme now = Theme::Desktop;
    if (theme == Theme::Desktop && now == Theme::Desktop) return;
    now = theme;
    const bool fusion = theme != Theme::Desktop || start.style.compare(kFusion, Qt::CaseInsensitive) == 0;
    QApplication::setStyle(fusion ? new ContrastStyle : QStyleFactory::create(start.style));
    QApplication::setPalette(theme == Theme::Dark    ? darkPalette()
                             : theme == Theme::Light ? lightPalette()
                                                     : start.palette);
}

} // namespace assay::ui
