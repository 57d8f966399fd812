// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_log_dialog.h"

#include "core/project/run_figures.h"
#include "ui/plots/plot_text.h"
#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace assay::ui {

RunLogDialog::RunLogDialog(Workspace& workspace, RunId run, QWidget* parent)
    : QDialog(parent), m_workspace(workspace), m_run(run), m_text(new QPlainTextEdit(this)) {
    setObjectName(QStringLiteral("runLogDialog"));
    setWindowTitle(tr("Log of run %1").arg(run.value));
    m_text->setObjectName(QStringLiteral("runLogText"));
    m_text->setAccessibleName(tr("Log of run %1").arg(run.value));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* copy = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    copy->setObjectName(QStringLiteral("runLogCopy"));
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_text, 1);
    layout->addWidget(buttons);
    resize(760, 520);
    for (const auto signal : {&Workspace::runsChanged, &Workspace::projectChanged})
        connect(&m_workspace, signal, this, &RunLogDialog::refresh);
    connect(&m_workspace, &Workspace::epochArrived, this, &RunLogDialog::refresh);
    connect(&m_workspace, &Workspace::runEnded, this, &RunLogDialog::refresh);
    refresh();
}

QString RunLogDialog::text() const { return m_text->toPlainText(); }

void RunLogDialog::refresh() {
    const auto run = m_workspace.run(m_run);
    const auto project = m_workspace.project();
    if (!run || !project) return; // the last words stay readable
    const auto& names = m_workspace.labelSetNames();
    const auto labels = names.find(run->labelSet);
    QStringList lines;
    lines << tr("Run %1: %2")
                 .arg(m_run.value)
                 .arg(runHeadline(*run, labels == names.end() ? QString() : QString::fromStdString(labels->second)));
    lines << tr("Created %1").arg(QString::fromStdString(run->created)) << tr("State: %1").arg(runStateText(*run));
    if (run->result)
        lines << tr("%1 s an epoch, %2 samples a second, peak memory %3")
                     .arg(valueText(run->result->secondsPerEpoch), valueText(run->result->samplesPerSecond),
                          bytesText(run->result->peakMemoryMib * 1024 * 1024));
    lines << QString() << tr("Settings");
    for (const auto& [name, value] :
         settingsByName(run->config, labels == names.end() ? std::string() : labels->second))
        lines << QStringLiteral("  %1 = %2").arg(QString::fromStdString(name), QString::fromStdString(value));
    const auto notes = project->notes(m_run);
    if (!notes) {
        lines << QString() << QString::fromStdString(notes.error().sentence());
    } else if (!notes->empty()) {
        lines << QString() << tr("Notes");
        for (const std::string& note : *notes) lines << QStringLiteral("  ") + QString::fromStdString(note);
    }
    lines << QString() << tr("Epochs");
    for (const EpochSummary& epoch : *m_workspace.epochs(m_run)) {
        QStringList figures;
        for (const auto& [name, value] : epoch.scalars)
            figures << QStringLiteral("%1 %2").arg(QString::fromStdString(name), valueText(value, 4));
        lines << QStringLiteral("  %1  %2").arg(epoch.epoch, 3).arg(figures.join(QStringLiteral(" · ")));
    }
    QScrollBar* bar = m_text->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum() && bar->maximum() > 0;
    const int place = bar->value();
    m_text->setPlainText(lines.join(QLatin1Char('\n')));
    bar->setValue(atEnd ? bar->maximum() : place);
}

} // namespace assay::ui
