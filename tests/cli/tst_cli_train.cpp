// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <csignal>

using namespace assay::clitest;

/// Real training on a tiny data set, from noise to cleaned labels and back.
class TestCliTrain final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void trainEndsWithTheFigures();
    void runsAndCompareTellTheSame();
    void compareTellsWhatDiffersAndHowFarRunsAgree();
    void evidenceRoundTrips();
    void epochsAreExported();
    void featuresAreExported();
    void scoreRanksTheMostSuspectFirst();
    void acceptedSuggestionsMendLabels();
    void cleanedLabelsCanBeTrainedOn();
    void anInterruptedRunIsResumed();
    void theSameSeedGivesTheSameEvidence();
    void roundsOfCleaningAreLabelSets();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment, 240); }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QStringList train(const QString& project, int epochs) {
        return {"train",     path("bands"),
                "--project", project,
                "--method",  "cross-entropy",
                "--labels",  path("noisy.csv"),
                "--epochs",  QString::number(epochs),
                "--device",  "cpu",
                "--seed",    "3",
                "--threads", "1",
                "--json"};
    }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestCliTrain::initTestCase() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 120, 30);
    const Call noise = cli({"noise", path("bands"), "--rate", "0.3", "--seed", "1", "--out", path("noisy.csv")});
    QVERIFY2(noise.status == 0, noise.err);
}

void TestCliTrain::trainEndsWithTheFigures() {
    const Call call = cli(train(path("p.assay"), 4));
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject run = call.json();
    for (const char* key : {"run", "method", "seed", "device", "epochs", "accuracy", "detection", "seconds_per_epoch",
                            "samples_per_second", "peak_memory_mib"})
        QVERIFY2(run.contains(key), key);
    QCOMPARE(run["run"].toInt(), 1);
    QCOMPARE(run["epochs"].toInt(), 4);
    QCOMPARE(run["device"].toString(), QString("cpu"));
    for (const char* key : {"best", "last", "mean_last_10"}) {
        const double value = run["accuracy"].toObject()[key].toDouble(-1);
        QVERIFY(value >= 0 && value <= 1);
    }
    const QJsonObject detection = run["detection"].toObject();
    QVERIFY(detection["auroc"].toDouble() > 0.8);
    QCOMPARE(detection["threshold"].toDouble(), 0.5);
    QVERIFY(detection.contains("average_precision") && detection.contains("f1"));
    QVERIFY(call.err.contains("epoch 4/4"));
}

