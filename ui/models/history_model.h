// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/journal.h"

#include <QAbstractTableModel>

#include <vector>

namespace assay::ui {

class Workspace;

/// The journal by steps, newest first: what one key or one bulk did. GUI thread.
class HistoryModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Time, What, Why, ColumnCount };
    struct Step {
        std::int64_t step = 0;
        std::size_t first = 0, count = 0; ///< rows of the journal
        bool undone = false;
        bool isUndo = false;
    };
    explicit HistoryModel(Workspace& workspace, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] const Step& stepAt(int row) const { return m_steps[m_steps.size() - 1 - std::size_t(row)]; }
    [[nodiscard]] std::vector<SampleIndex> samplesAt(int row) const;

private:
    void rebuild();
    [[nodiscard]] QString fileOf(SampleIndex sample) const;
    [[nodiscard]] QString what(const Step& step) const;
    [[nodiscard]] QString detail(const Step& step) const;

    Workspace& m_workspace;
    std::vector<Step> m_steps; ///< oldest first
    std::size_t m_rowsSeen = 0;
};

} // namespace assay::ui
