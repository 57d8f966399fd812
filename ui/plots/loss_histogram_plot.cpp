// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/loss_histogram_plot.h"

#include "ui/plots/plot_text.h"
#include "ui/plots/qcustomplot_include.h"

#include <QAction>
#include <QComboBox>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::ui {
namespace {

constexpr int kGrabPixels = 7;
constexpr std::size_t kCurvePoints = 240;
constexpr double kLogFloor = 0.5;

class GroupedTicker final : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return valueText(tick, 6); }
};

class GroupedLogTicker final : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return tick < 1 ? QString() : valueText(tick, 6);
    }
};

QToolButton* toggle(const QString& text, const QString& name, const QString& help, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setObjectName(name);
    button->setToolTip(help);
    button->setAccessibleName(help);
    return button;
}

} // namespace

LossHistogramPlot::LossHistogramPlot(QWidget* parent)
    : ChartWidget(QStringLiteral("lossHistogram"), tr("Loss"), parent) {
    setEmptyText(tr("The losses of the training samples appear here after a run's first epoch."));
    makeHeader();
    makeItems();
    setExpandable(true);
    themeChanged();
    setHasData(false);
}

void LossHistogramPlot::makeHeader() {
    m_kindBox = new QComboBox(this);
    m_kindBox->setObjectName(QStringLiteral("lossHistogramKind"));
    m_kindBox->addItem(tr("beta"));
    m_kindBox->addItem(tr("gaussian"));
    m_kindBox->setToolTip(tr("Kind of the two components that are drawn; the other kind is fitted at once"));
    m_kindBox->setAccessibleName(tr("Kind of mixture"));
    m_kindBox->setFrame(false);
    addHeaderWidget(m_kindBox);
    connect(m_kindBox, &QComboBox::activated, this,
            [this](int row) { setMixtureKind(row == 0 ? stats::MixtureKind::Beta : stats::MixtureKind::Gaussian); });

    m_logButton = toggle(tr("log"), QStringLiteral("lossHistogramLog"), tr("Logarithmic counts"), this);
    addHeaderWidget(m_logButton);
    connect(m_logButton, &QToolButton::toggled, this, &LossHistogramPlot::setLogScale);

    m_truthButton = toggle(tr("truth"), QStringLiteral("lossHistogramTruth"),
                           tr("Draw right and wrong labels apart, where the truth is known"), this);
    m_truthButton->setChecked(true);
    addHeaderWidget(m_truthButton);
    connect(m_truthButton, &QToolButton::toggled, this, &LossHistogramPlot::setTruthShown);

    auto* clearAction = new QAction(tr("Clear the brushed &range"), this);
    connect(clearAction, &QAction::triggered, this, [this] {
        clearBrush();
        Q_EMIT brushCleared();
    });
    addMenuAction(clearAction);
}

