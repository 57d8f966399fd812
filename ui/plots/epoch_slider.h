// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace assay::ui {

/// "epoch ◀ ─●─ ▶ live": goes through the epochs that a run has recorded, or follows the newest one.
class EpochSlider final : public QWidget {
    Q_OBJECT
public:
    explicit EpochSlider(QWidget* parent = nullptr);

    /// `recorded` epochs of `planned` (0: unknown); `epoch` on show (0: none); `live`: it follows a running run.
    void setState(int epoch, int recorded, int planned, bool running, bool live);
    [[nodiscard]] int epoch() const;

Q_SIGNALS:
    void epochChosen(int epoch);
    void liveChosen();

private:
    QToolButton* m_back = nullptr;
    QToolButton* m_forward = nullptr;
    QToolButton* m_live = nullptr;
    QSlider* m_slider = nullptr;
    QLabel* m_text = nullptr;
};

} // namespace assay::ui
