// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/engine.h"

#include <QDialog>
#include <QStringList>

#include <functional>
#include <vector>

class QCheckBox;
class QLabel;
class QListWidget;
class QSpinBox;

namespace assay::ui {

class LossCurvesPlot;
class TaskPool;
class Workspace;

/// The losses of the engine's catalogue at their default settings as curves over the probability of the label, with
/// their gradients. Those that are one curve up to a factor are named.
class LossCurvesDialog final : public QDialog {
    Q_OBJECT
public:
    using Source = std::function<Result<std::vector<LossCurve>>(int, const std::vector<double>&)>;

    /// `classes`: K at first. `source` is asked on another thread.
    explicit LossCurvesDialog(int classes, QWidget* parent = nullptr, Source source = lossCurves);

    /// Opens one for the number of classes of the open data set, with `loss` ticked, too. It deletes itself.
    static void show(const Workspace& workspace, QWidget* parent, const QString& loss = {});

    /// Ticks these and no others; those that the catalogue does not have are left out.
    void choose(const QStringList& losses);
    [[nodiscard]] QStringList chosen() const;
    [[nodiscard]] LossCurvesPlot& plot() const { return *m_plot; }

private:
    void ask();
    void fill(std::vector<LossCurve> curves);
    void redraw();

    Source m_source;
    TaskPool* m_pool;
    std::vector<double> m_p;
    std::vector<LossCurve> m_curves;
    QStringList m_wanted;
    int m_asked = 0; ///< an answer to an older question is dropped
    QListWidget* m_list = nullptr;
    QSpinBox* m_classes = nullptr;
    QCheckBox* m_scaled = nullptr;
    QLabel* m_families = nullptr;
    LossCurvesPlot* m_plot = nullptr;
};

} // namespace assay::ui
