// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/action_list.h"

#include <QMenu>
#include <QSettings>
#include <QWidget>

namespace assay::ui {

ActionList::ActionList(QWidget* window) : QObject(window), m_window(window) {}

QAction* ActionList::add(const QString& id, const QString& text, const QString& help, QMenu* menu,
                         std::initializer_list<QKeySequence> keys, std::function<void()> act) {
    auto* action = new QAction(text, this);
    connect(action, &QAction::triggered, this, [act = std::move(act)] { act(); });
    enter(action, id, help, menu, keys);
    return action;
}

QAction* ActionList::addToggle(const QString& id, const QString& text, const QString& help, QMenu* menu,
                               std::initializer_list<QKeySequence> keys, std::function<void(bool)> act) {
    auto* action = new QAction(text, this);
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, std::move(act));
    enter(action, id, help, menu, keys);
    return action;
}

void ActionList::enter(QAction* action, const QString& id, const QString& help, QMenu* menu,
                       std::initializer_list<QKeySequence> keys) {
    action->setObjectName(id);
    action->setStatusTip(help);
    action->setShortcuts(QList<QKeySequence>(keys));
    m_defaults[action] = action->shortcuts();
    m_actions << action;
    m_byId.insert(id, action);
    m_window->addAction(action);
    if (menu != nullptr) menu->addAction(action);
    describe(action);
}

void ActionList::describe(QAction* action) {
    QString tip = action->statusTip();
    if (!action->shortcut().isEmpty())
        tip += QStringLiteral(" (%1)").arg(action->shortcut().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
}

void ActionList::confine(QAction* action, const QVector<QWidget*>& widgets) {
    m_window->removeAction(action);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    for (QWidget* widget : widgets) widget->addAction(action);
}

QAction* ActionList::holderOf(const QKeySequence& key) const {
    for (QAction* action : m_actions)
        if (!key.isEmpty() && action->shortcuts().contains(key)) return action;
    return nullptr;
}

void ActionList::setShortcut(QAction* action, const QKeySequence& key, QSettings& settings) {
    action->setShortcuts(key.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence>{key});
    settings.setValue(QStringLiteral("shortcuts/") + action->objectName(), key.toString(QKeySequence::PortableText));
    describe(action);
}

void ActionList::resetShortcuts(QSettings& settings) {
    settings.remove(QStringLiteral("shortcuts"));
    for (QAction* action : m_actions) {
        action->setShortcuts(m_defaults.value(action));
        describe(action);
    }
}

void ActionList::loadShortcuts(QSettings& settings) {
    for (QAction* action : m_actions) {
        const QVariant stored = settings.value(QStringLiteral("shortcuts/") + action->objectName());
        if (!stored.isValid()) continue;
        const QKeySequence key(stored.toString(), QKeySequence::PortableText);
        action->setShortcuts(key.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence>{key});
        describe(action);
    }
}

} // namespace assay::ui
