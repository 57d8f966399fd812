// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/journal_store.h"
#include "core/project/project_file.h"
#include "core/project/run_store.h"
#include "core/project/schema.h"

#include <algorithm>

namespace assay {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestPadding = 4ull << 30;

/// Bytes that the header says the file has.
std::uint64_t claimedSize(const fs::path& file) {
    const auto map = MappedFile::open(file);
    if (!map || (*map)->bytes().size() < 100) return 0;
    const auto byte = [&](std::size_t i) { return std::uint64_t((*map)->bytes()[i]); };
    const std::uint64_t page = byte(16) << 8 | byte(17);
    return (page == 1 ? 65536 : page) * (byte(28) << 24 | byte(29) << 16 | byte(30) << 8 | byte(31));
}

/// A private copy of the damaged file and its log: SQLite may do with it what it likes.
class PrivateCopy {
public:
    PrivateCopy(const fs::path& damaged, const fs::path& target) : m_file(temporaryNameFor(target)) {
        m_log = m_file;
        m_log += "-wal";
        fs::path log = damaged;
        log += "-wal";
        fs::copy_file(damaged, m_file);
        // SQLite reads nothing of a file that is shorter than its header says: what was cut off becomes empty pages.
        if (const std::uint64_t meant = claimedSize(damaged); meant > fs::file_size(m_file) && meant <= kLargestPadding)
            fs::resize_file(m_file, meant);
        std::error_code none;
        fs::copy_file(log, m_log, none);
    }
    ~PrivateCopy() {
        fs::path shared = m_file;
        shared += "-shm";
        std::error_code ignored;
        for (const fs::path& file : {m_file, m_log, shared}) fs::remove(file, ignored);
    }
    PrivateCopy(const PrivateCopy&) = delete;
    PrivateCopy& operator=(const PrivateCopy&) = delete;
    [[nodiscard]] const fs::path& file() const { return m_file; }

private:
    fs::path m_file, m_log;
};

/// Copies the rows of a table that can be read and that fit what was copied before; ends at the first that cannot be
/// read.
void copyTable(Database& source, Database& target, const std::string& table) {
    try {
        Statement row(source, "SELECT * FROM " + table);
        std::string places = "?";
        for (int c = 1; c < row.columns(); ++c) places += ",?";
        // An older file lacks the last columns.
        const int present = Statement(target, "SELECT * FROM " + table).columns();
        for (int c = row.columns(); c < present; ++c) places += ",NULL";
        Statement insert(target, "INSERT OR IGNORE INTO " + table + " VALUES(" + places + ")");
        while (row.step()) {
            try {
                for (int c = 0; c < row.columns(); ++c) insert.bind(c + 1, row, c);
                insert.run();
            } catch (const SqlFailure& failure) {
                if (failure.error().code == ErrorCode::NoSpace) throw;
                insert.reset(); // a row that refers to one that was lost
            }
        }
    } catch (const SqlFailure& failure) {
        if (failure.error().code == ErrorCode::NoSpace) throw;
    }
}

/// The unbroken beginning of the journal.
void copyJournal(Database& source, Database& target, std::size_t samples, Salvage& salvage) {
    std::string chain;
    try {
        Statement row(source, std::string("SELECT ") + kJournalColumns + " FROM journal ORDER BY revision");
        Statement insert(target, std::string("INSERT INTO journal(") + kJournalColumns +
                                     ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        while (row.step()) {
            const JournalEntry entry = journalRow(row);
            chain = chainAfter(chain, entry);
            if (entry.revision.value != std::int64_t(salvage.decisions) + 1 || chain != row.text(kChainColumn) ||
                entry.sample.value >= samples) {
                salvage.firstLoss = "decision " + std::to_string(salvage.decisions + 1) + " is missing or was altered";
                return;
            }
            for (int c = 0; c < row.columns(); ++c) insert.bind(c + 1, row, c);
            insert.run();
            ++salvage.decisions;
        }
    } catch (const SqlFailure& failure) {
        if (failure.error().code == ErrorCode::NoSpace) throw;
        salvage.firstLoss = failure.error().message;
    }
}

Salvage salvageInto(const fs::path& readable, const fs::path& unfinished) {
    Database source(readable, endedUncleanly(readable) ? Database::Role::Reader : Database::Role::Immutable);
    const DatasetReference dataset = readDatasetReference(source);
    Database target(unfinished, Database::Role::Builder);
    createSchema(target, dataset);
    Salvage salvage;
    Transaction transaction(target);
    copyTable(source, target, "setting");
    copyTable(source, target, "label_array");
    for (const char* table : {"label_set", "run", "note", "sample_list", "epoch", "evidence"})
        copyTable(source, target, table);
    dropUndecodable(target, dataset.samples);
    salvage.labelSets = std::size_t(target.integer("SELECT count(*) FROM label_set"));
    salvage.runs = std::size_t(target.integer("SELECT count(*) FROM run"));
    salvage.epochs = std::size_t(target.integer("SELECT count(*) FROM epoch"));
    copyJournal(source, target, dataset.samples, salvage);
    transaction.commit();
    if (const std::string complaint = target.quickCheck(); !complaint.empty())
        raise(ErrorCode::Damaged, "what was saved is not sound (" + escapeForDisplay(complaint) + ")");
    return salvage;
}

} // namespace

Result<Salvage> salvageProject(const fs::path& damaged, const fs::path& target) {
    const std::string name = escapeForDisplay(damaged.string());
    std::error_code error;
    const fs::path made = fs::absolute(target).lexically_normal();
    if (fs::exists(fs::symlink_status(made, error)))
        return fail(ErrorCode::InvalidArgument, "a file of this name exists already", escapeForDisplay(made.string()));
    if (const auto header = readProjectHeader(damaged); !header && header.error().code != ErrorCode::Damaged)
        return tl::unexpected<Error>(header.error());
    const fs::path unfinished = temporaryNameFor(made);
    Result<Salvage> salvage = atDoor([&] {
        const PrivateCopy copy(damaged, made);
        return salvageInto(copy.file(), unfinished);
    });
    if (salvage) {
        if (const Status published = publishNewFile(unfinished, made); !published)
            salvage = tl::unexpected<Error>(published.error());
    } else if (salvage.error().code != ErrorCode::NoSpace) {
        salvage = fail(ErrorCode::Damaged,
                       "nothing of this project can be read (" + salvage.error().message + "); restore a backup", name);
    }
    fs::remove(unfinished, error);
    return salvage;
}

} // namespace assay
