// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/import_dialog.h"

#include "core/data/dataset.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace assay::ui {

ImportDialog::ImportDialog(QWidget* parent)
    : QDialog(parent), m_split(new QComboBox(this)),
      m_normalise(new QCheckBox(tr("&Divide every row by its sum first"), this)) {
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Import probabilities or features"));
    auto* what = new QLabel(
        tr("Your own model's probabilities become a run that can be reviewed at once, without training here: a row for each "
           "picture, a column for each class, out of sample. With features, neighbours and the map work too. With features "
           "alone, the labels of the nearest pictures stand in for a model."),
        this);
    what->setWordWrap(true);
    auto* form = new QFormLayout;
    m_probabilities = addFile(*form, QStringLiteral("probabilityFile"), tr("&Probabilities"),
                              tr("Predicted probabilities"), tr("Probabilities (*.npy *.csv);;All files (*)"));
    m_probabilities->setPlaceholderText(tr("none: by the labels of the nearest pictures, by their features"));
    m_features = addFile(*form, QStringLiteral("featureFile"), tr("&Features"), tr("Features"),
                         tr("Features (*.npy);;All files (*)"));
    m_features->setPlaceholderText(tr("none (.npy, as many rows, a column for each feature)"));
    auto* order = new QLabel(
        tr("Row by row the same pictures as the probabilities: in the order of their rows where a CSV names its files, "
           "else, as with features alone, in the data set's own order, or in that of the split below."),
        this);
    order->setObjectName(QStringLiteral("importOrder"));
    order->setWordWrap(true);
    order->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(QString(), order);
    m_split->setObjectName(QStringLiteral("importSplit"));
    m_split->addItem(tr("of all pictures, or of the split that has so many"), QString());
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        const std::string_view name = splitName(split);
        m_split->addItem(tr("of the split %1").arg(QString::fromUtf8(name.data(), qsizetype(name.size()))),
                         QString::fromUtf8(name.data(), qsizetype(name.size())));
    }
    form->addRow(tr("&Rows are"), m_split);
    m_normalise->setObjectName(QStringLiteral("importNormalise"));
    form->addRow(QString(), m_normalise);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("Import"));
    m_ok->setEnabled(false);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (const QLineEdit* file : {m_probabilities, m_features})
        connect(file, &QLineEdit::textChanged, this, &ImportDialog::filesChanged);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(what);
    layout->addLayout(form);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(560, 300);
}

QLineEdit* ImportDialog::addFile(QFormLayout& form, const QString& name, const QString& label, const QString& title,
                                 const QString& filter) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setAccessibleName(title);
    auto* choose = new QToolButton(this);
    choose->setObjectName(name + QStringLiteral("Choose"));
    choose->setText(tr("Choose…"));
    choose->setAccessibleName(tr("Choose the file: %1").arg(title));
    connect(choose, &QToolButton::clicked, this, [this, edit, title, filter] {
        const QString file = QFileDialog::getOpenFileName(this, title, edit->text(), filter);
        if (!file.isEmpty()) edit->setText(file);
    });
    auto* row = new QHBoxLayout;
    row->addWidget(edit, 1);
    row->addWidget(choose);
    auto* text = new QLabel(label, this);
    text->setBuddy(edit);
    form.addRow(text, row);
    return edit;
}

void ImportDialog::filesChanged() {
    const QString probabilities = m_probabilities->text().trimmed(), features = m_features->text().trimmed();
    const auto fits = [](const QString& file) { return file.isEmpty() || QFileInfo(file).isFile(); };
    m_ok->setEnabled(fits(probabilities) && fits(features) && !(probabilities.isEmpty() && features.isEmpty()));
    m_normalise->setEnabled(!probabilities.isEmpty() || features.isEmpty());
}

ProbabilityFiles ImportDialog::files() const {
    return {m_probabilities->text().trimmed(), m_features->text().trimmed(), m_split->currentData().toString(),
            m_normalise->isChecked()};
}

} // namespace assay::ui
