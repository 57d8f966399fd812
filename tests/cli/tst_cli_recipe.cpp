// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

using namespace assay::clitest;

/// A grid of real runs on a tiny data set.
class TestCliRecipe final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aGridIsRunComparedAndWritten();
    void whatIsThereIsNotTrainedAgain();
    void runsOfAnEarlierVersionAreNotTrainedAgain();
    void aLongerRecipeTrainsOnlyWhatIsNew();
    void labelsThatCountCanBeListed();
    void mistakesAreToldBeforeAnyRun_data();
    void mistakesAreToldBeforeAnyRun();

private:
    Call recipe(const QString& file) {
        return callCli({"recipe", path(file), "--project", path("grid.assay"), "--out", path("out"), "--json"},
                       m_environment, 240);
    }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    static QByteArray grid(const QByteArray& seeds) {
        return "title = \"Bands\"\ndataset = \"bands\"\nthreads = 1\ndevice = \"cpu\"\nepochs = 2\nseeds = " + seeds +
               "\n[[labels]]\nnoise = \"symmetric\"\nrate = 0.3\n[[labels]]\n"
               "[[method]]\nid = \"cross-entropy\"\n[[method]]\nname = \"two\"\nid = \"co-teaching\"\nepochs = 3\n";
    }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
    QJsonArray m_rows;
};

void TestCliRecipe::initTestCase() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 60, 20);
}

void TestCliRecipe::aGridIsRunComparedAndWritten() {
    writeText(path("r.toml"), grid("[1, 2]"));
    const Call call = recipe("r.toml");
    QVERIFY2(call.status == 0, call.err);
    m_rows = call.json()["rows"].toArray();
    QCOMPARE(m_rows.size(), 4);
    const QJsonObject two = m_rows[1].toObject();
    QCOMPARE(two["labels"].toString(), QString("symmetric 30 %"));
    QCOMPARE(two["method"].toString(), QString("two"));
    QCOMPARE(two["last"].toObject()["runs"].toInt(), 2);
    QVERIFY(two["auroc"].toObject()["mean"].toDouble() > 0.5);
    QCOMPARE(two["last_difference"].toObject()["runs"].toInt(), 2);
    QVERIFY(m_rows[0].toObject()["last_difference"].isNull());
    QVERIFY(m_rows[2].toObject()["auroc"].isNull()); // no truth but the labels themselves
    const auto runs = readCsvFile(path("out/runs.csv"));
    QCOMPARE(runs.size(), std::size_t(1 + 8));
    QCOMPARE(readCsvFile(path("out/summary.csv")).size(), std::size_t(1 + 4));
    QVERIFY(readAll(path("out/summary.md")).contains("## symmetric 30 %, cnn-small"));
    QVERIFY(readAll(path("out/summary.svg")).contains("<svg"));
    QVERIFY(readAll(path("out/summary.pdf")).startsWith("%PDF"));
}

void TestCliRecipe::whatIsThereIsNotTrainedAgain() {
    const Call call = recipe("r.toml");
    QVERIFY2(call.status == 0, call.err);
    QVERIFY2(!call.err.contains("epoch 1/"), call.err);
    QCOMPARE(call.err.count("there already"), 8);
    QCOMPARE(call.json()["rows"].toArray(), m_rows);
}

/// A version that could not be told to leave out mirrors recorded nothing of them.
void TestCliRecipe::runsOfAnEarlierVersionAreNotTrainedAgain() {
    sqlite3* project = nullptr;
    QCOMPARE(sqlite3_open(path("grid.assay").toUtf8().constData(), &project), SQLITE_OK);
    QCOMPARE(sqlite3_exec(project, "UPDATE run SET config = json_remove(config, '$.settings.mirror')", nullptr, nullptr,
                          nullptr),
             SQLITE_OK);
    QCOMPARE(sqlite3_changes(project), 8);
    QCOMPARE(sqlite3_exec(project, "UPDATE run SET id = id WHERE config LIKE '%mirror%'", nullptr, nullptr, nullptr),
             SQLITE_OK);
    QCOMPARE(sqlite3_changes(project), 0);
    sqlite3_close(project);
    const Call call = recipe("r.toml");
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.err.count("there already"), 8);
    QCOMPARE(call.json()["rows"].toArray(), m_rows);
}

void TestCliRecipe::aLongerRecipeTrainsOnlyWhatIsNew() {
    writeText(path("longer.toml"), grid("[1, 2, 3]"));
    const Call call = recipe("longer.toml");
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.err.count("there already"), 8);
    QCOMPARE(call.err.count("epoch 1/"), 4);
    QCOMPARE(call.json()["rows"].toArray()[0].toObject()["last"].toObject()["runs"].toInt(), 3);
}

void TestCliRecipe::labelsThatCountCanBeListed() {
    writeText(path("listed.csv"), "index,label\n0,0\n7,1\n100,2\n130,1\n"); // 100 is of class 1
    writeText(path("few.toml"), "dataset = \"bands\"\nthreads = 1\ndevice = \"cpu\"\nepochs = 1\n"
                                "[[labels]]\nlabelled-file = \"listed.csv\"\n[[method]]\nid = \"fixmatch\"\n");
    const Call call =
        callCli({"recipe", path("few.toml"), "--project", path("few.assay"), "--json"}, m_environment, 240);
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["rows"].toArray()[0].toObject()["labels"].toString(), QString("given, those of listed.csv"));
    QVERIFY2(call.err.contains("1 of the 4 labels in listed.csv is not the one"), call.err);
    const Call read = callCli({"evidence", path("few.assay"), "--out", path("few.csv")}, m_environment, 60);
    QVERIFY2(read.status == 0, read.err);
    const auto rows = readCsvFile(path("few.csv"));
    const qsizetype column = rows.front().indexOf("labelled");
    QVERIFY(column >= 0);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const std::size_t sample = i - 1;
        QCOMPARE(rows[i][column].toDouble() > 0, sample == 0 || sample == 7 || sample == 100 || sample == 130);
    }
}

void TestCliRecipe::mistakesAreToldBeforeAnyRun_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("part");
    QTest::newRow("method") << grid("[9]") + "[[method]]\nid = \"co-teeching\"\n" << QByteArray("co-teeching");
    QTest::newRow("setting") << grid("[9]") + "[[method]]\nid = \"m-dyr-h\"\nsettings = { warmth = 3 }\n"
                             << QByteArray("warmth");
    QTest::newRow("network") << "networks = [\"cnn-tiny\"]\n" + grid("[9]") << QByteArray("cnn-tiny");
    QTest::newRow("width") << "networks = [\"cnn-small:0\"]\n" + grid("[9]") << QByteArray("from 1 to 512");
    QTest::newRow("no seed") << grid("[]") << QByteArray("seeds is an empty list");
    QTest::newRow("label file") << grid("[9]") + "[[labels]]\nfile = \"absent.csv\"\n" << QByteArray("absent.csv");
    QTest::newRow("list of labels") << grid("[9]") + "[[labels]]\nname = \"few\"\nlabelled-file = \"absent.csv\"\n"
                                    << QByteArray("absent.csv");
}
void TestCliRecipe::mistakesAreToldBeforeAnyRun() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, part);
    writeText(path("bad.toml"), text);
    const Call call = recipe("bad.toml");
    QCOMPARE(call.status, 1);
    QVERIFY2(call.err.contains(part), call.err);
    QVERIFY2(!call.err.contains("epoch 1/"), call.err);
}

QTEST_GUILESS_MAIN(TestCliRecipe)
#include "tst_cli_recipe.moc"