void LossHistogramPlot::makeItems() {
    QCustomPlot& p = plot();
    QCPAxisRect* rect = p.axisRect();
    rect->setAutoMargins(QCP::msLeft | QCP::msRight | QCP::msBottom);
    p.yAxis2->setVisible(true);
    p.yAxis2->setRange(0, 1.04);
    p.yAxis2->grid()->setVisible(false);
    const QSharedPointer<QCPAxisTickerFixed> halves(new QCPAxisTickerFixed);
    halves->setTickStep(0.5);
    p.yAxis2->setTicker(halves);
    p.yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedTicker));
    p.yAxis->ticker()->setTickCount(4);
    p.xAxis->setLabel(tr("loss"));
    p.yAxis->setLabel(tr("samples"));
    p.yAxis2->setLabel(tr("p(noisy)"));

    m_allGraph = p.addGraph();
    m_cleanGraph = p.addGraph();
    m_wrongGraph = p.addGraph();
    for (QCPGraph* graph : {m_allGraph, m_cleanGraph, m_wrongGraph}) {
        graph->setLineStyle(QCPGraph::lsStepCenter);
        graph->setAntialiasedFill(false);
        graph->setAntialiased(false);
    }
    m_sumGraph = p.addGraph();
    for (QCPGraph*& graph : m_componentGraphs) graph = p.addGraph();
    m_posteriorGraph = p.addGraph(p.xAxis, p.yAxis2);

    p.setCurrentLayer(QStringLiteral("overlay"));
    m_shade = new QCPItemRect(&p);
    m_shade->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_shade->bottomRight->setType(QCPItemPosition::ptAxisRectRatio);
    m_shade->bottomRight->setCoords(1, 1);
    m_shade->setPen(Qt::NoPen);
    m_brushRect = new QCPItemRect(&p);
    m_brushRect->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushRect->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushRect->setVisible(false);
    m_line = new QCPItemLine(&p);
    for (QCPItemPosition* end : {m_line->start, m_line->end}) end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_line->setClipToAxisRect(false);
    m_line->setHead(QCPLineEnding(QCPLineEnding::esDisc, 7, 7));
    const auto text = [&p] {
        auto* item = new QCPItemText(&p);
        item->setClipToAxisRect(false);
        item->setPadding(QMargins(2, 0, 2, 0));
        return item;
    };
    m_lineLabel = text();
    m_lineLabel->position->setType(QCPItemPosition::ptAbsolute);
    m_brushLabel = text();
    m_brushLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_brushLabel->setPositionAlignment(Qt::AlignTop | Qt::AlignHCenter);
    m_brushLabel->setVisible(false);
    for (QCPItemText*& label : m_componentLabels) label = text();
    m_posteriorLabel = text();
    m_posteriorLabel->position->setAxes(p.xAxis, p.yAxis2);
    for (std::size_t i = 0; i < 2; ++i) {
        m_truthLabels[i] = text();
        m_truthLabels[i]->position->setType(QCPItemPosition::ptAxisRectRatio);
        m_truthLabels[i]->position->setCoords(1, 0.16 + 0.09 * double(i));
        m_truthLabels[i]->setPositionAlignment(Qt::AlignTop | Qt::AlignRight);
    }
    m_warning = text();
    m_warning->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_warning->position->setCoords(0.5, 0.42);
    m_warning->setPositionAlignment(Qt::AlignCenter);
    p.setCurrentLayer(QStringLiteral("main"));
    // It stands at pixels, so that it can be kept inside the plot: known once the layout is, on screen and in figures.
    connect(&p, &QCustomPlot::afterLayout, this, &LossHistogramPlot::placeThresholdLabel);
}

void LossHistogramPlot::setLosses(std::vector<float> losses, std::vector<std::uint8_t> wrong) {
    setData(std::move(losses), std::move(wrong), std::nullopt);
}

void LossHistogramPlot::setMixture(std::optional<stats::MixtureFit> fit) {
    m_given = std::move(fit);
    rebuildFit();
    redraw();
}

void LossHistogramPlot::setData(std::vector<float> losses, std::vector<std::uint8_t> wrong,
                                std::optional<stats::MixtureFit> fit) {
    m_losses = std::move(losses);
    m_wrong = std::move(wrong);
    if (m_wrong.size() != m_losses.size()) m_wrong.clear();
    m_given = std::move(fit);
    m_suspectCount.reset();
    rebuildCounts();
    rebuildFit();
    redraw();
}

void LossHistogramPlot::clear() { setData({}, {}, std::nullopt); }

