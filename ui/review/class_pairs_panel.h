// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;

namespace assay::ui {

class MatrixPlot;
class Workspace;

/// Which classes are taken for which: the suspects of the epoch on show by the label that they have and the one that is
/// suggested, as a heat map whose cells open the pictures, and the fullest pairs in words.
class ClassPairsPanel final : public QWidget {
    Q_OBJECT
public:
    explicit ClassPairsPanel(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] MatrixPlot& matrix() const { return *m_matrix; }

Q_SIGNALS:
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void count();
    void open(int given, int suggested);
    /// The suspects of such a pair; −1: any.
    [[nodiscard]] std::vector<SampleIndex> suspectsOf(Label given, Label suggested) const;

    Workspace& m_workspace;
    MatrixPlot* m_matrix = nullptr;
    QLabel* m_words = nullptr;
    QTimer m_delay;
    bool m_stale = true;
};

} // namespace assay::ui
