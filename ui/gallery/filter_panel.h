// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace assay::ui {

class Workspace;

/// What the gallery leaves out: score range, classes with their counts, split, decision, text; and views saved with
/// the project.
class FilterPanel final : public QWidget {
    Q_OBJECT
public:
    explicit FilterPanel(Workspace& workspace, QWidget* parent = nullptr);

    void focusText();

private:
    void buildUi();
    void fillClasses();
    void countClasses();
    void showFilter();
    void apply();
    void clearFilters();
    void loadViews();
    void storeViews();
    void saveView();
    void openView(QListWidgetItem* item);
    void removeView();

    Workspace& m_workspace;
    bool m_showing = false;
    QLineEdit* m_text;
    QLabel* m_scoreTitle;
    QLineEdit* m_low;
    QLineEdit* m_high;
    QListWidget* m_classes;
    QComboBox* m_split;
    QComboBox* m_decision;
    QListWidget* m_views;
};

} // namespace assay::ui
