// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/runs/run_comparison.h"

#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSplitter;
class QTableWidget;

namespace assay::ui {

class CompareGallery;
class MatrixPlot;
class TaskPool;
class ThumbnailService;
class TrainingCurvesPlot;
class Workspace;

/// The Compare layout: ticked runs on the same axes, in one table, how far their suspects agree, and below the pictures
/// on which they differ; a cell of the agreement matrix narrows those to its own. Figures are computed on the pool.
class ComparePage final : public QWidget {
    Q_OBJECT
public:
    ComparePage(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent = nullptr);
    ~ComparePage() override;

    void setTicked(const std::vector<RunId>& runs);
    [[nodiscard]] std::vector<RunId> ticked() const;
    [[nodiscard]] const std::vector<RunFigures>& figures() const { return *m_figures; }
    [[nodiscard]] CompareGallery& gallery() const { return *m_gallery; }
    [[nodiscard]] ComparisonTable table() const;
    [[nodiscard]] QSplitter& splitter() const { return *m_splitter; }

Q_SIGNALS:
    void newRunRequested();
    /// Pictures of the gallery below, to be decided on.
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);
    void figuresReady();

public Q_SLOTS:
    void copyTable();
    void exportTable(); ///< CSV or Markdown

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeLeft();
    QWidget* makeMiddle();
    QWidget* makeRight();
    void fillRuns();
    void computeLater();
    void compute();
    void showFigures();
    void showTable();
    void fillReference();
    void showGallery();

    Workspace& m_workspace;
    std::unique_ptr<TaskPool> m_pool;
    QTimer m_delay;
    QSplitter* m_splitter = nullptr;
    QListWidget* m_list = nullptr;
    QCheckBox* m_grouped = nullptr;
    QCheckBox* m_onlyDifferences = nullptr;
    QComboBox* m_reference = nullptr;
    QComboBox* m_split = nullptr;
    TrainingCurvesPlot* m_curves = nullptr;
    QTableWidget* m_table = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_export = nullptr;
    MatrixPlot* m_agreement = nullptr;
    QComboBox* m_cellMeaning = nullptr;
    CompareGallery* m_gallery = nullptr;
    std::shared_ptr<const std::vector<RunFigures>> m_figures;
    std::optional<std::pair<RunId, RunId>> m_cell; ///< whose pictures are shown; none: all that differ
    std::map<RunId, QString> m_titles;             ///< of the project's runs
    std::uint64_t m_generation = 0;
    bool m_stale = true;
};

} // namespace assay::ui
