// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/project/journal.h"
#include "ui/models/sample_roles.h"

#include <QAbstractListModel>
#include <QString>

#include <optional>
#include <vector>

namespace assay::ui {

class Workspace;

/// What a tile shows.
struct Tile {
    SampleIndex sample;
    QString given, suggested; ///< class names; `suggested` empty where there is none
    float score = 0;          ///< NaN where unknown
    bool suspect = false;
    bool hasEvidence = false;
    bool pending = false;
    DecisionState decision;
    QString decided; ///< class name of a relabel
    QString agreement; ///< "7/12" detectors suspect it; empty unless all detectors make the order
    bool atRandom = false; ///< asked about at random, to tell how many errors are left
};

/// The workspace's view as a list. GUI thread.
class GalleryModel final : public QAbstractListModel {
    Q_OBJECT
public:
    explicit GalleryModel(Workspace& workspace, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    [[nodiscard]] Tile tile(int row) const;
    [[nodiscard]] SampleIndex sampleAt(int row) const { return m_rows[std::size_t(row)]; }
    [[nodiscard]] std::optional<int> rowOf(SampleIndex sample) const;

private:
    void takeView();
    void refresh(const std::vector<SampleIndex>& samples);
    void refreshAll();
    [[nodiscard]] QString describe(const Tile& tile) const;

    Workspace& m_workspace;
    std::vector<SampleIndex> m_rows;
    std::vector<int> m_rowOf; ///< [N], −1 not in the view
};

/// The name of a class, or its number where it has none; "–" for no label.
[[nodiscard]] QString className(const Workspace& workspace, Label label);

} // namespace assay::ui
