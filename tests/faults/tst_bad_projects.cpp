// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are no projects, of a newer or an older version, damaged or hostile: a sentence each, and not a byte
// changed.
#include "tests/core/project/project_fixture.h"

#include "core/project/database.h"
#include "core/project/journal_store.h"
#include "core/project/project_file.h"
#include "core/project/schema.h"
#include "core/project/testing.h"

#include <sqlite3.h>

using namespace assay;
using namespace assay::test;

namespace {

void put(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

std::set<std::string> listing(const std::filesystem::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

void sql(const std::filesystem::path& file, const char* text) {
    sqlite3* handle = nullptr;
    char* error = nullptr;
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK ||
        sqlite3_exec(handle, text, nullptr, nullptr, &error) != SQLITE_OK)
        qFatal("%s", error != nullptr ? error : "cannot open");
    sqlite3_close(handle);
}

/// Schema 1.0: label sets did not say which labels count.
void takeBackToOneZero(const std::filesystem::path& file) {
    sql(file,
        "PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON; ALTER TABLE label_set RENAME TO newer; CREATE TABLE "
        "label_set(id INTEGER PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, source TEXT NOT NULL, labels TEXT NOT "
        "NULL REFERENCES label_array(hash), truth TEXT REFERENCES label_array(hash)); INSERT INTO label_set SELECT id, name, "
        "origin, source, labels, truth FROM newer; DROP TABLE newer; PRAGMA user_version=1000; PRAGMA "
        "wal_checkpoint(TRUNCATE);");
}

/// A project with decisions, a label set, a run and its evidence; no log beside it.
void fill(const std::filesystem::path& file) {
    auto project = *Project::create(file, reference(300));
    const RunId run = *project->addRun(runOn(*project->addLabelSet("given", labels(300, 10))));
    for (int epoch = 1; epoch <= 3; ++epoch) project->addEpochAsync(run, report(epoch, 300), {});
    project->flush();
    RunRecord record = *project->run(run);
    record.state = RunState::Finished;
    (void)project->updateRun(record);
    for (std::uint32_t i = 0; i < 200; ++i)
        (void)project->decide(std::vector{request(i, Verdict::Relabel, Label(i % 10))});
}

} // namespace

class TestBadProjects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void strangersAreRefusedUntouched_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("empty") << QByteArray() << QByteArray("empty");
        QTest::newRow("text")
            << QByteArray(
                   "hello, this is a text that is longer than the hundred bytes of a header; it goes on and on and on\n")
            << QByteArray("text");
        QTest::newRow("PNG") << QByteArray("\x89PNG\r\n\x1a\n" + QByteArray(200, '\0')) << QByteArray("PNG");
        QTest::newRow("ZIP") << QByteArray("PK\x03\x04" + QByteArray(200, 'x')) << QByteArray("ZIP");
        QTest::newRow("cut header") << QByteArray("SQLite format 3\0\x10", 17) << QByteArray("cut short");
    }
    void strangersAreRefusedUntouched() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, word);
        ProjectFolder folder;
        put(folder.path(), bytes.toStdString());
        for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::ReadOnly, OpenMode::ReadWriteOrReadOnly}) {
            const auto opened = Project::open(folder.path(), mode);
            QVERIFY(!opened);
            QVERIFY2(opened.error().sentence().find(word.toStdString()) != std::string::npos,
                     opened.error().sentence().c_str());
        }
        QCOMPARE(bytesOf(folder.path()), bytes.toStdString());
        QCOMPARE(listing(folder.path().parent_path()), std::set<std::string>{"p.assay"});
    }

    void anotherProgramsDatabaseIsRefusedUntouched() {
        ProjectFolder folder;
        sql(folder.path(), "CREATE TABLE t(x); INSERT INTO t VALUES(1);");
        const std::string before = bytesOf(folder.path());
        const auto opened = Project::open(folder.path(), OpenMode::ReadWrite);
        QVERIFY(!opened && opened.error().code == ErrorCode::Format);
        QCOMPARE(bytesOf(folder.path()), before);
        QCOMPARE(listing(folder.path().parent_path()), std::set<std::string>{"p.assay"});
        QCOMPARE(Project::open(folder.path("none.assay"), OpenMode::ReadWrite).error().code, ErrorCode::NotFound);
        QCOMPARE(Project::open(folder.path(""), OpenMode::ReadWrite).error().code, ErrorCode::Format);
    }

    void newerProjectsAreRefusedUntouched() {
        ProjectFolder folder;
        fill(folder.path());
        std::string bytes = bytesOf(folder.path());
        const auto setVersion = [&](int version) {
            bytes[62] = char(version >> 8);
            bytes[63] = char(version & 0xff);
            put(folder.path(), bytes);
        };
        setVersion(kProjectSchema + 1000);
        for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::ReadOnly, OpenMode::ReadWriteOrReadOnly})
            QCOMPARE(Project::open(folder.path(), mode).error().code, ErrorCode::Newer);
        QCOMPARE(bytesOf(folder.path()), bytes);
        setVersion(kProjectSchema + 1);
        QCOMPARE(Project::open(folder.path(), OpenMode::ReadWrite).error().code, ErrorCode::Newer);
        {
            const auto project = *Project::open(folder.path(), OpenMode::ReadWriteOrReadOnly);
            QVERIFY(project->readOnly());
            QVERIFY(project->readOnlyReason().find("newer") != std::string::npos);
            QCOMPARE(project->revision(), Revision(200));
        }
        QCOMPARE(bytesOf(folder.path()), bytes);
    }

    void aProjectOfTheDraftVersionIsBackedUpAndBroughtUpToDate() {
        ProjectFolder folder;
        fill(folder.path());
        takeBackToOneZero(folder.path());
        // What the draft knew: no reader options, no scores with decisions, no notes.
        sql(folder.path(),
            "PRAGMA foreign_keys=OFF; CREATE TABLE p AS SELECT id, created, location, content_hash, format, split_seed, samples FROM "
            "project; DROP TABLE project; ALTER TABLE p RENAME TO project; CREATE TABLE j AS SELECT revision, step, time, sample, "
            "from_verdict, from_label, to_verdict, to_label, who, rule, undoes, chain FROM journal; DROP TABLE journal; ALTER TABLE j "
            "RENAME TO journal; DROP TABLE note; PRAGMA user_version=9; PRAGMA wal_checkpoint(TRUNCATE);");
        QCOMPARE(Project::open(folder.path(), OpenMode::ReadOnly).error().code, ErrorCode::ReadOnly);
        const auto project = Project::open(folder.path(), OpenMode::ReadWrite);
        QVERIFY2(project, project ? "" : project.error().sentence().c_str());
        QCOMPARE((*project)->revision(), Revision(200));
        QVERIFY((*project)->undo("tester").has_value());
        const auto backups = listing(backupFolderOf(folder.path()));
        QVERIFY(backups.contains("p-schema-9.assay"));
    }

    void aProjectOfOneZeroLearnsWhichLabelsCount() {
        ProjectFolder folder;
        fill(folder.path());
        std::int64_t before = 0;
        {
            const auto project = *Project::open(folder.path(), OpenMode::ReadWrite);
            before = *project->addLabelSet("of 1.0", labels(300, 10));
        }
        takeBackToOneZero(folder.path());
        QCOMPARE(Project::open(folder.path(), OpenMode::ReadOnly).error().code, ErrorCode::ReadOnly);
        const auto project = Project::open(folder.path(), OpenMode::ReadWrite);
        QVERIFY2(project, project ? "" : project.error().sentence().c_str());
        QCOMPARE((*project)->revision(), Revision(200));
        QVERIFY(listing(backupFolderOf(folder.path())).contains("p-schema-1000.assay"));
        const auto read = (*project)->labelSet(before);
        QVERIFY(read.has_value());
        QCOMPARE(read->set.labels, labels(300, 10).labels);
        QVERIFY(read->set.trusted.empty());
    }

    void aMigrationThatFailsLeavesTheOldVersion() {
        ProjectFolder folder;
        fill(folder.path());
        sql(folder.path(), "PRAGMA user_version=7; PRAGMA wal_checkpoint(TRUNCATE);");
        const std::string before = bytesOf(folder.path());
        QVERIFY(!Project::open(folder.path(), OpenMode::ReadWrite));
        {
            Database database(folder.path(), Database::Role::Writer);
            const Migration breaks[] = {{7, 1000, [](Database& d) {
                                             d.execute("DROP TABLE journal");
                                             raise(ErrorCode::Internal, "in the middle");
                                         }}};
            QVERIFY_EXCEPTION_THROWN(migrate(database, breaks), SqlFailure);
            QCOMPARE(database.integer("PRAGMA user_version"), std::int64_t(7));
            QCOMPARE(readRevision(database), Revision(200));
        }
        QCOMPARE(bytesOf(folder.path()), before);
    }

    void hostileSchemasAreNotRun_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("trigger") << QByteArray("CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM run; END;");
        QTest::newRow("view") << QByteArray("DROP TABLE note; CREATE VIEW note AS SELECT 1;");
        QTest::newRow("further table") << QByteArray("CREATE TABLE evil(x);");
        QTest::newRow("altered table") << QByteArray("ALTER TABLE journal ADD COLUMN x;");
        QTest::newRow("impossible count") << QByteArray("UPDATE project SET samples=9000000000000;");
        QTest::newRow("altered decision") << QByteArray("UPDATE journal SET to_label=5 WHERE revision=100;");
        QTest::newRow("missing decision") << QByteArray("DELETE FROM journal WHERE revision=100;");
    }
    void hostileSchemasAreNotRun() {
        QFETCH(QByteArray, text);
        ProjectFolder folder;
        fill(folder.path());
        sql(folder.path(), (text + "PRAGMA wal_checkpoint(TRUNCATE);").constData());
        const std::string before = bytesOf(folder.path());
        const auto opened = Project::open(folder.path(), OpenMode::ReadWrite);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::Damaged);
        QCOMPARE(bytesOf(folder.path()), before);
    }

    void damagedFilesAreNeverWrittenToAndGiveUpWhatIsReadable() {
        ProjectFolder folder;
        fill(folder.path());
        const std::string whole = bytesOf(folder.path());
        CounterRng rng(5, RngPurpose::Test);
        int refused = 0, salvaged = 0;
        std::size_t decisions = 0;
        for (int i = 0; i < 200; ++i) {
            std::string bytes = whole;
            if (i % 2 == 0) bytes.resize(512 * (1 + rng.below(std::uint32_t(whole.size() / 512 - 1))));
            else
                for (int k = 0; k < 40; ++k)
                    bytes[100 + rng.below(std::uint32_t(bytes.size() - 100))] = char(rng.below(256));
            ProjectFolder victim;
            put(victim.path(), bytes);
            const auto opened = Project::open(victim.path(), OpenMode::ReadWrite);
            if (opened) { // damage in a place that holds nothing
                QCOMPARE((*opened)->revision(), Revision(200));
                continue;
            }
            ++refused;
            QCOMPARE(bytesOf(victim.path()), bytes);
            QCOMPARE(listing(victim.path().parent_path()), std::set<std::string>{"p.assay"});
            const auto salvage = salvageProject(victim.path(), victim.path("saved.assay"));
            QCOMPARE(bytesOf(victim.path()), bytes);
            if (!salvage) {
                QVERIFY(!std::filesystem::exists(victim.path("saved.assay")));
                continue;
            }
            ++salvaged;
            decisions += salvage->decisions;
            const auto saved = Project::open(victim.path("saved.assay"), OpenMode::ReadWrite);
            QVERIFY2(saved, saved ? "" : saved.error().sentence().c_str());
            QCOMPARE((*saved)->revision().value, std::int64_t(salvage->decisions));
            QCOMPARE((*saved)->runs()->size(), salvage->runs);
            QCOMPARE((*saved)->labelSets()->size(), salvage->labelSets);
        }
        qInfo("200 damages: %d refused, %d salvaged with %.0f of 200 decisions on average", refused, salvaged,
              salvaged > 0 ? double(decisions) / salvaged : 0.0);
        QVERIFY(refused > 100);
        QVERIFY(salvaged > 0);
    }

    void aLargeFileIsCheckedBehindItsOpening() {
        ProjectFolder folder;
        fill(folder.path());
        const std::string whole = bytesOf(folder.path());
        constexpr std::size_t kPage = 4096;
        int found = 0;
        projectFaults().checkedBehind = true;
        const auto back = qScopeGuard([] { projectFaults().checkedBehind = false; });
        {
            const auto project = *Project::open(folder.path(), OpenMode::ReadWrite);
            QVERIFY(project->decide(std::vector{request(1, Verdict::Flag)}).has_value());
            QVERIFY(!project->damage());
        }
        for (std::size_t page = whole.size() / kPage; page-- > 1 && found < 3;) {
            std::string bytes = whole;
            bytes.replace(page * kPage, 64, std::string(64, '\xff'));
            put(folder.path(), bytes);
            if (atDoor([&] { checkSound(*std::make_unique<Database>(folder.path(), Database::Role::Immutable)); }))
                continue;
            const auto opened = Project::open(folder.path(), OpenMode::ReadWrite);
            if (!opened) continue; // what is read at once is proven at once
            ++found;
            const auto project = *opened;
            QTRY_VERIFY(project->damage().has_value());
            QCOMPARE(project->damage()->code, ErrorCode::Damaged);
            QVERIFY(project->damage()->sentence().find("p.assay") != std::string::npos);
            const auto refused = project->decide(std::vector{request(1, Verdict::Flag)});
            QVERIFY(!refused && refused.error().code == ErrorCode::Damaged);
            QVERIFY(!project->saveAs(folder.path("copy.assay")));
            QVERIFY(project->journal().has_value()); // what can be read is read
        }
        QVERIFY(found > 0);
    }

    void aFullDiskIsSaidAndForgottenWhenThereIsRoom() {
        ProjectFolder folder;
        fill(folder.path());
        Database database(folder.path(), Database::Role::Writer);
        JournalStore journal(300, 10);
        journal.load(database);
        database.execute(("PRAGMA max_page_count=" + std::to_string(database.integer("PRAGMA page_count"))).c_str());
        std::vector<DecisionRequest> bulk(5000, request(7, Verdict::Flag));
        try {
            Transaction transaction(database);
            (void)journal.decide(database, bulk);
            transaction.commit();
            QFAIL("the disk was not full");
        } catch (const SqlFailure& failure) {
            QCOMPARE(failure.error().code, ErrorCode::NoSpace);
            QVERIFY(failure.error().sentence().find("bytes free") != std::string::npos);
        }
        QCOMPARE(readRevision(database), Revision(200));
        database.execute("PRAGMA max_page_count=1000000");
        Transaction transaction(database);
        QCOMPARE(journal.decide(database, bulk).size(), std::size_t(5000));
        transaction.commit();
        QCOMPARE(readRevision(database), Revision(5200));
    }
};

QTEST_GUILESS_MAIN(TestBadProjects)
#include "tst_bad_projects.moc"
