// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace assay::clitest;

namespace {

bool run(const QString& program, const QStringList& arguments, QByteArray* said) {
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    const bool ended = process.waitForFinished(240'000);
    *said = process.readAll();
    return ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

} // namespace

/// A method written outside the tree, built against what `cmake --install` leaves, is listed and trains.
class TestExternalPlugin final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void isListedWithItsSettings();
    void trainsAndFindsWrongLabels();
    void isFoundInTheUsersFolderToo();
    void faultyOnesAreSkippedWithAReason_data();
    void faultyOnesAreSkippedWithAReason();
    void foldersThatOthersMayWriteToAreNotTrusted();

private:
    Call cli(const QStringList& arguments, const QString& plugins) {
        QProcessEnvironment environment = m_environment;
        if (!plugins.isEmpty()) environment.insert("ASSAY_PLUGIN_PATH", plugins);
        return callCli(arguments, environment);
    }
    static QStringList ids(const Call& methods) {
        QStringList found;
        for (const auto& item : methods.json()["methods"].toArray()) found << item.toObject()["id"].toString();
        return found;
    }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestExternalPlugin::initTestCase() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    QByteArray said;
    QVERIFY2(run("cmake", {"--install", ASSAY_BINARY_DIR, "--prefix", path("prefix"), "--component", "core"}, &said),
             said);
    QVERIFY2(run("cmake",
                 {"-G", "Ninja", "-S", ASSAY_SOURCE_DIR "/tests/plugins/external", "-B", path("build"),
                  "-DCMAKE_PREFIX_PATH=" + path("prefix"), "-DCMAKE_BUILD_TYPE=Release", "-DASSAY_FAULTY_PLUGINS=ON"},
                 &said),
             said);
    QVERIFY2(run("cmake", {"--build", path("build")}, &said), said);
    QDir().mkpath(path("plugins"));
    QVERIFY(QFile::copy(path("build/linear_softmax.so"), path("plugins/linear_softmax.so")));
}

void TestExternalPlugin::isListedWithItsSettings() {
    const Call call = cli({"methods", "linear-softmax", "--json"}, path("plugins"));
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject method = call.json()["methods"].toArray()[0].toObject();
    QCOMPARE(method["parameters"].toArray()[0].toObject()["name"].toString(), QString("learning-rate"));
    QCOMPARE(cli({"methods", "linear-softmax"}, "").status, 1);
}

void TestExternalPlugin::trainsAndFindsWrongLabels() {
    writeBands(path("bands"), 60, 20);
    QCOMPARE(cli({"noise", path("bands"), "--rate", "0.3", "--out", path("noisy.csv")}, "").status, 0);
    const Call call = cli({"train", path("bands"), "--project", path("p.assay"), "--method", "linear-softmax",
                           "--labels", path("noisy.csv"), "--epochs", "5", "--set", "learning-rate=0.005", "--json"},
                          path("plugins"));
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["epochs"].toInt(), 5);
    QVERIFY(call.json()["accuracy"].toObject()["last"].toDouble() > 0.9);
    QVERIFY(call.json()["detection"].toObject()["auroc"].toDouble() > 0.95);
    // Its evidence reads without the plugin.
    QCOMPARE(cli({"evidence", path("p.assay"), "--run", "1"}, "").status, 0);
    QCOMPARE(cli({"score", path("p.assay"), "--run", "1"}, "").status, 0);
}

void TestExternalPlugin::isFoundInTheUsersFolderToo() {
    const QString folder = path("user/data/assay/plugins");
    QVERIFY(QDir().mkpath(folder));
    QVERIFY(QFile::copy(path("build/linear_softmax.so"), folder + "/linear_softmax.so"));
    QVERIFY(ids(cli({"methods", "--json"}, "")).contains("linear-softmax"));
    QVERIFY(QFile::remove(folder + "/linear_softmax.so"));
}

void TestExternalPlugin::faultyOnesAreSkippedWithAReason_data() {
    QTest::addColumn<QString>("plugin");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("wrong stamp") << "wrong_stamp" << QByteArray("another version");
    QTest::newRow("throws") << "throwing" << QByteArray("the moon is in the wrong phase");
    QTest::newRow("id is taken") << "duplicate_id" << QByteArray("taken");
    QTest::newRow("no function") << "no_register" << QByteArray("assay_plugin_register");
    QTest::newRow("no stamp") << "no_stamp" << QByteArray("assay_plugin_stamp");
    QTest::newRow("not a library") << "text" << QByteArray("cannot be loaded");
}

void TestExternalPlugin::faultyOnesAreSkippedWithAReason() {
    QFETCH(QString, plugin);
    QFETCH(QByteArray, reason);
    const QString folder = path("faulty-" + plugin);
    QVERIFY(QDir().mkpath(folder));
    if (plugin == "text") writeText(folder + "/text.so", "not a library\n");
    else QVERIFY(QFile::copy(path("build/faults/" + plugin + ".so"), folder + "/" + plugin + ".so"));
    QVERIFY(QFile::copy(path("build/linear_softmax.so"), folder + "/z_good.so"));
    const Call call = cli({"methods", "--json"}, folder);
    QVERIFY2(call.status == 0, call.err);
    QVERIFY2(call.err.contains(plugin.toUtf8() + ".so") && call.err.contains(reason), call.err);
    // The rest works, and the built-in ones win.
    const QStringList found = ids(call);
    QVERIFY(found.contains("linear-softmax"));
    QCOMPARE(found.count("cross-entropy"), 1);
    QVERIFY(!cli({"methods", "cross-entropy"}, folder).out.contains("Impostor"));
}

void TestExternalPlugin::foldersThatOthersMayWriteToAreNotTrusted() {
    const QByteArray folder = path("plugins").toUtf8();
    QCOMPARE(::chmod(folder.constData(), 0777), 0);
    const Call call = cli({"methods", "--json"}, path("plugins"));
    QCOMPARE(::chmod(folder.constData(), 0755), 0);
    QCOMPARE(call.status, 0);
    QVERIFY2(call.err.contains("chmod go-w"), call.err);
    QVERIFY(!ids(call).contains("linear-softmax"));
}

QTEST_GUILESS_MAIN(TestExternalPlugin)
#include "tst_external_plugin.moc"
