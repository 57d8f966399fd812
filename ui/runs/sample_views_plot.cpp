// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/sample_views_plot.h"

#include "ui/models/gallery_model.h"
#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

#include <QImage>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::ui {
namespace {

constexpr int kGap = 14;          ///< between samples
constexpr int kLeastPicture = 56; ///< side
constexpr int kWidestCaption = 120;

/// From nothing over orange to white: how much of the attention lies here, against the most.
QRgb heat(float share) {
    const float t = std::clamp(share, 0.0f, 1.0f);
    const float white = std::clamp((t - 0.6f) / 0.4f, 0.0f, 1.0f);
    const auto mix = [white](int base) { return int(float(base) + float(255 - base) * white); };
    return qRgba(mix(0xe6), mix(0x9f), mix(0x00), int(190 * t));
}

} // namespace

SampleViewsPlot::SampleViewsPlot(Workspace& workspace, QWidget* parent)
    : PaintedPlot(QStringLiteral("sampleViews"), tr("Views of the network"), parent), m_workspace(workspace) {
    setEmptyText(tr("Methods with attention, and those that perturb pictures, show here what they see."));
    setExpandable(true);
    setHasData(false);
    connect(&workspace, &Workspace::currentRunChanged, this, &SampleViewsPlot::load);
    connect(&workspace, &Workspace::epochArrived, this, [this](RunId run) {
        if (run == m_workspace.currentRun()) load();
    });
    connect(&workspace, &Workspace::focusChanged, this, [this] { canvas()->update(); });
}

void SampleViewsPlot::showEvent(QShowEvent* event) {
    PaintedPlot::showEvent(event);
    canvas()->update();
}

void SampleViewsPlot::load() {
    const auto run = m_workspace.currentRun();
    const auto project = m_workspace.project();
    const std::uint64_t generation = ++m_generation;
    if (!run || !project) return setViews(std::nullopt);
    m_pool.run([folder = project->checkpointFolder(*run)] { return readSampleViews(folder); },
               [this, generation](Result<SampleViews> views) {
                   if (generation != m_generation) return;
                   setViews(views ? std::optional(std::move(*views)) : std::nullopt);
               });
}

void SampleViewsPlot::setViews(std::optional<SampleViews> views) {
    m_views = std::move(views);
    const bool any = m_views && !m_views->samples.empty() && !m_views->names.empty();
    const bool before = hasData();
    setHasData(any);
    if (!any) m_current.reset();
    if (any) {
        setTitle((!m_views->maps.empty()    ? tr("Attention, epoch %1")
                  : !m_views->gains.empty() ? tr("Perturbed pictures, epoch %1")
                                            : tr("Views, epoch %1"))
                     .arg(m_views->epoch));
        summarise();
    }
    canvas()->update();
    if (any != before) Q_EMIT changed();
}

void SampleViewsPlot::summarise() {
    QStringList names;
    for (const std::string& name : m_views->names) names << QString::fromStdString(name);
    setSummary(tr("%1 pictures, each as %2.").arg(countText(m_views->samples.size()), names.join(tr(" and "))));
}

void SampleViewsPlot::deselect() {
    if (!m_current) return;
    m_current.reset();
    if (hasData()) summarise();
    canvas()->update();
}

QString SampleViewsPlot::caption(std::size_t row, std::size_t view) const {
    const QString name = QString::fromStdString(m_views->names[view]);
    const auto gain = double(m_views->gain(row, view));
    return gain == 1 ? name
                     : tr("%1 ×%2", "a view, drawn so many times stronger than it is")
                           .arg(name, fixedText(gain, gain < 10 ? 1 : 0));
}

