// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace assay::ui {

/// What is there before a data set is: recent projects, the ways to open one, the example; and how opening goes on.
class StartPage final : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);

    void setRecent(const QStringList& projects);
    void showProgress(const QString& stage, qulonglong done, qulonglong total);
    void showIdle(const QString& problem = {});

Q_SIGNALS:
    void exampleRequested();
    void folderRequested();
    void fileRequested();
    void projectRequested();
    void recentRequested(const QString& file);
    void cancelRequested();

private:
    QListWidget* m_recent;
    QLabel* m_recentEmpty;
    QWidget* m_progressBox;
    QLabel* m_stage;
    QProgressBar* m_progress;
    QLabel* m_problem;
    QWidget* m_buttons;
};

} // namespace assay::ui
