// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/experiment_plot.h"

#include "core/base/files.h"
#include "core/base/text.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <optional>

namespace assay {

namespace {

constexpr double kNames = 190, kPanel = 270, kGap = 34, kMargin = 24, kLine = 22, kHead = 52, kFoot = 30;
constexpr double kText = 11, kTitle = 14, kDot = 3.5;

struct Colour {
    double red, green, blue;
};
constexpr Colour kInk = {0.13, 0.13, 0.13}, kFaint = {0.85, 0.85, 0.85};
constexpr Colour kBlue = {0.0, 0.447, 0.698}, kOrange = {0.835, 0.369, 0.0}; // Okabe and Ito: told apart by everybody

using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;
using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

void colour(cairo_t* c, const Colour& value) {
    cairo_set_source_rgb(c, value.red, value.green, value.blue);
}

/// `anchor`: 0 left of x, 0.5 about it, 1 ends at it. Cut where it is wider than `most`.
void text(cairo_t* c, double x, double y, std::string words, double anchor, double most = 1e9) {
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

/// An axis over the values that are drawn, with a little air and whole steps.
struct Axis {
    double least = 0, most = 1, step = 0.2;
    [[nodiscard]] double at(double value) const { return (value - least) / (most - least); }
};

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

/// One of the two columns of panels.
struct Column {
    const char* title;
    Metric filled; ///< dot and interval
    std::optional<Metric> ring;
    double unit; ///< 100 for percent
    bool published;
    Colour colour;
};
constexpr Column kAccuracy = {
    "test accuracy, %: last (dot), best (ring)", Metric::Last, Metric::Best, 100, true, kBlue};
constexpr Column kDetection = {"AUROC of finding wrong labels", Metric::Auroc, std::nullopt, 1, false, kOrange};

const stats::MeanInterval& of(const ExperimentRow& row, Metric metric) {
    return row.over[std::size_t(metric)];
}

/// The published figure of the column's dot; else whichever the paper gives.
std::optional<double> markedFigure(const ExperimentRow& row, const Column& column) {
    if (!column.published) return std::nullopt;
    for (const Metric metric : {Metric::Last, Metric::MeanOfLastTen, Metric::Best})
        if (const auto figure = publishedUnder(row.published, metric)) return figure;
    return std::nullopt;
}

Axis axisOf(const std::vector<ExperimentRow>& rows, const Column& column) {
    std::vector<double> values;
    for (const ExperimentRow& row : rows) {
        const auto& interval = of(row, column.filled);
        if (interval.count > 0)
            for (const double side : {-1.0, 1.0})
                values.push_back(column.unit * (interval.mean + side * interval.halfWidth));
        if (column.ring && of(row, *column.ring).count > 0) values.push_back(column.unit * of(row, *column.ring).mean);
        if (const auto published = markedFigure(row, column)) values.push_back(*published);
    }
    return axisOver(values);
}

void drawGrid(cairo_t* c, const Column& column, const Axis& axis, double x, double top, double bottom) {
    cairo_set_line_width(c, 1);
    for (double value = axis.least; value <= axis.most + axis.step / 2; value += axis.step) {
        const double at = x + kPanel * axis.at(value);
        colour(c, kFaint);
        cairo_move_to(c, at, top);
        cairo_line_to(c, at, bottom);
        cairo_stroke(c);
        colour(c, kInk);
        text(c, at, bottom + 14, formatNumber(std::round(value * 1e6) / 1e6), 0.5);
    }
    text(c, x, top - 8, column.title, 0);
}

void drawRow(cairo_t* c, const ExperimentRow& row, const Column& column, const Axis& axis, double x, double y) {
    const auto at = [&](double value) { return x + kPanel * axis.at(value); };
    colour(c, column.colour);
    cairo_set_line_width(c, 1.5);
    const auto& interval = of(row, column.filled);
    if (interval.count > 1) {
        cairo_move_to(c, at(column.unit * (interval.mean - interval.halfWidth)), y);
        cairo_line_to(c, at(column.unit * (interval.mean + interval.halfWidth)), y);
        cairo_stroke(c);
    }
    if (interval.count > 0) {
        cairo_arc(c, at(column.unit * interval.mean), y, kDot, 0, 2 * std::numbers::pi);
        cairo_fill(c);
    }
    if (column.ring && of(row, *column.ring).count > 0) {
        cairo_new_sub_path(c);
        cairo_arc(c, at(column.unit * of(row, *column.ring).mean), y, kDot + 1, 0, 2 * std::numbers::pi);
        cairo_stroke(c);
    }
    if (const auto published = markedFigure(row, column)) {
        colour(c, kInk);
        cairo_move_to(c, at(*published), y - 7);
        cairo_line_to(c, at(*published), y + 7);
        cairo_stroke(c);
    }
}

cairo_status_t append(void* closure, const unsigned char* bytes, unsigned int count) {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(bytes), count);
    return CAIRO_STATUS_SUCCESS;
}

/// Rows of one kind of labels and one network.
std::vector<std::vector<ExperimentRow>> panelsOf(const std::vector<ExperimentRow>& rows) {
    std::vector<std::vector<ExperimentRow>> panels;
    for (const ExperimentRow& row : rows) {
        if (panels.empty() || panels.back().front().labels != row.labels ||
            panels.back().front().network != row.network)
            panels.emplace_back();
        panels.back().push_back(row);
    }
    return panels;
}

} // namespace

Result<std::string> plotSummary(const Experiment& experiment, const std::vector<ExperimentRow>& rows,
                                PlotFormat format) {
    const bool detection = std::any_of(rows.begin(), rows.end(),
                                       [](const ExperimentRow& row) { return of(row, Metric::Auroc).count > 0; });
    std::vector<Column> columns = {kAccuracy};
    if (detection) columns.push_back(kDetection);
    const auto panels = panelsOf(rows);
    const double width = 2 * kMargin + kNames + double(columns.size()) * (kPanel + kGap);
    double height = 2 * kMargin + kTitle;
    for (const auto& panel : panels) height += kHead + kFoot + kLine * double(panel.size());

    std::string file;
    const Surface surface(
        format == PlotFormat::Svg   ? cairo_svg_surface_create_for_stream(append, &file, width, height)
        : format == PlotFormat::Pdf ? cairo_pdf_surface_create_for_stream(append, &file, width, height)
                                    : cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(std::ceil(width)) * kPlotPixels,
                                                                 int(std::ceil(height)) * kPlotPixels),
        cairo_surface_destroy);
    const Context context(cairo_create(surface.get()), cairo_destroy);
    cairo_t* c = context.get();
    if (format == PlotFormat::Png) cairo_scale(c, kPlotPixels, kPlotPixels);
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_paint(c);
    colour(c, kInk);
    cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(c, kTitle);
    text(c, kMargin, kMargin + kTitle, experiment.title, 0, width - 2 * kMargin);
    double y = kMargin + kTitle;
    for (const auto& panel : panels) {
        const double top = y + kHead, bottom = top + kLine * double(panel.size());
        colour(c, kInk);
        cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
        cairo_set_font_size(c, kText);
        text(c, kMargin, top - 8,
             experiment.labels[panel.front().labels].name + ", " + experiment.networks[panel.front().network], 0,
             kNames - 8);
        cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
        for (std::size_t k = 0; k < columns.size(); ++k) {
            const double x = kMargin + kNames + double(k) * (kPanel + kGap);
            const Axis axis = axisOf(panel, columns[k]);
            drawGrid(c, columns[k], axis, x, top, bottom);
            for (std::size_t i = 0; i < panel.size(); ++i)
                drawRow(c, panel[i], columns[k], axis, x, top + kLine * (double(i) + 0.5));
        }
        colour(c, kInk);
        for (std::size_t i = 0; i < panel.size(); ++i)
            text(c, kMargin, top + kLine * (double(i) + 0.5) + 4, experiment.methods[panel[i].method].name, 0,
                 kNames - 8);
        y = bottom + kFoot;
    }
    if (format == PlotFormat::Png) cairo_surface_write_to_png_stream(surface.get(), append, &file);
    cairo_surface_finish(surface.get());
    const cairo_status_t status = cairo_surface_status(surface.get());
    if (status != CAIRO_STATUS_SUCCESS)
        return fail(ErrorCode::Internal, std::string("the plot could not be drawn: ") + cairo_status_to_string(status));
    return file;
}

Status writeExperiment(const std::filesystem::path& folder, const Experiment& experiment,
                       const std::vector<ExperimentOutcome>& outcomes) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) return fail(ErrorCode::Io, "the folder cannot be made: " + code.message(), folder.string());
    const std::vector<ExperimentRow> rows = summarise(experiment, outcomes);
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "runs.csv", outcomesCsv(experiment, outcomes)));
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "summary.csv", summaryCsv(experiment, rows)));
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "summary.md", summaryMarkdown(experiment, rows)));
    ASSAY_TRY(const std::string svg, plotSummary(experiment, rows, PlotFormat::Svg));
    ASSAY_CHECK_STATUS(writeFileAtomically(folder / "summary.svg", svg));
    ASSAY_TRY(const std::string pdf, plotSummary(experiment, rows, PlotFormat::Pdf));
    return writeFileAtomically(folder / "summary.pdf", pdf);
}

} // namespace assay
