// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/workspace.h"

#include <QTimer>
#include <QWidget>

#include <optional>

namespace assay::ui {

class EpochSlider;
class LossHistogramPlot;

/// The loss histogram of the run and epoch on show, tied to the workspace: the threshold works both ways, a brushed
/// range filters the gallery, the slider plays the history back.
class LossHistogramPanel final : public QWidget {
    Q_OBJECT
public:
    /// `withSlider`: false where the page has an epoch slider of its own.
    explicit LossHistogramPanel(Workspace& workspace, bool withSlider = true, QWidget* parent = nullptr);

    [[nodiscard]] LossHistogramPlot& plot() const { return *m_plot; }

Q_SIGNALS:
    void newRunRequested(); ///< the button of the empty panel
    void importRequested(); ///< the other one
    void expandRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void updateLater();
    void updateNow();
    void updateThreshold();
    void updateMarked();
    void updateSlider();

    Workspace& m_workspace;
    LossHistogramPlot* m_plot = nullptr;
    EpochSlider* m_slider = nullptr;
    QString m_brushTitle;                    ///< of the set that the brush made
    std::optional<ViewFilter> m_beforeBrush; ///< comes back once the brush is cleared
    QTimer m_markDelay;
    bool m_stale = true;
};

} // namespace assay::ui
