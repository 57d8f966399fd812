// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_curves_plot.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace assay::ui {
namespace {

constexpr double kSame = 1e-6; ///< of the steepest gradient

double steepest(const LossLine& line) {
    double most = 0;
    for (const double g : line.gradient) most = std::max(most, std::abs(g));
    return most;
}

/// What `line` is `first` times; nothing where their shapes differ.
std::optional<double> factorOf(const LossLine& line, const LossLine& first) {
    const double below = steepest(first);
    if (!(below > 0) || line.gradient.size() != first.gradient.size()) return std::nullopt;
    const double factor = steepest(line) / below;
    for (std::size_t i = 0; i < line.gradient.size(); ++i)
        if (!(std::abs(line.gradient[i] - factor * first.gradient[i]) <= kSame * factor * below)) return std::nullopt;
    return factor > 0 ? std::optional(factor) : std::nullopt;
}

} // namespace

std::vector<LossFamily> lossFamilies(const std::vector<LossLine>& lines) {
    std::vector<LossFamily> families;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        bool placed = false;
        for (LossFamily& family : families) {
            const auto factor = factorOf(lines[i], lines[family.members.front()]);
            if (!factor) continue;
            family.members.push_back(i);
            family.factors.push_back(*factor);
            placed = true;
            break;
        }
        if (!placed) families.push_back({{i}, {1.0}});
    }
    std::erase_if(families, [](const LossFamily& family) { return family.members.size() < 2; });
    return families;
}

LossCurvesPlot::LossCurvesPlot(QWidget* parent)
    : ChartWidget(QStringLiteral("lossCurves"), tr("Losses over the probability of the label"), parent) {
    QCustomPlot& p = plot();
    p.plotLayout()->clear();
    p.plotLayout()->setColumnSpacing(8);
    for (int i = 0; i < 2; ++i) {
        auto* rect = new QCPAxisRect(&p, true);
        p.plotLayout()->addElement(0, i, rect);
        for (QCPAxis* axis : rect->axes()) {
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
        }
        rect->axis(QCPAxis::atBottom)->setRange(0, 1);
        m_rects[std::size_t(i)] = rect;
    }
    p.setAutoAddPlottableToLegend(false);
    m_legend = new QCPLegend;
    m_rects[0]->insetLayout()->addElement(m_legend, Qt::AlignTop | Qt::AlignRight);
    m_rects[0]->insetLayout()->setMargins(QMargins(6, 6, 6, 6));
    m_legend->setLayer(QStringLiteral("legend"));
    m_legend->setRowSpacing(0);
    m_legend->setMargins(QMargins(5, 3, 5, 3));
    redraw();
}

void LossCurvesPlot::setCurves(std::vector<double> probabilities, std::vector<LossLine> lines) {
    m_p = std::move(probabilities);
    m_lines = std::move(lines);
    m_families = lossFamilies(m_lines);
    redraw();
}

void LossCurvesPlot::setScaled(bool scaled) {
    if (m_scaled == scaled) return;
    m_scaled = scaled;
    redraw();
}

double LossCurvesPlot::scaleOf(const LossLine& line) const {
    const double most = m_scaled ? steepest(line) : 1;
    return most > 0 ? 1 / most : 1;
}

void LossCurvesPlot::redraw() {
    QCustomPlot& p = plot();
    m_legend->clearItems();
    p.clearPlottables();
    m_graphs.clear();
    m_rects[0]->axis(QCPAxis::atLeft)->setLabel(m_scaled ? tr("loss, scaled") : tr("loss"));
    m_rects[1]
        ->axis(QCPAxis::atLeft)
        ->setLabel(m_scaled ? tr("pull on the label's logit, −dL/dz, scaled")
                            : tr("pull on the label's logit, −dL/dz"));
    std::array<double, 2> low{}, high{};
    for (const LossLine& line : m_lines) {
        const std::array<const std::vector<double>*, 2> values = {&line.loss, &line.gradient};
        std::array<QCPGraph*, 2> graphs{};
        for (std::size_t side = 0; side < 2; ++side) {
            m_rects[side]->axis(QCPAxis::atBottom)->setLabel(tr("probability of the label"));
            graphs[side] = p.addGraph(m_rects[side]->axis(QCPAxis::atBottom), m_rects[side]->axis(QCPAxis::atLeft));
            graphs[side]->setName(line.name);
            QVector<QCPGraphData> points;
            const double scale = scaleOf(line) * (side == 1 ? -1 : 1);
            for (std::size_t i = 0; i < std::min(m_p.size(), values[side]->size()); ++i) {
                const double value = (*values[side])[i] * scale;
                points.append(QCPGraphData(m_p[i], std::isfinite(value) ? value : qQNaN()));
                if (!std::isfinite(value)) continue;
                low[side] = std::min(low[side], value);
                high[side] = std::max(high[side], value);
            }
            graphs[side]->data()->set(points, true);
        }
        graphs[0]->addToLegend(m_legend);
        m_graphs.push_back(graphs);
    }
    for (std::size_t side = 0; side < 2; ++side) {
        const double room = std::max(high[side] - low[side], 1e-3) * 0.05;
        m_rects[side]->axis(QCPAxis::atLeft)->setRange(low[side] < 0 ? low[side] - room : 0, high[side] + room);
    }
    m_legend->setVisible(!m_lines.empty());
    setHasData(!m_lines.empty());
    themeChanged();
    setSummary(tr("%Ln curves.", nullptr, int(m_lines.size())) + QLatin1Char(' ') + familyText());
}

