// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/recipe_grid.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QTabWidget;
class QTextBrowser;
class QTreeWidget;

namespace assay::ui {

class TaskPool;
class Workspace;

/// A recipe's grid on the open project: what is there, what is missing; starts the missing runs through the queue in
/// the recipe's order, goes on with those that were stopped, and ends in the table and the plot.
class RecipeDialog final : public QDialog {
    Q_OBJECT
public:
    explicit RecipeDialog(Workspace& workspace, QWidget* parent = nullptr);

    /// Reads a recipe and looks up which of its runs the project holds; gridReady() follows, or the reason why not is
    /// shown.
    void load(const QString& file);
    /// The same for the list above.
    void choose(const QString& file);
    [[nodiscard]] QString chosen() const; ///< there; empty: none
    /// Nothing before a recipe is loaded.
    [[nodiscard]] const std::optional<RecipeGrid>& grid() const { return m_grid; }
    [[nodiscard]] QString message() const;
    /// runs.csv, summary.csv, .md, .svg and .pdf, as the command line writes them; exported() follows.
    void exportTo(const QString& folder);

public Q_SLOTS:
    void startMissing();

Q_SIGNALS:
    void gridReady();
    /// Every run of the grid has finished, or a person asks for what is there.
    void compareRequested(const std::vector<assay::RunId>& runs);
    void resultsReady();
    void exported(const QString& folder);

private:
    QWidget* makeResults();
    void chooseFile();
    void chooseFolder();
    void follow();
    void fillTree();
    void askResults();
    void say(const QString& text, bool problem = false);

    Workspace& m_workspace;
    TaskPool* m_pool;
    std::optional<RecipeGrid> m_grid;
    int m_asked = 0;                       ///< an answer about an older recipe is dropped
    bool m_started = false;                ///< by this sheet: at the end the comparison is shown
    bool m_starting = false;               ///< their labels are being stored
    std::map<std::size_t, bool> m_waiting; ///< cells on their way into the queue; true: as a new run
    QComboBox* m_recipes = nullptr;
    QLabel* m_difference = nullptr;
    QLabel* m_message = nullptr;
    QTabWidget* m_tabs = nullptr;
    QTreeWidget* m_tree = nullptr;
    QTextBrowser* m_table = nullptr;
    QLabel* m_plot = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_export = nullptr;
};

} // namespace assay::ui
