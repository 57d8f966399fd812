// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/sqlite_project.h"

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/project/backup.h"
#include "core/project/feature_store.h"
#include "core/project/run_store.h"
#include "core/project/schema.h"

namespace assay {

SqliteProject::SqliteProject(Start start)
    : m_start(std::move(start)), m_mark(m_start.identity), m_dataset(m_start.dataset) {
    // One reader from the start: it holds on to this very file, whatever becomes of the name.
    (void)read([](Database& database) { return readRevision(database); });
    // On a share the writer's lock admits no second connection.
    if (m_start.unchecked && !m_start.share)
        m_checker = std::jthread([this](const std::stop_token& stop) { checkWhole(stop); });
}

SqliteProject::~SqliteProject() {
    m_checker = {};
    // Readers first: the writer empties and removes the log only as the last one on the file.
    m_readers.clear();
    if (m_start.writer) m_start.writer->finish();
}

Status SqliteProject::mayWrite() const {
    if (!m_start.writer)
        return fail(ErrorCode::ReadOnly, "this project is open read-only: " + m_start.readOnlyReason,
                    escapeForDisplay(m_start.file.string()));
    if (auto found = damage()) return tl::unexpected<Error>(std::move(*found));
    return {};
}

std::optional<Error> SqliteProject::damage() const {
    const std::scoped_lock lock(m_mutex);
    return m_damage;
}

void SqliteProject::checkWhole(const std::stop_token& stop) {
    const Status checked = atDoor([&] {
        Database database(m_start.file, m_start.readerRole);
        checkSound(database, stop);
    });
    if (checked || checked.error().code != ErrorCode::Damaged) return;
    log(LogLevel::Error, "project: " + checked.error().sentence());
    const std::scoped_lock lock(m_mutex);
    m_damage = checked.error();
}

template <class F>
auto SqliteProject::read(F&& work) const -> Result<decltype(work(std::declval<Database&>()))> {
    using Value = decltype(work(std::declval<Database&>()));
    if (m_start.share && m_start.writer) {
        // An exclusive lock admits no second connection: the writer reads.
        std::optional<Value> value;
        ASSAY_CHECK_STATUS(m_start.writer->perform([&](Database& database) { value = work(database); }));
        return std::move(*value);
    }
    return atDoor([&]() -> Value {
        std::unique_ptr<Database> reader;
        {
            const std::scoped_lock lock(m_mutex);
            if (!m_readers.empty()) {
                reader = std::move(m_readers.back());
                m_readers.pop_back();
            }
        }
        if (!reader) reader = std::make_unique<Database>(m_start.file, m_start.readerRole);
        Transaction transaction(*reader, "BEGIN");
        Value value = work(*reader);
        transaction.commit();
        const std::scoped_lock lock(m_mutex);
        m_readers.push_back(std::move(reader));
        return value;
    });
}

Status SqliteProject::write(ProjectWriter::Work work) {
    ASSAY_CHECK_STATUS(mayWrite());
    return m_start.writer->perform(std::move(work));
}

DatasetReference SqliteProject::dataset() const {
    const std::scoped_lock lock(m_mutex);
    return m_dataset;
}

Status SqliteProject::relocateDataset(const std::filesystem::path& location) {
    ASSAY_CHECK_STATUS(write([&](Database& database) { writeLocation(database, location); }));
    const std::scoped_lock lock(m_mutex);
    m_dataset.location = location;
    return {};
}

Result<std::int64_t> SqliteProject::addLabelSet(const std::string& name, const LabelSet& set) {
    const std::size_t samples = m_start.dataset.samples;
    if (set.labels.size() != samples || (!set.trueLabels.empty() && set.trueLabels.size() != samples) ||
        (!set.trusted.empty() && set.trusted.size() != samples))
        return fail(ErrorCode::InvalidArgument,
                    "a label set needs one label for each of the " + withThousands(samples) + " samples", name);
    std::int64_t id = 0;
    ASSAY_CHECK_STATUS(write([&](Database& database) { id = insertLabelSet(database, name, set); }));
    return id;
}

Result<StoredLabelSet> SqliteProject::labelSet(std::int64_t id) const {
    return read([&](Database& database) { return readLabelSet(database, id, m_start.dataset.samples); });
}

Result<std::vector<StoredLabelSet>> SqliteProject::labelSets() const {
    return read([&](Database& database) { return readLabelSets(database, m_start.dataset.samples); });
}

Result<RunId> SqliteProject::addRun(const RunRecord& run) {
    RunId id;
    ASSAY_CHECK_STATUS(write([&](Database& database) { id = insertRun(database, run); }));
    // A project of this name that is gone had a run of this number: what it kept there is not this run's.
    std::error_code error;
    std::filesystem::remove_all(checkpointFolder(id), error);
    if (error)
        return fail(ErrorCode::Io, "what an earlier project left there cannot be removed (" + error.message() + ")",
                    escapeForDisplay(checkpointFolder(id).string()));
    return id;
}

Status SqliteProject::updateRun(const RunRecord& run) {
    return write([&](Database& database) { updateRunRow(database, run); });
}

Result<std::vector<RunRecord>> SqliteProject::runs() const {
    return read([](Database& database) { return readRuns(database); });
}

Result<RunRecord> SqliteProject::run(RunId id) const {
    return read([&](Database& database) { return readRun(database, id); });
}

std::filesystem::path SqliteProject::checkpointFolder(RunId id) const {
    return checkpointsOf(m_start.file) / ("run-" + std::to_string(id.value));
}

Result<std::shared_ptr<const FeatureMatrix>> SqliteProject::features(RunId id) const {
    return readFeatures(checkpointFolder(id), m_start.dataset.samples);
}

Result<std::shared_ptr<const FeatureMatrix>> SqliteProject::probabilities(RunId id) const {
    return readFeatures(checkpointFolder(id), m_start.dataset.samples, MatrixKind::Probabilities);
}

void SqliteProject::setRunStateAsync(RunId id, RunState state) {
    if (!m_start.writer) return;
    m_start.writer->submit([id, state](Database& database) { setRunState(database, id, state); },
                           [](const Status& status) {
                               if (!status) log(LogLevel::Error, "project: " + status.error().sentence());
                           });
}

void SqliteProject::addNoteAsync(RunId id, const std::string& sentence) {
    if (!m_start.writer) return;
    m_start.writer->submit([id, sentence](Database& database) { insertNote(database, id, sentence); },
                           [](const Status& status) {
                               if (!status) log(LogLevel::Error, "project: " + status.error().sentence());
                           });
}

Result<std::vector<std::string>> SqliteProject::notes(RunId id) const {
    return read([&](Database& database) { return readNotes(database, id); });
}

void SqliteProject::addEpochAsync(RunId run, std::shared_ptr<const EpochReport> report,
                                  std::function<void(Status)> done) {
    if (Status allowed = mayWrite(); !allowed) {
        if (done) done(tl::unexpected<Error>(std::move(allowed).error()));
        return;
    }
    const std::size_t samples = m_start.dataset.samples;
    // The features are a file of their own: whether it can be written decides nothing about the epoch.
    auto thenFeatures = [features = report->features, folder = checkpointFolder(run),
                         done = std::move(done)](const Status& status) {
        if (status && features)
            if (const Status stored = storeFeatures(folder, *features); !stored)
                log(LogLevel::Error, "project: " + stored.error().sentence());
        if (done) done(status);
    };
    m_start.writer->submit(
        [run, samples, report = std::move(report)](Database& database) {
            (void)readRun(database, run);
            const Result<PackedEpoch> packed = packEpoch(*report, samples);
            if (!packed) throw SqlFailure(packed.error(), 0);
            insertEpoch(database, run, *packed);
            insertRound(database, run, *report, samples);
        },
        std::move(thenFeatures));
}

Result<std::vector<EpochSummary>> SqliteProject::epochs(RunId run) const {
    return read([&](Database& database) { return readEpochs(database, run); });
}

Result<std::shared_ptr<const Evidence>> SqliteProject::evidence(RunId run, int epoch) const {
    return read([&](Database& database) { return readEvidence(database, run, epoch, m_start.dataset.samples); });
}

Result<std::vector<JournalEntry>> SqliteProject::decide(std::span<const DecisionRequest> requests) {
    ASSAY_CHECK_STATUS(mayWrite());
    return m_start.writer->performJournal(
        [&](Database& database, JournalStore& journal) { return journal.decide(database, requests); });
}

void SqliteProject::decideAsync(std::vector<DecisionRequest> requests,
                                std::function<void(Result<std::vector<JournalEntry>>)> done) {
    if (Status allowed = mayWrite(); !allowed) {
        if (done) done(tl::unexpected<Error>(std::move(allowed).error()));
        return;
    }
    m_start.writer->submitJournal(
        [requests = std::move(requests)](Database& database, JournalStore& journal) {
            return journal.decide(database, requests);
        },
        std::move(done));
}

Result<std::vector<JournalEntry>> SqliteProject::undo(const std::string& who) {
    ASSAY_CHECK_STATUS(mayWrite());
    return m_start.writer->performJournal(
        [&](Database& database, JournalStore& journal) { return journal.undo(database, who); });
}

Result<std::vector<JournalEntry>> SqliteProject::redo(const std::string& who) {
    ASSAY_CHECK_STATUS(mayWrite());
    return m_start.writer->performJournal(
        [&](Database& database, JournalStore& journal) { return journal.redo(database, who); });
}

Result<std::vector<JournalEntry>> SqliteProject::undoStep(std::int64_t step, const std::string& who) {
    ASSAY_CHECK_STATUS(mayWrite());
    return m_start.writer->performJournal(
        [&](Database& database, JournalStore& journal) { return journal.undoStep(database, step, who); });
}

Result<std::vector<JournalEntry>> SqliteProject::journal() const {
    return read([](Database& database) { return readJournal(database); });
}

Revision SqliteProject::revision() const {
    if (m_start.writer) return m_start.writer->revision();
    return read([](Database& database) { return readRevision(database); }).value_or(Revision(0));
}

Result<std::vector<DecisionState>> SqliteProject::decisions(std::optional<Revision> at) const {
    if (!at && m_start.writer) return m_start.writer->decisions();
    if (at && (at->value < 0 || at->value > revision().value))
        return fail(ErrorCode::NotFound, "the journal has no revision " + std::to_string(at->value) +
                                             "; its newest is " + std::to_string(revision().value));
    return read([&](Database& database) { return readDecisions(database, m_start.dataset.samples, at); });
}

Result<std::string> SqliteProject::setting(const std::string& key) const {
    return read([&](Database& database) {
        Statement row(database, "SELECT value FROM setting WHERE key=?");
        row.bind(1, key);
        return row.step() ? row.text(0) : std::string();
    });
}

Status SqliteProject::setSetting(const std::string& key, const std::string& value) {
    return write([&](Database& database) {
        Statement(database, "INSERT INTO setting VALUES(?1,?2) ON CONFLICT(key) DO UPDATE SET value=?2")
            .bind(1, key)
            .bind(2, value)
            .run();
    });
}

void SqliteProject::flush() {
    if (m_start.writer) m_start.writer->flush();
}

Status SqliteProject::saveAs(const std::filesystem::path& target, bool replace) {
    if (auto found = damage()) return tl::unexpected<Error>(std::move(*found));
    flush();
    const std::filesystem::path made = std::filesystem::absolute(target).lexically_normal();
    const std::string name = escapeForDisplay(made.string());
    const auto there = identityOf(made);
    if (there && !replace) return fail(ErrorCode::InvalidArgument, "a file of this name exists already", name);
    if (there == m_start.identity) return fail(ErrorCode::InvalidArgument, "this is the project itself", name);
    std::unique_ptr<ProjectLock> lock; // nobody may open what is about to be replaced
    if (there) {
        if (endedUncleanly(made))
            return fail(ErrorCode::Busy,
                        "the project there was not closed cleanly; open and close it first, or choose another name",
                        name);
        ASSAY_TRY(lock, ProjectLock::acquire(made));
    }
    const std::filesystem::path unfinished = temporaryNameFor(made);
    Status saved;
    if (const auto copied = read([&](Database& database) {
            copyProject(database, unfinished);
            return true;
        });
        !copied)
        saved = tl::unexpected<Error>(copied.error());
    if (saved) saved = there ? replaceFile(unfinished, made) : publishNewFile(unfinished, made);
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    return saved;
}

} // namespace assay
