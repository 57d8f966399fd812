// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/database.h"
#include "core/project/journal_store.h"
#include "core/project/project_file.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace assay {

/// What the writer starts from: a file that was locked, checked and opened.
struct WriterStart {
    std::filesystem::path file;
    FileIdentity identity;
    std::unique_ptr<ProjectLock> lock;
    std::unique_ptr<Database> database;
    std::unique_ptr<JournalStore> journal;
    std::vector<std::string> classNames; ///< for the text copy of the journal
    bool share = false;
};

/// The one thread that writes a project. Work waits in two queues, decisions first; decisions that wait together
/// share one commit, and each is acknowledged after it. Any thread may submit. Callbacks come on the writer's thread.
class ProjectWriter : public std::enable_shared_from_this<ProjectWriter> {
public:
    using Entries = std::vector<JournalEntry>;
    using JournalWork = std::function<Entries(Database&, JournalStore&)>;
    using JournalDone = std::function<void(Result<Entries>)>;
    using Work = std::function<void(Database&)>;
    using Done = std::function<void(Status)>;

    explicit ProjectWriter(WriterStart start);
    ~ProjectWriter();
    ProjectWriter(const ProjectWriter&) = delete;
    ProjectWriter& operator=(const ProjectWriter&) = delete;
    void run(); ///< starts the thread; once

    void submitJournal(JournalWork work, JournalDone done);
    void submit(Work work, Done done);
    /// Submits and waits. Internal where it is called from a callback: it would wait for itself.
    [[nodiscard]] Status perform(Work work);
    [[nodiscard]] Result<Entries> performJournal(JournalWork work);
    void flush();

    /// What is acknowledged.
    [[nodiscard]] Revision revision() const;
    [[nodiscard]] std::vector<DecisionState> decisions() const;

    /// Does all that waits, empties the log, writes backup and text copy, unlocks. Waits for it, unless called on
    /// the writer's own thread, which then ends by itself.
    void finish();

private:
    struct Job {
        JournalWork journalWork;
        JournalDone journalDone;
        Work work;
        Done done;
        Result<Entries> outcome = Entries{};
    };
    void enqueue(std::deque<Job>& queue, Job job);
    void loop();
    void perform(std::vector<Job>& group);
    void performInTransaction(std::vector<Job>& group);
    void performOne(Job& job);
    void afterFailure(bool connectionLost);
    void reconnect();
    void compareWithAcknowledged();
    void checkIdentity() const;
    void publish(const std::vector<Job>& group);
    void publishAll();
    void tidy(bool idle);
    void close();
    [[nodiscard]] bool onOwnThread() const;

    WriterStart m_start; ///< belongs to the writer's thread
    bool m_changed = false, m_journalChanged = false;

    mutable std::mutex m_mutex;
    std::condition_variable m_wake, m_done;
    std::deque<Job> m_decisions, m_rest;
    bool m_stop = false, m_busy = false;

    mutable std::mutex m_publishedMutex;
    Revision m_publishedRevision{0};
    std::string m_publishedChain;
    std::vector<DecisionState> m_publishedDecisions;

    std::thread m_thread;
};

} // namespace assay
