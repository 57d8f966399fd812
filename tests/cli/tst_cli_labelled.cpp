// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace assay::clitest;

/// Which labels count in a run, said on the command line.
class TestCliLabelled final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aRunWithoutAChoiceSaysHowToChoose();
    void onlyListedLabelsAreLearnt();
    void aListThatNamesNoSampleOfTheSetIsRefused();
    void aListsOwnLabelsAreTold();
    void suspectsOfARunBecomeUnlabelled();
    void onlyReviewedLabelsAreLearnt();
    void contradictingChoicesAreRefused();
    void pseudoLabelsAreAcceptedWithWhereTheyCameFrom();
    void picturesWithoutALabelAreLearntFrom();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment, 240); }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    /// Trains a few short epochs; `more` says what counts.
    Call train(const QString& method, const QStringList& more, int epochs = 2) {
        QStringList words = {"train",    path("bands"),           "--project", path("p.assay"), "--method",  method,
                             "--epochs", QString::number(epochs), "--device",  "cpu",           "--threads", "1",
                             "--json"};
        if (method != "cross-entropy")
            words << "--set"
                  << "unlabelled-ratio=2";
        return cli(words + more);
    }
    /// Column "labelled" of a run's last epoch, one for each sample.
    std::vector<bool> labelled(int run) {
        const QString file = path("e.csv");
        const Call call = cli({"evidence", path("p.assay"), "--run", QString::number(run), "--out", file});
        if (call.status != 0) qWarning("%s", call.err.constData());
        const auto rows = readCsvFile(file);
        const qsizetype column = rows.front().indexOf("labelled");
        std::vector<bool> values;
        for (std::size_t i = 1; i < rows.size(); ++i) values.push_back(column >= 0 && rows[i][column].toDouble() > 0);
        return values;
    }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

void TestCliLabelled::initTestCase() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 60, 10);
    const Call noise = cli({"noise", path("bands"), "--rate", "0.3", "--seed", "1", "--out", path("noisy.csv")});
    QVERIFY2(noise.status == 0, noise.err);
    const Call first = train("cross-entropy", {"--labels", path("noisy.csv")}, 6);
    QVERIFY2(first.status == 0, first.err);
}

void TestCliLabelled::aRunWithoutAChoiceSaysHowToChoose() {
    const Call call = train("fixmatch", {});
    QCOMPARE(call.status, 1);
    QVERIFY2(call.err.contains("per-class") && call.err.contains("clean"), call.err);
    const Call chosen = train("fixmatch", {"--set", "labelled=per-class", "--set", "labelled-per-class=4"});
    QVERIFY2(chosen.status == 0, chosen.err);
    const auto counting = labelled(chosen.json()["run"].toInt());
    QCOMPARE(std::count(counting.begin(), counting.end(), true), std::ptrdiff_t(12));
}

void TestCliLabelled::onlyListedLabelsAreLearnt() {
    writeText(path("listed.csv"), "index,why\n0,sure\n7,sure\n100,sure\n130,sure\n");
    const Call call = train("fixmatch", {"--labelled-file", path("listed.csv")});
    QVERIFY2(call.status == 0, call.err);
    const auto counting = labelled(call.json()["run"].toInt());
    for (std::size_t i = 0; i < counting.size(); ++i) QCOMPARE(counting[i], i == 0 || i == 7 || i == 100 || i == 130);
    // A list without a header, and the same choice again: the same label set.
    writeText(path("plain.csv"), "0\n7\n100\n130\n");
    const Call plain = train("Supervised", {"--labelled-file", path("plain.csv")});
    QVERIFY2(plain.status == 0, plain.err);
    QCOMPARE(plain.json()["method"].toString(), QStringLiteral("supervised"));
    QCOMPARE(labelled(plain.json()["run"].toInt()), counting);
}

void TestCliLabelled::aListThatNamesNoSampleOfTheSetIsRefused() {
    writeText(path("wrong.csv"), "index\n5\n100000\n");
    const Call wrong = train("fixmatch", {"--labelled-file", path("wrong.csv")});
    QCOMPARE(wrong.status, 1);
    QVERIFY2(wrong.err.contains("line 3") && wrong.err.contains("100000"), wrong.err);
    writeText(path("columns.csv"), "a,b\n1,2\n");
    const Call columns = train("fixmatch", {"--labelled-file", path("columns.csv")});
    QCOMPARE(columns.status, 1);
    QVERIFY2(columns.err.contains("index or file"), columns.err);
    QCOMPARE(train("fixmatch", {"--labelled-file", path("nowhere.csv")}).status, 1);
}

