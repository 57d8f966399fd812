// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/run_session.h"

#include "core/base/log.h"
#include "core/train/task_check.h"

#include <algorithm>
#include <exception>

namespace assay {

std::string_view runStateName(RunState state) {
    switch (state) {
    case RunState::Queued: return "queued";
    case RunState::Running: return "running";
    case RunState::Paused: return "paused";
    case RunState::Stopping: return "stopping";
    case RunState::Finished: return "finished";
    case RunState::Stopped: return "stopped";
    case RunState::Failed: return "failed";
    }
    return "";
}

/// What the method polls: waits here while the run is paused.
class RunSession::Control final : public RunControl {
public:
    Control(RunSession& session, std::stop_token stop) : m_session(session), m_stop(std::move(stop)) {}
    bool shouldStop() override {
        std::unique_lock lock(m_session.m_mutex);
        m_session.m_wake.wait(lock, m_stop, [this] { return !m_session.m_paused || m_session.m_stopCurrent; });
        return m_stop.stop_requested() || m_session.m_stopCurrent;
    }

private:
    RunSession& m_session;
    std::stop_token m_stop;
};

/// Puts what happens into the mailbox, after the recorder has seen it.
class RunSession::Observer final : public RunObserver {
public:
    Observer(RunSession& session, const QueuedRun& run) : m_session(session), m_run(run) {}
    void batchDone(const BatchProgress& progress) override {
        if (m_run.recorder) m_run.recorder->batchDone(progress);
        const std::scoped_lock lock(m_session.m_mailMutex);
        m_session.m_progress = progress;
        m_session.m_progressTicket = m_run.ticket;
    }
    void epochDone(std::shared_ptr<const EpochReport> report) override {
        if (m_run.recorder) m_run.recorder->epochDone(report);
        const std::scoped_lock lock(m_session.m_mailMutex);
        m_session.m_report = std::move(report);
        m_session.m_reportTicket = m_run.ticket;
    }
    void note(const std::string& sentence) override {
        if (m_run.recorder) m_run.recorder->note(sentence);
        m_session.post({m_run.ticket, RunState::Running, sentence});
    }

private:
    RunSession& m_session;
    const QueuedRun& m_run;
};

RunSession::RunSession() : m_thread([this](std::stop_token stop) { loop(std::move(stop)); }) {}

RunSession::~RunSession() {
    stopAll();
    m_thread.request_stop();
    m_wake.notify_all();
}

std::int64_t RunSession::enqueue(QueuedRun run) {
    std::int64_t ticket = 0;
    {
        const std::scoped_lock lock(m_mutex);
        ticket = run.ticket = m_nextTicket++;
        m_queue.push_back(std::move(run));
    }
    post({ticket, RunState::Queued, {}});
    m_wake.notify_all();
    return ticket;
}

void RunSession::stop(std::int64_t ticket) {
    std::optional<QueuedRun> removed;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_current == ticket) {
            m_stopCurrent = true;
        } else {
            const auto it = std::find_if(m_queue.begin(), m_queue.end(),
                                         [&](const QueuedRun& run) { return run.ticket == ticket; });
            if (it == m_queue.end()) return;
            removed = std::move(*it);
            m_queue.erase(it);
        }
    }
    m_wake.notify_all();
    if (removed) {
        if (removed->ended) removed->ended(RunState::Stopped, std::nullopt, std::nullopt);
        post({ticket, RunState::Stopped, {}});
    } else {
        post({ticket, RunState::Stopping, {}});
    }
}

void RunSession::stopAll() {
    std::vector<std::int64_t> tickets;
    {
        const std::scoped_lock lock(m_mutex);
        for (const QueuedRun& run : m_queue) tickets.push_back(run.ticket);
        if (m_current) tickets.push_back(*m_current);
    }
    for (const std::int64_t ticket : tickets) stop(ticket);
}

void RunSession::pause() {
    std::int64_t ticket = 0;
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_current || m_paused || m_stopCurrent) return;
        m_paused = true;
        ticket = *m_current;
    }
    post({ticket, RunState::Paused, {}});
}

void RunSession::resume() {
    std::int64_t ticket = 0;
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_paused) return;
        m_paused = false;
        ticket = m_current.value_or(0);
    }
    m_wake.notify_all();
    post({ticket, RunState::Running, {}});
}

bool RunSession::idle() const {
    const std::scoped_lock lock(m_mutex);
    return !m_current && m_queue.empty();
}

void RunSession::wait() {
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return !m_current && m_queue.empty(); });
}

std::shared_ptr<const EpochReport> RunSession::takeReport(std::int64_t* ticket) {
    const std::scoped_lock lock(m_mailMutex);
    if (ticket) *ticket = m_reportTicket;
    return std::exchange(m_report, nullptr);
}

std::optional<BatchProgress> RunSession::takeProgress(std::int64_t* ticket) {
    const std::scoped_lock lock(m_mailMutex);
    if (ticket) *ticket = m_progressTicket;
    return std::exchange(m_progress, std::nullopt);
}

std::vector<RunEvent> RunSession::takeEvents() {
    const std::scoped_lock lock(m_mailMutex);
    return std::exchange(m_events, {});
}

void RunSession::post(RunEvent event) {
    const std::scoped_lock lock(m_mailMutex);
    m_events.push_back(std::move(event));
}

namespace {

Result<RunResult> runOne(const QueuedRun& run, RunObserver& observer, RunControl& control) {
    try {
        ASSAY_TRY(const TrainingTask task, run.prepare());
        ASSAY_CHECK_STATUS(checkClasses(task));
        return run.method->train(task, observer, control);
    } catch (const std::exception& exception) {
        return fail(ErrorCode::Internal, std::string("the run ended with an error: ") + exception.what());
    } catch (...) {
        return fail(ErrorCode::Internal, "the run ended with an unknown error");
    }
}

} // namespace

void RunSession::loop(std::stop_token stop) {
    for (;;) {
        QueuedRun run;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return !m_queue.empty(); })) return;
            run = std::move(m_queue.front());
            m_queue.pop_front();
            m_current = run.ticket;
            m_stopCurrent = false;
            m_paused = false;
        }
        post({run.ticket, RunState::Running, {}});
        Control control(*this, stop);
        Observer observer(*this, run);
        const Result<RunResult> result = runOne(run, observer, control);
        const RunState state = result                                        ? RunState::Finished
                               : result.error().code == ErrorCode::Cancelled ? RunState::Stopped
                                                                             : RunState::Failed;
        if (state == RunState::Failed) log(LogLevel::Error, run.title + ": " + result.error().sentence());
        if (run.ended)
            run.ended(state, result ? std::nullopt : std::optional(result.error()),
                      result ? std::optional(*result) : std::nullopt);
        post({run.ticket, state, state == RunState::Failed ? result.error().sentence() : std::string()});
        {
            const std::scoped_lock lock(m_mutex);
            m_current.reset();
            m_stopCurrent = false;
            m_paused = false;
        }
        m_wake.notify_all();
    }
}

} // namespace assay
