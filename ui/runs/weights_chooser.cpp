// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/weights_chooser.h"

#include "ui/runs/run_text.h"
#include "ui/session/workspace.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace assay::ui {
namespace {

constexpr int kDrawn = 0; // row; the last one is the file

/// Of the last epoch that left one; empty where none did.
QString newestCheckpointOf(const Project& project, RunId run) {
    const QDir folder(QString::fromStdString(project.checkpointFolder(run).string()));
    const QStringList files = folder.entryList({QStringLiteral("*.safetensors")}, QDir::Files, QDir::Name);
    return files.isEmpty() ? QString() : folder.filePath(files.last());
}

} // namespace

WeightsChooser::WeightsChooser(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    m_source = new QComboBox(this);
    m_source->setObjectName(QStringLiteral("weightsSource"));
    m_source->setAccessibleName(tr("Initial weights"));
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_source->setMinimumContentsLength(18);
    m_fileRow = new QWidget(this);
    m_file = new QLineEdit(m_fileRow);
    m_file->setObjectName(QStringLiteral("weightsFile"));
    m_file->setAccessibleName(tr("File of weights"));
    m_file->setPlaceholderText(tr("file.safetensors"));
    auto* choose = new QPushButton(tr("…"), m_fileRow);
    choose->setAccessibleName(tr("Choose a file of weights"));
    auto* row = new QHBoxLayout(m_fileRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_file, 1);
    row->addWidget(choose);
    m_freeze = new QCheckBox(tr("Only the last layer learns"), this);
    m_freeze->setObjectName(QStringLiteral("weightsFreeze"));
    m_freeze->setToolTip(
        tr("Everything else keeps its initial weights: quick, and of use where those come from other pictures"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_source);
    column->addWidget(m_fileRow);
    column->addWidget(m_freeze);
    fillSources();
    connect(m_source, &QComboBox::currentIndexChanged, this, [this] {
        m_fileRow->setVisible(m_source->currentIndex() == m_source->count() - 1);
        Q_EMIT changed();
    });
    connect(m_file, &QLineEdit::textChanged, this, &WeightsChooser::changed);
    connect(m_freeze, &QCheckBox::toggled, this, &WeightsChooser::changed);
    connect(choose, &QPushButton::clicked, this, &WeightsChooser::browse);
    m_fileRow->hide();
}

void WeightsChooser::fillSources() {
    m_source->addItem(tr("drawn from the seed"));
    const auto project = m_workspace.project();
    if (project) {
        for (const RunRecord& run : m_workspace.runs()) {
            const QString file = newestCheckpointOf(*project, run.id);
            if (!file.isEmpty())
                m_source->addItem(
                    tr("as run %1 (%2) left them").arg(run.id.value).arg(QString::fromStdString(run.config.network)),
                    file);
        }
    }
    m_source->addItem(tr("from a file…"));
    m_source->setItemData(m_source->count() - 1,
                          tr("A .safetensors file with names as torchvision or timm has them, or a checkpoint"),
                          Qt::ToolTipRole);
}

QString WeightsChooser::file() const {
    if (m_source->currentIndex() == kDrawn) return {};
    const QString ofRun = m_source->currentData().toString();
    return ofRun.isEmpty() ? m_file->text().trimmed() : ofRun;
}

void WeightsChooser::writeTo(RunConfig& config) const {
    config.weights = file().toStdString();
    config.freeze = m_freeze->isChecked();
}

void WeightsChooser::readFrom(const RunConfig& config) {
    const QString file = QString::fromStdString(config.weights);
    const int ofRun = file.isEmpty() ? kDrawn : m_source->findData(file);
    if (ofRun < 0) m_file->setText(file);
    m_source->setCurrentIndex(ofRun < 0 ? m_source->count() - 1 : ofRun);
    m_freeze->setChecked(config.freeze);
}

QString WeightsChooser::problem() const {
    const QString chosen = file();
    if (m_source->currentIndex() == kDrawn)
        return m_freeze->isChecked()
                   ? tr("Only the last layer is to learn, but the others are drawn at random: choose initial weights.")
                   : QString();
    if (chosen.isEmpty()) return tr("Choose a file of weights.");
    return QFileInfo(chosen).isFile() ? QString() : tr("There is no file %1.").arg(chosen);
}

void WeightsChooser::browse() {
    auto* dialog = new QFileDialog(this, tr("File of weights"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Weights (*.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

} // namespace assay::ui
