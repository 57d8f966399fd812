// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"
#include "tests/support/locales.h"

#include <QDir>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace assay::clitest;

namespace {

/// 600 small and 400 large values in [0, 1], a published example for mixtures.
QByteArray twoGroups() {
    QByteArray text = "loss\n";
    for (int i = 0; i < 600; ++i) text += QByteArray::number(0.45 * std::pow((i + 0.5) / 600, 3), 'g', 17) + "\n";
    for (int i = 0; i < 400; ++i) text += QByteArray::number(1 - 0.6 * std::pow((i + 0.5) / 400, 2), 'g', 17) + "\n";
    return text;
}

} // namespace

/// Commands, keys, columns and exit statuses that scripts rely on.
class TestCliContract final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void versionAndHelpAreGiven();
    void everyCommandHasHelpWithAnExample_data();
    void everyCommandHasHelpWithAnExample();
    void wrongUsageEndsWithTwo_data();
    void wrongUsageEndsWithTwo();
    void infoTellsFormatCountsAndSplits();
    void infoOfAnArchiveIsThatOfItsFolder();
    void noiseWritesLabelsWithTheTruth();
    void noiseIsTheSameForTheSameSeed();
    void asymmetricNoiseFollowsTheMap();
    void cataloguesHaveIdsParametersAndCitations_data();
    void cataloguesHaveIdsParametersAndCitations();
    void aNetworkIsDescribedInTheWidthThatIsAskedFor();
    void lossCurvesComeAsATable();
    void betaFitReproducesThePublishedExample();
    void fitWritesAPosteriorForEveryValue();
    void gaussianFitFollowsScikitLearn();
    void labelIssuesReproduceTheWorkedExample();
    void labelIssuesRankTheOtherWaysToo_data();
    void labelIssuesRankTheOtherWaysToo();
    void duplicatesAreFoundConflictingOnesFirst();
    void outputIntoAClosedPipeEndsQuietly();
    void fullDiskOnStandardOutputIsAnError();
    void foreignLanguagesChangeNoByte_data();
    void foreignLanguagesChangeNoByte();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment); }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestCliContract::initTestCase() {
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 40, 10);
    writeBandFolders(path("folders"), 8);
    writeText(path("groups.csv"), twoGroups());
}

void TestCliContract::versionAndHelpAreGiven() {
    const Call version = cli({"--version"});
    QCOMPARE(version.status, 0);
    QVERIFY(version.out.startsWith("assay-cli 0."));
    const Call help = cli({"--help"});
    QCOMPARE(help.status, 0);
    for (const char* command :
         {"info",   "noise",   "methods", "scores",   "formats",  "losses",     "networks", "train",
          "runs",   "rounds",  "epochs",  "evidence", "features", "score",      "fit",      "label-issues",
          "decide", "journal", "undo",    "compare",  "export",   "duplicates", "bench"})
        QVERIFY2(help.out.contains(QByteArray("\n  ") + command), command);
}

void TestCliContract::everyCommandHasHelpWithAnExample_data() {
    QTest::addColumn<QString>("command");
    for (const char* command :
         {"info",   "noise",  "methods", "scores",   "formats",  "losses", "networks",   "train",
          "runs",   "rounds", "epochs",  "evidence", "features", "score",  "fit",        "label-issues",
          "decide", "accept", "journal", "undo",     "compare",  "export", "duplicates", "bench"})
        QTest::newRow(command) << QString(command);
}

void TestCliContract::everyCommandHasHelpWithAnExample() {
    QFETCH(QString, command);
    const Call help = cli({command, "--help"});
    QCOMPARE(help.status, 0);
    QVERIFY(help.out.contains("Example"));
    QVERIFY(help.out.contains("--json"));
    QVERIFY(help.err.isEmpty());
}

