// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QWidget>

#include <filesystem>
#include <functional>
#include <optional>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;

namespace assay::ui {

class TaskPool;

/// Where a run's labels come from: as given, with injected noise, from a file, cleaned by the journal, or a set that
/// the project keeps. And which of them count: all, so many of each class, those that a file lists, those that were
/// reviewed, or those that a run's mixture calls clean; the rest is unlabelled.
class LabelChooser final : public QWidget {
    Q_OBJECT
public:
    explicit LabelChooser(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] LabelChoice choice() const;
    /// Empty where the choice can be used, as far as reading() has come.
    [[nodiscard]] QString problem() const;
    void choose(LabelChoice::Kind kind);
    /// Reads the files that the choice names, unless they have not changed since; filesRead() follows.
    void readFiles();
    [[nodiscard]] bool reading() const;
    /// So many of each class count, drawn by the run from its seed; nothing: choice() says which.
    [[nodiscard]] std::optional<int> perClass() const;
    /// Whether every label there is counts.
    [[nodiscard]] bool allCount() const;
    /// Whether most pictures are to be learnt from without a label: some labels are not to count, or came for less than
    /// half of the training pictures.
    [[nodiscard]] bool fewLabels() const;
    /// Training pictures without a label, as far as the chosen labels are known.
    [[nodiscard]] std::size_t unlabelled() const;

Q_SIGNALS:
    void changed();
    void filesRead(); ///< problem() knows what was in them

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum Counting { CountAll, CountPerClass, CountListed, CountReviewed, CountClean };
    void makeCounting(QVBoxLayout& layout);
    void fillSources();
    void fillCounting();
    void browse(QLineEdit* into, const QString& title);
    [[nodiscard]] int counting() const;
    /// What was found in a file when it was last read.
    struct ReadFile {
        QString state; ///< its name, size and time
        bool done = false;
        QString fault; ///< empty: none
    };
    using Reader = std::function<Status(const std::filesystem::path&, const Dataset&)>;
    void readFile(ReadFile& known, const QString& file, const QString& how, Reader read);
    [[nodiscard]] const ReadFile* listFile() const;  ///< null where the choice has none
    [[nodiscard]] const ReadFile* labelFile() const; ///< likewise

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
    TaskPool* m_pool; ///< a large file takes longer than a frame
    ReadFile m_readList, m_readLabels;
};

} // namespace assay::ui
