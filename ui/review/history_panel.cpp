// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/history_panel.h"

#include "ui/models/history_model.h"
#include "ui/session/workspace.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace assay::ui {

HistoryPanel::HistoryPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_model(new HistoryModel(workspace, this)),
      m_table(new QTableView(this)), m_undo(new QPushButton(tr("Take this step back"), this)),
      m_empty(new QLabel(tr("Every decision will be listed here and can be taken back."), this)) {
    setObjectName(QStringLiteral("historyPanel"));
    m_table->setObjectName(QStringLiteral("historyTable"));
    m_table->setAccessibleName(tr("History of decisions"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(HistoryModel::What, QHeaderView::Stretch);
    m_undo->setObjectName(QStringLiteral("undoStep"));
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_undo);
    connect(m_undo, &QPushButton::clicked, this, &HistoryPanel::undoChosen);
    connect(m_model, &QAbstractItemModel::modelReset, this, &HistoryPanel::update);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        update();
        if (now.isValid())
            if (const auto samples = m_model->samplesAt(now.row()); !samples.empty())
                m_workspace.setFocus(samples.front());
    });
    update();
}

/// In a narrow panel the tooltip says why, and the room is for what.
void HistoryPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int kWide = 50; // letters
    m_table->setColumnHidden(HistoryModel::Why, width() < kWide * fontMetrics().averageCharWidth());
}

void HistoryPanel::update() {
    const bool any = m_model->rowCount() > 0;
    m_table->setVisible(any);
    m_empty->setVisible(!any);
    const QModelIndex now = m_table->currentIndex();
    m_undo->setEnabled(now.isValid() && !m_model->stepAt(now.row()).undone && !m_workspace.readOnly());
}

void HistoryPanel::undoChosen() {
    if (const QModelIndex now = m_table->currentIndex(); now.isValid())
        m_workspace.undoStep(m_model->stepAt(now.row()).step);
}

} // namespace assay::ui
