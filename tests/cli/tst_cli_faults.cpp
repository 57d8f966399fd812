// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <grp.h>
#include <unistd.h>

using namespace assay::clitest;

namespace {

constexpr unsigned kNobody = 65534;

/// The program as somebody who is not root, whoever runs the tests.
Call callAsOrdinaryUser(const QStringList& arguments, const QProcessEnvironment& environment) {
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([] {
        if (::geteuid() != 0) return;
        const gid_t group = kNobody;
        if (::setgroups(1, &group) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(70);
    });
    process.start(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), arguments);
    Call call;
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit) return call;
    call.status = process.exitCode();
    call.out = process.readAllStandardOutput();
    call.err = process.readAllStandardError();
    return call;
}

QStringList everythingIn(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

} // namespace

/// Folders that cannot be written, a disk without room, data that no method can learn from.
class TestCliFaults final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aReadOnlyProjectIsReadAndNeverTouched();
    void foldersThatCannotBeWrittenAreNamed_data();
    void foldersThatCannotBeWrittenAreNamed();
    void withoutFoldersOfItsOwnItWorksAllTheSame_data();
    void withoutFoldersOfItsOwnItWorksAllTheSame();
    void aFullDiskIsSaidAndNothingIsLost();
    void changedPicturesAreNotTheProjectsDataSet();
    void withOneClassThereIsNothingToTrain_data();
    void withOneClassThereIsNothingToTrain();
    void aLossThatIsNoNumberEndsTheRunWithItsReason();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment); }
    Call user(const QStringList& arguments) { return callAsOrdinaryUser(arguments, m_environment); }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    bool decide(const QString& project) {
        writeText(path("decisions.csv"), "index,decision,label\n0,keep,\n1,relabel,2\n");
        return cli({"decide", project, "--from", path("decisions.csv")}).status == 0;
    }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestCliFaults::initTestCase() {
    QVERIFY(m_folder.isValid());
    QVERIFY(QFile::setPermissions(m_folder.path(), QFile::Permissions(0x7755)));
    m_environment = cleanEnvironment(m_folder.path());
    QVERIFY(QFile::setPermissions(path("user"), QFile::Permissions(0x7777)));
    writeBandFolders(path("folders"), 6);
    if (user({"--version"}).status != 0) QSKIP("another user than root cannot reach the build folder");
}

void TestCliFaults::aReadOnlyProjectIsReadAndNeverTouched() {
    QDir().mkpath(path("ro"));
    const QString project = path("ro/p.assay");
    QVERIFY(makeProject(project, path("folders"), path("user/cache/assay")));
    QVERIFY(decide(project));
    QVERIFY(QFile::setPermissions(project, QFile::Permissions(0x4444)));
    QVERIFY(QFile::setPermissions(path("ro"), QFile::Permissions(0x5555)));
    const QByteArray before = readAll(project);
    const QStringList beside = everythingIn(path("ro"));

    const Call journal = user({"journal", project, "--json"});
    QVERIFY2(journal.status == 0, journal.err);
    QCOMPARE(journal.json()["entries"].toArray().size(), 2);
    QCOMPARE(user({"runs", project}).status, 0);
    const Call exported = user({"export", project, "--format", "csv", "--out", path("user/from-read-only.csv")});
    QVERIFY2(exported.status == 0, exported.err);
    for (const QStringList& arguments :
         {QStringList{"decide", project, "--from", path("decisions.csv")}, QStringList{"undo", project}}) {
        const Call refused = user(arguments);
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("cannot be written") && refused.err.contains("p.assay"), refused.err);
        QVERIFY(refused.out.isEmpty());
    }
    QCOMPARE(readAll(project), before);
    QCOMPARE(everythingIn(path("ro")), beside);
}

void TestCliFaults::foldersThatCannotBeWrittenAreNamed_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("names");
    const auto row = [](const char* what, const QStringList& arguments, const char* names) {
        QTest::newRow(what) << arguments << QByteArray(names);
    };
    row("labels", {"noise", "@folders", "--out", "@locked/n.csv"}, "n.csv");
    row("a label table", {"export", "@ro/p.assay", "--format", "csv", "--out", "@locked/x.csv"}, "x.csv");
    row("class folders", {"export", "@ro/p.assay", "--format", "image-folder", "--out", "@locked/x"}, "x");
    if (engineIsBuilt())
        row("a new project",
            {"train", "@folders", "--method", "cross-entropy", "--epochs", "1", "--project", "@locked/t.assay"},
            "t.assay");
}

