// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "ui/session/confident_finder.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <functional>
#include <vector>

class QComboBox;
class QLabel;
class QTreeWidget;

namespace assay::ui {

class MatrixPlot;
class Workspace;

/// Which classes are taken for which, as a heat map whose cells open the pictures, and the fullest pairs in words: the
/// suspects of the epoch on show by the label that they have and the one that is suggested; and where the run kept the
/// probabilities of all classes also the confident joint, the noise matrices that follow from it, and how many labels
/// of each class are probably wrong.
class ClassPairsPanel final : public QWidget {
    Q_OBJECT
public:
    /// What the heat map shows, in the order of the box.
    enum class Table { Suspects, Calibrated, Counted, Noise, InverseNoise };

    explicit ClassPairsPanel(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] MatrixPlot& matrix() const { return *m_matrix; }

Q_SIGNALS:
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);
    void findSuspectsRequested(); ///< there is no run yet
    void importRequested();       ///< likewise

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Pair {
        Label given = kNoLabel, other = kNoLabel;
        double samples = 0; ///< as the table has it: an estimate, or counted
        double counted = 0; ///< so many pictures it opens
    };
    void count();
    void countSuspects();
    void showJoint(const ConfidentFinder::Counts& counts);
    void showErrors(const ConfidentFinder::Counts& counts);
    void offerTables(bool probabilities);
    void open(int given, int other);
    [[nodiscard]] Table table() const;
    void chooseClasses(std::size_t classes, const std::vector<Pair>& pairs);
    static void sortPairs(std::vector<Pair>& pairs);
    [[nodiscard]] std::vector<std::vector<double>> cells(const std::function<double(Label, Label)>& value) const;
    [[nodiscard]] QStringList shownNames() const;
    [[nodiscard]] QString leftOutText(std::size_t classes) const;
    [[nodiscard]] QString warningText() const;
    [[nodiscard]] QString linksTo(const std::vector<Pair>& pairs) const;
    /// Those that the cell counts; `other` kNoLabel: off the diagonal in the whole row.
    [[nodiscard]] std::vector<SampleIndex> samplesOf(Label given, Label other) const;

    Workspace& m_workspace;
    ConfidentFinder m_finder;
    std::shared_ptr<const ConfidentFinder::Counts> m_counts; ///< of what is on show; null: suspects alone
    QComboBox* m_tables = nullptr;
    MatrixPlot* m_matrix = nullptr;
    std::vector<Label> m_shown; ///< classes of its rows, and of its columns
    QLabel* m_words = nullptr;
    QTreeWidget* m_errors = nullptr;
    QTimer m_delay;
    bool m_stale = true;
};

} // namespace assay::ui
