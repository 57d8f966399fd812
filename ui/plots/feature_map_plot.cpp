// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/feature_map_plot.h"

#include "ui/plots/dot_pixmap.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::ui {
namespace {

constexpr double kReach = 6; ///< pixels within which a point is pointed at
constexpr double kLeastLasso = 6;
constexpr std::size_t kMostNames = 30;
constexpr int kMostLinesAside = 16; // half lines, above and below
constexpr int kCircleCorners = 48;
constexpr double kStep = 0.02, kLeastRadius = 0.01, kLargestRadius = 0.7;

float median(std::vector<float> values) {
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

FeatureMapPlot::FeatureMapPlot(QWidget* parent) : ChartWidget(QStringLiteral("featureMap"), tr("Feature map"), parent) {
    setEmptyText(tr("What a network sees of each picture, in the two directions in which pictures differ most. "
                    "Kept by the method tcl, and by any run that is told to keep features."));
    setToolTip(tr("Draw a loop with the mouse to open the pictures inside. By keyboard: arrow keys move a circle, "
                  "+ and − change its size, Enter opens the pictures inside, Escape takes it away."));
    m_colourBy = new QComboBox(this);
    m_colourBy->setObjectName(QStringLiteral("featureMapColourBy"));
    m_colourBy->setAccessibleName(tr("Colour the map by"));
    m_colourBy->setToolTip(tr("Colour the map by"));
    m_colourBy->addItems({tr("given label"), tr("suggested label"), tr("clean or suspect")});
    connect(m_colourBy, &QComboBox::currentIndexChanged, this, &FeatureMapPlot::colouringChanged);
    m_colourBy->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon); // the title needs the room more
    m_colourBy->setMinimumContentsLength(8);
    m_colourBy->view()->setMinimumWidth(m_colourBy->view()->sizeHintForColumn(0) + 8);
    addHeaderWidget(m_colourBy);
    QCustomPlot& p = plot();
    for (QCPAxis* axis : {p.xAxis, p.yAxis}) {
        axis->setTickLabels(false);
        axis->setTicks(false);
    }
    p.setCurrentLayer(QStringLiteral("overlay"));
    m_lassoCurve = new QCPCurve(p.xAxis, p.yAxis);
    m_circleCurve = new QCPCurve(p.xAxis, p.yAxis);
    m_mark = p.addGraph();
    m_mark->setLineStyle(QCPGraph::lsNone);
    p.setCurrentLayer(QStringLiteral("main"));
    m_dimmed = p.addGraph(); // below the groups
    m_dimmed->setLineStyle(QCPGraph::lsNone);
    m_dimmed->setAdaptiveSampling(false);
    connect(&p, &QCustomPlot::afterLayout, this, &FeatureMapPlot::spreadNames);
    setExpandable(true);
    themeChanged();
    setHasData(false);
}

FeatureMapPlot::Colouring FeatureMapPlot::colouring() const { return Colouring(m_colourBy->currentIndex()); }

void FeatureMapPlot::setColouring(Colouring colouring) { m_colourBy->setCurrentIndex(int(colouring)); }

void FeatureMapPlot::setPoints(Points points) {
    m_points = std::move(points);
    findStandingOut();
    m_groups.clear();
    m_groupOf.assign(m_points.samples.size(), 0);
    m_lasso.clear();
    m_circleShown = false;
    setHasData(!m_points.samples.empty());
    if (hasData()) {
        const auto fit = [](QCPAxis& axis, const std::vector<float>& values) {
            const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
            const double margin = 0.03 * std::max(1e-6, double(*hi) - double(*lo));
            axis.setRange(double(*lo) - margin, double(*hi) + margin);
        };
        fit(*plot().xAxis, m_points.x);
        fit(*plot().yAxis, m_points.y);
    }
    plot().xAxis->setLabel(tr("first axis, %1 of the variance").arg(percentText(m_points.shareX, 0)));
    plot().yAxis->setLabel(tr("second axis, %1").arg(percentText(m_points.shareY, 0)));
    redraw();
}

void FeatureMapPlot::setGroups(std::vector<Group> groups, std::vector<int> groupOf, bool onTheMap) {
    m_groups = std::move(groups);
    m_groupOf = std::move(groupOf);
    m_groupOf.resize(m_points.samples.size(), -1);
    m_namesOnMap = onTheMap;
    redraw();
}

void FeatureMapPlot::setMarked(std::optional<SampleIndex> sample) {
    if (m_marked == sample) return;
    m_marked = sample;
    placeMark();
    refresh();
}

void FeatureMapPlot::setStandingOut(std::vector<SampleIndex> samples) {
    if (samples == m_standingOut) return;
    m_standingOut = std::move(samples);
    findStandingOut();
    redraw();
}

std::size_t FeatureMapPlot::standingOut() const { return std::size_t(std::count(m_out.begin(), m_out.end(), 1)); }

void FeatureMapPlot::findStandingOut() {
    m_out.clear();
    if (m_standingOut.empty()) return;
    for (const SampleIndex sample : m_points.samples)
        m_out.push_back(std::binary_search(m_standingOut.begin(), m_standingOut.end(), sample));
    if (standingOut() == 0) m_out.clear(); // they lie elsewhere: there is nothing to compare with
}

void FeatureMapPlot::redraw() {
    const std::size_t count = std::max<std::size_t>(1, m_groups.size());
    while (m_graphs.size() > count) {
        plot().removeGraph(m_graphs.back());
        m_graphs.pop_back();
    }
    while (m_graphs.size() < count) {
        QCPGraph* graph = plot().addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setAdaptiveSampling(false);
        m_graphs.push_back(graph);
    }
    const std::size_t n = m_points.samples.size();
    const std::size_t stride = (n + kMostPoints - 1) / kMostPoints;
    std::vector<QVector<QCPGraphData>> drawn(count);
    QVector<QCPGraphData> dimmed;
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, stride)) {
        const int group = m_groupOf[i];
        if (group < 0 || std::size_t(group) >= count) continue;
        const bool dim = !m_out.empty() && !m_out[i];
        (dim ? dimmed : drawn[std::size_t(group)]).append(QCPGraphData(double(m_points.x[i]), double(m_points.y[i])));
    }
    m_dimmed->data()->set(dimmed);
    for (std::size_t g = 0; g < count; ++g) m_graphs[g]->data()->set(drawn[g]);
    placeNames();
    placeLasso();
    placeCircle();
    placeMark();
    restyle();
    m_overview = tr("%1 pictures by their features; the two axes hold %2 of the variance.")
                     .arg(countText(n), percentText(m_points.shareX + m_points.shareY, 0));
    if (!m_out.empty()) m_overview += QLatin1Char(' ') + tr("%1 of them stand out.").arg(countText(standingOut()));
    if (stride > 1) m_overview += QLatin1Char(' ') + tr("One in %1 is drawn.").arg(stride);
    setSummary(m_overview);
    refresh();
}

