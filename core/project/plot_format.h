// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace assay {

enum class PlotFormat { Svg, Pdf, Png };

/// Pixels of a PNG for each unit of the drawing, so that it is sharp on dense screens.
inline constexpr int kPlotPixels = 2;

} // namespace assay
