// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/audit/evidence.h"
#include "core/base/ids.h"
#include "ui/plots/loss_bands_plot.h"
#include "ui/runs/pseudo_monitor.h"

#include <QTimer>
#include <QWidget>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

class QGridLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QSplitter;

namespace assay::ui {

class CleaningFlowPlot;
class EpochSlider;
class MatrixPlot;
class RunQueuePanel;
class Workspace;
enum class CleaningBand;
struct RunOnShow;

/// The Train layout: the queue, the plots of the run on show, the epochs to go back through, the machine. Panels
/// that a method has nothing to say in are left out.
class TrainPage final : public QWidget {
    Q_OBJECT
public:
    explicit TrainPage(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] RunQueuePanel& queue() const { return *m_queue; }
    [[nodiscard]] QSplitter& splitter() const { return *m_splitter; }

Q_SIGNALS:
    void newRunRequested();
    void importRequested(); ///< of probabilities
    void logRequested();    ///< of the run on show
    void showSamples(const std::vector<assay::SampleIndex>& samples, const QString& title);
    /// The same, to be judged by the pseudo-labels that the epoch on show gave them, in the order of this score.
    void showPseudoLabels(const std::vector<assay::SampleIndex>& samples, const QString& title, const QString& score);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Panel {
        QWidget* widget;
        std::function<void(const RunOnShow&)> fill;
        std::function<bool()> speaks; ///< has something to say about the run on show
    };

    void makePanels();
    /// Adds a plot with the function that fills it, `void fill(Plot&, const RunOnShow&)`. `always`: shown while it is
    /// empty, too.
    template <typename Plot, typename Fill>
    Plot* addPanel(Plot* plot, Fill fill, bool always = false);
    void addHistogram();
    void addFeatureMap();
    void addPseudoPanels();
    void showPseudoClasses(const std::vector<std::size_t>& classes);
    void showPseudoBin(double from, double to);
    void holdPseudoEpoch(const std::vector<SampleIndex>& opened);
    void showTransition(int from, int to);
    void showBand(int round, CleaningBand band);
    void arrange();
    void setExpanded(QWidget* panel);
    void updateLater();
    void updateNow();
    void updateBands();
    void updateRounds();
    void updateTransitions(MatrixPlot& plot);
    void updateSlider();

    Workspace& m_workspace;
    QSplitter* m_splitter = nullptr;
    RunQueuePanel* m_queue = nullptr;
    QLabel* m_headline = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_board = nullptr;
    QGridLayout* m_grid = nullptr;
    std::vector<Panel> m_panels;                            ///< in the order of the page
    std::vector<std::pair<PlotWidget*, QString>> m_waiting; ///< always there; what they say before a run's first epoch
    LossBandsPlot* m_bands = nullptr;
    CleaningFlowPlot* m_rounds = nullptr;
    PseudoMonitor m_pseudo;
    QWidget* m_warning = nullptr; ///< which classes take over the pseudo-labels
    QLabel* m_warningText = nullptr;
    EpochSlider* m_slider = nullptr;
    QPushButton* m_logLink = nullptr;
    QWidget* m_expanded = nullptr;
    std::vector<QWidget*> m_shown;
    std::optional<RunId> m_bandsRun;
    bool m_bandsTruth = false;
    std::map<int, LossBand> m_bandOfEpoch;
    std::optional<RunId> m_roundsRun;
    std::vector<std::shared_ptr<const Evidence>> m_roundEnds; ///< of that run, in order
    QTimer m_bandsDelay;
    const void* m_transitionsOf = nullptr;
    bool m_stale = true;
};

} // namespace assay::ui