void TestCliContract::wrongUsageEndsWithTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("nothing") << QStringList{};
    QTest::newRow("unknown command") << QStringList{"frobnicate"};
    QTest::newRow("unknown option") << QStringList{"info", "--colour", "x"};
    QTest::newRow("missing data set") << QStringList{"info"};
    QTest::newRow("missing value") << QStringList{"fit", "--input"};
    QTest::newRow("unknown model") << QStringList{"noise", "x", "--model", "cosmic"};
    QTest::newRow("rate past one") << QStringList{"noise", "x", "--rate", "1.5"};
    QTest::newRow("rate in German") << QStringList{"noise", "x", "--rate", "0,5"};
    QTest::newRow("seed is a word") << QStringList{"noise", "x", "--seed", "one"};
    QTest::newRow("no epochs") << QStringList{"train", "x", "--project", "p", "--method", "m", "--epochs", "0"};
    for (const char* value : {"nan", "-NaN", "inf"}) {
        const auto row = [&](const char* option, const QStringList& arguments) {
            QTest::addRow("%s %s %s", qPrintable(arguments.front()), option, value)
                << arguments + QStringList{option, value};
        };
        row("--rate", {"noise", "x"});
        row("--threshold", {"accept", "x"});
        row("--threshold", {"compare", "x"});
        row("--threshold", {"train", "x", "--project", "p", "--method", "m"});
        row("--clean-below", {"train", "x", "--project", "p", "--method", "m", "--labelled-by-run", "1"});
        row("--tolerance", {"fit", "--input", "x"});
        row("--variance-floor", {"fit", "--input", "x"});
        row("--frac-noise", {"label-issues", "--labels", "x", "--probabilities", "y"});
        row("--seconds", {"simulate-review", "x"});
    }
    QTest::newRow("a threshold that is no number") << QStringList{"accept", "x", "--threshold", "high"};
    QTest::newRow("three components") << QStringList{"fit", "--input", "x", "--components", "3"};
}

void TestCliContract::wrongUsageEndsWithTwo() {
    QFETCH(QStringList, arguments);
    const Call call = cli(arguments);
    QCOMPARE(call.status, 2);
    QVERIFY(call.out.isEmpty());
    QVERIFY(call.err.startsWith("assay-cli"));
}