void TestCliFaults::foldersThatCannotBeWrittenAreNamed() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, names);
    QDir().mkpath(path("locked"));
    QVERIFY(QFile::setPermissions(path("locked"), QFile::Permissions(0x5555)));
    for (QString& argument : arguments)
        if (argument.startsWith('@')) argument = path(argument.mid(1));
    const Call call = user(arguments);
    QVERIFY2(call.status == 1, call.err);
    QVERIFY2(call.err.contains("Permission denied") && call.err.contains(names), call.err);
    QCOMPARE(call.err.count("assay-cli: "), 1);
    QVERIFY(everythingIn(path("locked")).isEmpty());
}

void TestCliFaults::withoutFoldersOfItsOwnItWorksAllTheSame_data() {
    QTest::addColumn<bool>("unset");
    QTest::newRow("they cannot be written") << false;
    QTest::newRow("there is no home") << true;
}

void TestCliFaults::withoutFoldersOfItsOwnItWorksAllTheSame() {
    QFETCH(bool, unset);
    QProcessEnvironment environment = m_environment;
    for (const char* name : {"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"}) {
        if (unset) environment.remove(name);
        else environment.insert(name, path("locked"));
    }
    for (const QStringList& arguments :
         {QStringList{"info", path("folders"), "--json"}, QStringList{"duplicates", path("folders"), "--json"},
          QStringList{"noise", path("folders"), "--rate", "0.5"}}) {
        const Call here = cli(arguments), there = callAsOrdinaryUser(arguments, environment);
        QVERIFY2(there.status == 0, there.err);
        if (!arguments.contains("--json")) {
            QCOMPARE(there.out, here.out);
            continue;
        }
        QJsonObject mine = here.json(), theirs = there.json();
        const QByteArray notes = QJsonDocument(theirs["notes"].toArray()).toJson();
        if (arguments.first() == "info") QVERIFY2(notes.contains("cache folder cannot be written"), notes);
        mine.remove("notes");
        theirs.remove("notes");
        QCOMPARE(theirs, mine);
    }
    QVERIFY(everythingIn(path("locked")).isEmpty());
}

