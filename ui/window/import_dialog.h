// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;

namespace assay::ui {

/// Anybody's probabilities, features or both: which files, and whose rows they are. GUI thread.
class ImportDialog final : public QDialog {
    Q_OBJECT
public:
    explicit ImportDialog(QWidget* parent = nullptr);

    [[nodiscard]] ProbabilityFiles files() const;

private:
    void filesChanged();
    QLineEdit* addFile(QFormLayout& form, const QString& name, const QString& label, const QString& title,
                       const QString& filter);

    QLineEdit* m_probabilities = nullptr;
    QLineEdit* m_features = nullptr;
    QComboBox* m_split = nullptr;
    QCheckBox* m_normalise = nullptr;
    QPushButton* m_ok = nullptr;
};

} // namespace assay::ui
