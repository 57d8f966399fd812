// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/class_pairs_panel.h"

#include "core/audit/score.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/matrix_plot.h"
#include "ui/plots/plot_text.h"
#include "ui/session/workspace.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <map>
#include <numeric>

namespace assay::ui {
namespace {

constexpr std::size_t kMostClasses = 100; ///< that are shown all together
constexpr std::size_t kFullest = 40;      ///< of more
constexpr std::size_t kPairsInWords = 5;

} // namespace

ClassPairsPanel::ClassPairsPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_finder(workspace), m_tables(new QComboBox(this)),
      m_matrix(new MatrixPlot(QStringLiteral("classPairs"), {}, this)), m_words(new QLabel(this)),
      m_errors(new QTreeWidget(this)) {
    setObjectName(QStringLiteral("classPairsPanel"));
    m_tables->setObjectName(QStringLiteral("classPairsTable"));
    m_tables->setAccessibleName(tr("What the class pairs count"));
    const auto offer = [this](const QString& name, const QString& help) {
        m_tables->addItem(name);
        m_tables->setItemData(m_tables->count() - 1, help, Qt::ToolTipRole);
    };
    offer(tr("Suspects past the threshold"), tr("The suspects of the epoch on show, by label and suggestion"));
    offer(
        tr("Confident joint"),
        tr("Confident learning: how many samples of each label are probably of each class. The counts, scaled so that "
           "every row sums to the samples with that label"));
    offer(tr("Confident joint, as counted"),
          tr("The samples whose probability reaches the mean of a class, by label and that class"));
    offer(tr("Noise matrix"), tr("P(label | class): how samples of each class are labelled. Columns sum to 1"));
    offer(tr("Inverse noise matrix"), tr("P(class | label): what samples with each label are. Rows sum to 1"));
    m_matrix->setMinimumHeight(220);
    m_words->setObjectName(QStringLiteral("classPairsWords"));
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::RichText);
    m_words->setMargin(6);
    m_errors->setObjectName(QStringLiteral("estimatedErrors"));
    m_errors->setAccessibleName(tr("Estimated errors per class"));
    m_errors->setRootIsDecorated(false);
    m_errors->setHeaderLabels({tr("label"), tr("samples"), tr("probably wrong"), tr("share")});
    m_errors->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_errors->header()->setStretchLastSection(false);
    for (const int column : {1, 2, 3}) m_errors->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_errors->setMaximumHeight(m_errors->fontMetrics().height() * 9);
    m_errors->setToolTip(tr("Enter or a double click opens the pictures that were counted"));
    connect(m_errors, &QTreeWidget::itemActivated, this,
            [this](const QTreeWidgetItem* item) { open(item->data(0, Qt::UserRole).toInt(), kNoLabel); });
    connect(m_words, &QLabel::linkActivated, this, [this](const QString& link) {
        const QStringList pair = link.split(QLatin1Char('/'));
        if (pair.size() == 2) open(pair[0].toInt(), pair[1].toInt());
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tables);
    layout->addWidget(m_matrix, 1);
    layout->addWidget(m_words);
    layout->addWidget(m_errors);
    offerTables(false);
    connect(m_tables, &QComboBox::currentIndexChanged, this, &ClassPairsPanel::count);
    connect(m_matrix, &MatrixPlot::cellClicked, this, [this](int row, int column) {
        const auto classes = int(m_shown.size());
        if (row >= 0 && row < classes && column >= 0 && column < classes)
            open(m_shown[std::size_t(row)], m_shown[std::size_t(column)]);
    });
    connect(m_matrix, &PlotWidget::notice, &workspace, &Workspace::notice);
    connect(m_matrix, &PlotWidget::emptyButtonClicked, this, &ClassPairsPanel::findSuspectsRequested);
    connect(m_matrix, &PlotWidget::otherEmptyButtonClicked, this, &ClassPairsPanel::importRequested);
    m_delay.setSingleShot(true);
    m_delay.setInterval(150); // the threshold is dragged
    connect(&m_delay, &QTimer::timeout, this, &ClassPairsPanel::count);
    const auto later = [this] {
        m_stale = true;
        if (isVisible()) m_delay.start();
    };
    for (const auto signal : {&Workspace::epochOnShowChanged, &Workspace::currentRunChanged,
                              &Workspace::thresholdChanged, &Workspace::datasetChanged, &Workspace::viewChanged})
        connect(&workspace, signal, this, later);
    connect(&m_finder, &ConfidentFinder::changed, this, later);
}

void ClassPairsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_stale) count();
}

