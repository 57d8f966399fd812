// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/backup.h"
#include "core/project/run_store.h"
#include "core/project/schema.h"
#include "core/project/sqlite_project.h"
#include "core/project/testing.h"

#include "core/base/log.h"
#include "core/base/text.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace assay {

namespace {

constexpr std::uintmax_t kCheckedBefore = 64u << 20; ///< larger files are checked behind, unless they ended uncleanly

std::string schemaName(int schema) { return std::to_string(schema / 1000) + "." + std::to_string(schema % 1000); }

bool isLarge(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::uintmax_t limit = projectFaults().checkedBehind ? 0 : kCheckedBefore;
    return std::filesystem::file_size(file, ignored) > limit;
}

/// What a look through a connection that cannot write came to.
struct Inspection {
    DatasetReference dataset;
    std::unique_ptr<JournalStore> journal;
};

/// Reads everything that a writer will rely on, before anything is allowed to write.
Inspection inspect(const std::filesystem::path& file, int schema, bool unclean) {
    Database database(file, unclean ? Database::Role::Reader : Database::Role::Immutable);
    Inspection result;
    if (unclean || !isLarge(file)) checkSound(database);
    if (schema != kProjectSchema) return result;
    verifySchema(database, false);
    result.dataset = readDatasetReference(database);
    result.journal = std::make_unique<JournalStore>(result.dataset.samples, int(result.dataset.classNames.size()));
    result.journal->load(database);
    return result;
}

std::shared_ptr<Project> openForWriting(const std::filesystem::path& file, int schema,
                                        std::unique_ptr<ProjectLock> lock) {
    const bool unclean = endedUncleanly(file);
    Inspection inspection = inspect(file, schema, unclean);
    WriterStart start;
    start.file = file;
    start.identity = identityOf(file).value_or(FileIdentity{});
    start.share = onNetworkShare(file);
    start.lock = std::move(lock);
    start.database =
        std::make_unique<Database>(file, start.share ? Database::Role::ShareWriter : Database::Role::Writer);
    Database& database = *start.database;
    if (schema != kProjectSchema) {
        const auto backup = keepBackupOfSchema(database, schema);
        log(LogLevel::Info, "project: brought up to date; the version before is " + escapeForDisplay(backup.string()));
        migrate(database, migrations());
        inspection.dataset = readDatasetReference(database);
        inspection.journal =
            std::make_unique<JournalStore>(inspection.dataset.samples, int(inspection.dataset.classNames.size()));
        inspection.journal->load(database);
    }
    if (runsLeftBehind(database) > 0) {
        Transaction transaction(database);
        closeInterruptedRuns(database);
        transaction.commit();
    }
    start.journal = std::move(inspection.journal);
    start.classNames = inspection.dataset.classNames;

    SqliteProject::Start project;
    project.file = file;
    project.identity = start.identity;
    project.dataset = std::move(inspection.dataset);
    project.share = start.share;
    project.recovered = unclean;
    project.unchecked = !unclean && isLarge(file);
    project.writer = std::make_shared<ProjectWriter>(std::move(start));
    project.writer->run();
    return std::make_shared<SqliteProject>(std::move(project));
}

std::shared_ptr<Project> openForReading(const std::filesystem::path& file, int schema, std::string reason) {
    SqliteProject::Start start;
    start.file = file;
    start.identity = identityOf(file).value_or(FileIdentity{});
    start.readOnlyReason = std::move(reason);
    start.recovered = false;
    // Where nothing can be created beside the file and no log lies there, it is read as it stands.
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    if (!endedUncleanly(file) && ::access(folder.c_str(), W_OK) != 0) start.readerRole = Database::Role::Immutable;
    if (schema < kProjectSchema)
        raise(ErrorCode::ReadOnly,
              "this project is of an older version and has to be brought up to date first, which needs to write to it",
              escapeForDisplay(file.string()));
    const auto look = [&] {
        Database database(file, start.readerRole);
        verifySchema(database, schema > kProjectSchema);
        start.dataset = readDatasetReference(database);
    };
    try {
        look();
    } catch (const SqlFailure& failure) {
        // A reader of a log wants a small file beside it; a full disk has no room for that.
        if (failure.error().code != ErrorCode::NoSpace || start.readerRole == Database::Role::Immutable ||
            endedUncleanly(file))
            throw;
        start.readerRole = Database::Role::Immutable;
        look();
    }
    start.unchecked = isLarge(file);
    return std::make_shared<SqliteProject>(std::move(start));
}

} // namespace

Result<std::shared_ptr<Project>> Project::create(const std::filesystem::path& file, const DatasetReference& dataset) {
    const std::filesystem::path target = std::filesystem::absolute(file).lexically_normal();
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(target, error)))
        return fail(ErrorCode::InvalidArgument, "a file of this name exists already",
                    escapeForDisplay(target.string()));
    if (!std::filesystem::is_directory(target.parent_path(), error))
        return fail(ErrorCode::NotFound, "there is no such folder", escapeForDisplay(target.parent_path().string()));
    if (::access(target.parent_path().c_str(), W_OK | X_OK) != 0)
        return fail(ErrorCode::ReadOnly,
                    std::string("the project cannot be made in this folder (") + std::strerror(errno) + ")",
                    escapeForDisplay(target.string()));
    const std::filesystem::path temporary = temporaryNameFor(target);
    Status made = atDoor([&] {
        Database database(temporary, Database::Role::Builder);
        createSchema(database, dataset);
    });
    if (!made) made.error().context = escapeForDisplay(target.string());
    if (made) made = publishNewFile(temporary, target);
    std::filesystem::remove(temporary, error);
    ASSAY_CHECK_STATUS(made);
    return open(target, OpenMode::ReadWrite);
}

Result<std::shared_ptr<Project>> Project::open(const std::filesystem::path& file, OpenMode mode) {
    std::error_code error;
    // Locks and logs lie beside the file itself, not beside a link to it.
    std::filesystem::path target = std::filesystem::canonical(file, error);
    if (error) target = std::filesystem::absolute(file);
    const std::string name = escapeForDisplay(target.string());
    int schema = kProjectSchema;
    const auto identity = identityOf(target);
    if (!identity || !OpenFileMark::isOpen(*identity)) {
        ASSAY_TRY(schema, readProjectHeader(target));
    }
    if (schema / 1000 > kProjectSchema / 1000 || (schema > kProjectSchema && mode == OpenMode::ReadWrite))
        return fail(ErrorCode::Newer,
                    "this project was made by a newer version of Assay (file version " + schemaName(schema) +
                        ", this one writes " + schemaName(kProjectSchema) + "); update Assay to open it",
                    name);
    std::string reason = "it was opened for reading";
    if (schema > kProjectSchema) {
        reason = "it was made by a newer version of Assay";
    } else if (mode != OpenMode::ReadOnly) {
        Result<std::unique_ptr<ProjectLock>> lock = ProjectLock::acquire(target);
        if (lock && ::access(target.c_str(), W_OK) != 0)
            lock = fail(ErrorCode::ReadOnly, "the project file cannot be written", name);
        if (lock) return atDoor([&] { return openForWriting(target, schema, std::move(*lock)); });
        if (mode == OpenMode::ReadWrite) return tl::unexpected<Error>(lock.error());
        reason = lock.error().message;
    }
    return atDoor([&] { return openForReading(target, schema, reason); });
}

std::vector<std::filesystem::path> projectBackups(const std::filesystem::path& file) { return backupsOf(file); }

} // namespace assay