void LossHistogramPlot::rebuildCounts() {
    double lo = std::numeric_limits<double>::infinity();
    double hi = -lo;
    std::size_t finite = 0;
    for (const float loss : m_losses) {
        if (!std::isfinite(loss)) continue;
        lo = std::min(lo, double(loss));
        hi = std::max(hi, double(loss));
        ++finite;
    }
    m_counts = {};
    m_wrongCounts = {};
    if (finite == 0) return;
    lo = std::min(lo, 0.0);
    if (hi - lo < 1e-9) hi = lo + 1;
    const auto bins = std::size_t(std::clamp(std::sqrt(double(finite)), 12.0, 120.0));
    // Few extreme losses would press everything else into the first bins: they fall into the last bin instead.
    std::vector<float> sample;
    const std::size_t stride = std::max<std::size_t>(1, m_losses.size() / 4096);
    for (std::size_t i = 0; i < m_losses.size(); i += stride)
        if (std::isfinite(m_losses[i])) sample.push_back(m_losses[i]);
    if (sample.size() >= 100) {
        const auto place = sample.begin() + std::ptrdiff_t(double(sample.size()) * 0.995);
        std::nth_element(sample.begin(), place, sample.end());
        const double most = lo + (double(*place) - lo) * 1.25;
        if (most > lo + 1e-9 && hi > most * 1.3) hi = most;
    }
    m_counts = stats::histogram(m_losses, lo, hi, bins);
    if (m_wrong.empty()) return;
    std::vector<float> wrongLosses;
    for (std::size_t i = 0; i < m_losses.size(); ++i)
        if (m_wrong[i] != 0) wrongLosses.push_back(m_losses[i]);
    m_wrongCounts = stats::histogram(wrongLosses, lo, hi, bins);
}

void LossHistogramPlot::rebuildFit() {
    m_fitProblem.clear();
    m_posteriors.clear();
    m_shown.reset();
    if (m_losses.empty()) return;
    const auto fit = [this](stats::MixtureKind kind) -> std::optional<stats::MixtureFit> {
        stats::MixtureOptions options;
        options.kind = kind;
        options.bins = 4096;
        auto result = stats::fitMixture(m_losses, options);
        if (result) return std::move(*result);
        m_fitProblem = QString::fromStdString(result.error().sentence());
        return std::nullopt;
    };
    if (!m_given) m_given = fit(m_chosenKind.value_or(stats::MixtureKind::Beta));
    if (!m_given) return;
    m_shown = m_given;
    if (m_chosenKind && *m_chosenKind != m_given->kind) m_shown = fit(*m_chosenKind);
    if (!m_shown) m_shown = m_given;
    if (!m_shown->warning.empty()) m_fitProblem = QString::fromStdString(m_shown->warning);
    m_posteriors = stats::posteriors(*m_given, m_losses);
    m_lineLoss = m_given->lossAtPosterior(m_threshold);
}

void LossHistogramPlot::redraw() {
    setHasData(!m_counts.counts.empty());
    m_truthButton->setVisible(!m_wrong.empty());
    if (m_shown) {
        const QSignalBlocker block(m_kindBox);
        m_kindBox->setCurrentIndex(m_shown->kind == stats::MixtureKind::Beta ? 0 : 1);
    }
    if (m_counts.counts.empty()) return;
    drawCounts();
    drawCurves();
    placeThreshold();
    placeBrush();
    updateSummary();
    refresh();
}

