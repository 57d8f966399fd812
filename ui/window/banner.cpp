// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace assay::ui {

Banner::Banner(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("banner"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::ToolTipBase);
    m_sign = new QLabel(this);
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("bannerText"));
    m_text->setWordWrap(true);
    m_text->setForegroundRole(QPalette::ToolTipText);
    m_sign->setForegroundRole(QPalette::ToolTipText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_act = new QPushButton(this);
    m_act->setObjectName(QStringLiteral("bannerButton"));
    connect(m_act, &QPushButton::clicked, this, [this] {
        hide();
        if (m_do) m_do();
    });
    auto* close = new QToolButton(this);
    close->setObjectName(QStringLiteral("bannerClose"));
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close this message"));
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 4, 6, 4);
    layout->addWidget(m_sign);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_act);
    layout->addWidget(close);
    hide();
}

void Banner::show(Kind kind, const QString& sentence, const QString& button, std::function<void()> act) {
    m_sign->setText(kind == Kind::Warning ? QStringLiteral("⚠") : QStringLiteral("✔"));
    m_text->setText(sentence);
    m_act->setText(button);
    m_act->setVisible(!button.isEmpty());
    m_do = std::move(act);
    setAccessibleName(sentence);
    QFrame::show();
}

QString Banner::sentence() const { return isVisible() ? m_text->text() : QString(); }

void Banner::retract(const QString& sentence) {
    if (m_text->text() == sentence) hide();
}

} // namespace assay::ui
