// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One call to the disk fails, and then another, all through a session of decisions and an export: every failure ends in
// a sentence, nothing acknowledged is lost, and the work goes on.
#include "tests/core/project/project_fixture.h"

#include <QProcess>
#include <cerrno>

using namespace assay;
using namespace assay::test;

namespace {

struct Session {
    int exitCode = -1;
    bool crashed = false;
    QByteArray said;
    long writes = 0, syncs = 0;
};

Session review(const ProjectFolder& folder, const QString& kind, long failAt, int error) {
    ProjectFolder elsewhere;
    QProcess child;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LD_PRELOAD", ASSAY_IO_SHIM);
    environment.insert("ASSAY_IO_FOLDER", QString::fromStdString(folder.path("").string()));
    environment.insert("ASSAY_IO_COUNT", QString::fromStdString(elsewhere.path("count").string()));
    environment.insert("ASSAY_IO_FAIL_KIND", kind);
    environment.insert("ASSAY_IO_FAIL_AT", QString::number(failAt));
    environment.insert("ASSAY_IO_FAIL_ERRNO", QString::number(error));
    child.setProcessEnvironment(environment);
    child.start(QString(ASSAY_DECIDE_CHILD),
                {QString::fromStdString(folder.path().string()), "1", "200", "1", "small-log", "export",
                 QString::fromStdString(folder.path("out.csv").string())});
    if (!child.waitForFinished(60000)) qFatal("the reviewer hangs");
    Session session;
    session.exitCode = child.exitCode();
    session.crashed = child.exitStatus() != QProcess::NormalExit;
    session.said = child.readAllStandardOutput();
    std::ifstream(elsewhere.path("count")) >> session.writes >> session.syncs;
    return session;
}

} // namespace

class TestFailingDisk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyTenthCallFailsOnce_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("error");
        QTest::newRow("writes: no space") << "write" << ENOSPC;
        QTest::newRow("syncs: the disk reports an error") << "sync" << EIO;
    }
    void everyTenthCallFailsOnce() {
        QFETCH(QString, kind);
        QFETCH(int, error);
        long calls = 1;
        int failures = 0;
        for (long at = 1; at <= calls; at += 10) {
            ProjectFolder folder;
            QVERIFY(Project::create(folder.path(), reference(500)).has_value());
            const Session session = review(folder, kind, at, error);
            if (at == 1) calls = kind == "write" ? session.writes : session.syncs;
            const auto where =
                qPrintable(QString("%1 call %2: %3").arg(kind).arg(at).arg(QString(session.said.right(300))));
            QVERIFY2(!session.crashed, where);
            QCOMPARE(session.exitCode, 0);
            failures += session.said.contains("error ");
            auto project = Project::open(folder.path(), OpenMode::ReadWrite);
            QVERIFY2(project, project ? "" : project.error().sentence().c_str());
            const auto journal = *(*project)->journal();
            int acknowledged = 0;
            for (const QByteArray& line : session.said.split('\n')) {
                if (!line.startsWith("ack ")) continue;
                const auto words = line.split(' ');
                const std::size_t revision = words.at(1).toULongLong();
                QVERIFY2(revision <= journal.size(), where);
                QCOMPARE(journal[revision - 1].sample.value, words.at(2).toUInt());
                ++acknowledged;
            }
            QCOMPARE(acknowledged, 200);
            QCOMPARE(bytesOf(folder.path("out.csv")).substr(0, 11), std::string("index,loss\n"));
        }
        qInfo("%ld calls, %d sessions with an error said, 0 lost, 0 crashes", calls, failures);
        QVERIFY(failures > 0);
    }
};

QTEST_GUILESS_MAIN(TestFailingDisk)
#include "tst_failing_disk.moc"