QImage SampleViewsPlot::image(std::size_t row, std::size_t view) const {
    const ImageGeometry& g = m_views->geometry;
    const auto pixels = m_views->picture(row, view);
    QImage picture(g.width, g.height, QImage::Format_RGB32);
    for (int y = 0; y < g.height; ++y)
        for (int x = 0; x < g.width; ++x) {
            const std::uint8_t* p = pixels.data() + std::size_t(y * g.width + x) * std::size_t(g.channels);
            picture.setPixel(x, y, g.channels >= 3 ? qRgb(p[0], p[1], p[2]) : qRgb(p[0], p[0], p[0]));
        }
    if (m_views->maps.empty()) return picture;
    const auto map = m_views->map(row, view);
    const float most = *std::max_element(map.begin(), map.end());
    QImage over(m_views->mapWidth, m_views->mapHeight, QImage::Format_ARGB32);
    for (int y = 0; y < m_views->mapHeight; ++y)
        for (int x = 0; x < m_views->mapWidth; ++x)
            over.setPixel(x, y, heat(most > 0 ? map[std::size_t(y * m_views->mapWidth + x)] / most : 0));
    // The map is coarse: it is spread smoothly over a picture that is enlarged to show it.
    const QSize large(std::max(g.width, 96), std::max(g.height, 96 * g.height / std::max(1, g.width)));
    QImage shown = picture.scaled(large, Qt::IgnoreAspectRatio, Qt::FastTransformation)
                       .convertToFormat(QImage::Format_ARGB32_Premultiplied);
    QPainter painter(&shown);
    painter.drawImage(0, 0, over.scaled(large, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
    return shown;
}

std::vector<std::size_t> SampleViewsPlot::order() const {
    std::vector<std::size_t> rows(m_views->samples.size());
    std::iota(rows.begin(), rows.end(), std::size_t(0));
    const auto focus = m_workspace.focus();
    const auto at =
        focus ? std::find(m_views->samples.begin(), m_views->samples.end(), *focus) : m_views->samples.end();
    if (at != m_views->samples.end()) {
        const auto first = std::size_t(at - m_views->samples.begin());
        std::rotate(rows.begin(), rows.begin() + std::ptrdiff_t(first), rows.begin() + std::ptrdiff_t(first) + 1);
    }
    return rows;
}

std::vector<std::size_t> SampleViewsPlot::rowsShown(const Layout& layout) const {
    std::vector<std::size_t> rows = order();
    rows.resize(std::min(rows.size(), std::size_t(layout.columns) * std::size_t(layout.rows)));
    return rows;
}

SampleViewsPlot::Layout SampleViewsPlot::layoutFor(QSizeF size) const {
    Layout layout;
    const auto views = double(std::max<std::size_t>(1, m_views->names.size()));
    layout.head = QFontMetricsF(plotFont(font())).height() + 2;
    layout.left = layout.top = 6;
    const double width = size.width() - 2 * layout.left + kGap;
    const double height = size.height() - 2 * layout.top;
    double least = kLeastPicture;
    const QFontMetricsF metrics(plotFont(font()));
    for (std::size_t view = 0; view < m_views->names.size(); ++view)
        least =
            std::clamp(metrics.horizontalAdvance(caption(0, view)) + 8, least, std::max(least, double(kWidestCaption)));
    layout.columns = std::max(1, int(width / (views * least + kGap)));
    const double side = std::min((width / layout.columns - kGap) / views, height - layout.head);
    layout.side = std::max(24, int(side));
    layout.rows = std::max(1, int(height / (layout.side + layout.head)));
    return layout;
}

QRectF SampleViewsPlot::place(const Layout& layout, std::size_t at) const {
    const double width = double(m_views->names.size()) * layout.side;
    const auto column = double(at % std::size_t(layout.columns));
    const auto row = double(at / std::size_t(layout.columns));
    return {layout.left + column * (width + kGap), layout.top + row * (layout.side + layout.head) + layout.head, width,
            double(layout.side)};
}

void SampleViewsPlot::paint(QPainter& painter, QSizeF size) const {
    painter.setFont(plotFont(font()));
    painter.fillRect(QRectF(QPointF(0, 0), size), theme().background);
    if (!hasData()) return;
    const Layout layout = layoutFor(size);
    const std::vector<std::size_t> rows = rowsShown(layout);
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const QRectF all = place(layout, at);
        if (m_current == m_views->samples[rows[at]]) {
            QColor mark = theme().focus;
            mark.setAlpha(50);
            painter.fillRect(all.adjusted(-4, -layout.head, 2, 2), mark);
        }
        for (std::size_t view = 0; view < m_views->names.size(); ++view) {
            const QRectF one(all.left() + double(view) * layout.side, all.top(), layout.side - 2, layout.side - 2);
            painter.drawImage(one, image(rows[at], view));
            painter.setPen(theme().muted);
            painter.drawText(
                QRectF(one.left(), one.top() - layout.head, one.width(), layout.head), Qt::AlignLeft | Qt::AlignVCenter,
                painter.fontMetrics().elidedText(caption(rows[at], view), Qt::ElideRight, int(one.width())));
        }
        if (m_workspace.focus() == m_views->samples[rows[at]]) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(theme().focus, 2));
            painter.drawRect(all.adjusted(-2, -2, 0, 0));
        }
    }
}

