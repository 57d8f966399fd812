// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace assay::clitest;

/// Each kind of bad input ends with status 1 and one sentence that names what is wrong.
class TestCliBadInput final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void badInputIsOneSentence_data();
    void badInputIsOneSentence();
    void cutFilesAreNamedAndTheirWholeRecordsOpen_data();
    void cutFilesAreNamedAndTheirWholeRecordsOpen();
    void brokenPicturesAreListedAndTheRestOpens();
    void malformedPicturesNeverBringItDown();

private:
    Call cli(const QStringList& arguments, int seconds = 120) { return callCli(arguments, m_environment, seconds); }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestCliBadInput::initTestCase() {
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    QDir().mkpath(path("empty"));
    writeBands(path("bands"), 10, 4);
    writeBandFolders(path("folders"), 4);
    QVERIFY(makeProject(path("good.assay"), path("bands"), path("user/cache/assay")));
    writeText(path("text.assay"), "this is not a project\n");
    const QByteArray project = readAll(path("good.assay"));
    writeText(path("half.assay"), project.left(project.size() / 2));
    QByteArray newer = project;
    newer.replace(60, 4, QByteArray::fromHex("7fffffff")); // user_version
    writeText(path("newer.assay"), newer);
    writeBands(path("moved"), 10, 4);
    QVERIFY(makeProject(path("moved.assay"), path("moved"), path("user/cache/assay")));
    QVERIFY(QDir().rename(path("moved"), path("elsewhere")));
    QDir().mkpath(path("cut"));
    QFile::copy(path("bands/train-labels-idx1-ubyte"), path("cut/train-labels-idx1-ubyte"));
    writeText(path("cut/train-images-idx3-ubyte"), readAll(path("bands/train-images-idx3-ubyte")).left(1000));
    QDir().mkpath(path("batch"));
    writeText(path("batch/data_batch_1.bin"), QByteArray(3073 * 3 - 17, '\1'));
    QDir().mkpath(path("stump"));
    writeText(path("stump/data_batch_1.bin"), QByteArray(3000, '\1'));
    writeText(path("labels-unknown.csv"), "index,label\n0,ghost\n");
    writeText(path("labels-twice.csv"), "index,label\n0,1\n0,2\n");
    writeText(path("labels-range.csv"), "index,label\n4711,1\n");
    writeText(path("labels-quote.csv"), "index,label\n0,\"1\n");
    writeText(path("words.csv"), "loss\n0.5\nhigh\n");
    writeText(path("comma.csv"), "loss;index\n0,5;1\n");
    writeText(path("equal.csv"), "loss\n0.5\n0.5\n0.5\n");
    writeText(path("nan.csv"), "loss\nnan\nnan\n");
    writeText(path("rows.csv"), "0,1\n.5,.4\n.2,.8\n");
    writeText(path("negative.csv"), "0,1\n1.5,-.5\n.2,.8\n");
    writeText(path("nanp.csv"), "0,1\nnan,.5\n.2,.8\n");
    writeText(path("two.csv"), "index,label\n0,0\n1,1\n");
    writeText(
        path("object.npy"),
        QByteArray::fromHex(
            "934e554d5059010046007b276465736372273a20277c4f272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2032292c207d0a"));
    writeText(path("short.npy"),
              QByteArray("\x93NUMPY\x01\x00\x46\x00", 10) +
                  QByteArray("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }").leftJustified(69, ' ') +
                  "\n1234");
}

