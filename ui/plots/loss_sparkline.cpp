// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_sparkline.h"

#include "ui/plots/plot_text.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

constexpr double kComponentsWidth = 34; ///< of the components' hills, in pixels
constexpr double kLearntHeight = 4;

} // namespace

LossSparkline::LossSparkline(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("lossSparkline"));
    setAccessibleName(tr("Loss over the epochs"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LossSparkline::setValues(std::vector<float> losses, std::optional<float> thresholdLoss) {
    m_losses = std::move(losses);
    m_threshold = thresholdLoss && std::isfinite(*thresholdLoss) ? thresholdLoss : std::nullopt;
    m_highest = m_threshold.value_or(0) * 1.15f;
    int epochs = 0;
    int above = 0;
    float last = NAN;
    for (const float loss : m_losses) {
        if (!std::isfinite(loss)) continue;
        ++epochs;
        last = loss;
        m_highest = std::max(m_highest, loss);
        if (m_threshold && loss >= *m_threshold) ++above;
    }
    if (m_highest <= 0) m_highest = 1;
    QString text = epochs == 0 ? tr("No loss recorded yet.")
                               : tr("Loss %1 in the last of %2 epochs.").arg(valueText(double(last))).arg(epochs);
    if (epochs > 0 && m_threshold) text += tr(" Past the threshold in %1.").arg(above);
    setAccessibleDescription(text);
    update();
}

void LossSparkline::setLearnt(std::vector<std::uint8_t> learnt) {
    m_learnt = std::move(learnt);
    update();
}

void LossSparkline::setComponents(std::optional<stats::MixtureFit> fit) {
    m_fit = std::move(fit);
    update();
}

void LossSparkline::setMarkedEpoch(int epoch) {
    m_marked = epoch;
    update();
}

QSize LossSparkline::sizeHint() const { return {220, fontMetrics().height() * 4}; }

QSize LossSparkline::minimumSizeHint() const { return {80, fontMetrics().height() * 2}; }

QRectF LossSparkline::plotArea() const {
    const double hills = m_fit ? kComponentsWidth + 6 : 0, bar = m_learnt.empty() ? 0 : kLearntHeight + 3;
    return QRectF(rect()).adjusted(4, 4, -8 - hills - fontMetrics().horizontalAdvance(QStringLiteral("00.00")),
                                   -4 - bar);
}

double LossSparkline::highest() const { return std::max(double(m_highest), m_fit ? m_fit->hi : 0.0); }

double LossSparkline::yOf(double loss) const {
    const QRectF area = plotArea();
    return area.bottom() - loss / highest() * area.height();
}

void LossSparkline::paintLearnt(QPainter& painter, const PlotTheme& theme) const {
    if (m_learnt.empty()) return;
    const QRectF area = plotArea();
    const double steps = std::max<double>(1, double(m_losses.size()) - 1), half = area.width() / steps / 2;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.grid);
    painter.drawRect(QRectF(area.left(), area.bottom() + 3, area.width(), kLearntHeight));
    painter.setBrush(theme.clean);
    for (std::size_t i = 0; i < std::min(m_learnt.size(), m_losses.size()); ++i) {
        if (m_learnt[i] == 0) continue;
        const double x = area.left() + area.width() * double(i) / steps;
        const double from = std::max(area.left(), x - half), to = std::min(area.right(), x + half);
        painter.drawRect(QRectF(from, area.bottom() + 3, to - from, kLearntHeight));
    }
}

void LossSparkline::paintComponents(QPainter& painter, const PlotTheme& theme) const {
    if (!m_fit) return;
    const QRectF area = plotArea();
    const double left = width() - kComponentsWidth - 4;
    for (const int component : {1 - m_fit->noisyComponent, m_fit->noisyComponent}) {
        std::vector<double> heights;
        for (double y = area.bottom(); y >= area.top(); y -= 1) {
            const double loss = (area.bottom() - y) / area.height() * highest();
            heights.push_back(
                loss < m_fit->lo || loss > m_fit->hi ? 0 : m_fit->weightedDensity(component, m_fit->normalise(loss)));
        }
        const double most = *std::max_element(heights.begin(), heights.end());
        if (!(most > 0)) continue;
        // Each hill on a scale of its own: the clean one is far higher than broad.
        QPolygonF hill{{left, area.bottom()}};
        for (std::size_t i = 0; i < heights.size(); ++i)
            hill << QPointF(left + heights[i] / most * kComponentsWidth, area.bottom() - double(i));
        hill << QPointF(left, area.top());
        QColor colour = component == m_fit->noisyComponent ? theme.suspect : theme.clean;
        painter.setPen(QPen(colour, 1));
        colour.setAlpha(80);
        painter.setBrush(colour);
        painter.drawPolygon(hill);
    }
    if (m_marked < 1 || std::size_t(m_marked) > m_losses.size() || !std::isfinite(m_losses[std::size_t(m_marked - 1)]))
        return;
    const double y = yOf(double(m_losses[std::size_t(m_marked - 1)]));
    painter.setPen(QPen(theme.foreground, 1));
    painter.drawLine(QPointF(left - 3, y), QPointF(left + kComponentsWidth, y));
}

int LossSparkline::epochAt(double x) const {
    if (m_losses.empty()) return 0;
    const QRectF area = plotArea();
    const double steps = std::max<double>(1, double(m_losses.size()) - 1);
    return int(std::lround(std::clamp((x - area.left()) / std::max(1.0, area.width()), 0.0, 1.0) * steps)) + 1;
}

void LossSparkline::paintEvent(QPaintEvent*) {
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(plotFont(font()));
    const QRectF area = plotArea();
    std::vector<QPointF> points;
    const double steps = std::max<double>(1, double(m_losses.size()) - 1);
    for (std::size_t i = 0; i < m_losses.size(); ++i)
        if (std::isfinite(m_losses[i]))
            points.emplace_back(area.left() + area.width() * double(i) / steps, yOf(double(m_losses[i])));
    painter.setPen(QPen(theme.grid, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    if (points.empty()) {
        painter.setPen(theme.muted);
        painter.drawText(rect(), Qt::AlignCenter, tr("no loss recorded yet"));
        return;
    }
    paintLearnt(painter, theme);
    paintComponents(painter, theme);
    painter.setBrush(Qt::NoBrush);
    QPainterPath path(points.front());
    for (std::size_t i = 1; i < points.size(); ++i) path.lineTo(points[i]);
    const auto stroke = [&](const QColor& colour) {
        painter.setPen(QPen(colour, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(path);
        if (points.size() == 1) painter.drawPoint(points.front());
    };
    QColor lastColour = theme.foreground;
    if (m_threshold) {
        const double y = yOf(double(*m_threshold));
        painter.setPen(QPen(theme.muted, 1, Qt::DotLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.save();
        painter.setClipRect(QRectF(0, y, width(), height() - y));
        stroke(theme.clean);
        painter.setClipRect(QRectF(0, 0, width(), y));
        stroke(theme.suspect);
        painter.restore();
        lastColour = points.back().y() <= y ? theme.suspect : theme.clean;
    } else {
        stroke(theme.foreground);
    }
    if (m_marked >= 1 && std::size_t(m_marked) <= m_losses.size()) {
        const double x = area.left() + area.width() * double(m_marked - 1) / steps;
        painter.setPen(QPen(theme.muted, 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(lastColour);
    painter.drawEllipse(points.back(), 2.6, 2.6);
    double last = 0;
    for (const float loss : m_losses)
        if (std::isfinite(loss)) last = double(loss);
    painter.setPen(theme.foreground);
    const double y = std::clamp(points.back().y(), area.top() + 5, area.bottom() - 5);
    painter.drawText(QRectF(area.right() + 6, y - 10, fontMetrics().horizontalAdvance(QStringLiteral("00.00")), 20),
                     Qt::AlignLeft | Qt::AlignVCenter, fixedText(last, last < 10 ? 2 : 1));
}

void LossSparkline::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && !m_losses.empty()) Q_EMIT epochClicked(epochAt(event->position().x()));
}

void LossSparkline::mouseMoveEvent(QMouseEvent* event) {
    const int epoch = epochAt(event->position().x());
    if (epoch < 1) return;
    QString text = tr("epoch %1: loss %2").arg(epoch).arg(valueText(double(m_losses[std::size_t(epoch - 1)])));
    if (std::size_t(epoch) <= m_learnt.size())
        text += m_learnt[std::size_t(epoch - 1)] ? tr(", its label was known") : tr(", its label was not known");
    QToolTip::showText(event->globalPosition().toPoint(), text, this);
}

} // namespace assay::ui
