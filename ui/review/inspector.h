// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QScrollArea>

#include <array>
#include <vector>

class QLabel;
class QToolButton;
class QListWidget;

namespace assay::ui {

class GalleryPanel;
class LossHistory;
class LossSparkline;
class DuplicateFinder;
class NeighbourFinder;
class PictureView;
class SampleStrip;
class ThumbnailService;
class Workspace;

/// Everything about the sample in focus.
class Inspector final : public QScrollArea {
    Q_OBJECT
public:
    Inspector(Workspace& workspace, ThumbnailService& thumbnails, GalleryPanel& gallery, QWidget* parent = nullptr);

    [[nodiscard]] bool truthShown() const;
    void setTruthShown(bool shown);
    [[nodiscard]] QString reason() const;

Q_SIGNALS:
    void reviewRequested();
    void guessChosen(int place); ///< of the likeliest classes, from 0

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildUi();
    void show();
    void showLabels();
    void showLikeliest();
    void showPicture();
    void showHistory();
    void showExemplars();
    void showNearest();
    void showDuplicates();
    /// Each picture's label below it; one that is not `given` stands out.
    void nameLabels(SampleStrip& strip, Label given) const;
    void showNeighbours();
    void showDecisions();

    Workspace& m_workspace;
    ThumbnailService& m_thumbnails;
    GalleryPanel& m_gallery;
    LossHistory* m_history;
    NeighbourFinder* m_finder;
    DuplicateFinder* m_duplicateFinder;
    std::vector<std::vector<SampleIndex>> m_exemplars;
    bool m_exemplarsOld = true;

    PictureView* m_picture;
    QLabel* m_name;
    QLabel* m_given = nullptr;
    QLabel* m_suggested;
    QLabel* m_pNoisy;
    QToolButton* m_truthButton;
    QLabel* m_truth;
    QLabel* m_likeliestTitle = nullptr;
    std::array<QToolButton*, 3> m_likeliest{};
    QLabel* m_sparklineTitle;
    LossSparkline* m_sparkline;
    QLabel* m_learning = nullptr; ///< the loss against both components, and when the label was learnt and forgotten
    QLabel* m_reason;
    QLabel* m_givenTitle;
    QLabel* m_suggestedTitle;
    SampleStrip* m_givenStrip;
    SampleStrip* m_suggestedStrip;
    QLabel* m_nearestTitle = nullptr;
    SampleStrip* m_nearest = nullptr; ///< by the run's features
    QLabel* m_duplicatesTitle = nullptr;
    SampleStrip* m_duplicates = nullptr; ///< where the gallery is sorted by them
    SampleStrip* m_neighbours;           ///< in the queue
    QListWidget* m_decisions;
};

} // namespace assay::ui