void FeatureMapPlot::placeNames() {
    for (QCPItemText* name : m_names) plot().removeItem(name);
    m_names.clear();
    m_nameCentres.clear();
    if (m_groups.size() > kMostNames) return;
    std::vector<std::vector<float>> x(m_groups.size()), y(m_groups.size());
    for (std::size_t i = 0; i < m_groupOf.size(); ++i) {
        const int group = m_groupOf[i];
        if (group < 0 || std::size_t(group) >= m_groups.size()) continue;
        x[std::size_t(group)].push_back(m_points.x[i]);
        y[std::size_t(group)].push_back(m_points.y[i]);
    }
    plot().setCurrentLayer(QStringLiteral("overlay"));
    double line = 0;
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        auto* name = new QCPItemText(&plot());
        m_names.push_back(name);
        const QString sign = m_groups[g].diamond ? QStringLiteral("◆ ") : QStringLiteral("● ");
        if (m_namesOnMap) {
            name->setText(m_groups[g].name);
            name->setPositionAlignment(Qt::AlignCenter);
            m_nameCentres.push_back(x[g].empty() ? QPointF(qQNaN(), qQNaN())
                                                 : QPointF(double(median(x[g])), double(median(y[g]))));
        } else {
            name->setText(sign + countText(x[g].size()) + QLatin1Char(' ') + m_groups[g].name);
            name->position->setType(QCPItemPosition::ptAxisRectRatio);
            name->position->setCoords(0.02, 0.02 + line);
            name->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
            line += 0.08;
        }
    }
    plot().setCurrentLayer(QStringLiteral("main"));
}

