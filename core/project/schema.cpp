// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/schema.h"

#include "core/base/text.h"
#include "core/project/project_file.h"

#include <algorithm>
#include <array>
#include <map>

namespace assay {

namespace {

struct Object {
    const char* name;
    const char* sql;
};

/// The whole schema. The journal's rows are only ever inserted.
constexpr Object kObjects[] = {
    {"project",
     "CREATE TABLE project(id INTEGER PRIMARY KEY CHECK(id=1), created TEXT NOT NULL, location BLOB NOT NULL, "
     "content_hash TEXT NOT NULL, format TEXT NOT NULL, file_column TEXT NOT NULL, label_column TEXT NOT NULL, "
     "split_seed INTEGER NOT NULL, samples INTEGER NOT NULL)"},
    {"class", "CREATE TABLE class(number INTEGER PRIMARY KEY, name TEXT NOT NULL)"},
    {"setting", "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"},
    {"label_array", "CREATE TABLE label_array(hash TEXT PRIMARY KEY, data BLOB NOT NULL)"},
    {"label_set", "CREATE TABLE label_set(id INTEGER PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, "
                  "source TEXT NOT NULL, labels TEXT NOT NULL REFERENCES label_array(hash), "
                  "truth TEXT REFERENCES label_array(hash), trusted TEXT REFERENCES label_array(hash))"},
    {"run", "CREATE TABLE run(id INTEGER PRIMARY KEY, created TEXT NOT NULL, label_set INTEGER NOT NULL REFERENCES "
            "label_set(id), revision INTEGER, state TEXT NOT NULL, reason TEXT NOT NULL, epochs_done INTEGER NOT NULL, "
            "config TEXT NOT NULL, result TEXT, manifest TEXT NOT NULL)"},
    {"note", "CREATE TABLE note(id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), time TEXT NOT NULL, "
             "sentence TEXT NOT NULL)"},
    {"sample_list", "CREATE TABLE sample_list(hash TEXT PRIMARY KEY, data BLOB NOT NULL)"},
    {"epoch", "CREATE TABLE epoch(run INTEGER NOT NULL REFERENCES run(id), epoch INTEGER NOT NULL, samples TEXT "
              "REFERENCES sample_list(hash), summary TEXT NOT NULL, PRIMARY KEY(run, epoch))"},
    {"evidence",
     "CREATE TABLE evidence(run INTEGER NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, data BLOB NOT "
     "NULL, PRIMARY KEY(run, epoch, name), FOREIGN KEY(run, epoch) REFERENCES epoch(run, epoch) ON DELETE "
     "CASCADE)"},
    {"journal",
     "CREATE TABLE journal(revision INTEGER PRIMARY KEY, step INTEGER NOT NULL, time TEXT NOT NULL, sample "
     "INTEGER NOT NULL, from_verdict INTEGER NOT NULL, from_label INTEGER NOT NULL, to_verdict INTEGER NOT "
     "NULL, to_label INTEGER NOT NULL, who TEXT NOT NULL, rule TEXT NOT NULL, score TEXT NOT NULL, value REAL, "
     "run INTEGER, undoes INTEGER, chain TEXT NOT NULL)"},
    {"journal_step", "CREATE INDEX journal_step ON journal(step)"},
};

/// 0.9 kept no scores with its decisions, no notes and no reader options.
void fromDraft(Database& database) {
    database.execute("ALTER TABLE project RENAME TO draft_project;"
                     "ALTER TABLE journal RENAME TO draft_journal;"
                     "DROP INDEX IF EXISTS journal_step;");
    for (const Object& object : kObjects) {
        const std::string name = object.name;
        if (name == "project" || name == "journal" || name == "journal_step" || name == "note")
            database.execute(object.sql);
    }
    database.execute(
        "INSERT INTO project SELECT id, created, location, content_hash, format, '', '', split_seed, samples "
        "FROM draft_project;"
        "INSERT INTO journal SELECT revision, step, time, sample, from_verdict, from_label, to_verdict, "
        "to_label, who, rule, '', NULL, NULL, undoes, chain FROM draft_journal;"
        "DROP TABLE draft_project; DROP TABLE draft_journal;");
}

/// 1.0 did not say which labels of a set count.
void addTrusted(Database& database) {
    database.execute("ALTER TABLE label_set ADD COLUMN trusted TEXT REFERENCES label_array(hash)");
}

constexpr Migration kMigrations[] = {{9, 1000, fromDraft}, {1000, 1001, addTrusted}};

} // namespace

std::span<const Migration> migrations() { return kMigrations; }

void createSchema(Database& database, const DatasetReference& dataset) {
    Transaction transaction(database);
    for (const Object& object : kObjects) database.execute(object.sql);
    const std::string location = dataset.location.string();
    Statement(database, "INSERT INTO project VALUES(1,?,?,?,?,?,?,?,?)")
        .bind(1, utcNow())
        .bind(2, std::as_bytes(std::span(location)))
        .bind(3, dataset.contentHash)
        .bind(4, dataset.format)
        .bind(5, dataset.fileColumn)
        .bind(6, dataset.labelColumn)
        .bind(7, std::int64_t(dataset.splitSeed))
        .bind(8, std::int64_t(dataset.samples))
        .run();
    Statement insert(database, "INSERT INTO class VALUES(?,?)");
    for (std::size_t i = 0; i < dataset.classNames.size(); ++i)
        insert.bind(1, std::int64_t(i)).bind(2, dataset.classNames[i]).run();
    database.execute(("PRAGMA application_id=" + std::to_string(kProjectApplicationId)).c_str());
    database.execute(("PRAGMA user_version=" + std::to_string(kProjectSchema)).c_str());
    transaction.commit();
}

void verifySchema(Database& database, bool newerMinor) {
    std::map<std::string, std::string> found;
    Statement statement(database, "SELECT type, name, sql FROM sqlite_schema");
    while (statement.step()) {
        const std::string type = statement.text(0), name = statement.text(1);
        if (type == "index" && name.starts_with("sqlite_autoindex_")) continue;
        const bool ours = std::any_of(std::begin(kObjects), std::end(kObjects),
                                      [&](const Object& object) { return name == object.name; });
        if (type == "trigger" || type == "view" || (!ours && !newerMinor))
            raise(ErrorCode::Damaged,
                  "this is not a valid project: it holds the " + escapeForDisplay(type) + " \"" +
                      escapeForDisplay(name) + "\", which Assay did not make",
                  escapeForDisplay(database.file().string()));
        found.emplace(name, statement.text(2));
    }
    for (const Object& object : kObjects) {
        const auto it = found.find(object.name);
        if (it == found.end() || (it->second != object.sql && !newerMinor))
            raise(ErrorCode::Damaged,
                  std::string("this is not a valid project: its table \"") + object.name +
                      "\" is missing or altered; restore a backup",
                  escapeForDisplay(database.file().string()));
    }
}

void migrate(Database& database, std::span<const Migration> steps) {
    Transaction transaction(database);
    auto version = database.integer("PRAGMA user_version");
    while (version != kProjectSchema) {
        const auto step =
            std::find_if(steps.begin(), steps.end(), [&](const Migration& m) { return m.from == version; });
        if (step == steps.end())
            raise(ErrorCode::Unsupported,
                  "no way is known from this project's schema " + std::to_string(version) + " to the present one",
                  escapeForDisplay(database.file().string()));
        step->apply(database);
        version = step->to;
    }
    database.execute(("PRAGMA user_version=" + std::to_string(kProjectSchema)).c_str());
    verifySchema(database, false);
    transaction.commit();
}

DatasetReference readDatasetReference(Database& database) {
    DatasetReference result;
    Statement row(database, "SELECT location, content_hash, format, file_column, label_column, split_seed, samples "
                            "FROM project WHERE id=1");
    if (!row.step())
        raise(ErrorCode::Damaged, "the project does not say which data set it is about; restore a backup",
              escapeForDisplay(database.file().string()));
    const auto location = row.blob(0);
    result.location = std::string(reinterpret_cast<const char*>(location.data()), location.size());
    result.contentHash = row.text(1);
    result.format = row.text(2);
    result.fileColumn = row.text(3);
    result.labelColumn = row.text(4);
    result.splitSeed = std::uint64_t(row.integer(5));
    if (row.integer(6) < 0 || row.integer(6) > std::int64_t(UINT32_MAX))
        raise(ErrorCode::Damaged, "the project claims an impossible number of samples; restore a backup",
              escapeForDisplay(database.file().string()));
    result.samples = std::size_t(row.integer(6));
    Statement classes(database, "SELECT name FROM class ORDER BY number");
    while (classes.step()) result.classNames.push_back(classes.text(0));
    return result;
}

void writeLocation(Database& database, const std::filesystem::path& location) {
    const std::string bytes = location.string();
    Statement(database, "UPDATE project SET location=? WHERE id=1").bind(1, std::as_bytes(std::span(bytes))).run();
}

} // namespace assay
