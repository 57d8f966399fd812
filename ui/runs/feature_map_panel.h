// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QTimer>
#include <QWidget>

#include <optional>
#include <vector>

namespace assay::ui {

class FeatureMapPlot;
class TaskPool;
class Workspace;

/// The features that the run on show kept of its training samples, as a map: read and projected on a thread, coloured
/// by the epoch on show; what is marked elsewhere stands out. Does nothing while its parent cannot be seen.
class FeatureMapPanel final : public QWidget {
    Q_OBJECT
public:
    FeatureMapPanel(Workspace& workspace, QWidget* parent);
    ~FeatureMapPanel() override;

    [[nodiscard]] FeatureMapPlot& plot() const { return *m_plot; }
    [[nodiscard]] bool hasMap() const;
    [[nodiscard]] bool working() const;

Q_SIGNALS:
    void mapChanged(); ///< there is another one, or none any more
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);
    void expandRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void load();
    void clear();
    void colour();
    void mark();

    Workspace& m_workspace;
    FeatureMapPlot* m_plot = nullptr;
    TaskPool* m_pool = nullptr;
    std::optional<RunId> m_run; ///< whose map is on show or on its way
    int m_epoch = 0;            ///< of that map
    bool m_loading = false, m_again = false, m_stale = false;
    std::vector<SampleIndex> m_samples; ///< in the order of the points
    QTimer m_delay;                     ///< an epoch's features reach the disk a moment after its report
    QTimer m_colourDelay;
    QTimer m_markDelay;
    bool m_lassoed = false; ///< the loop that is drawn opened its pictures
};

} // namespace assay::ui
