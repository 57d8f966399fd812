// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/project/journal.h"
#include "ui/models/sample_roles.h"
#include "ui/session/task_pool.h"

#include <QAbstractListModel>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace assay::ui {

class Workspace;

/// What a tile shows.
struct Tile {
    SampleIndex sample;
    QString given, suggested; ///< class names; `suggested` empty where there is none
    float score = 0;          ///< NaN where unknown
    float bar = 0;            ///< the score where it lies between 0 and 1, else the share of the pictures that have a
                              ///< smaller one; NaN where unknown
    bool suspect = false;
    bool hasEvidence = false;
    bool pending = false;
    DecisionState decision;
    QString decided;                ///< class name of a relabel
    std::vector<std::uint8_t> says; ///< of each detector whether it suspects it; empty unless they make the order
    QString agreement;              ///< "7/12" detectors suspect it; empty unless all detectors make the order
    bool atRandom = false;          ///< asked about at random, to tell how many errors are left
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
    void rankScores();
    [[nodiscard]] QString describe(const Tile& tile) const;
    [[nodiscard]] QString describeDetectors(SampleIndex sample) const;

    Workspace& m_workspace;
    QString m_ranked;           ///< the score whose places these are
    bool m_direct = true;       ///< it lies between 0 and 1: its own value is the bar
    std::vector<float> m_ranks; ///< [N] else; empty while they are made
    std::uint64_t m_generation = 0;
    TaskPool m_pool{1};
    std::vector<SampleIndex> m_rows;
    std::vector<int> m_rowOf; ///< [N], −1 not in the view
};

/// The name of a class, or its number where it has none; "–" for no label.
[[nodiscard]] QString className(const Workspace& workspace, Label label);

} // namespace assay::ui
