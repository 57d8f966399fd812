// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever exports or imports is killed at random moments: a file is the old one or the new one, a pixel store is whole
// or not there, and what was begun is cleared away by the next who comes.
#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/data/pixel_store.h"
#include "tests/faults/killed_child.h"
#include "tests/support/data_files.h"

#include <QDirIterator>

using namespace assay;
using namespace assay::testing;

namespace {

QByteArray killedAfter(const QStringList& arguments, int milliseconds) {
    return test::saidUntilKilled(QStringLiteral(ASSAY_FILE_CHILD), arguments, milliseconds, true);
}

std::string bytesOf(const QString& file) {
    const auto bytes = readFile(toPath(file));
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string();
}

int leftovers(const QString& folder) {
    int count = 0;
    QDirIterator it(folder, {"*.building-*"}, QDir::Dirs | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    for (; it.hasNext(); it.next()) ++count;
    return count;
}

} // namespace

class TestKilledFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anExportIsTheOldFileOrTheNew_data() {
        QTest::addColumn<QStringList>("how");
        QTest::addColumn<bool>("good");
        QTest::newRow("as Assay writes") << QStringList{} << true;
        QTest::newRow("planted: over the file itself") << QStringList{"in-place"} << false;
    }
    void anExportIsTheOldFileOrTheNew() {
        QFETCH(QStringList, how);
        QFETCH(bool, good);
        QTemporaryDir folder;
        const QString file = folder.filePath("out.csv");
        CounterRng rng(5, RngPurpose::Test);
        int mixed = 0;
        for (int kill = 0; kill < 20; ++kill) {
            QFile::remove(file);
            killedAfter(QStringList{"write", file} + how, 1 + int(rng.below(40)));
            const std::string text = bytesOf(file);
            const bool old = text.ends_with(",dog\nend\n") && text.find(",cat") == std::string::npos;
            const bool fresh = text.ends_with(",cat\nend\n") && text.find(",dog") == std::string::npos;
            mixed += !(old || fresh) || std::count(text.begin(), text.end(), '\n') != (old ? 20'002 : 25'002);
            // The next export to this name takes away what the killed one began.
            QVERIFY(writeFileAtomically(toPath(file), "file,label\n").has_value());
            QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                     QStringList{"out.csv"});
        }
        qInfo("%d of 20 files were neither the old one nor the new one", mixed);
        QCOMPARE(mixed == 0, good);
    }

    void aTemporaryFileThatIsBeingWrittenIsLeftAlone() {
        QTemporaryDir folder;
        const QString file = folder.filePath("out.csv");
        writeBytes(folder.filePath(".out.csv.part"), "left by a killed process");
        const Status written = writeFileAtomically(toPath(file), [&](FileSink& sink) -> Status {
            sink.write(std::string_view("outer"));
            return writeFileAtomically(toPath(file), "inner");
        });
        QVERIFY(written.has_value());
        QCOMPARE(bytesOf(file), std::string("outer"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{"out.csv"});
    }

    void anImportIsTakenForWholeOnlyWhenItIs() {
        QTemporaryDir folder;
        for (int i = 0; i < 1500; ++i)
            writeBytes(folder.filePath(QString("set/%1/%2.ppm").arg(i % 3).arg(i)), colourPicture(48, 32, i % 251));
        const Opener reference;
        ASSAY_OPENED(whole, reference(folder.filePath("set")));
        CounterRng rng(6, RngPurpose::Test);
        int unfinished = 0;
        for (int kill = 0; kill < 20; ++kill) {
            const QString cache = folder.filePath("cache");
            const QByteArray said = killedAfter({"import", folder.filePath("set"), cache}, 1 + int(rng.below(300)));
            for (const QByteArray& line : said.split('\n'))
                if (line.startsWith("opened ")) QCOMPARE(line.mid(7), QByteArray::fromStdString(whole.contentHash));
            unfinished += leftovers(cache) > 0;
            OpenOptions options;
            options.cacheFolder = toPath(cache);
            ASSAY_OPENED(again, reference(folder.filePath("set"), options));
            QCOMPARE(again.contentHash, whole.contentHash);
            QCOMPARE(again.size(), whole.size());
            const auto mine = again.pixels->all(), theirs = whole.pixels->all();
            QVERIFY(std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end()));
            QVERIFY(again.notes.empty());
            if (kill % 5 == 4) QVERIFY(QDir(cache).removeRecursively());
        }
        qInfo("%d of 20 kills left an unfinished store", unfinished);
        QVERIFY2(unfinished > 0, "no kill came while a store was being written: the test saw nothing");
    }
};

QTEST_GUILESS_MAIN(TestKilledFiles)
#include "tst_killed_files.moc"