void TestCliBadInput::badInputIsOneSentence_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("names");
    const auto row = [](const char* what, const QStringList& arguments, const char* names) {
        QTest::newRow(what) << arguments << QByteArray(names);
    };
    row("nothing there", {"info", "@nowhere"}, "nowhere");
    row("empty folder", {"info", "@empty"}, "empty");
    row("a text file", {"info", "@text.assay"}, "text.assay");
    row("a device", {"info", "/dev/zero"}, "/dev/zero");
    row("nothing whole left in a CIFAR batch", {"info", "@stump"}, "data_batch_1.bin");
    row("a cut CIFAR batch", {"info", "@batch"}, "record 2 is cut");
    row("noise without a map", {"noise", "@folders", "--model", "asymmetric"}, "map");
    row("map with an unknown class", {"noise", "@folders", "--model", "asymmetric", "--map", "upper band=ghost"},
        "ghost");
    row("labels into no folder", {"noise", "@bands", "--out", "@no/such/n.csv"}, "n.csv");
    row("no project", {"runs", "@none.assay"}, "none.assay");
    row("foreign project", {"runs", "@text.assay"}, "text.assay");
    row("truncated project", {"journal", "@half.assay"}, "half.assay");
    row("newer project", {"journal", "@newer.assay"}, "newer");
    row("project is a folder", {"runs", "@empty"}, "empty");
    row("no runs to score", {"score", "@good.assay"}, "train");
    row("no such run to tell the epochs of", {"epochs", "@good.assay", "--run", "7"}, "7");
    row("no such run", {"evidence", "@good.assay", "--run", "7"}, "7");
    row("no such score", {"score", "@good.assay", "--score", "astrology"}, "astrology");
    row("nothing to undo", {"undo", "@good.assay"}, "undo");
    row("data set has moved", {"export", "@moved.assay", "--format", "csv", "--out", "@x.csv"}, "--dataset");
    row("decisions not there", {"decide", "@good.assay", "--from", "@none.csv"}, "none.csv");
    row("losses not there", {"fit", "--input", "@none.csv"}, "none.csv");
    row("word among losses", {"fit", "--input", "@words.csv"}, "line 3");
    row("decimal comma", {"fit", "--input", "@comma.csv"}, "line 2");
    row("no such column", {"fit", "--input", "@words.csv", "--column", "margin"}, "margin");
    row("all losses equal", {"fit", "--input", "@equal.csv"}, "equal");
    row("only NaN", {"fit", "--input", "@nan.csv"}, "finite");
    row("probabilities not summing to one", {"label-issues", "--labels", "@two.csv", "--probabilities", "@rows.csv"},
        "row");
    row("negative probability", {"label-issues", "--labels", "@two.csv", "--probabilities", "@negative.csv"}, "row");
    row("NaN probability", {"label-issues", "--labels", "@two.csv", "--probabilities", "@nanp.csv"}, "row");
    row("label past the classes", {"label-issues", "--labels", "@labels-unknown.csv", "--probabilities", "@rows.csv"},
        "ghost");
    row("array of Python objects", {"label-issues", "--labels", "@two.csv", "--probabilities", "@object.npy"},
        "object.npy");
    row("array shorter than it says", {"label-issues", "--labels", "@two.csv", "--probabilities", "@short.npy"},
        "short.npy");
    if (engineIsBuilt()) {
        const QStringList train{"train", "@bands", "--project", "@t.assay", "--method"};
        row("no such method", train + QStringList{"prayer"}, "prayer");
        row("a slip in a method", train + QStringList{"coteaching"}, "did you mean co-teaching?");
        row("a short form of a method", train + QStringList{"mpl"}, "did you mean meta-pseudo-labels?");
        row("no such setting", train + QStringList{"cross-entropy", "--set", "magic=1"}, "magic");
        row("setting out of range", train + QStringList{"cross-entropy", "--set", "batch-size=-4"}, "batch-size");
        row("no such network", train + QStringList{"cross-entropy", "--network", "brain"}, "brain");
        row("unknown class in labels", train + QStringList{"cross-entropy", "--labels", "@labels-unknown.csv"},
            "ghost");
        row("sample twice in labels", train + QStringList{"cross-entropy", "--labels", "@labels-twice.csv"},
            "labels-twice.csv");
        row("index out of range", train + QStringList{"cross-entropy", "--labels", "@labels-range.csv"}, "4711");
        row("broken quotes", train + QStringList{"cross-entropy", "--labels", "@labels-quote.csv"}, "labels-quote.csv");
        row("no such device", train + QStringList{"cross-entropy", "--device", "cuda"}, "CUDA");
        row("nothing to resume", {"train", "@bands", "--project", "@good.assay", "--resume", "3"}, "3");
    }
}

