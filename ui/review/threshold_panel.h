// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace assay::ui {

class LossHistogramPlot;
class Workspace;

/// The loss histogram of the epoch on show, live, with the threshold that decides who is a suspect; and the slider
/// that plays the epochs back.
class ThresholdPanel final : public QWidget {
    Q_OBJECT
public:
    explicit ThresholdPanel(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] LossHistogramPlot* plot() const { return m_plot; }

Q_SIGNALS:
    void findSuspectsRequested();
    void expandRequested();
    void notice(const QString& sentence);

private:
    void showEpoch();
    void showThreshold();
    void showSlider();
    void brush(double low, double high);

    Workspace& m_workspace;
    LossHistogramPlot* m_plot;
    QSlider* m_slider;
    QLabel* m_epoch;
    QToolButton* m_live;
};

} // namespace assay::ui
