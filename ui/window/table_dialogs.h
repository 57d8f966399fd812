// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QStringList>

class QComboBox;
class QLabel;
class QTableWidget;

namespace assay::ui {

class TaskPool;

/// The first rows of a table with the two columns that Assay would take; a person may choose others.
class ColumnsDialog final : public QDialog {
    Q_OBJECT
public:
    ColumnsDialog(const QString& file, const QStringList& columns, const QString& firstGuess,
                  const QString& secondGuess, QWidget* parent = nullptr);
    ~ColumnsDialog() override;

    void setQuestion(const QString& sentence, const QString& first, const QString& second, bool secondOptional);
    void setSecondColumn(const QString& name);
    [[nodiscard]] QString firstColumn() const;
    [[nodiscard]] QString secondColumn() const;

private:
    void loadRows(const QString& file);

    QLabel* m_question;
    QLabel* m_firstTitle;
    QLabel* m_secondTitle;
    QComboBox* m_first;
    QComboBox* m_second;
    QTableWidget* m_rows;
    QLabel* m_problem;
    TaskPool* m_pool;
};

/// Files that could not be read, one row each with its reason.
class UnreadableDialog final : public QDialog {
    Q_OBJECT
public:
    UnreadableDialog(const std::vector<std::pair<QString, QString>>& problems, QWidget* parent = nullptr);
};

} // namespace assay::ui
