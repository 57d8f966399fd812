// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/project/project.h"
#include "core/train/run_session.h"
#include "ui/session/task_pool.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace assay::ui {

using EpochList = std::shared_ptr<const std::vector<EpochSummary>>;

/// Finished, stopped or failed: neither running nor waiting for its turn.
[[nodiscard]] bool isOver(RunState state);

/// Everything that one run needs to begin: its record is in the project already.
struct RunStart {
    RunRecord record;
    std::shared_ptr<const LabelSet> labels;
    std::vector<std::uint8_t> excluded;
    bool resume = false;
    std::shared_ptr<const Dataset> dataset; ///< as the run of a fold sees it; null: as it is open
};

/// The queue of runs and what is known of each. Looks into the training thread's mailbox 15 times a second while
/// there is something to see. GUI thread.
class RunQueue final : public QObject {
    Q_OBJECT
public:
    RunQueue(std::shared_ptr<Registry> registry, QObject* parent);
    ~RunQueue() override;

    void open(std::shared_ptr<Project> project, std::shared_ptr<const Dataset> dataset, std::vector<RunRecord> records,
              std::map<std::int64_t, EpochList> epochs);
    void close(); ///< the queue must be empty

    void start(RunStart start);
    /// A run that was not trained here, and is over: its record and epochs as the project has them.
    void add(RunRecord record, std::vector<EpochSummary> epochs);
    void pause();
    void resume();
    void stop(RunId id);
    void stopAll();

    [[nodiscard]] bool idle() const { return m_tickets.empty(); }
    [[nodiscard]] bool paused() const { return m_paused; }
    [[nodiscard]] std::optional<RunId> running() const { return m_running; }
    [[nodiscard]] const std::optional<BatchProgress>& progress() const { return m_progress; }
    [[nodiscard]] const std::vector<RunRecord>& records() const { return m_records; }
    [[nodiscard]] const RunRecord* record(RunId id) const;
    [[nodiscard]] EpochList epochs(RunId id) const;

Q_SIGNALS:
    void changed();
    void progressed();
    void began(assay::RunId run); ///< its turn has come: it is the running one
    /// What lay in the mailbox; comes before the epochArrived() of its epoch, or with a later one.
    void evidenceArrived(assay::RunId run, const std::shared_ptr<const assay::Evidence>& evidence);
    void epochArrived(assay::RunId run); ///< one or more were added
    void note(assay::RunId run, const QString& sentence);
    void ended(assay::RunId run, const QString& sentence);

private:
    /// Scalars of every epoch, in order and never dropped; filled on the training thread.
    struct Summaries {
        std::mutex mutex;
        std::vector<std::pair<RunId, EpochSummary>> list;
    };
    class Tap;
    void look();
    void takeEvents();
    void takeEpochs();
    void finish(RunId id, RunState state, const std::optional<Error>& error, const std::optional<RunResult>& result);
    [[nodiscard]] RunRecord* find(RunId id);

    std::shared_ptr<Registry> m_registry;
    std::shared_ptr<Project> m_project;
    std::shared_ptr<const Dataset> m_dataset;
    std::vector<RunRecord> m_records;
    std::map<std::int64_t, std::shared_ptr<std::vector<EpochSummary>>> m_epochs; ///< never changed while others hold it
    std::map<std::int64_t, RunId> m_tickets;                                     ///< of runs that have not ended
    std::optional<RunId> m_running;
    std::optional<BatchProgress> m_progress;
    bool m_paused = false;
    std::shared_ptr<Summaries> m_summaries;
    QTimer m_timer;
    std::shared_ptr<Bridge> m_bridge;
    std::unique_ptr<RunSession> m_session; ///< last: joined first
};

} // namespace assay::ui
