// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QJsonArray>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace assay::clitest;

/// Decisions without any training: decide, journal, undo, export, read back.
class TestCliJourney final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void decisionsAreAcknowledgedOneByOne();
    void bulkIsOneStepAndOneUndo();
    void journalTellsEveryDecisionAndUndo();
    void filesNameSamplesToo();
    void suggestionsBecomeRelabels();
    void oneWrongRowDecidesNothing_data();
    void oneWrongRowDecidesNothing();
    void exportHoldsTheEffectiveLabels();
    void exportCanHoldOnlyWhatChanged();
    void secondWriterIsTurnedAway();
    void killedWhileDecidingLosesNothingAcknowledged();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment); }
    Call decide(const QByteArray& csv, const QStringList& more = {}) {
        writeText(path("decisions.csv"), csv);
        return cli(QStringList{"decide", m_project, "--from", path("decisions.csv")} + more);
    }
    QJsonArray journal() { return cli({"journal", m_project, "--json"}).json()["entries"].toArray(); }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
    QString m_project;
    int m_count = 0;
};

void TestCliJourney::initTestCase() {
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBandFolders(path("folders"), 6);
}

void TestCliJourney::init() {
    m_project = path(QString("p%1.assay").arg(++m_count));
    QVERIFY(makeProject(m_project, path("folders"), path("user/cache/assay")));
}

void TestCliJourney::decisionsAreAcknowledgedOneByOne() {
    const Call call = decide("index,decision,label\n0,keep,\n1,relabel,upper band\n2,flag,\n3,exclude,\n4,relabel,1\n");
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.out, QByteArray("acknowledged 1\nacknowledged 2\nacknowledged 3\nacknowledged 4\nacknowledged 5\n"));
    QCOMPARE(journal().size(), 5);
}

void TestCliJourney::bulkIsOneStepAndOneUndo() {
    QCOMPARE(decide("index,decision,label\n7,flag,\n", {}).status, 0);
    const Call call = decide("index,decision,label\n0,relabel,2\n1,relabel,2\n2,relabel,2\n", {"--bulk"});
    QCOMPARE(call.out, QByteArray("acknowledged 4\n"));
    QCOMPARE(cli({"undo", m_project}).status, 0);
    const QJsonArray entries = journal();
    QCOMPARE(entries.size(), 7);
    for (int i = 4; i < 7; ++i) QVERIFY(!entries[i].toObject()["undoes"].isNull());
    // The next undo takes back what came before the bulk; then there is nothing left.
    QCOMPARE(cli({"undo", m_project}).status, 0);
    QCOMPARE(journal().last().toObject()["index"].toInt(), 7);
    const Call nothing = cli({"undo", m_project});
    QCOMPARE(nothing.status, 1);
    QVERIFY(!nothing.err.isEmpty());
}

void TestCliJourney::journalTellsEveryDecisionAndUndo() {
    QCOMPARE(decide("index,decision,label,reason\n4,relabel,upper band,looks like it\n").status, 0);
    QCOMPARE(cli({"undo", m_project}).status, 0);
    const QJsonArray entries = journal();
    QCOMPARE(entries.size(), 2);
    const QJsonObject first = entries[0].toObject(), second = entries[1].toObject();
    for (const char* key : {"revision", "time", "index", "decision", "from", "to", "reason", "undoes"})
        QVERIFY2(first.contains(key), key);
    QCOMPARE(first["revision"].toInt(), 1);
    QCOMPARE(first["index"].toInt(), 4);
    QCOMPARE(first["decision"].toString(), QString("relabel"));
    QCOMPARE(first["from"].toString(), QString("lower, band"));
    QCOMPARE(first["to"].toString(), QString("upper band"));
    QCOMPARE(first["reason"].toString(), QString("looks like it"));
    QVERIFY(first["undoes"].isNull());
    QCOMPARE(second["from"].toString(), QString("upper band"));
    QCOMPARE(second["to"].toString(), QString("lower, band"));
    QCOMPARE(second["undoes"].toInt(), 1);
    QVERIFY(cli({"journal", m_project}).out.contains("looks like it"));
}

void TestCliJourney::filesNameSamplesToo() {
    const Call call = decide("file,decision,label\n\"upper band/picture 002.png\",relabel,\"middle \"\"band\"\"\"\n");
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(journal()[0].toObject()["to"].toString(), QString("middle \"band\""));
}