std::optional<std::size_t> SampleViewsPlot::rowAt(QPointF position) const {
    if (!hasData()) return std::nullopt;
    const Layout layout = layoutFor(canvas()->size());
    const std::vector<std::size_t> rows = rowsShown(layout);
    for (std::size_t at = 0; at < rows.size(); ++at)
        if (place(layout, at).contains(position)) return rows[at];
    return std::nullopt;
}

QString SampleViewsPlot::hoverText(QPointF position) const {
    const auto row = rowAt(position);
    return row ? sentence(*row) : QString();
}

QString SampleViewsPlot::sentence(std::size_t row) const {
    const SampleIndex sample = m_views->samples[row];
    QStringList parts{
        tr("picture %1, labelled %2").arg(sample.value).arg(className(m_workspace, m_workspace.baseLabel(sample)))};
    for (std::size_t view = 0; view < m_views->names.size(); ++view)
        if (const auto gain = double(m_views->gain(row, view)); gain != 1)
            parts << tr("%1, drawn %2 times as strong as it is")
                         .arg(QString::fromStdString(m_views->names[view]), valueText(gain));
    return parts.join(QLatin1Char('\n'));
}

void SampleViewsPlot::clickedAt(QPointF position) {
    if (const auto row = rowAt(position)) open(*row);
}

void SampleViewsPlot::open(std::size_t row) {
    if (m_current) m_current = m_views->samples[row];
    m_workspace.setFocus(m_views->samples[row]);
}

void SampleViewsPlot::keyPressEvent(QKeyEvent* event) {
    if (!hasData()) return PaintedPlot::keyPressEvent(event);
    const Layout layout = layoutFor(canvas()->size());
    const std::vector<std::size_t> rows = rowsShown(layout);
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](std::size_t row) { return m_current == m_views->samples[row]; });
    const std::ptrdiff_t last = std::ptrdiff_t(rows.size()) - 1;
    const std::ptrdiff_t at = found - rows.begin();
    std::ptrdiff_t next = 0;
    switch (event->key()) {
    case Qt::Key_Left: next = at - 1; break;
    case Qt::Key_Right: next = at + 1; break;
    case Qt::Key_Up: next = at >= layout.columns ? at - layout.columns : at; break;
    case Qt::Key_Down: next = at + layout.columns <= last ? at + layout.columns : at; break;
    case Qt::Key_Home: next = 0; break;
    case Qt::Key_End: next = last; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (found != rows.end()) open(*found);
        return;
    default: return PaintedPlot::keyPressEvent(event);
    }
    if (found == rows.end() && event->key() != Qt::Key_End) next = 0; // the keys begin with the first
    const std::size_t row = rows[std::size_t(std::clamp<std::ptrdiff_t>(next, 0, last))];
    m_current = m_views->samples[row];
    setSummary(sentence(row));
    canvas()->update();
}

QString SampleViewsPlot::dataAsTsv() const {
    QString text = QStringLiteral("index\tlabel\tview\tgain\tlargest_share\n");
    for (std::size_t row = 0; m_views && row < m_views->samples.size(); ++row)
        for (std::size_t view = 0; view < m_views->names.size(); ++view) {
            const auto map = m_views->maps.empty() ? std::span<const float>() : m_views->map(row, view);
            text += QString::number(m_views->samples[row].value) + QLatin1Char('\t') +
                    className(m_workspace, m_workspace.baseLabel(m_views->samples[row])) + QLatin1Char('\t') +
                    QString::fromStdString(m_views->names[view]) + QLatin1Char('\t') +
                    QString::number(double(m_views->gain(row, view)), 'g', 6) + QLatin1Char('\t') +
                    (map.empty() ? QString() : plainNumber(double(*std::max_element(map.begin(), map.end())))) +
                    QLatin1Char('\n');
        }
    return text;
}

} // namespace assay::ui
