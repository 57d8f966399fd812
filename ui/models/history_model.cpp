// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/history_model.h"

#include "core/base/text.h"
#include "ui/models/gallery_model.h"
#include "ui/session/workspace.h"

#include <QDateTime>
#include <QFont>
#include <QLocale>

#include <algorithm>
#include <map>

namespace assay::ui {

HistoryModel::HistoryModel(Workspace& workspace, QObject* parent)
    : QAbstractTableModel(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::decisionsChanged, this, &HistoryModel::rebuild);
    connect(&workspace, &Workspace::projectChanged, this, &HistoryModel::rebuild);
    rebuild();
}

void HistoryModel::rebuild() {
    const std::vector<JournalEntry>& journal = m_workspace.journal();
    if (journal.size() == m_rowsSeen && !journal.empty()) return;
    beginResetModel();
    m_steps.clear();
    std::map<std::int64_t, std::size_t> byStep;
    for (std::size_t row = 0; row < journal.size(); ++row) {
        const JournalEntry& entry = journal[row];
        if (m_steps.empty() || m_steps.back().step != entry.step) {
            byStep[entry.step] = m_steps.size();
            m_steps.push_back({entry.step, row, 0, false, entry.undoes.has_value()});
            if (entry.undoes)
                if (const auto it = byStep.find(*entry.undoes); it != byStep.end()) {
                    Step& other = m_steps[it->second];
                    other.undone = true;
                    const JournalEntry& origin = journal[other.first];
                    if (origin.undoes) // an undo taken back: its own target stands again
                        if (const auto back = byStep.find(*origin.undoes); back != byStep.end())
                            m_steps[back->second].undone = false;
                }
        }
        ++m_steps.back().count;
    }
    m_rowsSeen = journal.size();
    endResetModel();
}

int HistoryModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_steps.size()); }

int HistoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case Time: return tr("Time");
    case What: return tr("What");
    case Why: return tr("Why");
    default: return {};
    }
}

QString HistoryModel::fileOf(SampleIndex sample) const {
    const auto dataset = m_workspace.dataset();
    if (!dataset || sample.value >= dataset->size()) return QString::number(sample.value);
    return QString::fromStdString(escapeForDisplay(dataset->names[sample.value]));
}

/// One picture by its name without folders, several by their number.
QString HistoryModel::what(const Step& step) const {
    const JournalEntry& entry = m_workspace.journal()[step.first];
    const int count = int(step.count);
    const QString one = fileOf(entry.sample).section(QLatin1Char('/'), -1);
    if (step.isUndo)
        return count == 1 ? tr("took back step %1: %2").arg(entry.undoes.value_or(0)).arg(one)
                          : tr("took back step %1 (%Ln samples)", nullptr, count).arg(entry.undoes.value_or(0));
    switch (entry.to.verdict) {
    case Verdict::None: return count == 1 ? tr("reopened %1").arg(one) : tr("reopened %Ln samples", nullptr, count);
    case Verdict::Keep: return count == 1 ? tr("✔ kept %1").arg(one) : tr("✔ kept %Ln samples", nullptr, count);
    case Verdict::Flag: return count == 1 ? tr("⚑ flagged %1").arg(one) : tr("⚑ flagged %Ln samples", nullptr, count);
    case Verdict::Exclude:
        return count == 1 ? tr("✕ excluded %1").arg(one) : tr("✕ excluded %Ln samples", nullptr, count);
    case Verdict::Relabel:
        return count == 1 ? tr("✎ %1: %2").arg(className(m_workspace, entry.to.label), one)
                          : tr("✎ relabelled %Ln samples", nullptr, count);
    }
    return {};
}

/// What has no room in the row: the whole names, and why.
QString HistoryModel::detail(const Step& step) const {
    constexpr std::size_t kMostNamed = 10;
    const std::vector<JournalEntry>& journal = m_workspace.journal();
    QStringList lines{what(step)};
    for (std::size_t i = 0; i < std::min(kMostNamed, step.count); ++i) lines << fileOf(journal[step.first + i].sample);
    if (step.count > kMostNamed) lines << tr("and %L1 more").arg(qulonglong(step.count - kMostNamed));
    if (const std::string& rule = journal[step.first].reason.rule; !rule.empty())
        lines << tr("why: %1").arg(QString::fromStdString(rule));
    return lines.join(QLatin1Char('\n'));
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const Step& step = stepAt(index.row());
    const JournalEntry& entry = m_workspace.journal()[step.first];
    if (role == Qt::FontRole && step.undone) {
        QFont font;
        font.setStrikeOut(true);
        return font;
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
    case Time: {
        const QDateTime time = QDateTime::fromString(QString::fromStdString(entry.time), Qt::ISODateWithMs);
        return QLocale().toString(time.toLocalTime(), role == Qt::ToolTipRole ? QStringLiteral("yyyy-MM-dd HH:mm:ss")
                                                                              : QStringLiteral("HH:mm"));
    }
    case What: return role == Qt::ToolTipRole ? detail(step) : what(step);
    case Why: return QString::fromStdString(entry.reason.rule);
    default: return {};
    }
}

std::vector<SampleIndex> HistoryModel::samplesAt(int row) const {
    const Step& step = stepAt(row);
    std::vector<SampleIndex> samples;
    for (std::size_t i = 0; i < step.count; ++i) samples.push_back(m_workspace.journal()[step.first + i].sample);
    return samples;
}

} // namespace assay::ui