void LossHistogramPlot::drawCounts() {
    const std::size_t bins = m_counts.counts.size();
    const bool apart = m_truthShown && !m_wrong.empty();
    const auto fill = [&](QCPGraph* graph, const auto& count) {
        QVector<QCPGraphData> points;
        points.reserve(qsizetype(bins) + 2);
        const auto value = [&](std::size_t bin) { return std::max(double(count(bin)), m_log ? kLogFloor / 2 : 0.0); };
        const double ground = m_log ? kLogFloor / 2 : 0;
        points.append(QCPGraphData(m_counts.binCentre(0) - m_counts.binWidth(), ground));
        for (std::size_t bin = 0; bin < bins; ++bin) points.append(QCPGraphData(m_counts.binCentre(bin), value(bin)));
        points.append(QCPGraphData(m_counts.binCentre(bins - 1) + m_counts.binWidth(), ground));
        graph->data()->set(points, true);
    };
    m_allGraph->setVisible(!apart);
    m_cleanGraph->setVisible(apart);
    m_wrongGraph->setVisible(apart);
    std::uint64_t wrong = 0;
    std::uint64_t all = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        all += m_counts.counts[bin];
        if (!m_wrong.empty()) wrong += m_wrongCounts.counts[bin];
    }
    if (apart) {
        fill(m_cleanGraph, [&](std::size_t bin) { return m_counts.counts[bin] - m_wrongCounts.counts[bin]; });
        fill(m_wrongGraph, [&](std::size_t bin) { return m_wrongCounts.counts[bin]; });
        m_truthLabels[0]->setText(tr("● %1 labels right").arg(countText(all - wrong)));
        m_truthLabels[1]->setText(tr("◆ %1 labels wrong").arg(countText(wrong)));
    } else {
        fill(m_allGraph, [&](std::size_t bin) { return m_counts.counts[bin]; });
    }
    for (QCPItemText* label : m_truthLabels) label->setVisible(apart);

    std::uint64_t highest = 1;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const std::uint64_t bad = apart ? m_wrongCounts.counts[bin] : 0;
        highest = std::max({highest, m_counts.counts[bin] - bad, bad});
    }
    QCustomPlot& p = plot();
    p.xAxis->setRange(m_counts.lo, m_counts.hi);
    p.yAxis->setRange(m_log ? kLogFloor : 0, m_log ? std::pow(double(highest), 1.08) * 1.4 : double(highest) * 1.12);
}

void LossHistogramPlot::drawCurves() {
    const bool drawn = m_shown.has_value();
    for (QCPGraph* graph : m_componentGraphs) graph->setVisible(drawn);
    for (QCPItemText* label : m_componentLabels) label->setVisible(drawn);
    m_sumGraph->setVisible(drawn);
    m_posteriorGraph->setVisible(drawn);
    m_posteriorLabel->setVisible(drawn);
    plot().yAxis2->setVisible(drawn);
    m_warning->setVisible(!m_fitProblem.isEmpty());
    m_warning->setText(drawn ? tr("Do not trust this fit: %1").arg(m_fitProblem) : tr("No mixture: %1").arg(m_fitProblem));
    if (!drawn) return;

    const stats::MixtureFit& fit = *m_shown;
    const double width = fit.hi - fit.lo + 1e-6;
    const double scale = double(fit.used) * m_counts.binWidth() / width;
    const double from = std::max(fit.lo, m_counts.lo);
    const double to = std::min(fit.hi, m_counts.hi);
    const double ground = m_log ? kLogFloor / 2 : 0;
    const std::array<int, 2> order = {1 - fit.noisyComponent, fit.noisyComponent};
    std::array<QVector<QCPGraphData>, 2> components;
    QVector<QCPGraphData> sum;
    QVector<QCPGraphData> posterior;
    std::array<QPointF, 2> peak = {QPointF(from, -1), QPointF(to, -1)};
    const double top = plot().yAxis->range().upper;
    for (std::size_t i = 0; i < kCurvePoints; ++i) {
        const double loss = from + (to - from) * double(i) / double(kCurvePoints - 1);
        const double value = fit.normalise(loss);
        double total = 0;
        for (std::size_t c = 0; c < 2; ++c) {
            const double height = std::max(fit.weightedDensity(order[c], value) * scale, ground);
            total += height;
            components[c].append(QCPGraphData(loss, height));
            if (height > peak[c].y()) peak[c] = QPointF(loss, height);
        }
        sum.append(QCPGraphData(loss, total));
    }
    for (std::size_t i = 0; i < kCurvePoints; ++i) {
        const double loss = m_counts.lo + (m_counts.hi - m_counts.lo) * double(i) / double(kCurvePoints - 1);
        posterior.append(QCPGraphData(loss, fit.pNoisy(loss)));
    }
    for (std::size_t c = 0; c < 2; ++c) m_componentGraphs[c]->data()->set(components[c], true);
    // The labels stand where nothing else is drawn: the clean one right of its slope, the noisy one on its hill.
    const double span = m_counts.hi - m_counts.lo;
    const auto skyline = [&](double loss) {
        const auto bin = std::size_t(std::clamp((loss - m_counts.lo) / m_counts.binWidth(), 0.0,
                                                double(m_counts.counts.size() - 1)));
        const double place = std::clamp((loss - from) / std::max(to - from, 1e-9), 0.0, 1.0) * (kCurvePoints - 1);
        return std::max(double(m_counts.counts[bin]), sum[qsizetype(place)].value);
    };
    const double level = std::max(std::min(peak[0].y(), top) * (m_log ? 0.3 : 0.6), ground);
    double right = peak[0].x();
    while (right < m_counts.hi - 0.2 * span && skyline(right) > level) right += 0.01 * span;
    m_componentLabels[0]->position->setCoords(right + 0.005 * span, level);
    m_componentLabels[0]->setPositionAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    const double hill = std::clamp(peak[1].x(), m_counts.lo + 0.1 * span, m_counts.hi - 0.1 * span);
    double height = ground;
    for (double loss = hill - 0.06 * span; loss <= hill + 0.06 * span; loss += 0.01 * span)
        height = std::max(height, skyline(loss));
    m_componentLabels[1]->position->setCoords(hill, std::min(height * (m_log ? 1.1 : 1), top * (m_log ? 0.5 : 0.88)));
    m_componentLabels[1]->setPositionAlignment(Qt::AlignBottom | Qt::AlignHCenter);
    m_componentLabels[0]->setText(tr("clean %1").arg(percentText(fit.components[std::size_t(order[0])].weight, 0)));
    m_componentLabels[1]->setText(tr("noisy %1").arg(percentText(fit.components[std::size_t(order[1])].weight, 0)));
    m_sumGraph->data()->set(sum, true);
    m_posteriorGraph->data()->set(posterior, true);
    m_posteriorLabel->setText(tr("posterior"));
    m_posteriorLabel->position->setCoords(m_counts.hi, fit.pNoisy(m_counts.hi) - 0.01);
    m_posteriorLabel->setPositionAlignment(Qt::AlignTop | Qt::AlignRight);
}

