// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/drawing.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace assay::drawing {
namespace {

using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;
using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

cairo_status_t append(void* closure, const unsigned char* bytes, unsigned int count) {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(bytes), count);
    return CAIRO_STATUS_SUCCESS;
}

} // namespace

void colour(cairo_t* c, const Colour& value) { cairo_set_source_rgb(c, value.red, value.green, value.blue); }

void text(cairo_t* c, double x, double y, std::string words, double anchor, double most) {
    cairo_text_extents_t extents;
    cairo_text_extents(c, words.c_str(), &extents);
    while (extents.x_advance > most && words.size() > 2) {
        words.resize(words.size() - 1);
        while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0xC0) == 0x80) words.pop_back();
        if (!words.empty() && static_cast<unsigned char>(words.back()) >= 0xC0) words.pop_back();
        cairo_text_extents(c, (words + "…").c_str(), &extents);
        if (extents.x_advance <= most) words += "…";
    }
    cairo_move_to(c, x - anchor * extents.x_advance, y);
    cairo_show_text(c, words.c_str());
}

void font(cairo_t* c, double size, bool bold) {
    cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c, size);
}

Axis axisOver(const std::vector<double>& values) {
    Axis axis;
    if (values.empty()) return axis;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double span = std::max(*high - *low, 0.02);
    const double raw = span / 4, power = std::pow(10.0, std::floor(std::log10(raw)));
    axis.step = raw / power <= 2 ? 2 * power : raw / power <= 5 ? 5 * power : 10 * power;
    axis.least = std::floor((*low - 0.05 * span) / axis.step) * axis.step;
    axis.most = std::ceil((*high + 0.05 * span) / axis.step) * axis.step;
    return axis;
}

Result<std::string> drawPicture(double width, double height, PlotFormat format,
                                const std::function<void(cairo_t*)>& draw) {
    std::string file;
    const Surface surface(format == PlotFormat::Svg ? cairo_svg_surface_create_for_stream(append, &file, width, height)
                          : format == PlotFormat::Pdf
                              ? cairo_pdf_surface_create_for_stream(append, &file, width, height)
                              : cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(std::ceil(width)) * kPlotPixels,
                                                           int(std::ceil(height)) * kPlotPixels),
                          cairo_surface_destroy);
    const Context context(cairo_create(surface.get()), cairo_destroy);
    cairo_t* c = context.get();
    if (format == PlotFormat::Png) cairo_scale(c, kPlotPixels, kPlotPixels);
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_paint(c);
    draw(c);
    if (format == PlotFormat::Png) cairo_surface_write_to_png_stream(surface.get(), append, &file);
    cairo_surface_finish(surface.get());
    const cairo_status_t status = cairo_surface_status(surface.get());
    if (status != CAIRO_STATUS_SUCCESS)
        return fail(ErrorCode::Internal, std::string("the plot could not be drawn: ") + cairo_status_to_string(status));
    return file;
}

} // namespace assay::drawing
