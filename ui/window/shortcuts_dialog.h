// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QTreeWidget;

namespace assay::ui {

class ActionList;

/// Every command with its shortcut; a shortcut can be changed, one that is taken is refused by name.
class ShortcutsDialog final : public QDialog {
    Q_OBJECT
public:
    ShortcutsDialog(ActionList& actions, QWidget* parent = nullptr);

private:
    void fill();
    void choose();
    void assign();
    void reset();

    ActionList& m_actions;
    QTreeWidget* m_tree;
    QKeySequenceEdit* m_edit;
    QLabel* m_problem;
};

} // namespace assay::ui
