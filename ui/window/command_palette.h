// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace assay::ui {

class ActionList;

/// Finds any command by some of its letters in their order.
class CommandPalette final : public QDialog {
    Q_OBJECT
public:
    explicit CommandPalette(const ActionList& actions, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter();
    void trigger();

    const ActionList& m_actions;
    QLineEdit* m_text;
    QListWidget* m_list;
};

/// How well `text` holds the letters of `wanted` in their order, higher is better; −1 not at all.
[[nodiscard]] int fuzzyScore(const QString& text, const QString& wanted);

} // namespace assay::ui
