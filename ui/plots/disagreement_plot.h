// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_plot.h"

class QLabel;

namespace assay::ui {

/// What two networks that select for each other did over the epochs (Han et al. 2018): shares in [0, 1], aligned
/// with `epochs`, NaN where an epoch has none.
struct DisagreementHistory {
    std::vector<double> epochs;
    std::vector<double> differing;      ///< share of samples on which the two networks predict another class
    std::vector<double> keepRate;       ///< R(T)
    std::vector<double> selected;       ///< share of the samples that the networks learnt from, mean of both
    std::vector<double> overlap;        ///< of the two selections
    std::vector<double> labelPrecision; ///< share of right labels among the selected, where truth is known
    std::vector<double> labelRecall;    ///< share of the right labels that was selected, where truth is known
};

/// Share of samples on which two networks differ, kept fraction R(T), overlap of the two selections, and how clean
/// the selection is, over the epochs; a line says what the last epochs mean.
class DisagreementPlot final : public EpochPlot {
    Q_OBJECT
public:
    explicit DisagreementPlot(QWidget* parent = nullptr);

    void setHistory(const DisagreementHistory& history);
    /// "differ on 6.1 %: still two opinions", or that they have become one (less than 1 % of samples).
    [[nodiscard]] QString verdict() const;

private:
    QLabel* m_verdict = nullptr;
};

} // namespace assay::ui
