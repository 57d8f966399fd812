// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace assay::ui {

class Workspace;

/// How many errors are left: a random sample is mixed into the queue or left out, its size explained; what it has told
/// so far, and whether to stop. Stands beside the window while the review goes on. What is chosen is in force at once.
class ErrorsLeftDialog final : public QDialog {
    Q_OBJECT
public:
    explicit ErrorsLeftDialog(Workspace& workspace, QWidget* parent = nullptr);

private:
    void apply();
    void refresh();

    Workspace& m_workspace;
    QCheckBox* m_mix;
    QSpinBox* m_size;
    QDoubleSpinBox* m_stop;
    QLabel* m_explanation;
    QLabel* m_estimate;
    QLabel* m_advice;
};

} // namespace assay::ui