/// Each as near to the middle of its group as it can stand inside the axes and clear of the others.
void FeatureMapPlot::spreadNames() {
    const QRectF inside = plot().axisRect()->rect();
    std::vector<QRectF> taken;
    for (std::size_t g = 0; g < m_nameCentres.size(); ++g) {
        QCPItemText* name = m_names[g];
        name->setVisible(false);
        if (std::isnan(m_nameCentres[g].x())) continue;
        name->position->setCoords(m_nameCentres[g]);
        QRectF area(name->topLeft->pixelPosition(), name->bottomRight->pixelPosition());
        area.adjust(-1, -1, 1, 1);
        area.moveLeft(std::clamp(area.left(), inside.left(), std::max(inside.left(), inside.right() - area.width())));
        const double wanted = area.top();
        for (int step = 0; step < 2 * kMostLinesAside && !name->visible(); ++step) {
            const int lines = (step + 1) / 2 * (step % 2 == 0 ? 1 : -1);
            area.moveTop(wanted + lines * area.height() / 2);
            const bool clear =
                std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(area); });
            name->setVisible(clear && area.top() >= inside.top() && area.bottom() <= inside.bottom());
        }
        if (!name->visible()) continue;
        taken.push_back(area);
        name->position->setPixelPosition(area.center());
    }
}

void FeatureMapPlot::placeLasso() {
    QVector<QCPCurveData> corners;
    for (const QPointF& corner : m_lasso) corners.append(QCPCurveData(double(corners.size()), corner.x(), corner.y()));
    if (corners.size() > 2)
        corners.append(QCPCurveData(double(corners.size()), m_lasso.front().x(), m_lasso.front().y()));
    m_lassoCurve->data()->set(corners, true);
}

QPolygonF FeatureMapPlot::circle() const {
    const QRect area = plot().axisRect()->rect();
    const double radius = m_circleRadius * std::min(area.width(), area.height());
    const QPointF centre(area.left() + m_circleCentre.x() * area.width(),
                         area.top() + m_circleCentre.y() * area.height());
    QPolygonF corners;
    for (int i = 0; i < kCircleCorners; ++i) {
        const double angle = 2 * std::numbers::pi * i / kCircleCorners;
        corners << QPointF(plot().xAxis->pixelToCoord(centre.x() + radius * std::cos(angle)),
                           plot().yAxis->pixelToCoord(centre.y() + radius * std::sin(angle)));
    }
    return corners;
}

void FeatureMapPlot::placeCircle() {
    QVector<QCPCurveData> corners;
    if (m_circleShown) {
        const QPolygonF outline = circle();
        for (const QPointF& corner : outline)
            corners.append(QCPCurveData(double(corners.size()), corner.x(), corner.y()));
        corners.append(QCPCurveData(double(corners.size()), outline.front().x(), outline.front().y()));
    }
    m_circleCurve->data()->set(corners, true);
}

void FeatureMapPlot::placeMark() {
    QVector<QCPGraphData> place;
    if (m_marked) {
        const auto found = std::find(m_points.samples.begin(), m_points.samples.end(), *m_marked);
        if (found != m_points.samples.end()) {
            const auto i = std::size_t(found - m_points.samples.begin());
            place.append(QCPGraphData(double(m_points.x[i]), double(m_points.y[i])));
        }
    }
    m_mark->data()->set(place, true);
}