/// A list says which labels count; that it says other labels, too, is told, and what they are made of is checked.
void TestCliLabelled::aListsOwnLabelsAreTold() {
    const QByteArray four = "index,label\n0,0\n7,1\n100,2\n"; // the bands' classes alternate: 100 is of class 1
    writeText(path("own.csv"), four + "130,1\n");
    const Call call = train("supervised", {"--labelled-file", path("own.csv")});
    QVERIFY2(call.status == 0, call.err);
    QVERIFY2(call.err.contains("1 of the 4 labels in own.csv is not the one that the run learns"), call.err);
    QVERIFY2(call.err.contains("--labels"), call.err);
    const Call learnt = train("supervised", {"--labelled-file", path("own.csv"), "--labels", path("own.csv")});
    QVERIFY2(learnt.status == 0, learnt.err);
    QVERIFY2(!learnt.err.contains("labels in own.csv"), learnt.err);
    // Of 180 training samples and 30 test ones; nothing of class 2 is listed for training.
    writeText(path("test.csv"), "index\n0\n7\n185\n");
    const Call test = train("supervised", {"--labelled-file", path("test.csv")});
    QVERIFY2(test.status == 0, test.err);
    QVERIFY2(test.err.contains("1 of the 3 samples listed in test.csv is in the test split and is not learnt"),
             test.err);
    QVERIFY2(test.err.contains("No label of class 2 counts") && !test.err.contains("has no training sample"), test.err);
    writeText(path("ghost.csv"), four + "130,ghost\n");
    const Call ghost = train("supervised", {"--labelled-file", path("ghost.csv")});
    QCOMPARE(ghost.status, 1);
    QVERIFY2(ghost.err.contains("unknown class: line 5 (ghost)"), ghost.err);
}

/// The run of which the suspects are taken was on noisy labels: what counts is cleaner than that, and the others are
/// still scored.
void TestCliLabelled::suspectsOfARunBecomeUnlabelled() {
    const Call call = train("fixmatch", {"--labelled-by-run", "1", "--clean-below", "0.5"});
    QVERIFY2(call.status == 0, call.err);
    const auto counting = labelled(call.json()["run"].toInt());
    const auto noisy = readCsvFile(path("noisy.csv"));
    const qsizetype label = noisy.front().indexOf("label"), truth = noisy.front().indexOf("true_label");
    QVERIFY(label >= 0 && truth >= 0);
    double count = 0, wrong = 0, all = 0, allWrong = 0;
    for (std::size_t i = 0; i < 180; ++i) {
        const bool isWrong = noisy[i + 1][label] != noisy[i + 1][truth];
        ++all;
        allWrong += isWrong;
        if (!counting[i]) continue;
        ++count;
        wrong += isWrong;
    }
    QVERIFY(count > 60 && count < all);
    QVERIFY2(wrong / count < 0.5 * allWrong / all, std::to_string(wrong / count).c_str());
    QVERIFY(call.json()["detection"].toObject()["auroc"].toDouble() > 0.6);
    QCOMPARE(train("fixmatch", {"--labelled-by-run", "77"}).status, 1);

    const Call earlier = train("fixmatch", {"--labelled-by-run", "1", "--labelled-epoch", "1"});
    QVERIFY2(earlier.status == 0, earlier.err);
    QVERIFY2(earlier.json()["labels"].toString().endsWith("without the suspects of run 1 after epoch 1"), earlier.out);
    QVERIFY(labelled(earlier.json()["run"].toInt()) != counting);
}

void TestCliLabelled::onlyReviewedLabelsAreLearnt() {
    const auto runs = [&] { return cli({"runs", path("p.assay"), "--json"}).json()["runs"].toArray().size(); };
    const auto before = runs();
    QVERIFY(before > 0);
    const Call nothing = train("fixmatch", {"--labelled", "reviewed"});
    QCOMPARE(nothing.status, 1);
    QVERIFY2(nothing.err.contains("nothing has been reviewed yet"), nothing.err);
    QCOMPARE(runs(), before);
    writeText(path("decisions.csv"), "index,decision,label\n3,keep,\n4,relabel,1\n5,flag,\n90,keep,\n150,keep,\n");
    const Call decided = cli({"decide", path("p.assay"), "--from", path("decisions.csv")});
    QVERIFY2(decided.status == 0, decided.err);
    const Call call = train("fixmatch", {"--labelled", "reviewed"});
    QVERIFY2(call.status == 0, call.err);
    const auto counting = labelled(call.json()["run"].toInt());
    for (std::size_t i = 0; i < counting.size(); ++i) QCOMPARE(counting[i], i == 3 || i == 4 || i == 90 || i == 150);
}

