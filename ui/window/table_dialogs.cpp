// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/table_dialogs.h"

#include "core/base/csv.h"
#include "core/base/text.h"
#include "ui/session/task_pool.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace assay::ui {

namespace {

constexpr std::size_t kPreviewRows = 12;

QTableWidgetItem* cell(const std::string& text) {
    auto* item = new QTableWidgetItem(QString::fromStdString(escapeForDisplay(text)));
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    return item;
}

} // namespace

ColumnsDialog::ColumnsDialog(const QString& file, const QStringList& columns, const QString& firstGuess,
                             const QString& secondGuess, QWidget* parent)
    : QDialog(parent), m_question(new QLabel(this)), m_firstTitle(new QLabel(tr("&Picture"), this)),
      m_secondTitle(new QLabel(tr("&Label"), this)), m_first(new QComboBox(this)), m_second(new QComboBox(this)),
      m_rows(new QTableWidget(this)), m_problem(new QLabel(this)), m_pool(new TaskPool(1, this)) {
    setObjectName(QStringLiteral("columnsDialog"));
    setWindowTitle(tr("Columns"));
    m_first->setObjectName(QStringLiteral("firstColumn"));
    m_second->setObjectName(QStringLiteral("secondColumn"));
    m_first->addItems(columns);
    m_second->addItems(columns);
    m_first->setCurrentText(firstGuess);
    m_second->setCurrentText(secondGuess);
    m_firstTitle->setBuddy(m_first);
    m_secondTitle->setBuddy(m_second);
    m_question->setWordWrap(true);
    m_problem->setWordWrap(true);
    m_rows->setObjectName(QStringLiteral("firstRows"));
    m_rows->setAccessibleName(tr("First rows of the table"));
    m_rows->verticalHeader()->hide();
    auto* form = new QFormLayout;
    form->addRow(m_firstTitle, m_first);
    form->addRow(m_secondTitle, m_second);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_question);
    layout->addLayout(form);
    layout->addWidget(m_rows, 1);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    resize(620, 460);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    setQuestion(tr("Which column names the picture, and which holds its label?"), tr("&Picture"), tr("&Label"), false);
    loadRows(file);
}

ColumnsDialog::~ColumnsDialog() = default;

void ColumnsDialog::setQuestion(const QString& sentence, const QString& first, const QString& second,
                                bool secondOptional) {
    m_question->setText(sentence);
    m_firstTitle->setText(first);
    m_secondTitle->setText(second);
    if (!secondOptional || m_second->findData(QStringLiteral("none")) >= 0) return;
    m_second->insertItem(0, tr("(none)"), QStringLiteral("none"));
    m_second->setCurrentIndex(0);
}

void ColumnsDialog::setSecondColumn(const QString& name) { m_second->setCurrentText(name); }

QString ColumnsDialog::firstColumn() const { return m_first->currentText(); }

QString ColumnsDialog::secondColumn() const {
    return m_second->currentData() == QLatin1String("none") ? QString() : m_second->currentText();
}

void ColumnsDialog::loadRows(const QString& file) {
    m_pool->run([path = std::filesystem::path(QFile::encodeName(file).toStdString())] { return readCsv(path); },
                [this](Result<CsvTable> table) {
                    if (!table) {
                        m_problem->setText(QString::fromStdString(table.error().sentence()));
                        return;
                    }
                    m_rows->setColumnCount(int(table->header.size()));
                    m_rows->setRowCount(int(std::min(kPreviewRows, table->rows.size())));
                    for (int c = 0; c < m_rows->columnCount(); ++c) {
                        m_rows->setHorizontalHeaderItem(c, cell(table->header[std::size_t(c)]));
                        for (int r = 0; r < m_rows->rowCount(); ++r)
                            m_rows->setItem(r, c, cell(table->rows[std::size_t(r)][std::size_t(c)]));
                    }
                    m_rows->resizeColumnsToContents();
                    m_problem->setText(tr("%Ln rows", nullptr, int(table->rows.size())));
                });
}

UnreadableDialog::UnreadableDialog(const std::vector<std::pair<QString, QString>>& problems, QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("unreadableDialog"));
    setWindowTitle(tr("Unreadable files"));
    auto* sentence =
        new QLabel(problems.empty() ? tr("Every file of this data set could be read.")
                                    : tr("%Ln files were left out; the rest is open.", nullptr, int(problems.size())),
                   this);
    auto* table = new QTableWidget(int(problems.size()), 2, this);
    table->setObjectName(QStringLiteral("unreadableTable"));
    table->setAccessibleName(tr("Unreadable files and why"));
    table->setHorizontalHeaderLabels({tr("File"), tr("Reason")});
    table->horizontalHeader()->setStretchLastSection(true);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    QString tsv;
    for (int row = 0; row < int(problems.size()); ++row) {
        const auto& [file, reason] = problems[std::size_t(row)];
        table->setItem(row, 0, new QTableWidgetItem(file));
        table->setItem(row, 1, new QTableWidgetItem(reason));
        tsv += file + QLatin1Char('\t') + reason + QLatin1Char('\n');
    }
    table->resizeColumnToContents(0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* copy = buttons->addButton(tr("Copy list"), QDialogButtonBox::ActionRole);
    copy->setEnabled(!problems.empty());
    connect(copy, &QPushButton::clicked, this, [tsv] { QApplication::clipboard()->setText(tsv); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(sentence);
    layout->addWidget(table, 1);
    layout->addWidget(buttons);
    resize(760, 460);
}

} // namespace assay::ui