QString LossCurvesPlot::familyText() const {
    QStringList sentences;
    for (const LossFamily& family : m_families) {
        const QString first = m_lines[family.members.front()].name;
        for (std::size_t i = 1; i < family.members.size(); ++i) {
            const bool equal = std::abs(family.factors[i] - 1) < 1e-4;
            sentences
                << (equal
                        ? tr("%1 = %2").arg(m_lines[family.members[i]].name, first)
                        : tr("%1 = %3 × %2").arg(m_lines[family.members[i]].name, first, valueText(family.factors[i])));
        }
    }
    return sentences.isEmpty() ? QString()
                               : tr("The same curve up to a factor: %1.").arg(sentences.join(QStringLiteral("; ")));
}

QColor LossCurvesPlot::lineColour(std::size_t line) const { return theme().colour(int(line)); }

void LossCurvesPlot::restyle() {
    const PlotTheme& t = theme();
    m_legend->setFont(plotFont(font()));
    m_legend->setTextColor(t.foreground);
    QColor ground = t.background;
    ground.setAlpha(200);
    m_legend->setBrush(ground);
    m_legend->setBorderPen(Qt::NoPen);
    m_legend->setIconSize(26, 10);
    for (std::size_t i = 0; i < m_graphs.size(); ++i) {
        QPen pen(lineColour(i), 1.8, int(i) >= PlotTheme::runColours() ? Qt::DotLine : Qt::SolidLine);
        for (const LossFamily& family : m_families) {
            const auto at = std::find(family.members.begin(), family.members.end(), i);
            if (at == family.members.end()) continue;
            if (at == family.members.begin()) {
                pen.setWidthF(5);
                QColor broad = pen.color();
                broad.setAlpha(150);
                pen.setColor(broad);
            } else {
                const double gap = 3.0 * double(at - family.members.begin());
                pen.setDashPattern({4, gap});
                pen.setWidthF(1.8);
            }
        }
        for (QCPGraph* graph : m_graphs[i]) graph->setPen(pen);
    }
}

QString LossCurvesPlot::hoverText(QPointF position) const {
    for (std::size_t side = 0; side < 2; ++side) {
        if (!hasData() || m_p.empty() || !m_rects[side]->rect().contains(position.toPoint())) continue;
        const double p = m_rects[side]->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
        const auto next = std::lower_bound(m_p.begin(), m_p.end(), p);
        auto at = std::size_t(std::min(next - m_p.begin(), std::ptrdiff_t(m_p.size()) - 1));
        if (at > 0 && p - m_p[at - 1] < m_p[at] - p) --at;
        QStringList rows{tr("probability %1").arg(valueText(m_p[at]))};
        for (const LossLine& line : m_lines) {
            const double scale = scaleOf(line);
            const std::vector<double>& values = side == 0 ? line.loss : line.gradient;
            if (at < values.size())
                rows << tr("%1  %2").arg(line.name, valueText(values[at] * (side == 0 ? scale : -scale)));
        }
        return rows.join(QLatin1Char('\n'));
    }
    return {};
}

QString LossCurvesPlot::dataAsTsv() const {
    QString text = QStringLiteral("p");
    for (const LossLine& line : m_lines) text += QStringLiteral("\t%1\t%1 dL/dz").arg(line.name);
    text += QLatin1Char('\n');
    for (std::size_t i = 0; i < m_p.size(); ++i) {
        text += plainNumber(m_p[i]);
        for (const LossLine& line : m_lines)
            text += QLatin1Char('\t') + (i < line.loss.size() ? plainNumber(line.loss[i]) : QString()) +
                    QLatin1Char('\t') + (i < line.gradient.size() ? plainNumber(line.gradient[i]) : QString());
        text += QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
