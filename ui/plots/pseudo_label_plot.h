// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_plot.h"

class QToolButton;

namespace assay::ui {

/// Pseudo-labels over the epochs, aligned with `epochs`; NaN where an epoch has none.
struct PseudoLabelHistory {
    std::vector<double> epochs;
    std::vector<double> accepted;                     ///< count
    std::vector<double> acceptance;                   ///< share of the candidates that were accepted
    std::vector<double> correctness;                  ///< share of the accepted that is right, where truth is known
    std::vector<double> rejectedCorrectness;          ///< share of the other answers that is right, likewise
    std::vector<double> changed;                      ///< share that differs from the epoch before
    std::vector<double> entropy;                      ///< mean of the answers to unlabelled samples, nats
    std::vector<std::vector<double>> perClass;        ///< [K][epochs] accepted
    std::vector<std::vector<double>> perClassCorrect; ///< [K][epochs]; may be empty
    std::vector<QString> classNames;                  ///< [K]
};

/// Accepted pseudo-labels per epoch, by class as stacked areas or as lines, over acceptance, change and correctness,
/// over the entropy. Beyond eleven classes the largest stand alone and the rest are added up; each that stands alone
/// has a colour that no other has.
class PseudoLabelPlot final : public EpochPlot {
    Q_OBJECT
public:
    explicit PseudoLabelPlot(QWidget* parent = nullptr);

    void setHistory(PseudoLabelHistory history);
    void setStacked(bool stacked);

private:
    void redraw();

    PseudoLabelHistory m_history;
    bool m_stacked = true;
    QToolButton* m_stackButton = nullptr;
};

} // namespace assay::ui
