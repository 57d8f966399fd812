// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_plot.h"

#include <map>
#include <string>

class QToolButton;

namespace assay::ui {

/// A run's scalars over its epochs, keys as in EpochReport ("test-accuracy", "train-loss", …).
struct RunCurves {
    QString name;
    int colour = 0; ///< number of the run's colour, the same in every plot
    std::vector<double> epochs;
    std::map<std::string, std::vector<double>> values;       ///< aligned with epochs; NaN where an epoch has none
    std::map<std::string, std::vector<double>> lower, upper; ///< bands over seeds; may be empty
};

/// Loss, accuracy and, on demand, learning rate over epochs: one run with a line per split, or several runs, each in
/// its colour, with line styles for the splits.
class TrainingCurvesPlot final : public EpochPlot {
    Q_OBJECT
public:
    explicit TrainingCurvesPlot(QWidget* parent = nullptr);

    void setRuns(std::vector<RunCurves> runs);
    void setLearningRateShown(bool shown);
    /// Only the lines of one split ("train", "validation", "test"); empty: all.
    void setSplit(const QString& split);

private:
    void redraw();

    std::vector<RunCurves> m_runs;
    bool m_rateShown = false;
    QString m_split;
    QToolButton* m_rateButton = nullptr;
};

} // namespace assay::ui
