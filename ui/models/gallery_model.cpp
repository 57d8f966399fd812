// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/gallery_model.h"

#include "core/audit/score.h"
#include "core/base/text.h"
#include "ui/plots/plot_text.h"
#include "ui/session/percentiles.h"
#include "ui/session/workspace.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace assay::ui {
namespace {

/// Whether values of this order lie between 0 and 1; nothing where only they themselves can tell.
std::optional<bool> isShare(const Registry& registry, const QString& score) {
    for (const char* known : {kFusedScore, kPseudoLabelScore, kPseudoConfidenceScore, "confidence"})
        if (score == QLatin1String(known)) return true;
    const auto found = registry.scores.find(score.toStdString());
    return found ? std::optional(found->traits().range == "0 to 1") : std::nullopt;
}

bool allShares(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(),
                       [](float value) { return !std::isfinite(value) || (value >= 0 && value <= 1); });
}

} // namespace

QString className(const Workspace& workspace, Label label) {
    const auto dataset = workspace.dataset();
    if (label < 0 || !dataset) return QStringLiteral("–");
    if (label >= dataset->classCount()) return QString::number(label);
    return QString::fromStdString(escapeForDisplay(dataset->classNames[std::size_t(label)]));
}

GalleryModel::GalleryModel(Workspace& workspace, QObject* parent) : QAbstractListModel(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::viewChanged, this, &GalleryModel::takeView);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &GalleryModel::rankScores);
    connect(&workspace, &Workspace::decisionsChanged, this, &GalleryModel::refresh);
    connect(&workspace, &Workspace::epochOnShowChanged, this, &GalleryModel::refreshAll);
    for (const auto signal : {&Workspace::thresholdChanged, &Workspace::detectorsJoined, &Workspace::auditChanged})
        connect(&workspace, signal, this, &GalleryModel::refreshAll);
    takeView();
}

void GalleryModel::takeView() {
    beginResetModel();
    m_rows = m_workspace.view();
    const auto dataset = m_workspace.dataset();
    m_rowOf.assign(dataset ? dataset->size() : 0, -1);
    for (std::size_t row = 0; row < m_rows.size(); ++row) m_rowOf[m_rows[row].value] = int(row);
    endResetModel();
    if (m_workspace.filter().score != m_ranked) rankScores();
}

void GalleryModel::rankScores() {
    const QString score = m_workspace.filter().score;
    if (score != m_ranked) m_ranks.clear();
    m_ranked = score;
    ++m_generation;
    const auto share = isShare(m_workspace.registry(), score);
    m_direct = share.value_or(false);
    if (m_direct || score == QLatin1String("index") || !m_workspace.currentEvidence()) return;
    m_pool.run(
        [values = m_workspace.values(score), known = share.has_value()]() -> Result<std::vector<float>> {
            return known || !allShares(values) ? percentiles(values) : values;
        },
        [this, generation = m_generation](Result<std::vector<float>> ranks) {
            if (generation != m_generation || !ranks) return;
            m_ranks = std::move(*ranks);
            refreshAll();
        });
}

void GalleryModel::refresh(const std::vector<SampleIndex>& samples) {
    if (samples.empty()) return refreshAll();
    int first = rowCount(), last = -1;
    for (const SampleIndex sample : samples) {
        const auto row = rowOf(sample);
        if (!row) continue;
        first = std::min(first, *row);
        last = std::max(last, *row);
    }
    if (last >= 0) Q_EMIT dataChanged(index(first), index(last));
}

