// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/runs/run_comparison.h"

#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSplitter;
class QTableWidget;

namespace assay::ui {

class MatrixPlot;
class TaskPool;
class TrainingCurvesPlot;
class Workspace;

/// The Compare layout: ticked runs on the same axes, in one table, and how far their suspects agree; a cell of the
/// agreement matrix opens its pictures. Figures are computed on the pool.
class ComparePage final : public QWidget {
    Q_OBJECT
public:
    explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);
    ~ComparePage() override;

    void setTicked(const std::vector<RunId>& runs);
    [[nodiscard]] std::vector<RunId> ticked() const;
    [[nodiscard]] const std::vector<RunFigures>& figures() const { return m_figures; }
    [[nodiscard]] ComparisonTable table() const;
    [[nodiscard]] QSplitter& splitter() const { return *m_splitter; }

Q_SIGNALS:
    void newRunRequested();
    /// Pictures of a cell: shared suspects on the diagonal, those that differ elsewhere.
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

    Workspace& m_workspace;
    std::unique_ptr<TaskPool> m_pool;
    QTimer m_delay;
    QSplitter* m_splitter = nullptr;
    QListWidget* m_list = nullptr;
    QCheckBox* m_grouped = nullptr;
    QCheckBox* m_onlyDifferences = nullptr;
    QComboBox* m_split = nullptr;
    TrainingCurvesPlot* m_curves = nullptr;
    QTableWidget* m_table = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_export = nullptr;
    MatrixPlot* m_agreement = nullptr;
    QComboBox* m_cellMeaning = nullptr;
    std::vector<RunFigures> m_figures;
    std::uint64_t m_generation = 0;
    bool m_stale = true;
};

} // namespace assay::ui
