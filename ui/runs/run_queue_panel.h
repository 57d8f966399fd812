// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QStringList>
#include <QWidget>

#include <optional>

class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace assay::ui {

class Workspace;

/// The runs of the project, newest last: state, what came out, progress and time left of the one that runs; start,
/// pause, stop, resume. A click shows a run everywhere.
class RunQueuePanel final : public QWidget {
    Q_OBJECT
public:
    explicit RunQueuePanel(Workspace& workspace, QWidget* parent = nullptr);

Q_SIGNALS:
    void newRunRequested();
    void exampleRequested();

private:
    void rebuild();
    void updateProgress();
    void updateButtons();
    void showMenu(const QPoint& position);
    [[nodiscard]] std::optional<RunId> selectedRun() const;
    [[nodiscard]] QString details(RunId id) const;

    Workspace& m_workspace;
    QStringList m_titles; ///< of all runs; empty: to be made anew
    QStackedWidget* m_stack = nullptr;
    QListWidget* m_list = nullptr;
    QLabel* m_progressText = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_new = nullptr;
    QLabel* m_empty = nullptr;
};

} // namespace assay::ui
