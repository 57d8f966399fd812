// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/errors_left_dialog.h"

#include "ui/review/errors_left_text.h"
#include "ui/session/workspace.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace assay::ui {

namespace {

constexpr double kProposedHalfWidth = 0.04, kProposedAtShare = 0.1;
constexpr int kRoundTo = 10;

/// A size that tells the share of wrong labels to ± 4 points.
int proposedSize(std::size_t population) {
    const std::size_t size = stats::auditSampleSize(population, kProposedAtShare, kProposedHalfWidth);
    return int(std::min(population, (size + kRoundTo - 1) / kRoundTo * kRoundTo));
}

} // namespace

ErrorsLeftDialog::ErrorsLeftDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent), m_workspace(workspace),
      m_mix(new QCheckBox(tr("&Mix pictures drawn at random into the queue"), this)), m_size(new QSpinBox(this)),
      m_stop(new QDoubleSpinBox(this)), m_explanation(new QLabel(this)), m_estimate(new QLabel(this)),
      m_advice(new QLabel(this)) {
    setObjectName(QStringLiteral("errorsLeftDialog"));
    setWindowTitle(tr("Errors left"));
    m_mix->setObjectName(QStringLiteral("mixAudit"));
    m_size->setObjectName(QStringLiteral("auditSize"));
    m_size->setGroupSeparatorShown(true);
    m_size->setSingleStep(50);
    m_stop->setObjectName(QStringLiteral("stopShare"));
    m_stop->setRange(0, 50);
    m_stop->setDecimals(1);
    m_stop->setSingleStep(0.5);
    m_stop->setSuffix(tr(" % of the labels"));
    m_explanation->setObjectName(QStringLiteral("auditExplanation"));
    m_estimate->setObjectName(QStringLiteral("errorsLeftEstimate"));
    m_advice->setObjectName(QStringLiteral("stopAdvice"));
    QFont strong = font();
    strong.setBold(true);
    m_advice->setFont(strong);
    for (QLabel* label : {m_explanation, m_estimate, m_advice}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto* why = new QLabel(
        tr("A queue shows what it finds suspect. What it does not find, only pictures can tell that it did not "
           "choose: some drawn at random, which you decide as they come."),
        this);
    why->setWordWrap(true);
    auto* form = new QFormLayout;
    form->addRow(tr("&Pictures drawn at random"), m_size);
    form->addRow(tr("&Stop when no more are wrong than"), m_stop);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(why);
    layout->addWidget(m_mix);
    layout->addLayout(form);
    layout->addWidget(m_explanation);
    layout->addSpacing(8);
    layout->addWidget(m_estimate);
    layout->addWidget(m_advice);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(460, 340);

    const AuditState state = workspace.auditState();
    m_size->setRange(1, int(std::max<std::size_t>(1, state.population)));
    m_size->setValue(workspace.auditSample() > 0 ? int(workspace.auditSample()) : proposedSize(state.population));
    m_mix->setChecked(workspace.auditSample() > 0);
    m_stop->setValue(workspace.stopShare() * 100);
    connect(m_mix, &QCheckBox::toggled, this, &ErrorsLeftDialog::apply);
    connect(m_size, &QSpinBox::valueChanged, this, &ErrorsLeftDialog::apply);
    connect(m_stop, &QDoubleSpinBox::valueChanged, this,
            [this](double percent) { m_workspace.setStopShare(percent / 100); });
    for (const auto signal : {&Workspace::auditChanged, &Workspace::viewChanged, &Workspace::epochOnShowChanged,
                              &Workspace::detectorsJoined})
        connect(&workspace, signal, this, &ErrorsLeftDialog::refresh);
    connect(&workspace, &Workspace::decisionsChanged, this, &ErrorsLeftDialog::refresh);
    connect(&workspace, &Workspace::datasetChanged, this, &QDialog::reject);
    refresh();
}

void ErrorsLeftDialog::apply() {
    m_workspace.setAuditSample(m_mix->isChecked() ? std::size_t(m_size->value()) : 0);
    refresh();
}

void ErrorsLeftDialog::refresh() {
    const AuditState state = m_workspace.auditState();
    const bool judged = state.population > 0;
    m_mix->setEnabled(judged && !m_workspace.readOnly());
    m_size->setEnabled(judged && !m_workspace.readOnly());
    m_explanation->setText(!judged
                               ? tr("A run that has recorded an epoch comes first: it says which labels are judged.")
                               : auditSizeText(state.population, std::size_t(m_size->value())));
    m_estimate->setText(errorsLeftText(state));
    m_advice->setText(stopAdviceText(state, m_workspace.stopShare()));
}

} // namespace assay::ui
