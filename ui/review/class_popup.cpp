// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/class_popup.h"

#include "ui/models/gallery_model.h"
#include "ui/session/workspace.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

namespace assay::ui {

ClassPopup::ClassPopup(Workspace& workspace, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_workspace(workspace), m_letters(new QLineEdit(this)), m_list(new QListWidget(this)) {
    setObjectName(QStringLiteral("classPopup"));
    setFrameShape(QFrame::StyledPanel);
    m_letters->setObjectName(QStringLiteral("classLetters"));
    m_letters->setPlaceholderText(tr("class name or number"));
    m_letters->setAccessibleName(tr("Class name or number"));
    m_letters->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("classList"));
    m_list->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(m_letters);
    layout->addWidget(m_list);
    setFixedSize(260, 260);
    connect(m_letters, &QLineEdit::textChanged, this, &ClassPopup::filter);
    connect(m_letters, &QLineEdit::returnPressed, this, &ClassPopup::take);
    connect(m_list, &QListWidget::itemClicked, this, &ClassPopup::take);
}

void ClassPopup::openOver(QWidget* over, const QString& letters) {
    move(over->mapToGlobal(over->rect().center() - rect().center()));
    m_letters->setText(letters);
    filter();
    show();
    m_letters->setFocus(Qt::PopupFocusReason);
    m_letters->end(false);
}

void ClassPopup::filter() {
    m_list->clear();
    const auto dataset = m_workspace.dataset();
    const QString text = m_letters->text().trimmed();
    for (int pass = 0; dataset && pass < 2; ++pass) // names that begin so come first
        for (Label label = 0; label < dataset->classCount(); ++label) {
            const QString name = className(m_workspace, label);
            const bool begins = name.startsWith(text, Qt::CaseInsensitive) || QString::number(label) == text;
            if (pass == 0 ? !begins : (begins || !name.contains(text, Qt::CaseInsensitive))) continue;
            auto* item = new QListWidgetItem(QStringLiteral("%1  %2").arg(label).arg(name), m_list);
            item->setData(Qt::UserRole, label);
        }
    m_list->setCurrentRow(0);
}

void ClassPopup::take() {
    const QListWidgetItem* item = m_list->currentItem();
    hide();
    if (item != nullptr) Q_EMIT chosen(Label(item->data(Qt::UserRole).toInt()));
}

bool ClassPopup::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_letters && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int row = m_list->currentRow() + (key == Qt::Key_Down ? 1 : -1);
            m_list->setCurrentRow(std::clamp(row, 0, std::max(0, m_list->count() - 1)));
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace assay::ui
