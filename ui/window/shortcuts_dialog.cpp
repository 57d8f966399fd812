// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/shortcuts_dialog.h"

#include "ui/window/action_list.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace assay::ui {

namespace {

QAction* actionOf(const QTreeWidgetItem* item) {
    return item == nullptr ? nullptr : qobject_cast<QAction*>(item->data(0, Qt::UserRole).value<QObject*>());
}

} // namespace

ShortcutsDialog::ShortcutsDialog(ActionList& actions, QWidget* parent)
    : QDialog(parent), m_actions(actions), m_tree(new QTreeWidget(this)), m_edit(new QKeySequenceEdit(this)),
      m_problem(new QLabel(this)) {
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Keyboard shortcuts"));
    m_tree->setObjectName(QStringLiteral("shortcutsTree"));
    m_tree->setAccessibleName(tr("Commands and their shortcuts"));
    m_tree->setColumnCount(3);
    m_tree->setHeaderLabels({tr("Command"), tr("Shortcut"), tr("What it does")});
    m_tree->setRootIsDecorated(false);
    m_tree->setUniformRowHeights(true);
    m_problem->setWordWrap(true);
    auto* set = new QPushButton(tr("Assign"), this);
    set->setObjectName(QStringLiteral("assignShortcut"));
    auto* resetAll = new QPushButton(tr("Reset all"), this);
    resetAll->setObjectName(QStringLiteral("resetShortcuts"));
    auto* line = new QHBoxLayout;
    line->addWidget(new QLabel(tr("New shortcut:"), this));
    line->addWidget(m_edit, 1);
    line->addWidget(set);
    line->addWidget(resetAll);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tree, 1);
    layout->addLayout(line);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    resize(760, 560);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &ShortcutsDialog::choose);
    connect(set, &QPushButton::clicked, this, &ShortcutsDialog::assign);
    connect(resetAll, &QPushButton::clicked, this, &ShortcutsDialog::reset);
    fill();
}

void ShortcutsDialog::fill() {
    m_tree->clear();
    for (QAction* action : m_actions.all()) {
        QStringList keys;
        for (const QKeySequence& key : action->shortcuts()) keys << key.toString(QKeySequence::NativeText);
        auto* item = new QTreeWidgetItem(
            m_tree, {action->text().remove(QLatin1Char('&')), keys.join(QStringLiteral(", ")), action->statusTip()});
        item->setData(0, Qt::UserRole, QVariant::fromValue(static_cast<QObject*>(action)));
    }
    m_tree->header()->resizeSections(QHeaderView::ResizeToContents);
}

void ShortcutsDialog::choose() {
    const QAction* action = actionOf(m_tree->currentItem());
    m_edit->setKeySequence(action == nullptr ? QKeySequence() : action->shortcut());
    m_problem->clear();
}

void ShortcutsDialog::assign() {
    QAction* action = actionOf(m_tree->currentItem());
    if (action == nullptr) return;
    const QAction* holder = m_actions.holderOf(m_edit->keySequence());
    if (holder != nullptr && holder != action) {
        m_problem->setText(tr("%1 is taken by “%2”.")
                               .arg(m_edit->keySequence().toString(QKeySequence::NativeText),
                                    holder->text().remove(QLatin1Char('&'))));
        return;
    }
    QSettings settings;
    m_actions.setShortcut(action, m_edit->keySequence(), settings);
    m_tree->currentItem()->setText(1, action->shortcut().toString(QKeySequence::NativeText));
    m_problem->clear();
}

void ShortcutsDialog::reset() {
    QSettings settings;
    m_actions.resetShortcuts(settings);
    fill();
}

} // namespace assay::ui
