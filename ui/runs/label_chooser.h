// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;

namespace assay::ui {

/// Where a run's labels come from: as given, with injected noise, from a file, cleaned by the journal, or a set that
/// the project keeps.
class LabelChooser final : public QWidget {
    Q_OBJECT
public:
    explicit LabelChooser(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] LabelChoice choice() const;
    /// Empty where the choice can be used.
    [[nodiscard]] QString problem() const;
    void choose(LabelChoice::Kind kind);

Q_SIGNALS:
    void changed();

private:
    void fillSources();
    void browse();

    Workspace& m_workspace;
    QComboBox* m_source = nullptr;
    QStackedWidget* m_details = nullptr;
    QLabel* m_explanation = nullptr;
    QComboBox* m_model = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QSpinBox* m_seed = nullptr;
    QLineEdit* m_map = nullptr;
    QLineEdit* m_file = nullptr;
};

} // namespace assay::ui
