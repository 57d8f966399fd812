// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/empty_page.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace assay::ui {

EmptyPage::EmptyPage(const QString& sentence, const QString& button, QWidget* parent) : QWidget(parent) {
    auto* label = new QLabel(sentence, this);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    auto* push = new QPushButton(button, this);
    connect(push, &QPushButton::clicked, this, &EmptyPage::clicked);
    auto* layout = new QVBoxLayout(this);
    layout->addStretch();
    layout->addWidget(label);
    layout->addWidget(push, 0, Qt::AlignHCenter);
    layout->addStretch();
}

} // namespace assay::ui
