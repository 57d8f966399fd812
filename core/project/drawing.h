// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/project/plot_format.h"

#include <cairo.h>

#include <functional>
#include <string>
#include <vector>

// What plots that are written to files share.
namespace assay::drawing {

struct Colour {
    double red, green, blue;
};
inline constexpr Colour kInk = {0.13, 0.13, 0.13}, kFaint = {0.85, 0.85, 0.85};
// Okabe and Ito's: told apart by everybody.
inline constexpr Colour kBlue = {0.0, 0.447, 0.698}, kOrange = {0.835, 0.369, 0.0}, kGreen = {0.0, 0.62, 0.451},
                        kPurple = {0.8, 0.475, 0.655}, kYellow = {0.902, 0.624, 0.0}, kSky = {0.337, 0.706, 0.914};

void colour(cairo_t* c, const Colour& value);
void font(cairo_t* c, double size, bool bold);
/// `anchor`: 0 left of x, 0.5 about it, 1 ends at it. Cut where it is wider than `most`.
void text(cairo_t* c, double x, double y, std::string words, double anchor, double most = 1e9);

/// An axis over the values that are drawn, with a little air and whole steps.
struct Axis {
    double least = 0, most = 1, step = 0.2;
    [[nodiscard]] double at(double value) const { return (value - least) / (most - least); }
};
[[nodiscard]] Axis axisOver(const std::vector<double>& values);

/// A white picture of this size, drawn by `draw`, as a file. Internal where Cairo cannot.
[[nodiscard]] Result<std::string> drawPicture(double width, double height, PlotFormat format,
                                              const std::function<void(cairo_t*)>& draw);

} // namespace assay::drawing