void TestCliLabelled::contradictingChoicesAreRefused() {
    QVERIFY(train("fixmatch", {"--labelled", "reviewed", "--labelled-by-run", "1"}).status != 0);
    QVERIFY(train("fixmatch", {"--clean-below", "0.2"}).status != 0);
    QVERIFY(train("fixmatch", {"--labelled", "reviewed", "--labels", path("noisy.csv")}).status != 0);
}

void TestCliLabelled::pseudoLabelsAreAcceptedWithWhereTheyCameFrom() {
    QCOMPARE(cli({"accept", path("p.assay"), "--run", "1", "--score", "pseudo-label"}).status,
             1); // cross-entropy gives none
    const Call run = train(
        "fixmatch", {"--set", "labelled=per-class", "--set", "labelled-per-class=20", "--set", "threshold=0.4"}, 3);
    QVERIFY2(run.status == 0, run.err);
    const QString number = QString::number(run.json()["run"].toInt());
    const auto count = [&](const char* entries) {
        return int(cli({"journal", path("p.assay"), "--json"}).json()[entries].toArray().size());
    };
    const int before = count("entries");
    const Call call =
        cli({"accept", path("p.assay"), "--run", number, "--score", "pseudo-label", "--threshold", "0.5", "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonObject told = call.json();
    QVERIFY(told["suspects"].toInt() > 20);
    QCOMPARE(told["relabelled"].toInt() + told["kept"].toInt() + told["decided_before"].toInt(),
             told["suspects"].toInt());
    QVERIFY(told["kept"].toInt() > 0);
    const QJsonArray entries = cli({"journal", path("p.assay"), "--json"}).json()["entries"].toArray();
    QCOMPARE(int(entries.size()), before + told["relabelled"].toInt() + told["kept"].toInt());
    QVERIFY(entries.last().toObject()["reason"].toString().startsWith("pseudo-label, epoch 3"));
    const Call exported = cli({"export", path("p.assay"), "--format", "audit-csv", "--out", path("audit.csv")});
    QVERIFY2(exported.status == 0, exported.err);
    const auto rows = readCsvFile(path("audit.csv"));
    const auto column = [&](const char* name) { return rows.front().indexOf(QLatin1String(name)); };
    int taken = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const QString confidence = rows[i][column("decision_confidence")];
        QCOMPARE(!confidence.isEmpty(), rows[i][column("reason")].startsWith("pseudo-label"));
        QCOMPARE(rows[i][column("decision_epoch")], confidence.isEmpty() ? QString() : QStringLiteral("3"));
        if (confidence.isEmpty()) continue;
        ++taken;
        QVERIFY(confidence.toDouble() >= 0.5 && confidence.toDouble() <= 1);
        QCOMPARE(rows[i][column("decision_run")], number);
    }
    QCOMPARE(taken, told["relabelled"].toInt() + told["kept"].toInt());
    QCOMPARE(cli({"undo", path("p.assay")}).status, 0); // one step
    const Call again =
        cli({"accept", path("p.assay"), "--run", number, "--score", "pseudo-label", "--threshold", "0.5", "--json"});
    QCOMPARE(again.json()["relabelled"].toInt(), told["relabelled"].toInt());
    QCOMPARE(cli({"undo", path("p.assay")}).status, 0);

    // The same as a list, the surest first, and some of it by class and epoch.
    const Call list = cli({"score", path("p.assay"), "--run", number, "--score", "pseudo-label", "--json"});
    QVERIFY2(list.status == 0, list.err);
    const QJsonArray samples = list.json()["samples"].toArray();
    int sure = 0, upper = 0;
    double surest = 2;
    for (const QJsonValue& sample : samples) {
        const double confidence = sample["score"].toDouble();
        QVERIFY(confidence <= surest);
        surest = confidence;
        sure += confidence >= 0.5;
        upper += confidence >= 0.5 && sample["suggested"].toString() == "upper band";
    }
    QCOMPARE(sure, told["suspects"].toInt());
    const Call all = cli({"score", path("p.assay"), "--run", number, "--score", "pseudo-confidence", "--json"});
    QVERIFY(all.json()["samples"].toArray().size() >= samples.size());
    const auto accept = [&](const QStringList& more) {
        return cli(QStringList{"accept", path("p.assay"), "--run", number, "--score", "pseudo-label", "--threshold",
                               "0.5", "--json"} +
                   more);
    };
    QCOMPARE(accept({"--class", "upper band"}).json()["suspects"].toInt(), upper);
    QVERIFY(accept({"--class", "sideways"}).err.contains("no class of this name: sideways"));
    QCOMPARE(accept({"--epoch", "4"}).status, 1);
    QCOMPARE(accept({"--epoch", "1"}).status, 0);
}

/// A table whose label is mostly empty: every picture is a sample, and methods for few labels learn from those without.
void TestCliLabelled::picturesWithoutALabelAreLearntFrom() {
    writeBandFolders(path("few"), 20);
    QByteArray table = "file,label\n";
    const QStringList folders{"lower, band", "middle \"band\"", "upper band"};
    const QList<QByteArray> names{"low", "middle", "high"};
    for (int k = 0; k < 3; ++k) {
        for (int i = 0; i < 20; ++i) {
            const QString file = QStringLiteral("%1-%2.png").arg(QString::fromLatin1(names[k])).arg(i);
            QVERIFY(QFile::rename(path("few/") + folders[k] +
                                      QStringLiteral("/picture %1.png").arg(i, 3, 10, QLatin1Char('0')),
                                  path("few/") + file));
            table += file.toLatin1() + ',' + (i < 6 ? names[k] : QByteArray()) + '\n';
        }
        QVERIFY(QDir(path("few")).rmdir(folders[k]));
    }
    writeText(path("few/labels.csv"), table);

    const Call info = cli({"info", path("few"), "--json"});
    QVERIFY2(info.status == 0, info.err);
    QCOMPARE(info.json()["samples"].toInt(), 60);
    QCOMPARE(info.json()["unlabelled"].toInt(), 42);
    QCOMPARE(info.json()["class_counts"].toArray(), (QJsonArray{6, 6, 6}));
    QCOMPARE(info.json()["splits"].toObject()["test"].toInt(), 3); // of the 18 with a label
    QCOMPARE(info.json()["unreadable"].toArray(), QJsonArray());
    QVERIFY(cli({"info", path("few")}).out.contains("60 in 3 classes, 42 without a label"));

    const auto trainFew = [&](const QString& method, const QStringList& more) {
        return cli(QStringList{"train", path("few"), "--project", path("few.assay"), "--method", method, "--epochs",
                               "1", "--device", "cpu", "--threads", "1", "--json"} +
                   more);
    };
    const auto rowsOf = [&](const Call& run) {
        const Call call = cli({"evidence", path("few.assay"), "--run", QString::number(run.json()["run"].toInt()),
                               "--out", path("few-e.csv")});
        if (call.status != 0) qWarning("%s", call.err.constData());
        return readCsvFile(path("few-e.csv"));
    };
    // 0.3: any answer among three classes is sure enough.
    const Call run = trainFew("fixmatch", {"--set", "unlabelled-ratio=2", "--set", "threshold=0.3"});
    QVERIFY2(run.status == 0, run.err);
    const auto rows = rowsOf(run);
    QCOMPARE(rows.size(), std::size_t(61));
    const auto column = [&](const char* name) { return rows.front().indexOf(QLatin1String(name)); };
    int learnt = 0, given = 0, pseudo = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        learnt += rows[i][column("labelled")].toDouble() > 0;
        given += !rows[i][column("given")].isEmpty();
        if (rows[i][column("pseudo-label")].isEmpty()) continue;
        ++pseudo;
        QVERIFY(rows[i][column("given")].isEmpty());
    }
    QCOMPARE(learnt, 15);
    QCOMPARE(given, 18);
    QCOMPARE(pseudo, 42);

    // One that needs every label does without the others.
    const Call plain = trainFew("cross-entropy", {});
    QVERIFY2(plain.status == 0, plain.err);
    QVERIFY2(plain.err.contains("42 samples have no label and take no part"), plain.err);
    QCOMPARE(rowsOf(plain).size(), std::size_t(19));

    const auto exported = [&](const QString& file) {
        const Call call = cli({"export", path("few.assay"), "--format", "csv", "--out", path(file)});
        if (call.status != 0) qWarning("%s", call.err.constData());
        int empty = 0;
        const auto written = readCsvFile(path(file));
        for (const QStringList& row : written) empty += row.value(1).isEmpty();
        return std::pair(int(written.size()) - 1, empty);
    };
    QCOMPARE(exported("few-before.csv"), std::pair(60, 42));
    const Call accepted = cli({"accept", path("few.assay"), "--run", QString::number(run.json()["run"].toInt()),
                               "--score", "pseudo-label", "--threshold", "0", "--json"});
    QVERIFY2(accepted.status == 0, accepted.err);
    QCOMPARE(accepted.json()["relabelled"].toInt(), 42);
    QCOMPARE(exported("few-after.csv"), std::pair(60, 0));
}

QTEST_GUILESS_MAIN(TestCliLabelled)
#include "tst_cli_labelled.moc"
