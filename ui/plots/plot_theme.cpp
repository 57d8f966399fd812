// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_theme.h"

#include "ui/plots/qcustomplot_include.h"

#include <array>
#include <cmath>

namespace assay::ui {
namespace {

QColor mix(const QColor& a, const QColor& b, double share) {
    return QColor::fromRgbF(float(a.redF() + (b.redF() - a.redF()) * share),
                            float(a.greenF() + (b.greenF() - a.greenF()) * share),
                            float(a.blueF() + (b.blueF() - a.blueF()) * share));
}

double luminance(const QColor& colour) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

// Okabe and Ito, "Color Universal Design" (2008), beginning with the hues that mean neither clean nor suspect; then
// those that are farthest from them and from each other to the eye, colour-blind or not.
constexpr std::array<QRgb, 12> kRunsLight = {0xff009e73, 0xffcc79a7, 0xffd55e00, 0xff56b4e9, 0xff0072b2, 0xffe69f00,
                                             0xff7a7a7a, 0xff332288, 0xff661100, 0xff999933, 0xff882255, 0xff003f3f};
constexpr std::array<QRgb, 12> kRunsDark = {0xff2bc296, 0xffdf98bf, 0xffee7733, 0xff7cc6f0, 0xff4aa3df, 0xfff0b429,
                                            0xffa8a8a8, 0xff7b61ff, 0xff96693a, 0xffe6e6a0, 0xffc23fa3, 0xff2f8878};

// One hue, its lightness even: little is close to the background, much stands out.
constexpr std::array<QRgb, 5> kRampLight = {0xffe9f1f7, 0xffb5d3e8, 0xff6aabd4, 0xff0072b2, 0xff00395c};
constexpr std::array<QRgb, 5> kRampDark = {0xff25323c, 0xff1f567c, 0xff2f84bd, 0xff7cc0ec, 0xffe3f2fc};

} // namespace

PlotTheme PlotTheme::fromPalette(const QPalette& palette) {
    PlotTheme theme;
    theme.background = palette.color(QPalette::Active, QPalette::Base);
    theme.foreground = palette.color(QPalette::Active, QPalette::Text);
    theme.dark = luminance(theme.background) < luminance(theme.foreground);
    theme.muted = mix(theme.foreground, theme.background, 0.38);
    theme.grid = mix(theme.foreground, theme.background, theme.dark ? 0.86 : 0.90);
    theme.clean = theme.dark ? QColor(0x4a, 0xa3, 0xdf) : QColor(0x00, 0x72, 0xb2);
    theme.suspect = theme.dark ? QColor(0xf0, 0xb4, 0x29) : QColor(0xe6, 0x9f, 0x00);
    theme.cleanText = theme.dark ? QColor(0x7c, 0xc0, 0xec) : QColor(0x00, 0x5f, 0x96);
    theme.suspectText = theme.dark ? QColor(0xf4, 0xc3, 0x4d) : QColor(0x9a, 0x66, 0x00);
    theme.focus = palette.color(QPalette::Active, QPalette::Highlight);
    return theme;
}

PlotTheme PlotTheme::light() {
    QPalette palette;
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::Text, QColor(0x1c, 0x1c, 0x1c));
    palette.setColor(QPalette::Highlight, QColor(0x30, 0x8c, 0xc6));
    return fromPalette(palette);
}

QColor PlotTheme::colour(int ink) const {
    switch (ink) {
    case InkClean: return clean;
    case InkSuspect: return suspect;
    case InkForeground: return foreground;
    case InkMuted: return muted;
    case InkRest: return mix(foreground, background, 0.62);
    default: break;
    }
    const auto& colours = dark ? kRunsDark : kRunsLight;
    return QColor::fromRgb(colours[std::size_t(std::max(ink, 0)) % colours.size()]);
}

int PlotTheme::runColours() { return int(kRunsLight.size()); }

Qt::PenStyle PlotTheme::runStyle(int ink) {
    constexpr std::array<Qt::PenStyle, 3> kStyles = {Qt::SolidLine, Qt::DashDotLine, Qt::DashDotDotLine};
    return kStyles[std::size_t(std::max(ink, 0) / runColours()) % kStyles.size()];
}

QColor PlotTheme::sequential(double t) const {
    if (!std::isfinite(t)) return background;
    t = std::clamp(t, 0.0, 1.0);
    const auto& ramp = dark ? kRampDark : kRampLight;
    const double place = t * double(ramp.size() - 1);
    const auto low = std::min(std::size_t(place), ramp.size() - 2);
    return mix(QColor::fromRgb(ramp[low]), QColor::fromRgb(ramp[low + 1]), place - double(low));
}

QColor PlotTheme::textOn(const QColor& fill) { return luminance(fill) > 0.3 ? QColor(0x11, 0x11, 0x11) : Qt::white; }

void PlotTheme::applyTo(QCPAxis& axis, const QFont& font) const {
    const QPen line(mix(foreground, background, 0.55), 0);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTickPen(Qt::NoPen);
    axis.setSubTicks(false);
    axis.setTickLength(0, 4);
    axis.setTickLabelColor(muted);
    axis.setLabelColor(foreground);
    axis.setTickLabelFont(plotFont(font));
    axis.setLabelFont(plotFont(font));
    axis.setSelectedBasePen(line);
    axis.grid()->setPen(QPen(grid, 0));
    axis.grid()->setZeroLinePen(QPen(grid, 0));
    axis.grid()->setSubGridVisible(false);
    axis.setLabelPadding(3);
    axis.setTickLabelPadding(4);
}

void PlotTheme::applyTo(QCPAxisRect& rect, const QFont& font) const {
    for (QCPAxis* axis : rect.axes()) applyTo(*axis, font);
    rect.setMinimumMargins(QMargins(6, 6, 6, 4));
}

void PlotTheme::applyTo(QCustomPlot& plot, const QFont& font) const {
    plot.setBackground(background);
    plot.setLocale(QLocale(QLocale::English));
    for (QCPAxisRect* rect : plot.axisRects()) applyTo(*rect, font);
}

QFont plotFont(const QFont& font) {
    QFont small(font);
    if (font.pointSizeF() > 0) small.setPointSizeF(std::max(6.5, font.pointSizeF() * 0.88));
    else small.setPixelSize(std::max(9, int(font.pixelSize() * 0.88)));
    return small;
}

} // namespace assay::ui
