// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/project/journal.h"

#include <QElapsedTimer>
#include <QObject>

#include <deque>
#include <utility>
#include <vector>

namespace assay::ui {

class GalleryPanel;
class ThumbnailService;
class Workspace;

/// How the review goes.
struct ReviewFigures {
    std::size_t decided = 0;    ///< in the project
    std::size_t left = 0;       ///< undecided suspects
    double perMinute = 0;       ///< of late; 0 unknown
    bool judged = false;        ///< a run has said what is suspect
    bool expectedKnown = false; ///< not where the mixture behind p(noisy) deserves no trust
    double expectedErrors = 0;  ///< wrong labels among the undecided training samples: the sum of p(noisy)
};

/// What the review keys do: decide on the selection (one step) or on the sample in focus, and move on. GUI thread.
class ReviewController final : public QObject {
    Q_OBJECT
public:
    ReviewController(Workspace& workspace, GalleryPanel& gallery, ThumbnailService& thumbnails, QObject* parent);

    [[nodiscard]] bool isOpen() const { return m_open; }
    void setOpen(bool open);

    void enter(); ///< accepts in review or on several; else opens the review
    void accept();
    void keep();
    void relabel(Label label);
    /// One of the likeliest classes of the picture in focus, from 0: keeps the label where it is that one.
    void takeGuess(int place);
    void flag();
    void exclude();
    void reopen(); ///< takes the verdict away, as a decision of its own
    /// On the order of all detectors: each decision moves on to what is most suspect by then.
    void setReRanking(bool on) { m_reRanks = on; }
    void undo();
    void redo();
    void next();
    void previous();

    [[nodiscard]] std::vector<SampleIndex> targets() const;
    [[nodiscard]] ReviewFigures figures() const;

Q_SIGNALS:
    void openChanged(bool open);
    void figuresChanged();

private:
    void decide(DecisionState to, const QString& rule);
    void moveOn(const std::vector<SampleIndex>& decided);
    void prefetch();
    void onDecisions(const std::vector<SampleIndex>& samples);

    Workspace& m_workspace;
    GalleryPanel& m_gallery;
    ThumbnailService& m_thumbnails;
    bool m_open = false;
    bool m_reRanks = true;
    bool m_returning = false; ///< an undo is on its way: go back to what it took back
    QElapsedTimer m_clock;
    std::deque<std::pair<qint64, std::size_t>> m_recent; ///< when, how many
};

} // namespace assay::ui
