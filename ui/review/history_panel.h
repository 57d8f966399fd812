// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace assay::ui {

class HistoryModel;
class Workspace;

/// Every step of the journal, newest first; one can be taken back out of order.
class HistoryPanel final : public QWidget {
    Q_OBJECT
public:
    explicit HistoryPanel(Workspace& workspace, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void update();
    void undoChosen();

    Workspace& m_workspace;
    HistoryModel* m_model;
    QTableView* m_table;
    QPushButton* m_undo;
    QLabel* m_empty;
};

} // namespace assay::ui
