// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_theme.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace assay::ui {

/// One sample's loss over the epochs as a small line without axes, for the inspector: the last value stands beside
/// it, the part above the threshold is drawn in the suspect's colour.
class LossSparkline final : public QWidget {
    Q_OBJECT
public:
    explicit LossSparkline(QWidget* parent = nullptr);

    /// Loss per epoch, from epoch 1; NaN where an epoch has none. `thresholdLoss`: where suspicion begins.
    void setValues(std::vector<float> losses, std::optional<float> thresholdLoss = {});
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
    [[nodiscard]] int epochAt(double x) const;

    std::vector<float> m_losses;
    std::optional<float> m_threshold;
    int m_marked = 0;
    float m_highest = 1;
};

} // namespace assay::ui