void GalleryModel::refreshAll() {
    if (!m_rows.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

int GalleryModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

std::optional<int> GalleryModel::rowOf(SampleIndex sample) const {
    if (sample.value >= m_rowOf.size() || m_rowOf[sample.value] < 0) return std::nullopt;
    return m_rowOf[sample.value];
}

Tile GalleryModel::tile(int row) const {
    Tile tile;
    tile.sample = sampleAt(row);
    if (!m_workspace.dataset()) return tile; // between a closed data set and the next view
    tile.given = className(m_workspace, m_workspace.baseLabel(tile.sample));
    if (const Label suggested = m_workspace.suggestedLabel(tile.sample); suggested != kNoLabel)
        tile.suggested = className(m_workspace, suggested);
    const std::vector<float>& scores = m_workspace.values(m_workspace.filter().score);
    tile.score = tile.sample.value < scores.size() ? scores[tile.sample.value] : std::nanf("");
    tile.bar = m_direct ? tile.score : tile.sample.value < m_ranks.size() ? m_ranks[tile.sample.value] : std::nanf("");
    tile.suspect = m_workspace.suspect(tile.sample);
    tile.hasEvidence = m_workspace.currentEvidence() != nullptr;
    tile.pending = m_workspace.pending(tile.sample);
    tile.decision = m_workspace.decision(tile.sample);
    tile.atRandom = m_workspace.askedAtRandom(tile.sample);
    if (m_workspace.filter().score == QLatin1String(kFusedScore)) {
        for (const DetectorOpinion& one : m_workspace.opinions(tile.sample)) tile.says.push_back(one.suspects);
        if (!tile.says.empty())
            tile.agreement =
                QStringLiteral("%1/%2").arg(std::count(tile.says.begin(), tile.says.end(), 1)).arg(tile.says.size());
    }
    if (tile.decision.verdict == Verdict::Relabel) tile.decided = className(m_workspace, tile.decision.label);
    return tile;
}

QString GalleryModel::describe(const Tile& tile) const {
    const auto dataset = m_workspace.dataset();
    if (!dataset) return {};
    QString text = QString::fromStdString(escapeForDisplay(dataset->names[tile.sample.value]));
    text += QLatin1Char('\n') + tr("given: %1").arg(tile.given);
    if (!tile.suggested.isEmpty()) text += QLatin1Char('\n') + tr("suggested: %1").arg(tile.suggested);
    if (std::isfinite(tile.score))
        text += QLatin1Char('\n') + QStringLiteral("%1: %2").arg(m_workspace.filter().score,
                                                                 QLocale().toString(double(tile.score), 'g', 3));
    if (!tile.agreement.isEmpty()) text += QLatin1Char('\n') + tr("detectors that suspect it: %1").arg(tile.agreement);
    if (tile.atRandom) text += QLatin1Char('\n') + tr("drawn at random: it tells how many errors are left");
    if (tile.decision.verdict != Verdict::None)
        text += QLatin1Char('\n') +
                tr("decision: %1 %2").arg(QString::fromUtf8(verdictName(tile.decision.verdict).data()), tile.decided);
    return text;
}

/// What the detectors say, the most suspicious first.
QString GalleryModel::describeDetectors(SampleIndex sample) const {
    constexpr std::size_t kMostLines = 8;
    std::vector<DetectorOpinion> all = m_workspace.opinions(sample);
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.percentile > b.percentile; });
    QString text;
    for (std::size_t i = 0; i < std::min(kMostLines, all.size()); ++i)
        text += QLatin1Char('\n') + (all[i].suspects ? QStringLiteral("◆ ") : QStringLiteral("● ")) +
                tr("%1: more than %2").arg(all[i].detector, percentText(double(all[i].percentile)));
    if (all.size() > kMostLines) text += QLatin1Char('\n') + tr("and %1 more").arg(all.size() - kMostLines);
    return text;
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const SampleIndex sample = sampleAt(index.row());
    switch (role) {
    case SampleIndexRole: return sample.value;
    case GivenLabelRole: return m_workspace.baseLabel(sample);
    case SuggestedLabelRole: return m_workspace.suggestedLabel(sample);
    case ScoreRole: return tile(index.row()).score;
    case SuspectRole: return m_workspace.suspect(sample);
    case VerdictRole: return int(m_workspace.decision(sample).verdict);
    case PendingRole: return m_workspace.pending(sample);
    case AgreementRole: return tile(index.row()).agreement;
    case AtRandomRole: return m_workspace.askedAtRandom(sample);
    case Qt::DisplayRole: {
        const Tile t = tile(index.row());
        return t.suggested.isEmpty() ? t.given : QStringLiteral("%1 → %2").arg(t.given, t.suggested);
    }
    case Qt::ToolTipRole: return QString(describe(tile(index.row())) + describeDetectors(sample));
    case Qt::AccessibleTextRole: return describe(tile(index.row()));
    default: return {};
    }
}

} // namespace assay::ui