void TestCliFaults::aFullDiskIsSaidAndNothingIsLost() {
    const QString project = path("full.assay"), disk = path("disk");
    QVERIFY(makeProject(project, path("folders"), path("user/cache/assay")));
    QVERIFY(decide(project));
    writeText(path("old.csv"), "what was there\n");
    writeText(path("full.sh"), R"(
cd "$1"; cli=$2; disk=$1/disk
mkdir -p $disk && mount -t tmpfs -o size=1m none $disk || exit 77
cp full.assay $disk/p.assay && cp old.csv $disk/out.csv || exit 78
run() { name=$1; shift; "$cli" "$@" > $name.out 2> $name.err; echo $? > $name.status; }
head -c 2000000 /dev/zero > $disk/fill 2> /dev/null
run export export $disk/p.assay --format csv --out $disk/out.csv
cp $disk/out.csv after.csv; (cd $disk; ls -A | grep -v ^p.assay-) > export.ls
run decide decide $disk/p.assay --from decisions.csv
run journal journal $disk/p.assay --json
XDG_CACHE_HOME=$disk/cache run duplicates duplicates folders --json
rm -r $disk/fill
run again decide $disk/p.assay --from decisions.csv
run whole journal $disk/p.assay --json
)");
    QProcess shell;
    shell.setProcessEnvironment(m_environment);
    shell.start("unshare",
                {"-Urm", "sh", path("full.sh"), m_folder.path(), QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli")});
    if (!shell.waitForFinished(120'000) || shell.exitCode() != 0)
        QSKIP(qPrintable("no small disk can be made here: " + QString::fromUtf8(shell.readAllStandardError())));
    const auto status = [&](const QString& name) { return readAll(path(name + ".status")).trimmed(); };
    const auto said = [&](const QString& name) { return readAll(path(name + ".err")); };
    QCOMPARE(status("export"), QByteArray("1"));
    QVERIFY2(said("export").contains("bytes") && said("export").contains("out.csv"), said("export"));
    QCOMPARE(readAll(path("after.csv")), QByteArray("what was there\n"));
    QCOMPARE(readAll(path("export.ls")), QByteArray("fill\nout.csv\np.assay\n"));
    QCOMPARE(status("decide"), QByteArray("1"));
    QVERIFY2(said("decide").contains("full") || said("decide").contains("space"), said("decide"));
    QVERIFY2(readAll(path("decide.out")).isEmpty(), "acknowledged without room for it");
    const auto entries = [&](const QString& name) {
        return QJsonDocument::fromJson(readAll(path(name + ".out"))).object()["entries"].toArray().size();
    };
    QCOMPARE(status("journal"), QByteArray("0"));
    QCOMPARE(entries("journal"), 2);
    QVERIFY2(status("duplicates") == "0", said("duplicates"));
    QCOMPARE(readAll(path("duplicates.out")), cli({"duplicates", path("folders"), "--json"}).out);
    QVERIFY2(status("again") == "0", said("again"));
    QCOMPARE(entries("whole"), 4);
}

void TestCliFaults::changedPicturesAreNotTheProjectsDataSet() {
    writeBandFolders(path("changing"), 4);
    QVERIFY(makeProject(path("changing.assay"), path("changing"), path("user/cache/assay")));
    QVERIFY(decide(path("changing.assay")));
    const QString first = path("changing/lower, band/picture 000.png");
    writeText(first, readAll(path("changing/upper band/picture 001.png")));
    const Call call = cli({"export", path("changing.assay"), "--format", "image-folder", "--out", path("changed")});
    QCOMPARE(call.status, 1);
    QVERIFY2(call.err.contains("pictures differ") && call.err.contains("changing"), call.err);
    QVERIFY(!QFileInfo::exists(path("changed")));
    QCOMPARE(cli({"journal", path("changing.assay"), "--json"}).json()["entries"].toArray().size(), 2);
}

void TestCliFaults::withOneClassThereIsNothingToTrain_data() {
    QTest::addColumn<int>("samples");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("one class") << 10 << QByteArray("samples are of class \"lower, band\"");
    QTest::newRow("one sample") << 1 << QByteArray("the only training sample is of class \"lower, band\"");
}

void TestCliFaults::withOneClassThereIsNothingToTrain() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    QFETCH(int, samples);
    QFETCH(QByteArray, says);
    const QString set = path(QString("only%1").arg(samples));
    writeBandFolders(set, samples);
    QVERIFY(QDir(set + "/middle \"band\"").removeRecursively());
    QVERIFY(QDir(set + "/upper band").removeRecursively());
    QCOMPARE(cli({"info", set}).status, 0);
    const QString project = set + ".assay";
    for (const char* method : {"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"}) {
        const Call call =
            cli({"train", set, "--project", project, "--method", method, "--epochs", "1", "--device", "cpu"});
        QVERIFY2(call.status == 1, call.err);
        QVERIFY2(call.err.contains(says), call.err);
        QCOMPARE(call.err.count("assay-cli: "), 1);
    }
    QVERIFY(cli({"runs", project, "--json"}).json()["runs"].toArray().isEmpty());
}

void TestCliFaults::aLossThatIsNoNumberEndsTheRunWithItsReason() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    const QString project = path("nan.assay");
    const Call call = cli({"train", path("folders"), "--project", project, "--method", "cross-entropy", "--epochs", "3",
                           "--device", "cpu", "--set", "learning-rate=1000"});
    QVERIFY2(call.status == 1, call.err + call.out);
    QVERIFY2(call.err.contains("not a number") || call.err.contains("not finite"), call.err);
    QVERIFY2(call.err.contains("learning-rate"), call.err);
    const QJsonObject run = cli({"runs", project, "--json"}).json()["runs"].toArray()[0].toObject();
    QCOMPARE(run["state"].toString(), QString("failed"));
    QVERIFY(!readAll(project).contains("nan"));
}

QTEST_GUILESS_MAIN(TestCliFaults)
#include "tst_cli_faults.moc"
