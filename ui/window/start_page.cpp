// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/start_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace assay::ui {

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("startPage"));
    auto* title = new QLabel(tr("Assay"), this);
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 2.0);
    title->setFont(big);
    auto* subtitle = new QLabel(tr("Find and mend wrong image labels. Nothing leaves this computer, and the original "
                                   "files are never changed."),
                                this);
    subtitle->setWordWrap(true);

    m_buttons = new QWidget(this);
    auto* left = new QVBoxLayout(m_buttons);
    left->setContentsMargins(0, 0, 0, 0);
    const auto button = [&](const QString& name, const QString& text, const QString& help, auto signal) {
        auto* push = new QPushButton(text, m_buttons);
        push->setObjectName(name);
        push->setToolTip(help);
        push->setMinimumHeight(34);
        connect(push, &QPushButton::clicked, this, signal);
        left->addWidget(push);
        return push;
    };
    auto* example =
        button(QStringLiteral("openExample"), tr("Open the e&xample"),
               tr("10,000 pictures of clothes, a fifth of their labels flipped; a quick run starts at once"),
               &StartPage::exampleRequested);
    example->setDefault(true);
    setFocusProxy(example);
    button(QStringLiteral("openFolder"), tr("Open a fo&lder…"),
           tr("Class folders, a CSV beside images, CIFAR or IDX files"), &StartPage::folderRequested);
    button(QStringLiteral("openFile"), tr("Open a f&ile…"),
           tr("A CSV, an archive (tar, tar.gz, tar.xz, zip), CIFAR or IDX"), &StartPage::fileRequested);
    button(QStringLiteral("openProject"), tr("Open a &project…"), tr("A .assay file"), &StartPage::projectRequested);
    auto* drop = new QLabel(tr("… or drop a folder, CSV, archive or project on this window."), m_buttons);
    drop->setWordWrap(true);
    left->addWidget(drop);
    left->addStretch();

    auto* right = new QVBoxLayout;
    auto* recentTitle = new QLabel(tr("Re&cent projects"), this);
    m_recent = new QListWidget(this);
    m_recent->setObjectName(QStringLiteral("recentProjects"));
    m_recent->setAccessibleName(tr("Recent projects"));
    recentTitle->setBuddy(m_recent);
    m_recentEmpty = new QLabel(tr("Projects that you open will be listed here."), this);
    m_recentEmpty->setWordWrap(true);
    right->addWidget(recentTitle);
    right->addWidget(m_recent, 100);
    right->addWidget(m_recentEmpty);
    right->addStretch(1);
    connect(m_recent, &QListWidget::itemActivated, this,
            [this](QListWidgetItem* item) { Q_EMIT recentRequested(item->data(Qt::UserRole).toString()); });

    m_progressBox = new QWidget(this);
    auto* progressLayout = new QHBoxLayout(m_progressBox);
    progressLayout->setContentsMargins(0, 0, 0, 0);
    m_stage = new QLabel(m_progressBox);
    m_progress = new QProgressBar(m_progressBox);
    m_progress->setObjectName(QStringLiteral("openingProgress"));
    auto* cancel = new QPushButton(tr("Cancel"), m_progressBox);
    cancel->setObjectName(QStringLiteral("cancelOpening"));
    connect(cancel, &QPushButton::clicked, this, &StartPage::cancelRequested);
    progressLayout->addWidget(m_stage);
    progressLayout->addWidget(m_progress, 1);
    progressLayout->addWidget(cancel);
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("openingProblem"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* columns = new QHBoxLayout;
    columns->setSpacing(28);
    columns->addWidget(m_buttons, 2);
    columns->addLayout(right, 3);
    auto* box = new QWidget(this);
    box->setMaximumWidth(820);
    auto* boxLayout = new QVBoxLayout(box);
    boxLayout->addWidget(title);
    boxLayout->addWidget(subtitle);
    boxLayout->addSpacing(14);
    boxLayout->addLayout(columns, 1);
    boxLayout->addWidget(m_progressBox);
    boxLayout->addWidget(m_problem);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(24, 40, 24, 24);
    layout->addStretch(1);
    layout->addWidget(box, 100);
    layout->addStretch(1);
    showIdle();
    setRecent({});
}

void StartPage::setRecent(const QStringList& projects) {
    m_recent->clear();
    for (const QString& file : projects) {
        const QFileInfo info(file);
        auto* item =
            new QListWidgetItem(QStringLiteral("%1\n%2").arg(info.completeBaseName(), info.absolutePath()), m_recent);
        item->setData(Qt::UserRole, file);
        if (!info.exists()) {
            item->setFlags(Qt::NoItemFlags);
            item->setToolTip(tr("This project is not there any more"));
        }
    }
    m_recent->setVisible(!projects.isEmpty());
    m_recentEmpty->setVisible(projects.isEmpty());
}

void StartPage::showProgress(const QString& stage, qulonglong done, qulonglong total) {
    m_progressBox->show();
    m_problem->hide();
    m_buttons->setEnabled(false);
    m_recent->setEnabled(false);
    m_stage->setText(stage);
    m_progress->setRange(0, total > 0 ? 1000 : 0);
    if (total > 0) {
        m_progress->setValue(int(1000.0 * double(done) / double(total)));
        m_progress->setFormat(tr("%1 of %2").arg(QLocale().toString(done), QLocale().toString(total)));
    }
}

void StartPage::showIdle(const QString& problem) {
    m_progressBox->hide();
    m_buttons->setEnabled(true);
    m_recent->setEnabled(true);
    m_problem->setVisible(!problem.isEmpty());
    m_problem->setText(problem.isEmpty() ? QString() : QStringLiteral("⚠ ") + problem);
}

} // namespace assay::ui
