// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

class QCPAxis;
class QCPAxisRect;
class QCustomPlot;

namespace assay::ui {

/// What a line or area is drawn with: a meaning, which the theme turns into a colour. Values from 0 on are the
/// colours of runs (or of classes), cycling. InkRest is what was added up because it has no colour of its own.
enum Ink : int { InkClean = -1, InkSuspect = -2, InkForeground = -3, InkMuted = -4, InkRest = -5 };

/// Colours of every plot, from Okabe and Ito's palette, which colour-blind people can tell apart: clean is blue
/// and suspect is orange everywhere. Five more, darker or lighter than those, follow for runs and classes. One theme
/// for light and one for dark surroundings.
struct PlotTheme {
    bool dark = false;
    QColor background, foreground, muted, grid;
    QColor clean, suspect;         ///< lines and areas
    QColor cleanText, suspectText; ///< the same hues, readable as text on the background
    QColor focus;                  ///< frame of what is selected

    /// Follows the widget's palette: dark where its base is darker than its text.
    [[nodiscard]] static PlotTheme fromPalette(const QPalette& palette);
    /// For exported figures: black on white, whatever the desktop.
    [[nodiscard]] static PlotTheme light();

    /// The colour of an Ink, or of run or class number `ink` where it is 0 or more.
    [[nodiscard]] QColor colour(int ink) const;
    /// How many runs have a colour of their own before colours repeat (with another line style).
    [[nodiscard]] static int runColours();
    /// Of run number `ink`: solid as long as colours are new, then another style each time that they repeat.
    [[nodiscard]] static Qt::PenStyle runStyle(int ink);
    /// Position `t` in [0, 1] of the sequential scale: from near the background to what stands out.
    [[nodiscard]] QColor sequential(double t) const;
    /// Black or white, whichever is read better on `fill`.
    [[nodiscard]] static QColor textOn(const QColor& fill);

    /// Thin axes, light grid, small type; `font` is the widget's.
    void applyTo(QCustomPlot& plot, const QFont& font) const;
    void applyTo(QCPAxisRect& rect, const QFont& font) const;
    void applyTo(QCPAxis& axis, const QFont& font) const;
};

/// The size of labels inside plots, for a widget's font.
[[nodiscard]] QFont plotFont(const QFont& font);

} // namespace assay::ui
