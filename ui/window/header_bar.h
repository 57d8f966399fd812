// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QTabBar;
class QToolButton;

namespace assay::ui {

class Workspace;

/// One line: which layout; which data and labels; which run, how far, pause and stop; how much is decided.
class HeaderBar final : public QWidget {
    Q_OBJECT
public:
    HeaderBar(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] QTabBar* layouts() const { return m_layouts; }

Q_SIGNALS:
    void searchRequested();

private:
    void buildUi();
    void update();
    void updateRun();
    [[nodiscard]] QString dataText() const;

    Workspace& m_workspace;
    QTabBar* m_layouts;
    QLabel* m_data;
    QLabel* m_run;
    QProgressBar* m_progress;
    QLabel* m_left;
    QToolButton* m_pause;
    QToolButton* m_stop;
    QLabel* m_decided;
    QToolButton* m_search;
};

} // namespace assay::ui
