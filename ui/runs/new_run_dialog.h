// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/run_config.h"
#include "ui/runs/method_advice.h"
#include "ui/session/workspace.h"

#include <QDialog>

#include <optional>
#include <string>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace assay::ui {

class LabelChooser;
class ParamForm;
class RunCostLabel;
class WeightsChooser;

/// A new run in one sheet: labels, method (with three questions that propose one), settings from its schema,
/// network, length, seeds, device, and what it will cost. A setting may be swept over several values: a run for each,
/// to be compared. Ctrl+Enter starts.
class NewRunDialog final : public QDialog {
    Q_OBJECT
public:
    explicit NewRunDialog(Workspace& workspace, QWidget* parent = nullptr);

    /// Begins with another run's settings.
    void setConfig(const RunConfig& config);
    [[nodiscard]] RunConfig config() const;
    /// Every run that start() puts into the queue, or cross-validates: the swept values, each with the seeds.
    [[nodiscard]] std::vector<RunConfig> configs() const;
    [[nodiscard]] LabelChoice labels() const;
    [[nodiscard]] LabelChooser& labelChooser() const { return *m_labels; }
    /// Empty where the run can start.
    [[nodiscard]] QString problem() const;
    void chooseMethod(const QString& id);
    /// So many parts, each held out by a run of its own; 1: no cross-validation.
    void setFolds(int folds);

public Q_SLOTS:
    /// Once the files that say which labels count have been read: a fault in them is told here.
    void start();

Q_SIGNALS:
    void aboutToSweep(int runs); ///< so many runs come, to stand beside each other

private:
    QWidget* makeLeft();
    QWidget* makeRight();
    void fillCatalogues();
    void methodChosen();
    void fillSweep();
    [[nodiscard]] ParamValues countingSettings() const;
    void takeCounting();
    /// The values to sweep over; an error that names the one that does not fit. Empty: no sweep.
    [[nodiscard]] Result<std::vector<ParamValue>> sweptValues() const;
    void propose();
    void answered();
    void labelsChosen();
    [[nodiscard]] std::vector<MethodAdvice> advice() const; ///< of those there are, the best first
    /// Learns from pictures whose labels do not count, where there are `few` that do.
    [[nodiscard]] bool suits(const Method& method, bool few) const;
    void markMethods();
    [[nodiscard]] QString suitableMethods() const;
    void compareLosses();
    void refresh();
    [[nodiscard]] QString methodId() const;

    Workspace& m_workspace;
    LabelChooser* m_labels = nullptr;
    QListWidget* m_methods = nullptr;
    QComboBox* m_amount = nullptr; ///< MethodAnswers::Amount
    QComboBox* m_kind = nullptr;   ///< MethodAnswers::Kind
    QComboBox* m_time = nullptr;   ///< MethodAnswers::Time
    QLabel* m_advice = nullptr;
    QString m_proposed; ///< a method's id; empty: none
    bool m_startWhenRead = false;
    QLabel* m_methodTitle = nullptr;
    QLabel* m_methodHelp = nullptr;
    ParamForm* m_form = nullptr;
    std::optional<ParamValues> m_ownCounting; ///< the form's own while the labels dictate which count
    QComboBox* m_network = nullptr;
    WeightsChooser* m_weights = nullptr;
    QCheckBox* m_keepFeatures = nullptr;
    QSpinBox* m_folds = nullptr;  ///< 1: none
    QComboBox* m_sweep = nullptr; ///< a setting of the method
    QLineEdit* m_sweepValues = nullptr;
    QSpinBox* m_epochs = nullptr;
    QSpinBox* m_seed = nullptr;
    QSpinBox* m_seeds = nullptr;
    QComboBox* m_device = nullptr;
    QSpinBox* m_threads = nullptr;
    QSpinBox* m_subset = nullptr;
    RunCostLabel* m_cost = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_start = nullptr;
};

} // namespace assay::ui
