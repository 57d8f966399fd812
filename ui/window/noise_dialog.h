// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/noise.h"

#include <QDialog>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace assay::ui {

class TaskPool;
class Workspace;

/// The noise lab: wrong labels on purpose, so that what finds them can be measured. Shows the transition matrix as it
/// came out; the labels become a label set of the project.
class NoiseDialog final : public QDialog {
    Q_OBJECT
public:
    explicit NoiseDialog(Workspace& workspace, QWidget* parent = nullptr);
    ~NoiseDialog() override;

    /// What the form says; fails on a map that names no class.
    [[nodiscard]] Result<NoiseOptions> options() const;

private:
    void preview();
    void showMatrix(const NoisyLabels& noisy);
    void accept() override;

    Workspace& m_workspace;
    QComboBox* m_kind;
    QDoubleSpinBox* m_rate;
    QSpinBox* m_seed;
    QLineEdit* m_map;
    QTableWidget* m_matrix;
    QLabel* m_result;
    QPushButton* m_ok;
    TaskPool* m_pool;
    std::uint64_t m_generation = 0;
};

} // namespace assay::ui
