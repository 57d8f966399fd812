// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/command_palette.h"

#include "ui/window/action_list.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace assay::ui {

namespace {

QString plainText(const QAction* action) { return action->text().remove(QLatin1Char('&')).remove(QStringLiteral("…")); }

} // namespace

int fuzzyScore(const QString& text, const QString& wanted) {
    int score = 0;
    qsizetype at = 0, last = -2;
    for (const QChar letter : wanted) {
        if (letter.isSpace()) continue;
        const qsizetype found = text.indexOf(letter, at, Qt::CaseInsensitive);
        if (found < 0) return -1;
        const bool begins = found == 0 || !text[found - 1].isLetterOrNumber();
        score += (found == last + 1 ? 8 : 1) + (begins ? 6 : 0);
        last = found;
        at = found + 1;
    }
    return std::max(0, score * 100 - int(text.size()));
}

CommandPalette::CommandPalette(const ActionList& actions, QWidget* parent)
    : QDialog(parent), m_actions(actions), m_text(new QLineEdit(this)), m_list(new QListWidget(this)) {
    setObjectName(QStringLiteral("commandPalette"));
    setWindowTitle(tr("Commands"));
    m_text->setObjectName(QStringLiteral("paletteText"));
    m_text->setPlaceholderText(tr("What do you want to do?"));
    m_text->setAccessibleName(tr("Command"));
    m_text->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("Commands found"));
    m_list->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_text);
    layout->addWidget(m_list);
    resize(520, 380);
    connect(m_text, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_text, &QLineEdit::returnPressed, this, &CommandPalette::trigger);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::trigger);
    filter();
}

void CommandPalette::filter() {
    m_list->clear();
    std::vector<std::pair<int, QAction*>> found;
    for (QAction* action : m_actions.all()) {
        const int name = fuzzyScore(plainText(action), m_text->text());
        const int help = fuzzyScore(action->statusTip(), m_text->text());
        const int score = std::max(name, help < 0 ? -1 : std::max(0, help / 4));
        if (name >= 0 || (help >= 0 && m_text->text().size() > 2))
            found.emplace_back(name >= 0 ? name : std::min(score, 0), action);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [score, action] : found) {
        const QString key = action->shortcut().toString(QKeySequence::NativeText);
        auto* item =
            new QListWidgetItem(plainText(action) + (key.isEmpty() ? QString() : QStringLiteral("   ") + key), m_list);
        item->setToolTip(action->statusTip());
        item->setData(Qt::UserRole, QVariant::fromValue(static_cast<QObject*>(action)));
        if (!action->isEnabled()) item->setFlags(Qt::NoItemFlags);
    }
    if (m_list->count() == 0) {
        auto* none = new QListWidgetItem(tr("No command has these letters in this order."), m_list);
        none->setFlags(Qt::NoItemFlags);
    }
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->flags() & Qt::ItemIsEnabled) {
            m_list->setCurrentRow(row);
            break;
        }
}

void CommandPalette::trigger() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr || !(item->flags() & Qt::ItemIsEnabled)) return;
    auto* action = qobject_cast<QAction*>(item->data(Qt::UserRole).value<QObject*>());
    accept();
    if (action != nullptr) QMetaObject::invokeMethod(action, &QAction::trigger, Qt::QueuedConnection);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_text && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int row = m_list->currentRow() + (key == Qt::Key_Down ? 1 : -1);
            if (row >= 0 && row < m_list->count()) m_list->setCurrentRow(row);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace assay::ui
