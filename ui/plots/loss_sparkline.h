// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/mixture.h"
#include "ui/plots/plot_theme.h"

#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace assay::ui {

/// One sample's loss over the epochs as a small line without axes, for the inspector: the last value stands beside
/// it, the part above the threshold is drawn in the suspect's colour. A bar below marks the epochs that knew its label;
/// on the right, on the same scale of loss, lie the two components of the marked epoch.
class LossSparkline final : public QWidget {
    Q_OBJECT
public:
    explicit LossSparkline(QWidget* parent = nullptr);

    /// Loss per epoch, from epoch 1; NaN where an epoch has none. `thresholdLoss`: where suspicion begins.
    void setValues(std::vector<float> losses, std::optional<float> thresholdLoss = {});
    /// 1 for each epoch, from epoch 1, in which the run answered with the sample's label; empty: nothing is marked.
    void setLearnt(std::vector<std::uint8_t> learnt);
    /// What the losses of the marked epoch are taken to be made of.
    void setComponents(std::optional<stats::MixtureFit> fit);
    /// Marks an epoch (from 1); 0: none.
    void setMarkedEpoch(int epoch);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void epochClicked(int epoch);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] QRectF plotArea() const;
    [[nodiscard]] double highest() const; ///< loss at the top
    [[nodiscard]] double yOf(double loss) const;
    void paintLearnt(QPainter& painter, const PlotTheme& theme) const;
    void paintComponents(QPainter& painter, const PlotTheme& theme) const;
    [[nodiscard]] int epochAt(double x) const;

    std::vector<float> m_losses;
    std::optional<float> m_threshold;
    std::vector<std::uint8_t> m_learnt;
    std::optional<stats::MixtureFit> m_fit;
    int m_marked = 0;
    float m_highest = 1;
};

} // namespace assay::ui