ClassPairsPanel::Table ClassPairsPanel::table() const {
    return m_counts ? Table(m_tables->currentIndex()) : Table::Suspects;
}

/// The choice stays what it was while a run without probabilities is on show.
void ClassPairsPanel::offerTables(bool probabilities) {
    m_tables->setVisible(probabilities);
    m_errors->setVisible(probabilities && table() != Table::Suspects);
}

/// Of too many classes those that take part in the most pairs.
void ClassPairsPanel::chooseClasses(std::size_t classes, const std::vector<Pair>& pairs) {
    m_shown.clear();
    for (std::size_t k = 0; k < classes; ++k) m_shown.push_back(Label(k));
    if (classes <= kMostClasses) return;
    std::vector<double> parts(classes, 0);
    for (const Pair& pair : pairs)
        for (const Label label : {pair.given, pair.other}) parts[std::size_t(label)] += pair.samples;
    std::erase_if(m_shown, [&](Label label) { return parts[std::size_t(label)] == 0; });
    std::stable_sort(m_shown.begin(), m_shown.end(),
                     [&](Label a, Label b) { return parts[std::size_t(a)] > parts[std::size_t(b)]; });
    m_shown.resize(std::min(m_shown.size(), kFullest));
    std::sort(m_shown.begin(), m_shown.end());
}

/// What is not on show; empty where everything is.
QString ClassPairsPanel::leftOutText(std::size_t classes) const {
    if (m_shown.empty() || m_shown.size() == classes) return {};
    return tr("On show are the %1 classes that take part in the most pairs; %2 of %3 are left out.")
               .arg(countText(m_shown.size()), countText(classes - m_shown.size()), countText(classes)) +
           QStringLiteral("<br>");
}

QStringList ClassPairsPanel::shownNames() const {
    QStringList names;
    for (const Label label : m_shown) names << className(m_workspace, label);
    return names;
}

std::vector<SampleIndex> ClassPairsPanel::samplesOf(Label given, Label other) const {
    std::vector<SampleIndex> samples;
    if (table() != Table::Suspects) {
        for (std::size_t i = 0; i < m_counts->samples.size(); ++i)
            if (m_counts->joint.offDiagonal[i] && m_counts->given[i] == given &&
                (other == kNoLabel || m_counts->countedAs[i] == other))
                samples.push_back(m_counts->samples[i]);
        return samples;
    }
    const auto dataset = m_workspace.dataset();
    for (std::uint32_t i = 0; dataset && i < dataset->size(); ++i) {
        const SampleIndex sample(i);
        if (m_workspace.suspect(sample) && m_workspace.baseLabel(sample) == given &&
            m_workspace.suggestedLabel(sample) == other)
            samples.push_back(sample);
    }
    return samples;
}

void ClassPairsPanel::count() {
    m_stale = false;
    m_counts = m_finder.counts();
    offerTables(m_counts != nullptr);
    if (table() == Table::Suspects) countSuspects();
    else showJoint(*m_counts);
}

