// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QString>
#include <QVector>

#include <functional>
#include <initializer_list>

class QMenu;
class QSettings;
class QWidget;

namespace assay::ui {

/// Every command of the window by its id: one QAction each, with text, help, shortcut and menu. The command palette,
/// the list of shortcuts and their editor are made from it.
class ActionList final : public QObject {
    Q_OBJECT
public:
    explicit ActionList(QWidget* window);

    /// `menu` may be null. The tool tip is `help` with the shortcut.
    QAction* add(const QString& id, const QString& text, const QString& help, QMenu* menu,
                 std::initializer_list<QKeySequence> keys, std::function<void()> act);
    QAction* addToggle(const QString& id, const QString& text, const QString& help, QMenu* menu,
                       std::initializer_list<QKeySequence> keys, std::function<void(bool)> act);

    [[nodiscard]] QAction* action(const QString& id) const { return m_byId.value(id); }
    [[nodiscard]] const QVector<QAction*>& all() const { return m_actions; }
    /// Moves an action's shortcut from the whole window to some widgets and what is in them.
    void confine(QAction* action, const QVector<QWidget*>& widgets);

    /// Another shortcut, kept in the settings; an empty one removes it.
    void setShortcut(QAction* action, const QKeySequence& key, QSettings& settings);
    void resetShortcuts(QSettings& settings);
    void loadShortcuts(QSettings& settings);
    /// The action that has this shortcut already.
    [[nodiscard]] QAction* holderOf(const QKeySequence& key) const;

private:
    void enter(QAction* action, const QString& id, const QString& help, QMenu* menu,
               std::initializer_list<QKeySequence> keys);
    void describe(QAction* action);

    QWidget* m_window;
    QVector<QAction*> m_actions;
    QHash<QString, QAction*> m_byId;
    QHash<QAction*, QList<QKeySequence>> m_defaults;
};

} // namespace assay::ui