void LossHistogramPlot::placeThreshold() {
    const bool drawn = m_given.has_value();
    for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{m_line, m_shade, m_lineLabel})
        item->setVisible(drawn);
    if (!drawn) return;
    const double x = std::clamp(m_lineLoss, m_counts.lo, m_counts.hi);
    m_line->start->setCoords(x, 1);
    m_line->end->setCoords(x, 0);
    m_shade->topLeft->setCoords(x, 0);
    const std::size_t count = m_suspectCount ? *m_suspectCount : suspects();
    QString text = tr("threshold %1 → %2 suspects").arg(fixedText(m_threshold, 2), countText(count));
    if (m_shown && m_shown->kind != m_given->kind)
        text += tr(" · %1 here %2").arg(m_kindBox->currentText(), fixedText(m_shown->pNoisy(m_lineLoss), 2));
    m_lineLabel->setText(text);
    placeThresholdLabel();
}

void LossHistogramPlot::placeThresholdLabel() {
    if (!m_given || m_counts.counts.empty()) return;
    const QRect rect = plot().axisRect()->rect();
    const QString text = m_lineLabel->text();
    const double half = QFontMetricsF(m_lineLabel->font()).horizontalAdvance(text) / 2 + 4;
    const double pixel = plot().xAxis->coordToPixel(std::clamp(m_lineLoss, m_counts.lo, m_counts.hi));
    m_lineLabel->position->setCoords(
        std::clamp(pixel, rect.left() + half, std::max(rect.left() + half, rect.right() - half)), rect.top() - 4);
    m_lineLabel->setPositionAlignment(Qt::AlignBottom | Qt::AlignHCenter);
}

