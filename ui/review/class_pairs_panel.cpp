// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/class_pairs_panel.h"

#include "ui/models/gallery_model.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

constexpr std::size_t kMostClasses = 100;
constexpr std::size_t kPairsInWords = 5;

} // namespace

ClassPairsPanel::ClassPairsPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace),
      m_matrix(new MatrixPlot(QStringLiteral("classPairs"), tr("Suspects: label → suggestion"), this)), m_words(new QLabel(this)) {
    setObjectName(QStringLiteral("classPairsPanel"));
    m_matrix->setAxisTitles(tr("label"), tr("suggested"));
    m_matrix->setEmptyText(tr("Once a run has suspects, this counts which class is taken for which."));
    m_matrix->setMinimumHeight(220);
    m_words->setObjectName(QStringLiteral("classPairsWords"));
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::RichText);
    m_words->setMargin(6);
    connect(m_words, &QLabel::linkActivated, this, [this](const QString& link) {
        const QStringList pair = link.split(QLatin1Char('/'));
        if (pair.size() == 2) open(pair[0].toInt(), pair[1].toInt());
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_matrix, 1);
    layout->addWidget(m_words);
    connect(m_matrix, &MatrixPlot::cellClicked, this, &ClassPairsPanel::open);
    connect(m_matrix, &PlotWidget::notice, &workspace, &Workspace::notice);
    m_delay.setSingleShot(true);
    m_delay.setInterval(150); // the threshold is dragged
    connect(&m_delay, &QTimer::timeout, this, &ClassPairsPanel::count);
    const auto later = [this] {
        m_stale = true;
        if (isVisible()) m_delay.start();
    };
    for (const auto signal : {&Workspace::epochOnShowChanged, &Workspace::currentRunChanged, &Workspace::thresholdChanged,
                              &Workspace::datasetChanged, &Workspace::viewChanged})
        connect(&workspace, signal, this, later);
}

void ClassPairsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) count();
}

std::vector<SampleIndex> ClassPairsPanel::suspectsOf(Label given, Label suggested) const {
    std::vector<SampleIndex> samples;
    const auto dataset = m_workspace.dataset();
    for (std::uint32_t i = 0; dataset && i < dataset->size(); ++i) {
        const SampleIndex sample(i);
        if (m_workspace.suspect(sample) && m_workspace.baseLabel(sample) == given && m_workspace.suggestedLabel(sample) == suggested)
            samples.push_back(sample);
    }
    return samples;
}

void ClassPairsPanel::count() {
    m_stale = false;
    const auto dataset = m_workspace.dataset();
    const std::size_t classes = dataset ? std::size_t(dataset->classCount()) : 0;
    std::vector<std::vector<double>> cells(classes, std::vector<double>(classes, 0));
    double largest = 0;
    for (std::uint32_t i = 0; classes > 0 && i < dataset->size(); ++i) {
        const SampleIndex sample(i);
        if (!m_workspace.suspect(sample)) continue;
        const Label given = m_workspace.baseLabel(sample);
        const Label suggested = m_workspace.suggestedLabel(sample);
        if (given < 0 || suggested < 0 || std::size_t(given) >= classes || std::size_t(suggested) >= classes || given == suggested)
            continue;
        double& cell = cells[std::size_t(given)][std::size_t(suggested)];
        largest = std::max(largest, cell += 1);
    }
    struct Pair {
        std::size_t given, suggested;
        double samples;
    };
    std::vector<Pair> pairs;
    QStringList names;
    for (std::size_t j = 0; j < classes; ++j) {
        names << className(m_workspace, Label(j));
        for (std::size_t k = 0; k < classes; ++k)
            if (cells[j][k] > 0) pairs.push_back({j, k, cells[j][k]});
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.samples > b.samples; });
    QStringList words;
    for (std::size_t i = 0; i < std::min(kPairsInWords, pairs.size()); ++i) {
        const auto [given, suggested, samples] = pairs[i];
        words << QStringLiteral("<a href='%1/%2'>%3</a>")
                     .arg(given).arg(suggested)
                     .arg(tr("%1 to %2: %3").arg(names[qsizetype(given)].toHtmlEscaped(), names[qsizetype(suggested)].toHtmlEscaped(),
                                                 countText(std::uint64_t(samples))));
    }
    m_words->setText(words.join(QStringLiteral("<br>")));
    if (largest == 0 || classes > kMostClasses) m_matrix->setMatrix({}, {}, {}, MatrixPlot::Format::Count);
    else m_matrix->setMatrix(std::move(cells), names, names, MatrixPlot::Format::Count);
}

void ClassPairsPanel::open(int given, int suggested) {
    Q_EMIT showSamples(suspectsOf(given, suggested),
                       tr("suspects labelled %1, suggested %2").arg(className(m_workspace, given), className(m_workspace, suggested)));
}

} // namespace assay::ui
