// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/train/method.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace assay {

enum class RunState { Queued, Running, Paused, Stopping, Finished, Stopped, Failed };
[[nodiscard]] std::string_view runStateName(RunState state);

/// A run in the queue: what to do, and who records it.
struct QueuedRun {
    std::int64_t ticket = 0; ///< given by the queue
    std::string title;       ///< "co-teaching, seed 1"
    std::shared_ptr<const Method> method;
    /// Called on the training thread when its turn comes: builds the task (labels are frozen here).
    std::function<Result<TrainingTask>()> prepare;
    /// Receives every report first (the project's recorder); may be null. Called on the training thread.
    std::shared_ptr<RunObserver> recorder;
    /// Called once on the training thread with the end of the run.
    std::function<void(RunState, const std::optional<Error>&, const std::optional<RunResult>&)> ended;
};

/// A change that the window must not miss, in the order in which it happened.
struct RunEvent {
    std::int64_t ticket = 0;
    RunState state = RunState::Queued;
    std::string sentence; ///< note or reason; may be empty
};

/// Owns the one training thread and a queue of runs. The newest report lies in a mailbox: it is replaced, never
/// awaited; state changes and notes go through an ordered queue and are never dropped. Call from any thread.
class RunSession {
public:
    RunSession();
    ~RunSession(); ///< stops the run and joins
    RunSession(const RunSession&) = delete;
    RunSession& operator=(const RunSession&) = delete;

    /// Puts a run at the end; it starts when the ones before it have ended. Returns its ticket.
    std::int64_t enqueue(QueuedRun run);
    /// Of the current run, or of a waiting one (which is then taken out of the queue).
    void stop(std::int64_t ticket);
    void stopAll();
    void pause();
    void resume();
    [[nodiscard]] bool idle() const;
    /// Blocks until the queue is empty (command line and tests; never the window).
    void wait();

    /// Mailbox: each take empties the slot.
    [[nodiscard]] std::shared_ptr<const EpochReport> takeReport(std::int64_t* ticket = nullptr);
    [[nodiscard]] std::optional<BatchProgress> takeProgress(std::int64_t* ticket = nullptr);
    [[nodiscard]] std::vector<RunEvent> takeEvents();

private:
    class Control;
    class Observer;
    void loop(std::stop_token stop);
    void post(RunEvent event);

    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<QueuedRun> m_queue;
    std::optional<std::int64_t> m_current;
    bool m_paused = false;
    bool m_stopCurrent = false;
    std::int64_t m_nextTicket = 1;

    std::mutex m_mailMutex;
    std::shared_ptr<const EpochReport> m_report;
    std::int64_t m_reportTicket = 0;
    std::optional<BatchProgress> m_progress;
    std::int64_t m_progressTicket = 0;
    std::vector<RunEvent> m_events;

    std::jthread m_thread; ///< last: joined before the rest is destroyed
};

} // namespace assay