void ClassPairsPanel::countSuspects() {
    m_matrix->setTitle(tr("Suspects: label → suggestion"));
    m_matrix->setAxisTitles(tr("label"), tr("suggested"));
    const bool begin = !m_workspace.currentRun() && !m_workspace.readOnly();
    m_matrix->setEmptyText(tr("Once a run has suspects, this counts which class is taken for which."),
                           begin ? tr("Find suspects") : QString(), begin ? tr("Import probabilities…") : QString());
    const auto dataset = m_workspace.dataset();
    const std::size_t classes = dataset ? std::size_t(dataset->classCount()) : 0;
    std::map<std::pair<Label, Label>, double> counted;
    for (std::uint32_t i = 0; classes > 0 && i < dataset->size(); ++i) {
        const SampleIndex sample(i);
        if (!m_workspace.suspect(sample)) continue;
        const Label given = m_workspace.baseLabel(sample);
        const Label suggested = m_workspace.suggestedLabel(sample);
        if (given < 0 || suggested < 0 || std::size_t(given) >= classes || std::size_t(suggested) >= classes ||
            given == suggested)
            continue;
        counted[{given, suggested}] += 1;
    }
    std::vector<Pair> pairs;
    for (const auto& [pair, samples] : counted) pairs.push_back({pair.first, pair.second, samples, samples});
    sortPairs(pairs);
    chooseClasses(classes, pairs);
    if (pairs.empty()) m_matrix->setMatrix({}, {}, {}, MatrixPlot::Format::Count);
    else
        m_matrix->setMatrix(cells([&](Label given, Label other) {
                                const auto found = counted.find({given, other});
                                return found == counted.end() ? 0.0 : found->second;
                            }),
                            shownNames(), shownNames(), MatrixPlot::Format::Count);
    m_words->setText(pairs.empty() ? QString() : leftOutText(classes) + linksTo(pairs));
}

void ClassPairsPanel::showJoint(const ConfidentFinder::Counts& counts) {
    const stats::ConfidentJoint& joint = counts.joint;
    m_matrix->setTitle(m_tables->currentText());
    m_matrix->setAxisTitles(tr("label"), tr("probably"));
    std::vector<Pair> pairs;
    std::map<std::pair<Label, Label>, double> counted;
    for (std::size_t i = 0; i < counts.samples.size(); ++i)
        if (joint.offDiagonal[i]) counted[{counts.given[i], counts.countedAs[i]}] += 1;
    if (table() == Table::Counted)
        for (const auto& [pair, samples] : counted) pairs.push_back({pair.first, pair.second, samples, samples});
    else
        for (const stats::ClassPair& pair : stats::classPairs(joint)) {
            const auto found = counted.find({pair.given, pair.suspected});
            pairs.push_back(
                {pair.given, pair.suspected, double(pair.samples), found == counted.end() ? 0 : found->second});
        }
    sortPairs(pairs);
    chooseClasses(joint.classes, pairs);
    const QStringList names = shownNames();
    const auto cellsOf = [&](const auto& square) {
        return cells([&](Label given, Label other) {
            return double(square[std::size_t(given) * joint.classes + std::size_t(other)]);
        });
    };
    if (table() == Table::Calibrated || table() == Table::Counted) {
        auto shown = cellsOf(table() == Table::Counted ? joint.counts : joint.calibrated);
        double most = 1; // beside the diagonal no error would have a colour
        for (std::size_t j = 0; j < shown.size(); ++j)
            for (std::size_t k = 0; k < shown.size(); ++k)
                if (j != k) most = std::max(most, shown[j][k]);
        m_matrix->setMatrix(std::move(shown), names, names, MatrixPlot::Format::Count, most);
    } else {
        m_matrix->setMatrix(cellsOf(table() == Table::Noise ? joint.noiseMatrix() : joint.inverseNoiseMatrix()), names,
                            names, MatrixPlot::Format::Share, 1);
    }
    const double all = double(counts.samples.size());
    m_words->setText(warningText() + leftOutText(joint.classes) +
                     tr("Probably wrong: %1 of %2 labels (%3).")
                         .arg(countText(joint.estimatedErrors), countText(counts.samples.size()),
                              percentText(double(joint.estimatedErrors) / all)) +
                     QStringLiteral("<br>") + linksTo(pairs));
    showErrors(counts);
}