void LossHistogramPlot::placeBrush() {
    m_brushRect->setVisible(m_brush.has_value());
    m_brushLabel->setVisible(m_brush.has_value());
    if (!m_brush) return;
    const auto [lo, hi] = *m_brush;
    m_brushRect->topLeft->setCoords(lo, 0);
    m_brushRect->bottomRight->setCoords(hi, 1);
    m_brushLabel->position->setCoords((lo + hi) / 2, 0.22);
    m_brushLabel->setText(tr("%1 – %2: %3").arg(valueText(lo), valueText(hi), countText(countIn(lo, hi))));
}

double LossHistogramPlot::thresholdLoss() const {
    return m_given ? m_lineLoss : std::numeric_limits<double>::quiet_NaN();
}

double LossHistogramPlot::pNoisyAt(double loss) const { return m_given ? m_given->pNoisy(loss) : 0; }

std::size_t LossHistogramPlot::suspects() const {
    return std::size_t(std::count_if(m_posteriors.begin(), m_posteriors.end(),
                                     [limit = m_threshold](float p) { return double(p) >= limit; }));
}

std::size_t LossHistogramPlot::countIn(double lo, double hi) const {
    return std::size_t(std::count_if(m_losses.begin(), m_losses.end(),
                                     [=](float loss) { return double(loss) >= lo && double(loss) <= hi; }));
}

void LossHistogramPlot::setThreshold(double pNoisy) {
    if (!std::isfinite(pNoisy)) return;
    pNoisy = std::clamp(pNoisy, 0.0, 1.0);
    const bool another = pNoisy != m_threshold;
    if (another) m_suspectCount.reset();
    m_threshold = pNoisy;
    if (!m_given || m_counts.counts.empty()) return;
    const double before = m_lineLoss;
    // Where the posterior is flat many losses share a probability: a line already at one of them stays.
    if (std::abs(m_given->pNoisy(m_lineLoss) - pNoisy) > 1e-9) m_lineLoss = m_given->lossAtPosterior(pNoisy);
    if (another || before != m_lineLoss) showThreshold();
}

void LossHistogramPlot::showThreshold() {
    placeThreshold();
    updateSummary();
    if (isVisible())
        plot().layer(QStringLiteral("overlay"))->replot();
    else
        refresh();
}

void LossHistogramPlot::setSuspectCount(std::optional<std::size_t> count) {
    if (m_suspectCount == count) return;
    m_suspectCount = count;
    if (!m_counts.counts.empty()) showThreshold();
}

void LossHistogramPlot::moveThresholdTo(double loss) {
    if (!m_given) return;
    m_lineLoss = std::clamp(loss, m_counts.lo, m_counts.hi);
    m_suspectCount.reset();
    m_threshold = std::clamp(m_given->pNoisy(m_lineLoss), 0.0, 1.0);
    showThreshold();
    Q_EMIT thresholdMoved(m_threshold);
}

void LossHistogramPlot::setLogScale(bool log) {
    if (m_log == log) return;
    m_log = log;
    const QSignalBlocker block(m_logButton);
    m_logButton->setChecked(log);
    QCPAxis* axis = plot().yAxis;
    axis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (log)
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedLogTicker));
    else
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new GroupedTicker));
    axis->ticker()->setTickCount(4);
    redraw();
}

void LossHistogramPlot::setTruthShown(bool shown) {
    if (m_truthShown == shown) return;
    m_truthShown = shown;
    const QSignalBlocker block(m_truthButton);
    m_truthButton->setChecked(shown);
    redraw();
}

void LossHistogramPlot::setMixtureKind(stats::MixtureKind kind) {
    m_chosenKind = kind;
    rebuildFit();
    redraw();
}

void LossHistogramPlot::clearBrush() {
    m_brush.reset();
    m_brushStart.reset();
    placeBrush();
    refresh();
}

