// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_config.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace assay::ui {

class Workspace;

/// What a run's weights begin as: drawn from its seed, those of another run of the project, or of a .safetensors file;
/// and whether all of them learn.
class WeightsChooser final : public QWidget {
    Q_OBJECT
public:
    explicit WeightsChooser(Workspace& workspace, QWidget* parent = nullptr);

    /// Sets weights and freeze of `config`.
    void writeTo(RunConfig& config) const;
    void readFrom(const RunConfig& config);
    /// Empty where the choice can be used.
    [[nodiscard]] QString problem() const;

Q_SIGNALS:
    void changed();

private:
    void fillSources();
    void browse();
    [[nodiscard]] QString file() const; ///< empty: drawn

    Workspace& m_workspace;
    QComboBox* m_source = nullptr;
    QLineEdit* m_file = nullptr;
    QWidget* m_fileRow = nullptr;
    QCheckBox* m_freeze = nullptr;
};

} // namespace assay::ui
