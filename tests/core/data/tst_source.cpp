// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/archive_source.h"
#include "core/data/source.h"
#include "tests/support/archives.h"
#include "tests/support/data_files.h"

#include <unistd.h>

using namespace assay;
using namespace assay::testing;

namespace {

struct Listed {
    std::shared_ptr<const Source> source;
    QStringList names;
    QStringList problems;
};

Listed openIt(const QString& path) {
    ProblemCollector problems;
    auto source = openSource(toPath(path), problems, {}, {});
    Listed listed;
    if (!source) {
        listed.problems << sentence(source.error());
        return listed;
    }
    listed.source = *source;
    for (const SourceEntry& entry : listed.source->entries()) listed.names << QString::fromStdString(entry.path);
    for (const Problem& problem : problems.take())
        listed.problems << QString::fromStdString(problem.file + ": " + problem.reason);
    return listed;
}

} // namespace

class TestSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void linksThatLeaveOrCircleAreRefused() {
        QTemporaryDir outside;
        writeBytes(outside.path() + "/secret", "x");
        QTemporaryDir folder;
        writeBytes(folder.path() + "/a/real", "real");
        QVERIFY(QFile::link("real", folder.path() + "/a/inside"));
        QVERIFY(QFile::link(outside.path() + "/secret", folder.path() + "/a/outside"));
        QVERIFY(QFile::link(outside.path(), folder.path() + "/out"));
        QVERIFY(QFile::link("..", folder.path() + "/a/loop"));
        QVERIFY(QFile::link("nowhere", folder.path() + "/a/broken"));
        const Listed listed = openIt(folder.path());
        QCOMPARE(listed.names, QStringList({"a/inside", "a/real"}));
        QCOMPARE(listed.problems.size(), 4);
        QCOMPARE(listed.source->read("a/inside")->size(), std::size_t{4});
        QVERIFY(!listed.source->read("../secret").has_value());
        QVERIFY(!listed.source->read("a/outside").has_value());
    }

    void theFingerprintFollowsTheContent() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/a", "1");
        const std::string before = openIt(folder.path()).source->fingerprint();
        QCOMPARE(openIt(folder.path()).source->fingerprint(), before);
        writeBytes(folder.path() + "/a", "22");
        const std::string after = openIt(folder.path()).source->fingerprint();
        QVERIFY(after != before);
        QVERIFY(QFile::rename(folder.path() + "/a", folder.path() + "/b"));
        QVERIFY(openIt(folder.path()).source->fingerprint() != after);
    }

    void aFolderOfPlainFilesIsToldWithoutAListing() {
        QTemporaryDir folder;
        const auto quick = [&] { return quickFingerprint(folder.path().toStdString()); };
        for (int i = 0; i < 40; ++i)
            writeBytes(folder.path() + QStringLiteral("/%1/%2/x%3").arg(i % 3).arg(i % 5).arg(i), "1");
        const std::string before = openIt(folder.path()).source->fingerprint();
        QCOMPARE(quick(), before);
        QVERIFY(QFile::rename(folder.path() + "/0/0/x0", folder.path() + "/0/1/x0"));
        QVERIFY(quick() != before);
        QCOMPARE(quick(), openIt(folder.path()).source->fingerprint());
        QVERIFY(QFile::link("x1", folder.path() + "/1/1/link"));
        QVERIFY(quick().empty());
    }

    void hostileArchiveEntriesAreRefusedByName() {
        QTemporaryDir folder;
        const QString path = folder.path() + "/x.tar";
        writeArchive(path, {{"good", "1"},
                            {"../evil", "2"},
                            {"/absolute", "3"},
                            {"a/../../b", "4"},
                            {"link", "link:good"},
                            {"good", "again"},
                            {"./fine", "5"}});
        const Listed listed = openIt(path);
        QCOMPARE(listed.names, QStringList({"fine", "good"}));
        QCOMPARE(listed.problems.size(), 5);
        QCOMPARE(listed.source->read("good")->size(), std::size_t{1});
    }

    void bombsAreRefused() {
        QTemporaryDir folder;
        const QString path = folder.path() + "/x.tar.gz";
        writeArchive(path, {{"a/small", "1"}, {"b/zeros", QByteArray(32 << 20, 0)}}, Packing::TarGz);
        const Listed listed = openIt(path);
        QVERIFY(listed.source);
        QCOMPARE(listed.names, QStringList({"a/small"}));
        QVERIFY2(listed.problems.join("\n").contains("b/zeros: unpacks to more than 200 times"),
                 qPrintable(listed.problems.join("\n")));
        ArchiveLimits few;
        few.entries = 1;
        ProblemCollector problems;
        const auto tooMany = openArchive(toPath(path), few, problems, {}, {});
        QVERIFY(!tooMany.has_value());
    }

    void anArchiveThatDoesNotFitIntoMemoryIsReadAgain() {
        QTemporaryDir folder;
        const QString path = folder.path() + "/x.tar.gz";
        QByteArray large;
        for (int i = 0; i < 20'000; ++i) large.append(QByteArray::number(i * 7919));
        writeArchive(path, {{"a", large}, {"b", "small"}, {"c", large.left(9'000)}}, Packing::TarGz);
        ArchiveLimits limits;
        limits.inMemory = 10'000;
        ProblemCollector problems;
        const auto source = openArchive(toPath(path), limits, problems, {}, {});
        QVERIFY(source.has_value());
        QVERIFY(!(*source)->randomAccess());
        QCOMPARE((*source)->read("a")->size(), std::size_t(large.size()));
        QCOMPARE((*source)->read("b")->size(), std::size_t{5});
        QCOMPARE((*source)->head("c", 16)->size(), std::size_t{16});
        QStringList visited;
        const Status status = (*source)->visit([](const std::string& name) { return name != "b"; }, 1 << 30,
                                               [&](const std::string& name, Result<SharedBytes> bytes) -> Status {
                                                   visited << QString::fromStdString(name);
                                                   if (!bytes) return tl::unexpected(bytes.error());
                                                   return {};
                                               },
                                               {});
        QVERIFY(status.has_value());
        QCOMPARE(visited, QStringList({"a", "c"}));
    }

    void cutArchivesGiveWhatIsWhole() {
        QTemporaryDir folder;
        const QString path = folder.path() + "/x.tar";
        writeArchive(path, {{"a", QByteArray(5'000, 'a')}, {"b", QByteArray(5'000, 'b')}});
        QVERIFY(QFile::resize(path, 8'000));
        const Listed listed = openIt(path);
        QVERIFY(listed.names.contains("a"));
        QVERIFY2(!listed.problems.isEmpty(), "the cut is not mentioned");
    }

    void gunzipStopsAtItsLimitAndKeepsWhatCameBeforeACut() {
        QTemporaryDir folder;
        QByteArray content;
        for (int i = 0; i < 100'000; ++i) content.append(QByteArray::number(i * 7919));
        writeBytes(folder.path() + "/x", content);
        QVERIFY(run("gzip", {"x"}, folder.path()));
        QFile file(folder.path() + "/x.gz");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray packed = file.readAll();
        const auto bytes = std::as_bytes(std::span(packed.constData(), std::size_t(packed.size())));
        const Inflated whole = gunzip(bytes, 1 << 30);
        QCOMPARE(whole.bytes.size(), std::size_t(content.size()));
        QVERIFY(!whole.cut && !whole.exceeded);
        const Inflated limited = gunzip(bytes, 1000);
        QCOMPARE(limited.bytes.size(), std::size_t{1000});
        QVERIFY(limited.exceeded);
        const Inflated cut = gunzip(bytes.first(bytes.size() / 2), 1 << 30);
        QVERIFY(cut.cut);
        QVERIFY(!cut.bytes.empty());
    }

    void listingCanBeStopped() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/a", "1");
        std::stop_source stop;
        stop.request_stop();
        ProblemCollector problems;
        const auto source = openSource(toPath(folder.path()), problems, {}, stop.get_token());
        QVERIFY(!source.has_value());
        QCOMPARE(source.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestSource)
#include "tst_source.moc"