void TestCliTrain::runsAndCompareTellTheSame() {
    QJsonObject again = cli(train(path("p.assay"), 3) + QStringList{"--set", "batch-size=32"}).json();
    QCOMPARE(again["run"].toInt(), 2);
    const QJsonArray runs = cli({"runs", path("p.assay"), "--json"}).json()["runs"].toArray();
    QCOMPARE(runs.size(), 2);
    const Call call = cli({"compare", path("p.assay"), "--run", "2", "--truth", path("noisy.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonArray compared = call.json()["runs"].toArray();
    QCOMPARE(compared.size(), 1);
    for (const char* key : {"accuracy", "detection", "seed", "method"})
        QCOMPARE(compared[0].toObject()[key], again[key]);
    const QByteArray text = cli({"compare", path("p.assay")}).out;
    QVERIFY(text.contains("cross-entropy") && text.contains("batch-size"));
}

void TestCliTrain::compareTellsWhatDiffersAndHowFarRunsAgree() {
    const QJsonObject both = cli({"compare", path("p.assay"), "--json"}).json();
    QStringList names;
    for (const auto& setting : both["differing_settings"].toArray()) names << setting.toObject()["name"].toString();
    QCOMPARE(names, (QStringList{"batch-size", "epochs"}));
    QCOMPARE(both["differing_settings"].toArray()[0].toObject()["values"].toArray()[1].toString(), QString("32"));
    const QJsonObject agreement = both["agreement"].toObject();
    const QJsonArray jaccard = agreement["jaccard"].toArray(), shared = agreement["shared_suspects"].toArray();
    QCOMPARE(agreement["runs"].toArray(), (QJsonArray{1, 2}));
    QCOMPARE(jaccard[0].toArray()[0].toDouble(), 1.0);
    const int own = shared[0].toArray()[0].toInt(), other = shared[1].toArray()[1].toInt(),
              common = shared[0].toArray()[1].toInt();
    QVERIFY(own > 0 && other > 0 && common <= std::min(own, other));
    QVERIFY(std::abs(jaccard[0].toArray()[1].toDouble() - double(common) / double(own + other - common)) < 1e-12);
    QCOMPARE(jaccard[0].toArray()[1], jaccard[1].toArray()[0]);
}

void TestCliTrain::evidenceRoundTrips() {
    const Call call = cli({"evidence", path("p.assay"), "--run", "1", "--epoch", "2", "--out", path("e.csv")});
    QVERIFY2(call.status == 0, call.err);
    const auto rows = readCsvFile(path("e.csv"));
    QCOMPARE(rows.front().mid(0, 5), (QStringList{"index", "given", "prediction", "confidence", "loss"}));
    QCOMPARE(rows.size(), 451u);
    const auto noisy = readCsvFile(path("noisy.csv"));
    for (std::size_t i = 1; i < rows.size(); ++i) {
        QCOMPARE(rows[i][0].toUInt(), uint(i - 1));
        QCOMPARE(rows[i][1], noisy[i][1]);
        for (const int at : {3, 4}) { // float32, shortest form that reads back
            bool ok = false;
            const float value = rows[i][at].toFloat(&ok);
            QVERIFY(ok && qIsFinite(value));
            QCOMPARE(QString::number(double(value), 'g', 9).toFloat(), value);
        }
    }
    QCOMPARE(cli({"evidence", path("p.assay"), "--run", "1", "--epoch", "9"}).status, 1);
}

/// What a run recorded for its epochs: a row each, and the same numbers as JSON with the counts of confident learning.
void TestCliTrain::epochsAreExported() {
    const Call call = cli({"epochs", path("p.assay"), "--run", "1", "--out", path("epochs.csv")});
    QVERIFY2(call.status == 0, call.err);
    const auto rows = readCsvFile(path("epochs.csv"));
    const Call document = cli({"epochs", path("p.assay"), "--run", "1", "--json"});
    QVERIFY2(document.status == 0, document.err);
    const QJsonArray epochs = document.json()["epochs"].toArray();
    QCOMPARE(rows.size(), std::size_t(epochs.size()) + 1);
    QCOMPARE(rows.front().front(), QString("epoch"));
    for (const char* column : {"learning-rate", "test-accuracy", "peak-memory-mib", "detection-recall"}) {
        const auto at = rows.front().indexOf(QString(column));
        QVERIFY2(at > 0, column);
        for (qsizetype e = 0; e < epochs.size(); ++e)
            QCOMPARE(rows[std::size_t(e) + 1][at].toDouble(),
                     epochs[e].toObject()["scalars"].toObject()[column].toDouble());
    }
    const QJsonArray joint = epochs.last().toObject()["per_class"].toObject()["confident-joint"].toArray();
    double samples = 0;
    for (const auto& count : joint) samples += count.toDouble();
    const Call info = cli({"info", path("bands"), "--json"});
    QCOMPARE(int(samples), info.json()["splits"].toObject()["train"].toInt());
}

void TestCliTrain::featuresAreExported() {
    const Call none = cli({"features", path("p.assay"), "--out", path("f.npy")});
    QCOMPARE(none.status, 1);
    QVERIFY(none.err.contains("--keep-features"));
    const Call trained = cli(train(path("features.assay"), 2) + QStringList{"--keep-features"});
    QVERIFY2(trained.status == 0, trained.err);
    const Call call = cli({"features", path("features.assay"), "--out", path("f.npy"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject told = call.json();
    QCOMPARE(told["run"].toInt(), 1);
    QCOMPARE(told["epoch"].toInt(), 2);
    QCOMPARE(told["rows"].toInt(), 450);
    QCOMPARE(told["with_features"].toInt(), 450);
    QFile file(path("f.npy"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.left(128).contains("(450, " + QByteArray::number(told["dimension"].toInt()) + ")"));
    QCOMPARE(bytes.size(), 128 + 450 * told["dimension"].toInt() * 4);
}

void TestCliTrain::scoreRanksTheMostSuspectFirst() {
    const Call call = cli({"score", path("p.assay"), "--score", "p-noisy", "--run", "1", "--out", path("s.csv")});
    QVERIFY2(call.status == 0, call.err);
    const auto rows = readCsvFile(path("s.csv"));
    QCOMPARE(rows.front().mid(0, 5), (QStringList{"index", "file", "given", "suggested", "score"}));
    QCOMPARE(rows.size(), 451u);
    for (std::size_t i = 2; i < rows.size(); ++i) QVERIFY(rows[i - 1][4].toDouble() >= rows[i][4].toDouble());
    const auto noisy = readCsvFile(path("noisy.csv"));
    int wrong = 0;
    for (std::size_t i = 1; i <= 50; ++i) {
        const auto& row = noisy[rows[i][0].toUInt() + 1];
        wrong += row[1] != row[2];
    }
    QVERIFY(wrong >= 40); // of the first fifty; 30 % would be chance
    QCOMPARE(cli({"score", path("p.assay"), "--score", "loss", "--run", "1", "--run", "2"}).status, 0);
    // As of an epoch: its own losses.
    QCOMPARE(cli({"score", path("p.assay"), "--score", "loss", "--run", "1", "--epoch", "1", "--out", path("s1.csv")})
                 .status,
             0);
    QCOMPARE(cli({"evidence", path("p.assay"), "--run", "1", "--epoch", "1", "--out", path("e1.csv")}).status, 0);
    const auto first = readCsvFile(path("s1.csv")), evidence = readCsvFile(path("e1.csv"));
    const qsizetype loss = evidence.front().indexOf("loss");
    for (std::size_t i = 1; i < first.size(); ++i)
        QCOMPARE(first[i][4].toFloat(), evidence[first[i][0].toUInt() + 1][loss].toFloat());
}

void TestCliTrain::acceptedSuggestionsMendLabels() {
    const Call call = cli({"accept", path("p.assay"), "--run", "1", "--threshold", "0.5", "--json"});
    QVERIFY2(call.status == 0, call.err);
    QVERIFY(call.json()["relabelled"].toInt() > 50);
    QCOMPARE(cli({"export", path("p.assay"), "--format", "csv", "--run", "1", "--out", path("cleaned.csv")}).status, 0);
    const auto noisy = readCsvFile(path("noisy.csv")), cleaned = readCsvFile(path("cleaned.csv"));
    QCOMPARE(cleaned.size(), noisy.size());
    int before = 0, after = 0;
    for (std::size_t i = 1; i < noisy.size(); ++i) {
        before += noisy[i][1] != noisy[i][2];
        after += cleaned[i][1] != noisy[i][2];
    }
    QVERIFY2(after * 3 < before, qPrintable(QString("%1 wrong labels before, %2 after").arg(before).arg(after)));
}

void TestCliTrain::cleanedLabelsCanBeTrainedOn() {
    const Call call = cli({"train", path("bands"), "--project", path("p.assay"), "--method", "cross-entropy",
                           "--cleaned", "--epochs", "2", "--device", "cpu", "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject run = call.json();
    QVERIFY(run["labels"].toString().contains("revision"));
    QVERIFY(run["accuracy"].toObject()["last"].toDouble() > 0.5);
}

void TestCliTrain::anInterruptedRunIsResumed() {
    QProcess process;
    process.setProcessEnvironment(m_environment);
    process.start(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), train(path("resume.assay"), 200));
    process.setReadChannel(QProcess::StandardError); // progress is told there
    QByteArray said;
    while (!said.contains("epoch 2/") && process.waitForReadyRead(60'000)) said += process.readAllStandardError();
    QVERIFY2(said.contains("epoch 2/"), said);
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), 1);
    said += process.readAllStandardError();
    QVERIFY2(said.contains("--resume 1"), said);
    const QJsonObject stopped = cli({"runs", path("resume.assay"), "--json"}).json()["runs"].toArray()[0].toObject();
    QCOMPARE(stopped["state"].toString(), QString("stopped"));
    QVERIFY(stopped["epochs"].toInt() >= 2 && stopped["epochs"].toInt() < 200);

    // Whatever was begun is finished: a run of five, killed after two, gives what one of five gives.
    process.start(QStringLiteral(ASSAY_BINARY_DIR "/bin/assay-cli"), train(path("killed.assay"), 5));
    process.setReadChannel(QProcess::StandardError);
    said.clear();
    while (!said.contains("epoch 2/") && process.waitForReadyRead(60'000)) said += process.readAllStandardError();
    process.kill();
    process.waitForFinished();
    const Call resumed = cli({"train", path("bands"), "--project", path("killed.assay"), "--resume", "1", "--json"});
    QVERIFY2(resumed.status == 0 || resumed.err.contains("finished"), resumed.err);
    QCOMPARE(cli(train(path("whole.assay"), 5)).status, 0);
    const Call one = cli({"evidence", path("killed.assay"), "--run", "1", "--epoch", "5"});
    const Call other = cli({"evidence", path("whole.assay"), "--run", "1", "--epoch", "5"});
    QCOMPARE(one.status, 0);
    QCOMPARE(one.out, other.out);
}

void TestCliTrain::theSameSeedGivesTheSameEvidence() {
    QCOMPARE(cli(train(path("a.assay"), 2)).status, 0);
    QCOMPARE(cli(train(path("b.assay"), 2) + QStringList{"--loaders", "3"}).status, 0);
    const QByteArray one = cli({"evidence", path("a.assay")}).out;
    QVERIFY(one.size() > 1000);
    QCOMPARE(cli({"evidence", path("b.assay")}).out, one);
}

/// A run in three rounds: its rounds side by side, and one of them exported and trained on.
void TestCliTrain::roundsOfCleaningAreLabelSets() {
    const QString project = path("rounds.assay");
    QStringList arguments = train(project, 6);
    arguments[arguments.indexOf("cross-entropy")] = "loss-cleaning";
    const Call trained = cli(arguments);
    QVERIFY2(trained.status == 0, trained.err);
    QVERIFY(trained.err.contains("Round 3 of 3 keeps"));
    const Call shown = cli({"rounds", project, "--json"});
    QVERIFY2(shown.status == 0, shown.err);
    QCOMPARE(shown.json()["run"].toInt(), 1);
    const QJsonArray rounds = shown.json()["rounds"].toArray();
    QCOMPARE(rounds.size(), 3);
    int kept = 360;
    for (int i = 0; i < 3; ++i) {
        const QJsonObject round = rounds[i].toObject();
        QCOMPARE(round["round"].toInt(), i + 1);
        QCOMPARE(round["epoch"].toInt(), 2 * (i + 1));
        QCOMPARE(round["kept"].toInt() + round["dropped"].toInt(), 360);
        QCOMPARE(round["kept"].toInt(), kept - round["newly_dropped"].toInt() + round["returned"].toInt());
        QVERIFY(round["label_precision"].toDouble() > 0.7);
        QCOMPARE(round["jaccard"].isNull(), i == 0);
        if (i > 0) {
            const double both = kept - round["newly_dropped"].toInt();
            QVERIFY(std::abs(round["jaccard"].toDouble() - both / (kept + round["returned"].toInt())) < 1e-12);
        }
        kept = round["kept"].toInt();
    }
    const QByteArray text = cli({"rounds", project}).out;
    for (const char* word : {"1/3", "3/3", "newly dropped", "returned", "Jaccard", "quantile per class"})
        QVERIFY2(text.contains(word), text);

    const int set = rounds[1].toObject()["label_set"].toInt();
    QCOMPARE(
        cli({"export", project, "--format", "csv", "--label-set", "run 1, round 2", "--out", path("round.csv")}).status,
        0);
    int labelled = 0, unlabelled = 0;
    for (const QStringList& row : readCsvFile(path("round.csv"))) ++(row[1].isEmpty() ? unlabelled : labelled);
    QCOMPARE(unlabelled, rounds[1].toObject()["dropped"].toInt());
    QCOMPARE(labelled, 1 + 90 + rounds[1].toObject()["kept"].toInt()); // header and test samples
    QStringList again = {
        "train",     path("bands"), "--project", project, "--method",    "cross-entropy",      "--epochs", "1",
        "--threads", "1",           "--device",  "cpu",   "--label-set", QString::number(set), "--json"};
    const Call onRound = cli(again);
    QVERIFY2(onRound.status == 0, onRound.err);
    QCOMPARE(onRound.json()["labels"].toString(), QString("run 1, round 2"));
    QVERIFY(onRound.err.contains("have no label and take no part"));
    // The exported table is read as the same labels.
    QStringList fromFile = again;
    fromFile[fromFile.indexOf("--label-set") + 1] = path("round.csv");
    fromFile.replace(fromFile.indexOf("--label-set"), "--labels");
    const Call onFile = cli(fromFile);
    QVERIFY2(onFile.status == 0, onFile.err);
    QVERIFY(onFile.err.contains(QByteArray::number(unlabelled) + " samples have no label and take no part"));
    const Call none = cli({"rounds", project, "--run", "2"});
    QVERIFY(none.status != 0 && none.err.contains("loss-cleaning"));
    QVERIFY2(none.err.contains("this run has not finished a round"), none.err);
    again[again.indexOf("--label-set") + 1] = "run 9, round 1";
    const Call unknown = cli(again);
    QVERIFY(unknown.status != 0 && unknown.err.contains("run 1, round 3"));
    const Call both = cli(again + QStringList{"--cleaned"});
    QVERIFY(both.status != 0 && both.err.contains("only one of"));
}

QTEST_GUILESS_MAIN(TestCliTrain)
#include "tst_cli_train.moc"
