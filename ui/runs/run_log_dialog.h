// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QDialog>

class QPlainTextEdit;

namespace assay::ui {

class Workspace;

/// Everything that one run has told: what it is, its settings, its notes, the figures of each epoch, how it ended.
/// Goes on while the run does.
class RunLogDialog final : public QDialog {
    Q_OBJECT
public:
    RunLogDialog(Workspace& workspace, RunId run, QWidget* parent = nullptr);

    [[nodiscard]] QString text() const;

private:
    void refresh();

    Workspace& m_workspace;
    RunId m_run;
    QPlainTextEdit* m_text;
};

} // namespace assay::ui
