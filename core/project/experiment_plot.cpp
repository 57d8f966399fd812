// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/experiment_plot.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/drawing.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace assay {

namespace {

using namespace drawing;

constexpr double kNames = 190, kPanel = 270, kGap = 34, kMargin = 24, kLine = 22, kHead = 52, kFoot = 30;
constexpr double kText = 11, kTitle = 14, kDot = 3.5;
constexpr double kRoomForIntervals = 0.5; // on either side, of what the means span

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

const stats::MeanInterval& of(const ExperimentRow& row, Metric metric) { return row.over[std::size_t(metric)]; }

/// The published figure of the column's dot; else whichever the paper gives.
std::optional<double> markedFigure(const ExperimentRow& row, const Column& column) {
    if (!column.published) return std::nullopt;
    for (const Metric metric : {Metric::Last, Metric::MeanOfLastTen, Metric::Best})
        if (const auto figure = publishedUnder(row.published, metric)) return figure;
    return std::nullopt;
}

/// The end of an interval that is drawn: no share is below 0 or above 1, whatever Student's t says of two seeds.
double endOf(const stats::MeanInterval& interval, double side, const Column& column) {
    return column.unit * std::clamp(interval.mean + side * interval.halfWidth, 0.0, 1.0);
}

/// Over the means; intervals widen it by some, and are cut where they are longer.
Axis axisOf(const std::vector<ExperimentRow>& rows, const Column& column) {
    std::vector<double> values;
    for (const ExperimentRow& row : rows) {
        if (of(row, column.filled).count > 0) values.push_back(column.unit * of(row, column.filled).mean);
        if (column.ring && of(row, *column.ring).count > 0) values.push_back(column.unit * of(row, *column.ring).mean);
        if (const auto published = markedFigure(row, column)) values.push_back(*published);
    }
    if (values.empty()) return axisOver(values);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double room = std::max(kRoomForIntervals * (*most - *least), column.unit * 0.05);
    const double from = *least - room, to = *most + room;
    for (const ExperimentRow& row : rows)
        if (const auto& interval = of(row, column.filled); interval.count > 0)
            for (const double side : {-1.0, 1.0}) values.push_back(std::clamp(endOf(interval, side, column), from, to));
    Axis axis = axisOver(values);
    axis.least = std::max(axis.least, 0.0);
    axis.most = std::min(axis.most, column.unit);
    return axis;
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
        cairo_move_to(c, std::max(x, at(endOf(interval, -1, column))), y);
        cairo_line_to(c, std::min(x + kPanel, at(endOf(interval, 1, column))), y);
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

    return drawPicture(width, height, format, [&](cairo_t* c) {
        colour(c, kInk);
        font(c, kTitle, true);
        text(c, kMargin, kMargin + kTitle, experiment.title, 0, width - 2 * kMargin);
        double y = kMargin + kTitle;
        for (const auto& panel : panels) {
            const double top = y + kHead, bottom = top + kLine * double(panel.size());
            colour(c, kInk);
            font(c, kText, true);
            text(c, kMargin, top - 8,
                 experiment.labels[panel.front().labels].name + ", " + experiment.networks[panel.front().network], 0,
                 kNames - 8);
            font(c, kText, false);
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
    });
}

Status writeExperiment(const std::filesystem::path& folder, const Experiment& experiment,
                       const std::vector<ExperimentOutcome>& outcomes) {
    ASSAY_CHECK_STATUS(makeFolder(folder));
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
