// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/backup.h"

#include "core/base/csv.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/project/journal_store.h"
#include "core/project/project_file.h"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace assay {

namespace {

constexpr std::size_t kBackupsKept = 5;
constexpr std::uintmax_t kLargeProject = 64u << 20;

void syncPath(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) raise(ErrorCode::Io, "the disk did not take the copy", escapeForDisplay(path.string()));
}

/// "20260301-120000-123" from now, so that names sort by time.
std::string stamp() {
    std::string text;
    for (const char c : utcNow()) {
        if (c >= '0' && c <= '9') text += c;
        if (c == 'T' || c == '.') text += '-';
    }
    return text;
}

std::string stem(const std::filesystem::path& project) { return project.stem().string(); }

} // namespace

void copyProject(Database& source, const std::filesystem::path& target) {
    std::filesystem::path temporary = target;
    temporary += ".part";
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    try {
        {
            Database copy(temporary, Database::Role::Builder);
            sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", source.handle(), "main");
            if (backup == nullptr) copy.fail(sqlite3_errcode(copy.handle()));
            const int code = sqlite3_backup_step(backup, -1);
            sqlite3_backup_finish(backup);
            if (code != SQLITE_DONE) copy.fail(code);
        }
        {
            Database copy(temporary, Database::Role::Immutable);
            if (const std::string complaint = copy.quickCheck(); !complaint.empty())
                raise(ErrorCode::Damaged, "the copy of the project is not sound (" + complaint + ")",
                      escapeForDisplay(target.string()));
            if (readRevision(copy) != readRevision(source))
                raise(ErrorCode::Damaged, "the copy of the project lacks decisions", escapeForDisplay(target.string()));
        }
        syncPath(temporary, O_RDONLY);
        std::filesystem::rename(temporary, target);
        syncPath(target.parent_path(), O_RDONLY | O_DIRECTORY);
    } catch (...) {
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

std::vector<std::filesystem::path> backupsOf(const std::filesystem::path& project) {
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    const std::string prefix = stem(project) + "-2";
    for (const auto& entry : std::filesystem::directory_iterator(backupFolderOf(project), ignored))
        if (entry.path().filename().string().starts_with(prefix) && entry.path().extension() == ".assay")
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

void keepBackup(Database& source) {
    const std::filesystem::path project = source.file();
    auto present = backupsOf(project);
    std::error_code ignored;
    if (std::filesystem::file_size(project, ignored) > kLargeProject && !present.empty()) {
        const auto age =
            std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(present.back(), ignored);
        if (age < std::chrono::hours(24)) return;
    }
    const std::filesystem::path folder = backupFolderOf(project);
    std::filesystem::create_directories(folder);
    copyProject(source, folder / (stem(project) + "-" + stamp() + ".assay"));
    present = backupsOf(project);
    for (std::size_t i = 0; i + kBackupsKept < present.size(); ++i) std::filesystem::remove(present[i], ignored);
}

std::filesystem::path keepBackupOfSchema(Database& source, int schema) {
    const std::filesystem::path folder = backupFolderOf(source.file());
    std::filesystem::create_directories(folder);
    std::filesystem::path target = folder / (stem(source.file()) + "-schema-" + std::to_string(schema) + ".assay");
    copyProject(source, target);
    return target;
}

void writeJournalText(Database& source, const std::vector<std::string>& classNames) {
    const auto className = [&](Label label) {
        return label >= 0 && std::size_t(label) < classNames.size() ? classNames[std::size_t(label)] : std::string();
    };
    const auto optional = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
    const Status written = writeFileAtomically(journalTextOf(source.file()), [&](FileSink& sink) -> Status {
        sink.write(csvRow({"revision", "step", "time", "index", "from", "from_label", "to", "to_label", "who", "rule",
                           "score", "value", "run", "undoes", "chain"}));
        Statement row(source, std::string("SELECT ") + kJournalColumns + " FROM journal ORDER BY revision");
        while (row.step()) {
            const JournalEntry entry = journalRow(row);
            const DecisionReason& reason = entry.reason;
            sink.write(csvRow({std::to_string(entry.revision.value), std::to_string(entry.step), entry.time,
                               std::to_string(entry.sample.value), std::string(verdictName(entry.from.verdict)),
                               className(entry.from.label), std::string(verdictName(entry.to.verdict)),
                               className(entry.to.label), reason.who, reason.rule, reason.score,
                               reason.value ? formatNumber(*reason.value) : std::string(),
                               reason.run ? std::to_string(reason.run->value) : std::string(), optional(entry.undoes),
                               row.text(kChainColumn)}));
        }
        return {};
    });
    if (!written) throw SqlFailure(written.error(), 0);
}

} // namespace assay
