// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;

namespace assay::ui {

/// Where a run's labels come from: as given, with injected noise, from a file, cleaned by the journal, or a set that
/// the project keeps. And which of them count: all, so many of each class, those that a file lists, those that were
/// reviewed, or those that a run's mixture calls clean; the rest is unlabelled.
class LabelChooser final : public QWidget {
    Q_OBJECT
public:
    explicit LabelChooser(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] LabelChoice choice() const;
    /// Empty where the choice can be used.
    [[nodiscard]] QString problem() const;
    void choose(LabelChoice::Kind kind);
    /// So many of each class count, drawn by the run from its seed; nothing: choice() says which.
    [[nodiscard]] std::optional<int> perClass() const;
    /// Whether some labels are not to count.
    [[nodiscard]] bool someCount() const;

Q_SIGNALS:
    void changed();

private:
    enum Counting { CountAll, CountPerClass, CountListed, CountReviewed, CountClean };
    void makeCounting(QVBoxLayout& layout);
    void fillSources();
    void fillCounting();
    void browse(QLineEdit* into, const QString& title);
    [[nodiscard]] int counting() const;

    Workspace& m_workspace;
    QComboBox* m_source = nullptr;
    QStackedWidget* m_details = nullptr;
    QLabel* m_explanation = nullptr;
    QComboBox* m_model = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QSpinBox* m_seed = nullptr;
    QLineEdit* m_map = nullptr;
    QLineEdit* m_file = nullptr;
    QComboBox* m_counting = nullptr;
    QStackedWidget* m_countingDetails = nullptr;
    QSpinBox* m_perClass = nullptr;
    QLineEdit* m_list = nullptr;
    QComboBox* m_judge = nullptr;
    QDoubleSpinBox* m_cleanBelow = nullptr;
};

} // namespace assay::ui
