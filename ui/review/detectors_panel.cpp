// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/detectors_panel.h"

#include "core/audit/score.h"
#include "ui/plots/plot_text.h"
#include "ui/plots/plot_theme.h"
#include "ui/session/percentiles.h"
#include "ui/session/workspace.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <set>

namespace assay::ui {

namespace {

/// By the pictures alone: a dark or an odd picture has its label all the same.
bool isByPictures(const Score& score) { return score.traits().basis == ScoreBasis::Pictures; }

/// What is all but nothing is not told to the last power of ten; the tooltip does.
QString scoreText(double value) {
    constexpr double kLeast = 0.001;
    return value > 0 && value < kLeast ? QLatin1Char('<') + valueText(kLeast) : valueText(value);
}

} // namespace

DetectorsPanel::DetectorsPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_agreement(new QLabel(this)), m_together(new QLabel(this)),
      m_badge(new QLabel(this)), m_find(new QPushButton(tr("Find suspects"), this)),
      m_import(new QPushButton(tr("Import probabilities…"), this)), m_list(new QTreeWidget(this)) {
    setObjectName(QStringLiteral("detectorsPanel"));
    m_agreement->setObjectName(QStringLiteral("detectorsAgreement"));
    m_agreement->setWordWrap(true);
    m_together->setObjectName(QStringLiteral("detectorsTogether"));
    m_together->setWordWrap(true);
    m_badge->setObjectName(QStringLiteral("detectorsBadge"));
    m_badge->setWordWrap(true);
    m_badge->setForegroundRole(QPalette::PlaceholderText);
    m_list->setObjectName(QStringLiteral("detectorsList"));
    m_list->setAccessibleName(tr("Detectors"));
    m_list->setRootIsDecorated(false);
    m_list->setTextElideMode(Qt::ElideMiddle); // names that begin alike differ at their end
    m_list->setHeaderLabels({tr("Detector"), tr("Score"), tr("Above"), tr("Sample")});
    m_list->headerItem()->setToolTip(
        3,
        tr("Whether the label is judged by a network that had learnt it (in sample), or by one that had not (out of it)"));
    m_list->headerItem()->setToolTip(2, tr("Share of the pictures that this detector finds less suspicious"));
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    for (const int column : {1, 2, 3}) m_list->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_find->setObjectName(QStringLiteral("detectorsFind"));
    m_import->setObjectName(QStringLiteral("detectorsImport"));
    connect(m_find, &QPushButton::clicked, this, &DetectorsPanel::findSuspectsRequested);
    connect(m_import, &QPushButton::clicked, this, &DetectorsPanel::importRequested);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->addWidget(m_agreement);
    layout->addWidget(m_find, 0, Qt::AlignLeft);
    layout->addWidget(m_import, 0, Qt::AlignLeft);
    layout->addWidget(m_together);
    layout->addWidget(m_badge);
    layout->addWidget(m_list, 1);
    m_delay.setSingleShot(true);
    m_delay.setInterval(0); // several scores may arrive in one turn
    connect(&m_delay, &QTimer::timeout, this, &DetectorsPanel::ask);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &DetectorsPanel::restart);
    connect(&workspace, &Workspace::currentRunChanged, this, &DetectorsPanel::restart);
    connect(&workspace, &Workspace::labelsReady, this, &DetectorsPanel::restart);
    for (const auto signal : {&Workspace::focusChanged, &Workspace::thresholdChanged, &Workspace::detectorsJoined})
        connect(&workspace, signal, this, &DetectorsPanel::showFocus);
    showFocus();
}

void DetectorsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    restart();
}

QStringList DetectorsPanel::detectors() const {
    QStringList ids;
    for (const auto& score : m_workspace.registry().scores.all())
        ids << QString::fromStdString(score->description().id);
    return ids;
}

void DetectorsPanel::restart() {
    if (!isVisible()) return;
    m_delay.start();
}

