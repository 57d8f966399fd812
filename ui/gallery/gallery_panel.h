// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSlider;
class QStackedWidget;
class QToolButton;

namespace assay {
struct ScoreTraits;
}

namespace assay::ui {

class GalleryModel;
class GalleryView;
class ThumbnailService;
class TileDelegate;
class Workspace;

/// The gallery with the line above it: what is shown, in which order, how many, how large. Selection and focus go
/// both ways between the view and the workspace.
class GalleryPanel final : public QWidget {
    Q_OBJECT
public:
    GalleryPanel(Workspace& workspace, ThumbnailService& thumbnails, QWidget* parent = nullptr);

    [[nodiscard]] GalleryView* view() const { return m_view; }
    [[nodiscard]] GalleryModel* model() const { return m_model; }
    /// One row of tiles below the large picture, or the whole grid.
    void setStrip(bool strip);
    /// Moves to a row of the view and selects it alone.
    void goToRow(int row);
    /// The sample in the row before or after the one in focus.
    [[nodiscard]] int focusRow() const; ///< −1 none

Q_SIGNALS:
    void openRequested(assay::SampleIndex sample);
    void findSuspectsRequested();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildUi();
    void fillScores();
    void markMissing(bool outside);
    void chooseScore(int item);
    void fitHeader();
    void updateHeader();
    void showBadge(const std::vector<RunId>& runs, const ScoreTraits& traits);
    void wantThumbnails();
    void applyTileSize(int side);
    void takeSelectionFromView();
    void showSelection();
    void showFocus();
    void afterReset();
    void onEpoch();
    void onDetectors();

    Workspace& m_workspace;
    ThumbnailService& m_thumbnails;
    GalleryModel* m_model;
    GalleryView* m_view;
    TileDelegate* m_delegate;
    QStackedWidget* m_stack;
    QLabel* m_empty;
    QPushButton* m_emptyButton;
    QToolButton* m_suspectsOnly;
    QLabel* m_title;
    QComboBox* m_scores;
    QToolButton* m_direction;
    QLabel* m_badge = nullptr; ///< in-sample or out-of-sample
    QLabel* m_count;
    QToolButton* m_resort;
    QToolButton* m_clear;
    QSlider* m_size;
    QLabel* m_sizeLabel = nullptr;
    QHBoxLayout* m_header = nullptr;
    bool m_narrow = false;      ///< the header has no room to say everything
    bool m_fromList = false;    ///< the list of orders has been opened, nothing chosen yet
    bool m_helpOutside = false; ///< the sort box explains its scores for a run out of sample
    bool m_syncing = false;
    bool m_strip = false;
    bool m_touched = false; ///< the person has moved here or decided: the place is kept
};

} // namespace assay::ui