std::vector<SampleIndex> FeatureMapPlot::samplesInside(const QPolygonF& polygon) const {
    std::vector<SampleIndex> inside;
    const QRectF box = polygon.boundingRect();
    for (std::size_t i = 0; i < m_points.samples.size(); ++i) {
        const QPointF point(double(m_points.x[i]), double(m_points.y[i]));
        if (box.contains(point) && polygon.containsPoint(point, Qt::OddEvenFill)) inside.push_back(m_points.samples[i]);
    }
    return inside;
}

void FeatureMapPlot::clearLasso() {
    m_lasso.clear();
    m_drawing = false;
    m_circleShown = false;
    placeLasso();
    placeCircle();
    if (hasData()) setSummary(m_overview);
    refresh();
}

std::optional<std::size_t> FeatureMapPlot::nearest(QPointF position) const {
    const QCPAxis &across = *plot().xAxis, &up = *plot().yAxis;
    const double x = across.pixelToCoord(position.x()), y = up.pixelToCoord(position.y());
    const double scaleX = std::abs(across.pixelToCoord(position.x() + 1) - x);
    const double scaleY = std::abs(up.pixelToCoord(position.y() + 1) - y);
    std::optional<std::size_t> best;
    double least = kReach;
    for (std::size_t i = 0; i < m_points.samples.size(); ++i) {
        const double apart = std::hypot((double(m_points.x[i]) - x) / scaleX, (double(m_points.y[i]) - y) / scaleY);
        if (apart < least) {
            least = apart;
            best = i;
        }
    }
    return best;
}

void FeatureMapPlot::canvasPressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !hasData()) return;
    setFocus(Qt::MouseFocusReason);
    m_circleShown = false;
    placeCircle();
    m_drawing = true;
    m_lasso.clear();
    m_lasso << QPointF(plot().xAxis->pixelToCoord(event->position().x()),
                       plot().yAxis->pixelToCoord(event->position().y()));
}

void FeatureMapPlot::canvasMoved(QMouseEvent* event) {
    if (!m_drawing) {
        ChartWidget::canvasMoved(event);
        return;
    }
    m_lasso << QPointF(plot().xAxis->pixelToCoord(event->position().x()),
                       plot().yAxis->pixelToCoord(event->position().y()));
    placeLasso();
    plot().layer(QStringLiteral("overlay"))->replot();
}

void FeatureMapPlot::canvasReleased(QMouseEvent* event) {
    if (!m_drawing || event->button() != Qt::LeftButton) return;
    m_drawing = false;
    double extent = 0;
    for (const QPointF& corner : m_lasso)
        extent = std::max(
            {extent, std::abs(plot().xAxis->coordToPixel(corner.x()) - plot().xAxis->coordToPixel(m_lasso.front().x())),
             std::abs(plot().yAxis->coordToPixel(corner.y()) - plot().yAxis->coordToPixel(m_lasso.front().y()))});
    if (extent >= kLeastLasso && m_lasso.size() > 2) {
        const auto inside = samplesInside(m_lasso);
        refresh();
        if (inside.empty()) Q_EMIT notice(tr("No picture lies inside the loop."));
        else Q_EMIT lassoed(inside);
        return;
    }
    clearLasso();
    if (const auto point = nearest(event->position())) Q_EMIT sampleClicked(m_points.samples[*point]);
}

