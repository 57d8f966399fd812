// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project_writer.h"

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/project/backup.h"
#include "core/project/testing.h"

#include <chrono>
#include <future>

namespace assay {

namespace {
constexpr std::size_t kLargestGroup = 256;
constexpr std::uint64_t kLogLimit = 8u << 20;
constexpr auto kIdle = std::chrono::seconds(1);
} // namespace

ProjectWriter::ProjectWriter(WriterStart start) : m_start(std::move(start)) { publishAll(); }

ProjectWriter::~ProjectWriter() {
    if (m_thread.joinable()) m_thread.detach(); // only when the last owner let go on the thread itself
}

void ProjectWriter::run() {
    // The thread keeps the writer alive until it has closed the file.
    m_thread = std::thread([self = shared_from_this()] { self->loop(); });
}

bool ProjectWriter::onOwnThread() const { return std::this_thread::get_id() == m_thread.get_id(); }

void ProjectWriter::enqueue(std::deque<Job>& queue, Job job) {
    {
        const std::scoped_lock lock(m_mutex);
        queue.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void ProjectWriter::submitJournal(JournalWork work, JournalDone done) {
    Job job;
    job.journalWork = std::move(work);
    job.journalDone = std::move(done);
    enqueue(m_decisions, std::move(job));
}

void ProjectWriter::submit(Work work, Done done) {
    Job job;
    job.work = std::move(work);
    job.done = std::move(done);
    enqueue(m_rest, std::move(job));
}

Status ProjectWriter::perform(Work work) {
    if (onOwnThread()) return fail(ErrorCode::Internal, "a callback of the project may not wait for the project");
    std::promise<Status> promise;
    auto future = promise.get_future();
    submit(std::move(work), [&promise](Status status) { promise.set_value(std::move(status)); });
    return future.get();
}

Result<ProjectWriter::Entries> ProjectWriter::performJournal(JournalWork work) {
    if (onOwnThread()) return fail(ErrorCode::Internal, "a callback of the project may not wait for the project");
    std::promise<Result<Entries>> promise;
    auto future = promise.get_future();
    submitJournal(std::move(work), [&promise](Result<Entries> result) { promise.set_value(std::move(result)); });
    return future.get();
}

void ProjectWriter::flush() {
    if (onOwnThread()) return;
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [&] { return m_decisions.empty() && m_rest.empty() && !m_busy; });
}

Revision ProjectWriter::revision() const {
    const std::scoped_lock lock(m_publishedMutex);
    return m_publishedRevision;
}

std::vector<DecisionState> ProjectWriter::decisions() const {
    const std::scoped_lock lock(m_publishedMutex);
    return m_publishedDecisions;
}

void ProjectWriter::finish() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    if (onOwnThread()) m_thread.detach();
    else if (m_thread.joinable()) m_thread.join();
}

void ProjectWriter::loop() {
    bool tidied = true;
    for (;;) {
        std::vector<Job> group;
        {
            std::unique_lock lock(m_mutex);
            m_busy = false;
            m_done.notify_all();
            const auto ready = [&] { return m_stop || !m_decisions.empty() || !m_rest.empty(); };
            if (tidied) m_wake.wait(lock, ready);
            else m_wake.wait_for(lock, kIdle, ready);
            while (!m_decisions.empty() && group.size() < kLargestGroup) {
                group.push_back(std::move(m_decisions.front()));
                m_decisions.pop_front();
            }
            if (group.empty() && !m_rest.empty()) {
                group.push_back(std::move(m_rest.front()));
                m_rest.pop_front();
            }
            if (group.empty() && m_stop) break;
            m_busy = !group.empty();
        }
        if (group.empty()) {
            tidy(true);
            tidied = true;
            continue;
        }
        perform(group);
        publish(group);
        for (Job& job : group) {
            if (job.journalDone) job.journalDone(std::move(job.outcome));
            if (job.done) job.done(job.outcome ? Status{} : Status(tl::unexpected<Error>(job.outcome.error())));
        }
        group.clear();
        tidied = false;
        tidy(false);
    }
    close();
}

void ProjectWriter::performOne(Job& job) {
    if (job.journalWork) job.outcome = job.journalWork(*m_start.database, *m_start.journal);
    else job.work(*m_start.database);
}

void ProjectWriter::performInTransaction(std::vector<Job>& group) {
    Database& database = *m_start.database;
    checkIdentity();
    Transaction transaction(database);
    std::size_t failed = 0;
    for (Job& job : group) {
        try {
            database.execute("SAVEPOINT job");
            performOne(job);
            database.execute("RELEASE job");
        } catch (const SqlFailure& failure) {
            // A refusal of one is its own affair; a failing disk is everybody's.
            if (failure.code() != 0 || !database.inTransaction()) throw;
            database.execute("ROLLBACK TO job; RELEASE job");
            job.outcome = tl::unexpected<Error>(failure.error());
            ++failed;
        }
    }
    if (failed == group.size()) return;
    checkIdentity();
    transaction.commit();
    m_changed = true;
}

void ProjectWriter::perform(std::vector<Job>& group) {
    const auto failAll = [&](const Error& error) {
        for (Job& job : group)
            if (job.outcome) job.outcome = tl::unexpected<Error>(error);
    };
    try {
        if (!m_start.database) reconnect();
        performInTransaction(group);
    } catch (const SqlFailure& failure) {
        log(LogLevel::Error,
            "project: " + failure.error().sentence() + " (SQLite " + std::to_string(failure.code()) + ")");
        failAll(failure.error());
        afterFailure(failure.connectionLost());
    } catch (const std::exception& exception) {
        failAll({ErrorCode::Internal, exception.what(), escapeForDisplay(m_start.file.string())});
        afterFailure(false);
    }
}

void ProjectWriter::afterFailure(bool connectionLost) {
    if (!m_start.database) return;
    // After a failed sync nobody knows what is on the disk: the connection goes, and decisions stay off until the
    // file, read anew, agrees with what was acknowledged.
    if (connectionLost) {
        m_start.database.reset();
        return;
    }
    try {
        m_start.journal->load(*m_start.database);
        compareWithAcknowledged();
    } catch (const SqlFailure& failure) {
        log(LogLevel::Error, "project: " + failure.error().sentence());
        m_start.database.reset();
    }
}

void ProjectWriter::reconnect() {
    checkIdentity();
    auto database =
        std::make_unique<Database>(m_start.file, m_start.share ? Database::Role::ShareWriter : Database::Role::Writer);
    m_start.journal->load(*database);
    m_start.database = std::move(database);
    try {
        compareWithAcknowledged();
        if (!m_start.share) m_start.database->checkpoint(true);
    } catch (...) {
        m_start.database.reset();
        throw;
    }
    publishAll();
}

void ProjectWriter::compareWithAcknowledged() {
    Revision acknowledged;
    std::string chain;
    {
        const std::scoped_lock lock(m_publishedMutex);
        acknowledged = m_publishedRevision;
        chain = m_publishedChain;
    }
    std::string found;
    if (acknowledged.value > 0) {
        Statement row(*m_start.database, "SELECT chain FROM journal WHERE revision = ?");
        row.bind(1, acknowledged.value);
        if (row.step()) found = row.text(0);
    }
    if (found != chain)
        raise(ErrorCode::Damaged,
              "the project file no longer holds every decision that was saved; save the project under another name",
              escapeForDisplay(m_start.file.string()));
}

void ProjectWriter::checkIdentity() const {
    if (projectFaults().replaceUnchecked) return;
    const auto now = identityOf(m_start.file);
    if (!now)
        raise(ErrorCode::Io, "the project file was removed or renamed by another program; save it under another name",
              escapeForDisplay(m_start.file.string()));
    if (*now != m_start.identity)
        raise(ErrorCode::Io, "the project file was replaced by another program; save it under another name",
              escapeForDisplay(m_start.file.string()));
}

void ProjectWriter::publish(const std::vector<Job>& group) {
    const std::scoped_lock lock(m_publishedMutex);
    for (const Job& job : group) {
        if (!job.journalWork || !job.outcome) continue;
        for (const JournalEntry& entry : *job.outcome) {
            m_publishedDecisions[entry.sample.value] = entry.to;
            m_publishedRevision = entry.revision;
            m_journalChanged = true;
        }
    }
    if (m_start.database) m_publishedChain = m_start.journal->chain();
}

void ProjectWriter::publishAll() {
    const std::scoped_lock lock(m_publishedMutex);
    m_publishedDecisions = m_start.journal->decisions();
    m_publishedRevision = m_start.journal->revision();
    m_publishedChain = m_start.journal->chain();
}

void ProjectWriter::tidy(bool idle) {
    if (!m_start.database || m_start.share) return;
    const std::uint64_t waiting = m_start.database->logBytes();
    const std::uint64_t limit = projectFaults().logLimit > 0 ? projectFaults().logLimit : kLogLimit;
    if (waiting == 0 || (!idle && waiting < limit)) return;
    try {
        checkIdentity();
        m_start.database->checkpoint(false);
    } catch (const SqlFailure& failure) {
        log(LogLevel::Warning, "project: the log was not copied into the file: " + failure.error().sentence());
        afterFailure(failure.connectionLost());
    }
}

void ProjectWriter::close() {
    if (m_start.database) {
        try {
            checkIdentity();
            if (!m_start.share) m_start.database->checkpoint(true);
            if (m_changed) keepBackup(*m_start.database);
            const bool missing =
                m_start.journal->revision().value > 0 && !std::filesystem::exists(journalTextOf(m_start.file));
            if (m_journalChanged || missing) writeJournalText(*m_start.database, m_start.classNames);
        } catch (const std::exception& exception) {
            log(LogLevel::Warning, std::string("project: at the end: ") + exception.what());
        }
        m_start.database.reset();
    }
    m_start.lock.reset();
    const std::scoped_lock lock(m_mutex);
    m_done.notify_all();
}

} // namespace assay
