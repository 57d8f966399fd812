// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/exporter.h"

#include <QDialog>

#include <memory>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace assay::ui {

class ParamForm;
class TaskPool;
class Workspace;

/// Writes the cleaned labels: which format, which samples, where; with the first lines and the counts per class as
/// they will be. What was chosen last is there again: Ctrl+E, Enter.
class ExportDialog final : public QDialog {
    Q_OBJECT
public:
    explicit ExportDialog(Workspace& workspace, QWidget* parent = nullptr);
    ~ExportDialog() override;

Q_SIGNALS:
    /// Written, read back and compared.
    void exported(const QString& sentence, const QString& target);

protected:
    void accept() override;

private:
    struct Order;
    void buildUi();
    void chooseFormat();
    void chooseTarget();
    void preview();
    void showPreview(const QString& text, const QString& figures);
    void remember();
    [[nodiscard]] std::shared_ptr<const Exporter> exporter() const;
    [[nodiscard]] Order order() const;
    [[nodiscard]] QString suggestedTarget() const;

    Workspace& m_workspace;
    QComboBox* m_format;
    QLabel* m_help;
    ParamForm* m_settings;
    QComboBox* m_include;
    QComboBox* m_excluded;
    QComboBox* m_flagged;
    QLineEdit* m_target;
    QPlainTextEdit* m_preview;
    QTableWidget* m_classes;
    QLabel* m_problem;
    QProgressBar* m_busy;
    QPushButton* m_ok;
    TaskPool* m_pool;
    std::uint64_t m_generation = 0;
};

} // namespace assay::ui