void FeatureMapPlot::keyPressEvent(QKeyEvent* event) {
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? 5 * kStep : kStep;
    const auto move = [&](double dx, double dy) {
        if (m_circleShown)
            m_circleCentre = {std::clamp(m_circleCentre.x() + dx * step, 0.0, 1.0),
                              std::clamp(m_circleCentre.y() + dy * step, 0.0, 1.0)};
    };
    if (!hasData()) {
        ChartWidget::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left: move(-1, 0); break;
    case Qt::Key_Right: move(1, 0); break;
    case Qt::Key_Up: move(0, -1); break;
    case Qt::Key_Down: move(0, 1); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: m_circleRadius = std::min(kLargestRadius, m_circleRadius * 1.2); break;
    case Qt::Key_Minus: m_circleRadius = std::max(kLeastRadius, m_circleRadius / 1.2); break;
    case Qt::Key_Escape:
        if (!m_circleShown && m_lasso.isEmpty()) {
            ChartWidget::keyPressEvent(event);
            return;
        }
        clearLasso();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_circleShown) {
            const auto inside = samplesInside(circle());
            if (inside.empty()) Q_EMIT notice(tr("No picture lies inside the circle."));
            else Q_EMIT lassoed(inside);
            return;
        }
        break;
    default: ChartWidget::keyPressEvent(event); return;
    }
    m_circleShown = true;
    m_lasso.clear();
    placeLasso();
    placeCircle();
    setSummary(m_overview + QLatin1Char(' ') +
               tr("%1 pictures inside the circle.").arg(countText(samplesInside(circle()).size())));
    refresh();
}

void FeatureMapPlot::focusOutEvent(QFocusEvent* event) {
    ChartWidget::focusOutEvent(event);
    if (!m_circleShown || event->reason() == Qt::ActiveWindowFocusReason) return;
    m_circleShown = false;
    placeCircle();
    refresh();
}

void FeatureMapPlot::restyle() {
    const PlotTheme& t = theme();
    const double scale = std::max(2.0, devicePixelRatioF());
    for (std::size_t g = 0; g < m_graphs.size(); ++g) {
        const bool grouped = g < m_groups.size();
        const QColor colour = grouped ? t.colour(m_groups[g].ink) : t.muted;
        m_graphs[g]->setScatterStyle(QCPScatterStyle(dotPixmap(colour, grouped && m_groups[g].diamond, scale)));
    }
    if (m_dimmed) {
        QColor faint = t.muted;
        faint.setAlpha(70);
        m_dimmed->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, faint, 3));
    }
    QColor area = t.focus;
    area.setAlpha(45);
    for (QCPCurve* curve : {m_lassoCurve, m_circleCurve}) {
        if (!curve) continue;
        curve->setPen(QPen(t.focus, 1.5));
        curve->setBrush(area);
    }
    if (m_mark)
        m_mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(t.foreground, 2), Qt::NoBrush, 12));
    QColor ground = t.background;
    ground.setAlpha(205);
    for (std::size_t g = 0; g < m_names.size() && g < m_groups.size(); ++g) {
        const int ink = m_groups[g].ink;
        m_names[g]->setFont(plotFont(font()));
        m_names[g]->setBrush(ground);
        m_names[g]->setPadding(QMargins(3, 0, 3, 0));
        m_names[g]->setColor(ink == InkClean ? t.cleanText : ink == InkSuspect ? t.suspectText : t.foreground);
        m_names[g]->setPen(m_namesOnMap ? QPen(t.colour(ink), 1) : QPen(Qt::NoPen));
    }
}

QString FeatureMapPlot::hoverText(QPointF position) const {
    if (!hasData() || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const auto point = nearest(position);
    if (!point) return {};
    const int group = m_groupOf[*point];
    const QString name =
        group >= 0 && std::size_t(group) < m_groups.size() ? m_groups[std::size_t(group)].name : QString();
    const QString sample = tr("sample %1").arg(m_points.samples[*point].value);
    return name.isEmpty() ? sample : sample + QStringLiteral(": ") + name;
}

QString FeatureMapPlot::dataAsTsv() const {
    QString text = QStringLiteral("index\tx\ty\tgroup\n");
    for (std::size_t i = 0; i < m_points.samples.size(); ++i) {
        const int group = m_groupOf[i];
        text += QString::number(m_points.samples[i].value) + QLatin1Char('\t') + plainNumber(double(m_points.x[i])) +
                QLatin1Char('\t') + plainNumber(double(m_points.y[i])) + QLatin1Char('\t') +
                (group >= 0 && std::size_t(group) < m_groups.size() ? m_groups[std::size_t(group)].name : QString()) +
                QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