void DetectorsPanel::ask() {
    if (m_of != m_workspace.currentEvidence()) {
        ++m_generation;
        m_ranks.clear();
        m_of = m_workspace.currentEvidence();
    }
    if (m_of) {
        for (const QString& detector : detectors()) {
            if (m_ranks.contains(detector)) continue;
            const std::vector<float>& values =
                m_workspace.values(detector); // what is not there is asked for, and comes
            if (std::any_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
                rank(detector, values);
        }
    }
    showFocus();
}

void DetectorsPanel::rank(const QString& detector, const std::vector<float>& values) {
    m_ranks[detector].clear();
    m_pool.run([values]() -> Result<std::vector<float>> { return percentiles(values); },
               [this, detector, generation = m_generation](Result<std::vector<float>> found) {
                   if (generation != m_generation || !found) return;
                   m_ranks[detector] = std::move(*found);
                   showFocus();
               });
}

float DetectorsPanel::percentile(const QString& detector, SampleIndex sample) const {
    const auto at = m_ranks.find(detector);
    return at == m_ranks.end() || sample.value >= at->second.size() ? std::nanf("") : at->second[sample.value];
}

bool DetectorsPanel::suspects(float percentile) const { return double(percentile) > 1 - m_workspace.suspectShare(); }

std::pair<int, int> DetectorsPanel::agreement(SampleIndex sample) const {
    if (const auto all = m_workspace.agreement(sample)) return {int(all->suspecting), int(all->asked)};
    std::pair<int, int> counts{0, 0};
    for (const auto& [detector, ranks] : m_ranks) {
        const float share = percentile(detector, sample);
        const auto score = m_workspace.registry().scores.find(detector.toStdString());
        if (!std::isfinite(share) || !score || !score->traits().detector || isByPictures(*score)) continue;
        counts.first += suspects(share) ? 1 : 0;
        ++counts.second;
    }
    return counts;
}

QString DetectorsPanel::togetherText(SampleIndex sample) const {
    const std::size_t decisions = m_workspace.calibratedOn(), runs = m_workspace.joinedRuns();
    if (runs == 0) return {};
    QString text = runs > 1 ? tr("Those of %1 runs are joined.").arg(runs) + QLatin1Char(' ') : QString();
    if (decisions == 0)
        return text +
               tr("Together they rank by the mean of their rankings; after %1 decisions, %2 of each kind, by what these teach.")
                   .arg(Fusion::kLeastAnswers)
                   .arg(Fusion::kLeastOfEachKind);
    constexpr std::size_t kMostNamed = 3;
    QStringList names;
    for (const auto& [name, weight] : m_workspace.learntWeights())
        if (weight > 0 && std::size_t(names.size()) < kMostNamed) names << name;
    const float wrong = m_workspace.values(QLatin1String(kFusedScore))[sample.value];
    return text +
           tr("Together: wrong with probability %1, learnt from %Ln decisions", nullptr, int(decisions))
               .arg(fixedText(double(wrong), 2)) +
           (names.isEmpty() ? QString() : tr(", most from %1").arg(names.join(QStringLiteral(", ")))) +
           QLatin1Char('.');
}

/// Of every detector that has its say in what they come to together; before those are joined of what is there so far.
/// Scores of the pictures alone have no part in it, and follow.
std::vector<DetectorOpinion> DetectorsPanel::rows(SampleIndex sample) const {
    std::vector<DetectorOpinion> found = m_workspace.opinions(sample);
    const RunId run = m_workspace.currentRun().value_or(RunId());
    std::set<QString> own;
    for (const DetectorOpinion& one : found)
        if (one.run == run) own.insert(one.score);
    for (const auto& score : m_workspace.registry().scores.all()) {
        const QString id = QString::fromStdString(score->description().id);
        if (!score->traits().detector || !m_ranks.contains(id) || own.contains(id))
            continue; // it has no say on this run
        const std::vector<float>& values = m_workspace.values(id);
        const float share = percentile(id, sample);
        found.push_back(
            {id, id, run, sample.value < values.size() ? values[sample.value] : std::nanf(""), share, suspects(share)});
    }
    return found;
}

void DetectorsPanel::addRow(const DetectorOpinion& opinion, SampleIndex sample) {
    const auto score = m_workspace.registry().scores.find(opinion.score.toStdString());
    if (!score) return;
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    const Description& about = score->description();
    const bool pictures = isByPictures(*score), outside = m_workspace.outOfSample(opinion.run, sample);
    const bool judges = std::isfinite(opinion.percentile) && !pictures;
    QString title = QString::fromStdString(about.title);
    if (m_workspace.joinedRuns() > 1 && !pictures) title = tr("%1, run %2").arg(title).arg(opinion.run.value);
    auto* item = new QTreeWidgetItem(m_list);
    const QString mark = judges ? opinion.suspects ? QStringLiteral("◆") : QStringLiteral("●") : QStringLiteral("–");
    item->setText(0, mark + QLatin1Char(' ') + title);
    item->setText(1, scoreText(double(opinion.value)));
    item->setToolTip(1, valueText(double(opinion.value), 6));
    item->setText(2, percentText(double(opinion.percentile)));
    const std::string_view badge = scoreBadge(score->traits(), outside);
    const QString judged = QString::fromUtf8(badge.data(), qsizetype(badge.size()));
    item->setText(3, pictures ? QStringLiteral("–") : outside ? tr("out", "of sample") : tr("in", "sample"));
    const std::string_view warning = scoreWarning(score->traits(), outside);
    item->setToolTip(0, title + QLatin1Char('\n') + QString::fromStdString(about.help));
    item->setToolTip(3, judged + (warning.empty() ? QString()
                                                  : QLatin1Char('\n') +
                                                        QString::fromUtf8(warning.data(), qsizetype(warning.size()))));
    item->setData(3, Qt::AccessibleTextRole, judged);
    if (judges) item->setForeground(0, opinion.suspects ? theme.suspectText : theme.cleanText);
    for (const int column : {1, 2}) item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
}

void DetectorsPanel::showFocus() {
    if (!isVisible()) return;
    m_list->clear();
    const auto focus = m_workspace.focus();
    const bool any = focus && m_workspace.currentEvidence();
    for (QPushButton* begin : {m_find, m_import})
        begin->setVisible(!m_workspace.currentRun() && !m_workspace.readOnly());
    if (!any) {
        m_agreement->setText(
            tr("Once a run has recorded an epoch, this tells what every detector says of the picture."));
        m_badge->clear();
        m_together->clear();
        return;
    }
    for (const DetectorOpinion& opinion : rows(*focus)) addRow(opinion, *focus);
    const bool outside = m_workspace.outOfSample(m_workspace.runsBehind(QLatin1String(kFusedScore)), *focus);
    m_badge->setText(
        outside
            ? tr("Out-of-sample: by a model that had not seen this label.")
            : tr("In-sample: by networks that were trained on these labels and may have learnt wrong ones by heart. "
                 "Scores over the epochs suffer less than those of the last one."));
    m_together->setText(togetherText(*focus));
    const auto [suspecting, asked] = agreement(*focus);
    m_agreement->setText(asked == 0 ? tr("The detectors are at work.")
                                    : tr("%1 of %2 detectors suspect it.").arg(suspecting).arg(asked));
}

} // namespace assay::ui