void TestCliContract::infoTellsFormatCountsAndSplits() {
    const Call call = cli({"info", path("bands"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject info = call.json();
    QVERIFY(!info["format"].toString().isEmpty());
    QCOMPARE(info["samples"].toInt(), 150);
    QCOMPARE(info["classes"].toArray().size(), 3);
    QCOMPARE(info["class_counts"].toArray(), (QJsonArray{50, 50, 50}));
    QCOMPARE(info["splits"].toObject()["train"].toInt(), 120);
    QCOMPARE(info["splits"].toObject()["test"].toInt(), 30);
    QVERIFY(info["unreadable"].isArray());
    QVERIFY(info["unreadable"].toArray().isEmpty());
    QVERIFY(cli({"info", path("bands")}).out.contains("150"));
}

void TestCliContract::infoOfAnArchiveIsThatOfItsFolder() {
    QCOMPARE(QProcess::execute("tar", {"-C", m_folder.path(), "-czf", path("folders.tar.gz"), "folders"}), 0);
    const QJsonObject folder = cli({"info", path("folders"), "--json"}).json();
    const QJsonObject archive = cli({"info", path("folders.tar.gz"), "--json"}).json();
    QCOMPARE(folder["classes"].toArray(), (QJsonArray{"lower, band", "middle \"band\"", "upper band"}));
    for (const char* key : {"format", "samples", "classes", "class_counts", "splits"})
        QCOMPARE(archive[key], folder[key]);
}

void TestCliContract::noiseWritesLabelsWithTheTruth() {
    const Call call = cli({"noise", path("bands"), "--model", "symmetric", "--rate", "0.4", "--seed", "1", "--out",
                           path("n.csv"), "--matrix", path("matrix.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const auto rows = readCsvFile(path("n.csv"));
    QCOMPARE(rows.front(), (QStringList{"index", "label", "true_label"}));
    QCOMPARE(rows.size(), 151u);
    int changed = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        QCOMPARE(rows[i][0].toInt(), int(i) - 1);
        changed += rows[i][1] != rows[i][2];
    }
    QCOMPARE(call.json()["changed"].toInt(), changed);
    QVERIFY(std::abs(changed / 150.0 - 0.4) < 0.12);
    const auto matrix = readCsvFile(path("matrix.csv"));
    QCOMPARE(matrix.size(), 4u);
    for (int k = 1; k <= 3; ++k)
        QCOMPARE(matrix[std::size_t(k)][1].toInt() + matrix[std::size_t(k)][2].toInt() +
                     matrix[std::size_t(k)][3].toInt(),
                 50);
}

void TestCliContract::noiseIsTheSameForTheSameSeed() {
    const QByteArray first = cli({"noise", path("bands"), "--rate", "0.3", "--seed", "5"}).out;
    QVERIFY(first.startsWith("index,label,true_label\n0,"));
    QCOMPARE(cli({"noise", path("bands"), "--rate", "0.3", "--seed", "5"}).out, first);
    QVERIFY(cli({"noise", path("bands"), "--rate", "0.3", "--seed", "6"}).out != first);
}

void TestCliContract::asymmetricNoiseFollowsTheMap() {
    const Call call = cli({"noise", path("folders"), "--model", "asymmetric", "--rate", "1", "--map", "2=0"});
    QVERIFY2(call.status == 0, call.err);
    for (const QStringList& row : parseCsvBytes(call.out)) {
        if (row[0] == "index") continue;
        QCOMPARE(row[1], row[2] == "upper band" ? QString("lower, band") : row[2]);
    }
}

void TestCliContract::cataloguesHaveIdsParametersAndCitations_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QStringList>("expected");
    QTest::addColumn<bool>("needsEngine");
    QTest::newRow("methods") << "methods" << QStringList{"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"}
                             << true;
    QTest::newRow("networks") << "networks" << QStringList{"cnn-small"} << true;
    QTest::newRow("scores") << "scores" << QStringList{"p-noisy", "loss"} << false;
}

void TestCliContract::cataloguesHaveIdsParametersAndCitations() {
    QFETCH(QString, command);
    QFETCH(QStringList, expected);
    QFETCH(bool, needsEngine);
    if (needsEngine && !engineIsBuilt()) QSKIP("the training engine was not built");
    const Call call = cli({command, "--json"});
    QVERIFY2(call.status == 0, call.err);
    QStringList ids;
    for (const auto& item : call.json()[command].toArray()) {
        ids << item.toObject()["id"].toString();
        QVERIFY(item.toObject()["parameters"].isArray());
        QVERIFY(!item.toObject()["help"].toString().isEmpty());
    }
    for (const QString& id : expected) {
        QVERIFY2(ids.contains(id), qPrintable(id));
        QCOMPARE(cli({command, id}).status, 0);
    }
    QCOMPARE(cli({command, "no-such-thing"}).status, 1);
}

void TestCliContract::aNetworkIsDescribedInTheWidthThatIsAskedFor() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    const auto parameters = [&](const QString& id) {
        const QJsonObject network = cli({"networks", id, "--json"}).json()["networks"].toArray()[0].toObject();
        return network["id"].toString() == id ? network["parameter_count"].toInt() : -1;
    };
    QVERIFY(parameters("cnn-small:8") > 0);
    QVERIFY(parameters("cnn-small:8") < parameters("cnn-small"));
    QCOMPARE(parameters("cnn-small:32"), parameters("cnn-small"));
    const Call page = cli({"networks", "cnn-small:8"});
    QVERIFY2(page.out.contains("cnn-small:8: Small CNN, base width 8"), page.out);
    const Call none = cli({"networks", "cnn-small:0"});
    QVERIFY2(none.status == 1 && none.err.contains("from 1 to 512"), none.err);
}

void TestCliContract::lossCurvesComeAsATable() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    const Call call = cli({"losses", "mae", "nce-exp", "--curves", "--points", "3"});
    QVERIFY2(call.status == 0, call.err);
    const auto rows = parseCsvBytes(call.out);
    QCOMPARE(rows.size(), std::size_t(7));
    QCOMPARE(rows[0], QStringList({"loss", "p", "value", "gradient"}));
    for (int i = 1; i <= 3; ++i) {
        QCOMPARE(rows[i][0], QString("mae"));
        QVERIFY(std::abs(rows[i][2].toDouble() - (1 - rows[i][1].toDouble())) < 1e-9);
        QVERIFY(std::abs(rows[i][2].toDouble() - rows[i + 3][2].toDouble()) < 1e-9);
        QVERIFY(std::abs(rows[i][3].toDouble() - rows[i + 3][3].toDouble()) < 1e-9);
    }
    // ELR at p = 1/2 of two classes: ln 2 + 3 ln(1/2); its slope -(1 - p) - 3 p, or + 3 (1 - p) where the target is the
    // other.
    const auto elr = parseCsvBytes(
        cli({"losses", "elr-label-believed", "elr-label-doubted", "--curves", "--points", "1", "--classes", "2"}).out);
    QCOMPARE(elr.size(), std::size_t(3));
    for (int i = 1; i <= 2; ++i) QVERIFY(std::abs(elr[i][2].toDouble() + 2 * std::log(2.0)) < 1e-9);
    QVERIFY(std::abs(elr[1][3].toDouble() + 2) < 1e-9);
    QVERIFY(std::abs(elr[2][3].toDouble() - 1) < 1e-9);
    QCOMPARE(cli({"losses", "no-such-loss"}).status, 1);
}

void TestCliContract::betaFitReproducesThePublishedExample() {
    const Call call =
        cli({"fit", "--mixture", "beta", "--iterations", "10", "--raw", "--input", path("groups.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject fit = call.json();
    const QJsonArray components = fit["components"].toArray();
    QCOMPARE(components.size(), 2);
    const auto close = [](const QJsonValue& value, double expected) {
        return std::abs(value.toDouble() - expected) < 2e-6;
    };
    QVERIFY(close(components[0].toObject()["alpha"], 0.312667));
    QVERIFY(close(components[0].toObject()["beta"], 1.598017));
    QVERIFY(close(components[0].toObject()["weight"], 0.610374));
    QVERIFY(close(components[1].toObject()["alpha"], 1.192441));
    QVERIFY(close(components[1].toObject()["beta"], 0.422906));
    QCOMPARE(fit["iterations"].toInt(), 10);
    QCOMPARE(fit["log_likelihood"].toArray().size(), 10);
    QCOMPARE(fit["noisy_component"].toInt(), 1);
    QCOMPARE(fit["collapsed"].toBool(true), false);
    QCOMPARE(fit["swapped"].toBool(true), false);
}

void TestCliContract::fitWritesAPosteriorForEveryValue() {
    writeText(path("few.csv"), "index,loss\n0,0.01\n1,0.3\n2,nan\n3,0.9\n4,0.99\n5,0.02\n6,0.95\n");
    const Call call = cli({"fit", "--raw", "--input", path("few.csv"), "--out", path("posterior.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["dropped"].toInt(), 1);
    const auto rows = readCsvFile(path("posterior.csv"));
    QCOMPARE(rows.front(), (QStringList{"value", "p_noisy"}));
    QCOMPARE(rows.size(), 8u);
    QCOMPARE(rows[1][0], QString("0.01"));
    QVERIFY(rows[1][1].toDouble() < 0.5);
    QVERIFY(rows[5][1].toDouble() > 0.5);
    QCOMPARE(rows[3][1], QString("0"));
}

void TestCliContract::gaussianFitFollowsScikitLearn() {
    const Call call = cli({"fit", "--mixture", "gaussian", "--raw", "--tolerance", "0.01", "--variance-floor", "0.0005",
                           "--input", path("groups.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonArray components = call.json()["components"].toArray();
    QVERIFY(std::abs(components[0].toObject()["weight"].toDouble() - 0.618661) < 2e-6);
    QVERIFY(std::abs(components[0].toObject()["mean"].toDouble() - 0.123531) < 2e-6);
    QVERIFY(std::abs(components[1].toObject()["mean"].toDouble() - 0.815747) < 2e-6);
    QVERIFY(std::abs(components[1].toObject()["variance"].toDouble() - 0.028710) < 2e-6);
}

void TestCliContract::labelIssuesReproduceTheWorkedExample() {
    writeText(path("p.csv"),
              "0,1,2\n.9,.05,.05\n.2,.7,.1\n.6,.3,.1\n.1,.8,.1\n.55,.4,.05\n.05,.9,.05\n.1,.1,.8\n.2,.2,.6\n.7,.2,.1\n"
              ".05,.15,.8\n");
    writeText(path("l.csv"), "index,label\n0,0\n1,0\n2,0\n3,1\n4,1\n5,1\n6,2\n7,2\n8,2\n9,1\n");
    const Call call = cli({"label-issues", "--labels", path("l.csv"), "--probabilities", path("p.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject found = call.json();
    QList<int> indices;
    for (const auto& issue : found["issues"].toArray()) indices << issue.toObject()["index"].toInt();
    QCOMPARE(indices, (QList<int>{8, 9, 1})); // self-confidence .1, .15, .2
    const QJsonObject worst = found["issues"].toArray()[0].toObject();
    QVERIFY(worst.contains("given") && worst.contains("suggested"));
    QVERIFY(std::abs(found["thresholds"].toArray()[0].toDouble() - 0.566667) < 1e-5);
    QCOMPARE(found["confident_joint"].toArray()[1].toArray(), (QJsonArray{0, 3, 1}));
    QVERIFY(found.contains("estimated_errors"));
}

void TestCliContract::labelIssuesRankTheOtherWaysToo_data() {
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("rank");
    QTest::addColumn<QList<int>>("expected");
    QTest::newRow("argmax differs") << "predicted-neq-given"
                                    << "self-confidence" << QList<int>{8, 9, 1, 4};
    QTest::newRow("margin") << "prune-by-noise-rate"
                            << "normalized-margin" << QList<int>{9, 8, 1};
}

void TestCliContract::labelIssuesRankTheOtherWaysToo() {
    QFETCH(QString, filter);
    QFETCH(QString, rank);
    QFETCH(QList<int>, expected);
    const Call call = cli({"label-issues", "--labels", path("l.csv"), "--probabilities", path("p.csv"), "--filter",
                           filter, "--rank-by", rank, "--json"});
    QVERIFY2(call.status == 0, call.err);
    QList<int> indices;
    for (const auto& issue : call.json()["issues"].toArray()) indices << issue.toObject()["index"].toInt();
    QCOMPARE(indices, expected);
}

void TestCliContract::duplicatesAreFoundConflictingOnesFirst() {
    writeBandFolders(path("copies"), 4);
    const QDir folder(path("copies"));
    QVERIFY(QFile::copy(folder.filePath("upper band/picture 001.png"), folder.filePath("upper band/again.png")));
    QVERIFY(QFile::copy(folder.filePath("upper band/picture 002.png"), folder.filePath("lower, band/wrong.png")));
    const Call call = cli({"duplicates", path("copies"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonArray groups = call.json()["groups"].toArray();
    QVERIFY(groups.size() >= 2);
    QVERIFY(groups[0].toObject()["conflicting"].toBool());
    QVERIFY(groups[0].toObject()["exact"].toBool());
}

void TestCliContract::outputIntoAClosedPipeEndsQuietly() {
    QProcess shell;
    shell.setProcessEnvironment(m_environment);
    writeBands(path("many"), 20'000, 0);
    const QString program = QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli");
    shell.start(
        "bash",
        {"-c",
         QString("'%1' noise '%2' 2>'%3' | head -n 1; echo ${PIPESTATUS[0]}").arg(program, path("many"), path("err"))});
    QVERIFY(shell.waitForFinished(60'000));
    QCOMPARE(shell.readAllStandardOutput(), QByteArray("index,label,true_label\n1\n"));
    const QByteArray complaint = readAll(path("err"));
    QVERIFY2(!complaint.contains("pipe") && !complaint.contains("assay-cli:"), complaint);
}

void TestCliContract::fullDiskOnStandardOutputIsAnError() {
    QProcess shell;
    shell.setProcessEnvironment(m_environment);
    shell.start(
        "bash",
        {"-c",
         QString("'%1' info '%2' > /dev/full").arg(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), path("bands"))});
    QVERIFY(shell.waitForFinished(60'000));
    QCOMPARE(shell.exitCode(), 1);
    QVERIFY(shell.readAllStandardError().contains("No space left"));
}

void TestCliContract::foreignLanguagesChangeNoByte_data() {
    QTest::addColumn<QString>("language");
    QTest::newRow("comma for the decimal point") << "de_DE";
    QTest::newRow("dotless i") << "tr_TR";
}

void TestCliContract::foreignLanguagesChangeNoByte() {
    QFETCH(QString, language);
    const QString locales = path("locales");
    if (!assay::testing::makeLocale(locales, language))
        QSKIP("localedef cannot make this locale; install the package locales");
    QProcessEnvironment foreign = m_environment;
    foreign.insert("LOCPATH", locales);
    foreign.insert("LC_ALL", language + ".UTF-8");
    foreign.insert("LANG", language + ".UTF-8");
    for (const QStringList& arguments :
         {QStringList{"info", path("folders"), "--json"}, QStringList{"noise", path("folders"), "--rate", "0.25"},
          QStringList{"fit", "--input", path("groups.csv"), "--json"}, QStringList{"scores", "--json"}}) {
        const Call here = cli(arguments), there = callCli(arguments, foreign);
        QVERIFY2(here.status == 0, here.err);
        QCOMPARE(there.status, 0);
        QCOMPARE(there.out, here.out);
        QCOMPARE(there.err, here.err);
    }
}

QTEST_GUILESS_MAIN(TestCliContract)
#include "tst_cli_contract.moc"