void LossHistogramPlot::updateSummary() {
    std::uint64_t all = 0;
    for (const std::uint64_t count : m_counts.counts) all += count;
    QString text = tr("%1 losses from %2 to %3.").arg(countText(all), valueText(m_counts.lo), valueText(m_counts.hi));
    if (m_given)
        text += tr(" Threshold %1 marks %2 suspects.")
                    .arg(fixedText(m_threshold, 2), countText(m_suspectCount ? *m_suspectCount : suspects()));
    if (m_counts.notFinite > 0) text += tr(" %1 values are not numbers.").arg(countText(m_counts.notFinite));
    if (!m_fitProblem.isEmpty()) text += QLatin1Char(' ') + m_fitProblem + QLatin1Char('.');
    setSummary(text);
}

void LossHistogramPlot::restyle() {
    const PlotTheme& t = theme();
    const auto area = [](QColor colour, int alpha) {
        colour.setAlpha(alpha);
        return QBrush(colour);
    };
    m_allGraph->setPen(QPen(t.muted, 0));
    m_allGraph->setBrush(area(t.muted, t.dark ? 70 : 60));
    m_cleanGraph->setPen(QPen(t.clean, 0));
    m_cleanGraph->setBrush(area(t.clean, 80));
    m_wrongGraph->setPen(QPen(t.suspect, 0));
    m_wrongGraph->setBrush(area(t.suspect, 95));
    m_componentGraphs[0]->setPen(QPen(t.clean, 1.8));
    m_componentGraphs[1]->setPen(QPen(t.suspect, 1.8));
    m_sumGraph->setPen(QPen(t.foreground, 1));
    m_posteriorGraph->setPen(QPen(t.foreground, 1, Qt::DashLine));
    m_line->setPen(QPen(t.foreground, 1.6));
    m_shade->setBrush(area(t.suspect, t.dark ? 26 : 20));
    m_brushRect->setPen(QPen(t.focus, 1));
    m_brushRect->setBrush(area(t.focus, 40));
    QFont small = plotFont(font());
    QFont strong = small;
    strong.setWeight(QFont::DemiBold);
    const auto style = [&](QCPItemText* item, const QColor& colour, const QFont& type) {
        item->setColor(colour);
        item->setFont(type);
    };
    style(m_lineLabel, t.foreground, strong);
    style(m_brushLabel, t.foreground, small);
    style(m_componentLabels[0], t.cleanText, strong);
    style(m_componentLabels[1], t.suspectText, strong);
    style(m_truthLabels[0], t.cleanText, small);
    style(m_truthLabels[1], t.suspectText, small);
    style(m_posteriorLabel, t.muted, small);
    style(m_warning, t.muted, small);
    plot().axisRect()->setMargins(QMargins(0, int(QFontMetricsF(strong).height()) + 10, 0, 0));
    if (!m_counts.counts.empty()) placeThreshold();
}

bool LossHistogramPlot::overThreshold(QPointF position) const {
    return m_given && std::abs(plot().xAxis->coordToPixel(std::clamp(m_lineLoss, m_counts.lo, m_counts.hi)) -
                               position.x()) <= kGrabPixels;
}

void LossHistogramPlot::canvasPressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_counts.counts.empty()) return;
    const double loss = plot().xAxis->pixelToCoord(event->position().x());
    if (event->modifiers() & Qt::ShiftModifier) {
        m_brushStart = loss;
        m_brush = std::pair(loss, loss);
        placeBrush();
        refresh();
    } else if (overThreshold(event->position())) {
        m_draggingLine = true;
    }
}

