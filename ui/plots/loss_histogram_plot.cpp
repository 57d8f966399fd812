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
constexpr double kMostEmpty = 0.5; // of the width, between zero and the smallest loss

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
    m_wholeAction = new QAction(tr("Show the highest bars &whole"), this);
    m_wholeAction->setCheckable(true);
    connect(m_wholeAction, &QAction::toggled, this, &LossHistogramPlot::redraw);
    addMenuAction(m_wholeAction);
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
    countMarked();
    rebuildFit();
    redraw();
}

void LossHistogramPlot::setMarked(std::vector<float> losses) {
    if (losses == m_marked) return;
    m_marked = std::move(losses);
    countMarked();
    redraw();
}

void LossHistogramPlot::countMarked() {
    m_markedCounts = {};
    if (!m_marked.empty() && !m_counts.counts.empty())
        m_markedCounts = stats::histogram(m_marked, m_counts.lo, m_counts.hi, m_counts.counts.size());
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
    const auto bins = std::size_t(std::clamp(std::sqrt(double(finite)), 12.0, 120.0));
    // Few extreme losses would press everything else into few bins: they fall into the bins at the ends instead.
    std::vector<float> sample;
    const std::size_t stride = std::max<std::size_t>(1, m_losses.size() / 4096);
    for (std::size_t i = 0; i < m_losses.size(); i += stride)
        if (std::isfinite(m_losses[i])) sample.push_back(m_losses[i]);
    double least = lo, most = hi;
    if (sample.size() >= 100) {
        const auto quantile = [&sample](double share) {
            const auto place = sample.begin() + std::ptrdiff_t(double(sample.size()) * share);
            std::nth_element(sample.begin(), place, sample.end());
            return double(*place);
        };
        least = quantile(0.005);
        most = quantile(0.995);
    }
    // In first epochs all losses lie together, far from zero.
    const double from = std::max(lo, least - (most - least) * 0.25);
    lo = from > kMostEmpty * most && most - from > 1e-6 ? from : std::min(lo, 0.0);
    if (hi - lo < 1e-9) hi = lo + 1;
    most = lo + (most - lo) * 1.25;
    if (most > lo + 1e-9 && hi - lo > (most - lo) * 1.3) hi = most;
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

double LossHistogramPlot::thresholdLoss() const {
    return m_given ? m_lineLoss : std::numeric_limits<double>::quiet_NaN();
}

double LossHistogramPlot::pNoisyAt(double loss) const { return m_given ? m_given->pNoisy(loss) : 0; }

std::size_t LossHistogramPlot::suspects() const {
    return std::size_t(std::count_if(m_posteriors.begin(), m_posteriors.end(),
                                     [limit = m_threshold](float p) { return double(p) >= limit; }));
}

std::uint64_t LossHistogramPlot::highestBar() const {
    return m_counts.counts.empty() ? 0 : *std::max_element(m_counts.counts.begin(), m_counts.counts.end());
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
    if (isVisible()) plot().layer(QStringLiteral("overlay"))->replot();
    else refresh();
}

void LossHistogramPlot::setSuspectCount(std::optional<std::size_t> count) {
    if (m_suspectCount == count) return;
    m_suspectCount = count;
    if (!m_counts.counts.empty()) showThreshold();
}

void LossHistogramPlot::setLineShown(bool shown) {
    if (m_lineShown == shown) return;
    m_lineShown = shown;
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
    if (!m_markedCounts.counts.empty()) text += tr(" %1 of them stand out.").arg(countText(m_marked.size()));
    if (m_cutAt)
        text += tr(" The axis ends at %1: the highest bar, %2, is cut.")
                    .arg(valueText(*m_cutAt, 2), countText(highestBar()));
    if (m_counts.notFinite > 0) text += tr(" %1 values are not numbers.").arg(countText(m_counts.notFinite));
    if (!m_fitProblem.isEmpty()) text += QLatin1Char(' ') + m_fitProblem + QLatin1Char('.');
    setSummary(text);
}

bool LossHistogramPlot::overThreshold(QPointF position) const {
    return m_given && m_lineShown &&
           std::abs(plot().xAxis->coordToPixel(std::clamp(m_lineLoss, m_counts.lo, m_counts.hi)) - position.x()) <=
               kGrabPixels;
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
    const double dragged =
        std::abs(plot().xAxis->coordToPixel(m_brush->second) - plot().xAxis->coordToPixel(m_brush->first));
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
    const auto bin =
        std::size_t(std::clamp((loss - m_counts.lo) / m_counts.binWidth(), 0.0, double(m_counts.counts.size() - 1)));
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
