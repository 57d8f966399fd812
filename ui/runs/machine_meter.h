// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QTimer>

namespace assay::ui {

/// "machine: cpu 98 %, 1.2 GiB": what this program takes of the processor (all cores = 100 %) and of memory, once a
/// second while it can be seen.
class MachineMeter final : public QLabel {
    Q_OBJECT
public:
    explicit MachineMeter(QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void measure();

    QTimer m_timer;
    double m_lastCpu = -1;
    double m_lastWall = 0;
};

} // namespace assay::ui
