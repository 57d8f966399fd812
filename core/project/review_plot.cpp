// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/review_plot.h"

#include "core/base/text.h"
#include "core/project/drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {
namespace {

using namespace drawing;

constexpr double kWidth = 760, kHeight = 460, kLeft = 64, kRight = 210, kTop = 76, kBottom = 52;
constexpr double kText = 11, kTitle = 14, kLeastGap = 15;
constexpr std::array kColours = {kInk, kSky, kBlue, kGreen, kPurple, kYellow, kOrange};

/// Points of a curve are drawn at this many places at most.
constexpr std::size_t kPlaces = 600;

double foundAfter(const ReviewCurve& curve, std::size_t decisions) {
    return decisions == 0 || curve.found.empty() ? 0 : curve.found[std::min(decisions, curve.found.size()) - 1];
}

class Plot {
public:
    Plot(const std::vector<ReviewCurve>& curves, std::size_t most) : m_curves(curves) {
        std::size_t longest = 1;
        for (const ReviewCurve& curve : curves) {
            longest = std::max(longest, curve.found.size());
            if (!curve.found.empty()) m_errors = std::max(m_errors, double(curve.found.back()));
        }
        m_most = most == 0 ? longest : std::min(most, longest);
        m_decisions = axisOver({0, double(m_most)});
        m_found = axisOver({0, std::min(m_errors, double(m_most))});
        m_decisions.least = m_found.least = 0;
        m_decisions.most = double(m_most);
    }

    void draw(cairo_t* c, const std::string& title, double secondsPerDecision) const {
        colour(c, kInk);
        font(c, kTitle, true);
        text(c, kLeft, 26, title, 0, kWidth - kLeft - 20);
        font(c, kText, false);
        drawGrid(c, secondsPerDecision);
        drawBest(c);
        drawCurves(c);
    }

private:
    [[nodiscard]] double x(double decisions) const {
        return kLeft + (kWidth - kLeft - kRight) * m_decisions.at(decisions);
    }
    [[nodiscard]] double y(double found) const {
        return kHeight - kBottom - (kHeight - kTop - kBottom) * m_found.at(found);
    }

    void drawGrid(cairo_t* c, double secondsPerDecision) const {
        cairo_set_line_width(c, 1);
        for (double value = 0; value <= m_decisions.most * 1.0001; value += m_decisions.step) {
            line(c, x(value), kTop, x(value), kHeight - kBottom);
            text(c, x(value), kHeight - kBottom + 16, withThousands(std::uint64_t(value)), 0.5);
            text(c, x(value), kTop - 8, formatNumber(std::round(value * secondsPerDecision / 360) / 10) + " h", 0.5);
        }
        for (double value = 0; value <= m_found.most * 1.0001; value += m_found.step) {
            line(c, kLeft, y(value), kWidth - kRight, y(value));
            text(c, kLeft - 8, y(value) + 4, withThousands(std::uint64_t(value)), 1);
        }
        text(c, (kLeft + kWidth - kRight) / 2, kHeight - 12, "decisions", 0.5);
        text(c, kLeft - 44, kTop - 26, "wrong labels found", 0);
    }
    static void line(cairo_t* c, double x1, double y1, double x2, double y2) {
        colour(c, kFaint);
        cairo_move_to(c, x1, y1);
        cairo_line_to(c, x2, y2);
        cairo_stroke(c);
        colour(c, kInk);
    }
    void drawBest(cairo_t* c) const {
        const double turn = std::min(m_errors, double(m_most));
        const std::array dashes = {4.0, 4.0};
        cairo_set_dash(c, dashes.data(), int(dashes.size()), 0);
        colour(c, kInk);
        cairo_move_to(c, x(0), y(0));
        cairo_line_to(c, x(turn), y(turn));
        cairo_line_to(c, x(double(m_most)), y(turn));
        cairo_stroke(c);
        cairo_set_dash(c, nullptr, 0, 0);
    }
    void drawCurves(cairo_t* c) const {
        std::vector<std::pair<double, std::size_t>> ends;
        cairo_set_line_width(c, 1.8);
        for (std::size_t i = 0; i < m_curves.size(); ++i) {
            colour(c, kColours[i % kColours.size()]);
            cairo_move_to(c, x(0), y(0));
            const std::size_t step = std::max<std::size_t>(1, m_most / kPlaces);
            for (std::size_t n = step; n < m_most + step; n += step)
                cairo_line_to(c, x(double(std::min(n, m_most))), y(foundAfter(m_curves[i], std::min(n, m_most))));
            cairo_stroke(c);
            ends.emplace_back(y(foundAfter(m_curves[i], m_most)), i);
        }
        // Names stand beside the ends of their lines, pushed down where they would meet.
        std::sort(ends.begin(), ends.end());
        double lowest = kTop - kLeastGap;
        for (const auto& [height, i] : ends) {
            lowest = std::max(height + 4, lowest + kLeastGap);
            colour(c, kColours[i % kColours.size()]);
            text(c, kWidth - kRight + 8, lowest, m_curves[i].name, 0, kRight - 14);
        }
    }

    const std::vector<ReviewCurve>& m_curves;
    std::size_t m_most = 1;
    double m_errors = 0;
    Axis m_decisions, m_found;
};

} // namespace

Result<std::string> plotReview(const std::vector<ReviewCurve>& curves, const std::string& title,
                               double secondsPerDecision, std::size_t most, PlotFormat format) {
    const Plot plot(curves, most);
    return drawPicture(kWidth, kHeight, format, [&](cairo_t* c) { plot.draw(c, title, secondsPerDecision); });
}

} // namespace assay