/// Where the network had learnt the labels that it counts here; else empty.
QString ClassPairsPanel::warningText() const {
    const auto run = m_workspace.currentRun();
    ScoreTraits traits;
    traits.basis = ScoreBasis::Probabilities;
    const std::string_view warning = scoreWarning(traits, run && m_workspace.outOfSample(*run));
    if (warning.empty()) return {};
    return QStringLiteral("⚠ ") + QString::fromUtf8(warning.data(), qsizetype(warning.size())).toHtmlEscaped() +
           QStringLiteral("<br>");
}

/// The fullest first; of equal ones the first classes.
void ClassPairsPanel::sortPairs(std::vector<Pair>& pairs) {
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.samples > b.samples; });
}

/// Of the classes on show, row by row.
std::vector<std::vector<double>> ClassPairsPanel::cells(const std::function<double(Label, Label)>& value) const {
    std::vector<std::vector<double>> rows;
    for (const Label given : m_shown) {
        std::vector<double>& row = rows.emplace_back();
        for (const Label other : m_shown) row.push_back(value(given, other));
    }
    return rows;
}

void ClassPairsPanel::showErrors(const ConfidentFinder::Counts& counts) {
    const std::vector<std::int64_t> errors = counts.joint.errorsPerClass();
    std::vector<std::size_t> order(errors.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return errors[a] > errors[b]; });
    m_errors->clear();
    for (const std::size_t k : order) {
        const std::int64_t given = counts.joint.given[k];
        if (given == 0) continue;
        auto* item = new QTreeWidgetItem(m_errors, {className(m_workspace, Label(k)), countText(std::uint64_t(given)),
                                                    countText(std::uint64_t(errors[k])),
                                                    percentText(double(errors[k]) / double(given))});
        item->setData(0, Qt::UserRole, int(k));
        for (const int column : {1, 2, 3}) item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
}

/// The fullest pairs, a line each; where an estimate is not what was counted, and opens, both.
QString ClassPairsPanel::linksTo(const std::vector<Pair>& pairs) const {
    QStringList words;
    for (std::size_t i = 0; i < std::min(kPairsInWords, pairs.size()); ++i) {
        const auto& [given, other, samples, counted] = pairs[i];
        const QString from = className(m_workspace, given).toHtmlEscaped(),
                      to = className(m_workspace, other).toHtmlEscaped();
        const QString text = samples == counted ? tr("%1 to %2: %Ln samples", nullptr, int(samples)).arg(from, to)
                                                : tr("%1 to %2: %3 expected, %4 counted")
                                                      .arg(from, to, countText(std::uint64_t(samples)),
                                                           countText(std::uint64_t(counted)));
        words << QStringLiteral("<a href='%1/%2'>%3</a>").arg(given).arg(other).arg(text);
    }
    return words.join(QStringLiteral("<br>"));
}

void ClassPairsPanel::open(int given, int other) {
    const std::vector<SampleIndex> samples = samplesOf(given, other);
    const bool suspects = table() == Table::Suspects;
    if (samples.empty()) { // no samples would stand for all of them
        Q_EMIT m_workspace.notice(!suspects && given == other
                                      ? tr("These agree with their label: the other cells of the row open pictures.")
                                      : tr("No picture was counted there."));
        return;
    }
    const QString label = className(m_workspace, given), rather = className(m_workspace, other);
    Q_EMIT showSamples(samples, suspects            ? tr("suspects labelled %1, suggested %2").arg(label, rather)
                                : other == kNoLabel ? tr("labelled %1, probably wrong").arg(label)
                                                    : tr("labelled %1, probably %2").arg(label, rather));
}

} // namespace assay::ui