void LossHistogramPlot::canvasMoved(QMouseEvent* event) {
    if (m_counts.counts.empty()) return;
    const double loss = plot().xAxis->pixelToCoord(event->position().x());
    if (m_draggingLine) {
        moveThresholdTo(loss);
        return;
    }
    if (m_brushStart) {
        const double end = std::clamp(loss, m_counts.lo, m_counts.hi);
        m_brush = std::minmax(*m_brushStart, end);
        placeBrush();
        plot().layer(QStringLiteral("overlay"))->replot();
        return;
    }
    plot().setCursor(overThreshold(event->position()) ? Qt::SplitHCursor : Qt::ArrowCursor);
    ChartWidget::canvasMoved(event);
}

void LossHistogramPlot::canvasReleased(QMouseEvent* event) {
    m_draggingLine = false;
    if (!m_brushStart) return;
    m_brushStart.reset();
    const double dragged = std::abs(plot().xAxis->coordToPixel(m_brush->second) -
                                    plot().xAxis->coordToPixel(m_brush->first));
    if (event->button() == Qt::LeftButton && dragged >= 3) {
        Q_EMIT rangeBrushed(m_brush->first, m_brush->second);
    } else {
        clearBrush();
        Q_EMIT brushCleared();
    }
}

void LossHistogramPlot::keyPressEvent(QKeyEvent* event) {
    if (!m_given || (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right)) {
        if (event->key() == Qt::Key_Escape && m_brush) {
            clearBrush();
            Q_EMIT brushCleared();
            return;
        }
        ChartWidget::keyPressEvent(event);
        return;
    }
    const double step = event->modifiers() & Qt::ShiftModifier ? 0.1 : 0.01;
    const double way = event->key() == Qt::Key_Right ? step : -step;
    // On the grid of the step, so that ten presses there and back end where they began.
    setThreshold(std::round((m_threshold + way) / 0.01) * 0.01);
    Q_EMIT thresholdMoved(m_threshold);
}

QString LossHistogramPlot::hoverText(QPointF position) const {
    if (m_counts.counts.empty() || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const double loss = plot().xAxis->pixelToCoord(position.x());
    const auto bin = std::size_t(std::clamp((loss - m_counts.lo) / m_counts.binWidth(), 0.0,
                                            double(m_counts.counts.size() - 1)));
    const double from = m_counts.lo + double(bin) * m_counts.binWidth();
    QString text = tr("loss %1 – %2: %3 samples")
                       .arg(valueText(from), valueText(from + m_counts.binWidth()), countText(m_counts.counts[bin]));
    if (!m_wrong.empty()) text += tr(", %1 of them wrong").arg(countText(m_wrongCounts.counts[bin]));
    if (m_shown) text += tr("\np(noisy) %1").arg(fixedText(m_shown->pNoisy(loss), 3));
    return text;
}

QString LossHistogramPlot::dataAsTsv() const {
    QString text = QStringLiteral("loss_from\tloss_to\tsamples\twrong\tclean_component\tnoisy_component\tp_noisy\n");
    for (std::size_t bin = 0; bin < m_counts.counts.size(); ++bin) {
        const double from = m_counts.lo + double(bin) * m_counts.binWidth();
        const double centre = m_counts.binCentre(bin);
        QStringList cells = {plainNumber(from), plainNumber(from + m_counts.binWidth()),
                             QString::number(m_counts.counts[bin]),
                             m_wrong.empty() ? QString() : QString::number(m_wrongCounts.counts[bin])};
        if (m_shown && centre >= m_shown->lo && centre <= m_shown->hi) {
            const double scale = double(m_shown->used) * m_counts.binWidth() / (m_shown->hi - m_shown->lo + 1e-6);
            const double value = m_shown->normalise(centre);
            cells << plainNumber(m_shown->weightedDensity(1 - m_shown->noisyComponent, value) * scale)
                  << plainNumber(m_shown->weightedDensity(m_shown->noisyComponent, value) * scale);
        } else {
            cells << QString() << QString();
        }
        cells << (m_shown ? plainNumber(m_shown->pNoisy(centre)) : QString());
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    return text;
}

} // namespace assay::ui