void TestCliBadInput::badInputIsOneSentence() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, names);
    if (arguments.contains("cuda") && QFileInfo::exists("/dev/nvidia0")) QSKIP("this machine has a CUDA device");
    for (QString& argument : arguments)
        if (argument.startsWith('@')) argument = path(argument.mid(1));
    const Call call = cli(arguments);
    QVERIFY2(call.status == 1, "status " + QByteArray::number(call.status) + ": " + call.err + call.out);
    QVERIFY2(call.err.toLower().contains(names.toLower()), call.err);
    QVERIFY2(!call.err.contains("nobody foresaw") && !call.err.contains("terminate"), call.err);
    int complaints = 0;
    for (const QByteArray& line : call.err.split('\n')) complaints += line.startsWith("assay-cli: ");
    QCOMPARE(complaints, 1);
    QVERIFY(call.out.isEmpty());
}

void TestCliBadInput::cutFilesAreNamedAndTheirWholeRecordsOpen_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<int>("samples");
    QTest::newRow("IDX") << "cut"
                         << "train-images-idx3-ubyte"
                         << "record 6 is cut" << 6;
}

void TestCliBadInput::cutFilesAreNamedAndTheirWholeRecordsOpen() {
    QFETCH(QString, folder);
    QFETCH(QString, file);
    QFETCH(QString, reason);
    QFETCH(int, samples);
    const Call call = cli({"info", path(folder), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["samples"].toInt(), samples);
    const QJsonObject problem = call.json()["unreadable"].toArray()[0].toObject();
    QCOMPARE(problem["file"].toString(), file);
    QVERIFY2(problem["reason"].toString().contains(reason), qPrintable(problem["reason"].toString()));
    // Every command that opens it says so, not only the one that lists.
    const Call other = cli({"noise", path(folder), "--out", path(folder + "-noise.csv")});
    QVERIFY2(other.status == 0, other.err);
    QVERIFY2(other.err.contains(file.toUtf8() + ": " + reason.toUtf8()), other.err);
}

void TestCliBadInput::brokenPicturesAreListedAndTheRestOpens() {
    writeBandFolders(path("some"), 4);
    writeText(path("some/upper band/zero.png"), "");
    writeText(path("some/upper band/cut.png"), readAll(path("some/upper band/picture 000.png")).left(60));
    writeText(path("some/upper band/liar.jpg"), "GIF89a and then nothing");
    const Call call = cli({"info", path("some"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["samples"].toInt(), 12);
    const QJsonArray unreadable = call.json()["unreadable"].toArray();
    QCOMPARE(unreadable.size(), 3);
    for (const auto& problem : unreadable) {
        QVERIFY(problem.toObject()["file"].toString().startsWith("upper band/"));
        QVERIFY(!problem.toObject()["reason"].toString().isEmpty());
    }
}

void TestCliBadInput::malformedPicturesNeverBringItDown() {
    QString data = qEnvironmentVariable("ASSAY_SHARED_DATA");
    if (data.isEmpty()) data = QStringLiteral(ASSAY_SOURCE_DIR "/../shared/data");
    const QString archive = data + "/malformed/malformed-images.tar.xz";
    if (!QFileInfo::exists(archive)) QSKIP("needs malformed/malformed-images.tar.xz in ASSAY_SHARED_DATA");
    const Call call = cli({"info", archive, "--json"}, 240);
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject info = call.json();
    QVERIFY(info["samples"].toInt() > 400);
    QVERIFY(info["unreadable"].toArray().size() > 300);
    // What libpng and libjpeg have to say stands in the list of reasons, and nowhere else.
    for (const QByteArray& line : call.err.split('\n'))
        QVERIFY2(line.isEmpty() || line.startsWith("warning: ") || line.startsWith("listing ") ||
                     line.startsWith("decoding "),
                 line);
    QVERIFY(call.out.contains("Invalid IHDR data"));
}

QTEST_GUILESS_MAIN(TestCliBadInput)
#include "tst_cli_bad_input.moc"