void TestCliJourney::suggestionsBecomeRelabels() {
    const Call call =
        decide("index,file,given,suggested,score\n0,,\"lower, band\",upper band,0.97\n", {"--decision", "relabel"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(journal()[0].toObject()["to"].toString(), QString("upper band"));
}

void TestCliJourney::oneWrongRowDecidesNothing_data() {
    QTest::addColumn<QByteArray>("csv");
    QTest::addColumn<QByteArray>("said");
    const QByteArray good = "index,decision,label\n0,keep,\n";
    QTest::newRow("index past the end") << good + "99,keep,\n" << QByteArray("99");
    QTest::newRow("negative index") << good + "-1,keep,\n" << QByteArray("-1");
    QTest::newRow("index is a word") << good + "seven,keep,\n" << QByteArray("seven");
    QTest::newRow("same sample twice") << good + "0,flag,\n" << QByteArray("again");
    QTest::newRow("unknown class") << good + "1,relabel,ghost\n" << QByteArray("ghost");
    QTest::newRow("class past the end") << good + "1,relabel,3\n" << QByteArray("3");
    QTest::newRow("relabel to nothing") << good + "1,relabel,\n" << QByteArray("line 3");
    QTest::newRow("unknown decision") << good + "1,burn,\n" << QByteArray("burn");
    QTest::newRow("unknown file") << QByteArray("file,decision\nnowhere.png,keep\n") << QByteArray("nowhere.png");
    QTest::newRow("no sample column") << QByteArray("name,decision\nx,keep\n") << QByteArray("index");
    QTest::newRow("no decision column") << QByteArray("index,label\n0,1\n") << QByteArray("decision");
    QTest::newRow("quote never closed") << good + "1,\"keep,\n" << QByteArray("decisions.csv");
}

void TestCliJourney::oneWrongRowDecidesNothing() {
    QFETCH(QByteArray, csv);
    QFETCH(QByteArray, said);
    const Call call = decide(csv);
    QCOMPARE(call.status, 1);
    QVERIFY2(call.err.contains(said), call.err);
    QVERIFY(call.out.isEmpty());
    QCOMPARE(journal().size(), 0);
}

void TestCliJourney::exportHoldsTheEffectiveLabels() {
    QCOMPARE(decide("index,decision,label\n0,relabel,upper band\n1,exclude,\n2,flag,\n3,keep,\n").status, 0);
    const Call call = cli({"export", m_project, "--format", "csv", "--out", path("cleaned.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["rows"].toInt(), 17);
    QCOMPARE(call.json()["excluded"].toInt(), 1);
    QCOMPARE(call.json()["left_out"].toInt(), 1);
    QCOMPARE(call.json()["differences"].toInt(-1), 0);
    const auto rows = readCsvFile(path("cleaned.csv"));
    QCOMPARE(rows.front(), (QStringList{"file", "label"}));
    QCOMPARE(rows.size(), 18u);
    QCOMPARE(rows[1], (QStringList{"lower, band/picture 000.png", "upper band"}));
    QCOMPARE(rows[2], (QStringList{"lower, band/picture 002.png", "lower, band"}));
    const QByteArray said =
        cli({"export", m_project, "--format", "csv", "--out", path("cleaned.csv"), "--flagged", "leave-out"}).out;
    QVERIFY2(said.contains("1 flagged (left out), 1 excluded (left out)"), said);
    const QByteArray kept =
        cli({"export", m_project, "--format", "csv", "--out", path("cleaned.csv"), "--excluded", "keep-given"}).out;
    QVERIFY2(kept.contains("18 rows, 1 relabelled, 1 flagged, 1 excluded\n"), kept);
    // Undone, all is as it came.
    for (int i = 0; i < 4; ++i) QCOMPARE(cli({"undo", m_project}).status, 0);
    QCOMPARE(cli({"export", m_project, "--format", "csv", "--out", path("given.csv")}).status, 0);
    QCOMPARE(readCsvFile(path("given.csv")).size(), 19u);
}

void TestCliJourney::exportCanHoldOnlyWhatChanged() {
    QCOMPARE(decide("index,decision,label\n5,relabel,2\n6,keep,\n").status, 0);
    QCOMPARE(cli({"export", m_project, "--format", "csv", "--include", "changed", "--out", path("changed.csv")}).status,
             0);
    const auto rows = readCsvFile(path("changed.csv"));
    QCOMPARE(rows.size(), 2u);
    QCOMPARE(rows[1][1], QString("upper band"));
    QCOMPARE(cli({"export", m_project, "--format", "no-such-format", "--out", path("x")}).status, 1);
    QCOMPARE(cli({"export", m_project, "--format", "csv", "--out", path("no/such/folder/x.csv")}).status, 1);
}

void TestCliJourney::secondWriterIsTurnedAway() {
    // A decision file that is a pipe keeps the first writer waiting while it holds the project.
    QProcess first;
    first.setProcessEnvironment(m_environment);
    QByteArray many = "index,decision\n";
    for (int i = 0; i < 18; ++i) many += QByteArray::number(i) + ",keep\n";
    writeText(path("many.csv"), many);
    first.start("bash",
                {"-c", QString("'%1' decide '%2' --from '%3' | (read line; echo $line; cat >/dev/null <<<x; sleep 100)")
                           .arg(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), m_project, path("many.csv"))});
    QVERIFY(first.waitForReadyRead(20'000));
    first.kill();
    first.waitForFinished();
    // Whoever was killed locks nobody out.
    QTRY_COMPARE_WITH_TIMEOUT(cli({"undo", m_project}).status, 0, 10'000);
}

void TestCliJourney::killedWhileDecidingLosesNothingAcknowledged() {
    QByteArray many = "index,decision,label\n";
    for (int i = 0; i < 18; ++i) many += QByteArray::number(i) + ",relabel," + QByteArray::number(i % 3) + "\n";
    writeText(path("many.csv"), many);
    int acknowledged = 0, total = 0;
    for (int kill = 1; kill <= 6; ++kill) {
        QProcess process;
        process.setProcessEnvironment(m_environment);
        process.start(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"),
                      {"decide", m_project, "--from", path("many.csv")});
        QByteArray said;
        while (said.count('\n') < kill * 2 && process.waitForReadyRead(20'000)) said += process.readAllStandardOutput();
        ::kill(pid_t(process.processId()), SIGKILL);
        process.waitForFinished();
        said += process.readAllStandardOutput();
        const QRegularExpression number("acknowledged (\\d+)\\n");
        for (auto match = number.globalMatch(QString::fromUtf8(said)); match.hasNext();)
            acknowledged = match.next().captured(1).toInt();
        const QJsonArray entries = journal();
        QVERIFY(entries.size() >= acknowledged);
        for (int i = 0; i < entries.size(); ++i) QCOMPARE(entries[i].toObject()["revision"].toInt(), i + 1);
        QVERIFY(entries.size() >= total);
        total = int(entries.size());
    }
    QVERIFY(total > 0);
}

QTEST_GUILESS_MAIN(TestCliJourney)
#include "tst_cli_journey.moc"
