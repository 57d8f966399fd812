// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/npy.h"
#include "tests/cli/cli_fixture.h"

#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace assay::clitest;

/// An audit without any training: somebody else's probabilities, from import to export.
class TestCliAudit final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void importedProbabilitiesAreARun();
    void theyAreScoredDecidedAndExported();
    void featuresAloneAreARun();
    void rowsThatDoNotFitAreRefused();
    void crossValidationHoldsEverySampleOut();
    void classPairsAndNoiseMatricesAreTold();
    void labelsAreReadAsPeopleWriteThem_data();
    void labelsAreReadAsPeopleWriteThem();
    void labelsAndProbabilitiesMeetByFile();
    void columnsWithoutNamesAreToldHowTheyAreTaken();
    void theWholeOfWhatNobodyLearntIsQueued();
    void picturesAreScoredWithoutARun();
    void neighboursOfAnArrayAreFound();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment, 240); }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
    std::vector<QString> m_truth; ///< class of every sample
    int m_training = 0, m_wrong = 5;
};

/// Labels of which number 5 is wrong, and probabilities of the training samples that know better.
void TestCliAudit::initTestCase() {
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 20, 5);
    const Call clean = cli({"noise", path("bands"), "--rate", "0", "--out", path("clean.csv")});
    QVERIFY2(clean.status == 0, clean.err);
    const Call info = cli({"info", path("bands"), "--json"});
    m_training = info.json()["splits"].toObject()["train"].toInt();
    const auto rows = readCsvFile(path("clean.csv"));
    const QStringList classes = info.json()["classes"].toVariant().toStringList();
    QCOMPARE(classes.size(), 3);
    const qsizetype column = rows.front().indexOf("label");
    QByteArray labels = "index,label\n", probabilities = classes.join(',').toUtf8() + "\n";
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const QString own = rows[i][column];
        const qsizetype k = classes.indexOf(own);
        m_truth.push_back(own);
        const bool wrong = int(i) - 1 == m_wrong;
        labels += QByteArray::number(int(i) - 1) + "," + (wrong ? classes[(k + 1) % 3] : own).toUtf8() + "\n";
        if (int(i) > m_training) continue;
        for (int c = 0; c < 3; ++c)
            probabilities +=
                QByteArray(c > 0 ? "," : "") + (c == k             ? QByteArray::number(0.9 - 0.001 * double(i % 7))
                                                : c == (k + 1) % 3 ? QByteArray::number(0.05 + 0.001 * double(i % 7))
                                                                   : "0.05");
        probabilities += "\n";
    }
    writeText(path("labels.csv"), labels);
    writeText(path("p.csv"), probabilities);
}

void TestCliAudit::importedProbabilitiesAreARun() {
    const Call absent = cli({"import-probabilities", path("p.assay"), path("p.csv")});
    QCOMPARE(absent.status, 1);
    QVERIFY2(absent.err.contains("--dataset"), absent.err);
    const Call call = cli({"import-probabilities", path("p.assay"), path("p.csv"), "--dataset", path("bands"),
                           "--labels", path("labels.csv"), "--truth", path("clean.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["method"].toString(), QString("imported"));
    const Call evidence = cli({"evidence", path("p.assay"), "--run", "1", "--out", path("e.csv")});
    QVERIFY2(evidence.status == 0, evidence.err);
    QCOMPARE(int(readCsvFile(path("e.csv")).size()), m_training + 1);
}

void TestCliAudit::theyAreScoredDecidedAndExported() {
    for (const char* score : {"self-confidence", "confident-learning", "loss"}) {
        const Call call = cli({"score", path("p.assay"), "--score", score, "--json"});
        QVERIFY2(call.status == 0, call.err);
        QCOMPARE(call.json()["badge"].toString(), QString("out of sample"));
        QVERIFY(!call.json().contains("warning"));
        const QJsonObject first = call.json()["samples"].toArray().first().toObject();
        QCOMPARE(first["index"].toInt(), m_wrong);
        QCOMPARE(first["suggested"].toString(), m_truth[std::size_t(m_wrong)]);
    }
    QVERIFY(cli({"score", path("p.assay"), "--score", "loss", "--epoch", "1"}).status == 0);
    const Call beyond = cli({"score", path("p.assay"), "--score", "loss", "--epoch", "2"});
    QCOMPARE(beyond.status, 1);
    QVERIFY2(beyond.err.contains("the run has recorded 1 epoch") && beyond.err.contains("epoch 2"), beyond.err);
    const Call none = cli({"score", path("p.assay"), "--score", "knn-disagreement"});
    QCOMPARE(none.status, 1);
    QVERIFY2(none.err.contains("features"), none.err);
    writeText(path("d.csv"), "index,decision,label\n" + QByteArray::number(m_wrong) + ",relabel," +
                                 m_truth[std::size_t(m_wrong)].toUtf8() + "\n");
    const Call decide = cli({"decide", path("p.assay"), "--from", path("d.csv")});
    QVERIFY2(decide.status == 0, decide.err);
    const Call exported = cli({"export", path("p.assay"), "--format", "csv", "--out", path("out.csv")});
    QVERIFY2(exported.status == 0, exported.err);
    const auto rows = readCsvFile(path("out.csv"));
    const qsizetype label = rows.front().indexOf("label");
    QVERIFY(label >= 0);
    for (std::size_t i = 1; i < rows.size(); ++i) QCOMPARE(rows[i][label], m_truth[i - 1]);
}

/// With features alone the neighbours' labels are the probabilities: the one wrong label is the first.
void TestCliAudit::featuresAloneAreARun() {
    std::vector<float> features;
    QStringList seen;
    for (int i = 0; i < m_training; ++i) {
        const QString& truth = m_truth[std::size_t(i)];
        if (!seen.contains(truth)) seen << truth;
        const double angle = 1.5 * double(seen.indexOf(truth)) + 0.001 * i;
        features.insert(features.end(), {float(std::cos(angle)), float(std::sin(angle))});
    }
    QVERIFY(
        assay::writeNpy(path("f.npy").toStdString(), features, std::array<std::size_t, 2>{std::size_t(m_training), 2})
            .has_value());
    const Call nothing = cli({"import-probabilities", path("f.assay"), "--dataset", path("bands")});
    QCOMPARE(nothing.status, 1);
    QVERIFY2(nothing.err.contains("features"), nothing.err);
    const Call call = cli({"import-probabilities", path("f.assay"), "--features", path("f.npy"), "--dataset",
                           path("bands"), "--labels", path("labels.csv"), "--truth", path("clean.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["method"].toString(), QString("neighbours"));
    for (const char* score : {"self-confidence", "confident-learning", "knn-disagreement"}) {
        const Call scored = cli({"score", path("f.assay"), "--score", score, "--json"});
        QVERIFY2(scored.status == 0, scored.err);
        const QJsonObject first = scored.json()["samples"].toArray().first().toObject();
        QCOMPARE(first["index"].toInt(), m_wrong);
        QCOMPARE(first["suggested"].toString(), m_truth[std::size_t(m_wrong)]);
    }
    QCOMPARE(cli({"score", path("f.assay"), "--score", "loss", "--json"}).json()["badge"].toString(),
             QString("out of sample"));
    // Rows without features have no vote: of nine with them, eight others can be asked.
    constexpr int kKnown = 9;
    std::fill(features.begin() + 2 * kKnown, features.end(), std::numeric_limits<float>::quiet_NaN());
    QVERIFY(
        assay::writeNpy(path("few.npy").toStdString(), features, std::array<std::size_t, 2>{std::size_t(m_training), 2})
            .has_value());
    const Call few =
        cli({"import-probabilities", path("few.assay"), "--features", path("few.npy"), "--dataset", path("bands")});
    QVERIFY2(few.status == 0, few.err);
    QVERIFY(cli({"evidence", path("few.assay"), "--out", path("few.csv")}).status == 0);
    QCOMPARE(int(readCsvFile(path("few.csv")).size()), kKnown + 1);
}

void TestCliAudit::rowsThatDoNotFitAreRefused() {
    writeText(path("short.csv"), "0,1,2\n1,0,0\n0,1,0\n");
    const Call few = cli({"import-probabilities", path("p.assay"), path("short.csv")});
    QCOMPARE(few.status, 1);
    QVERIFY2(few.err.contains("2 rows"), few.err);
    writeText(path("two.csv"), "0,1\n1,0\n");
    QCOMPARE(cli({"import-probabilities", path("p.assay"), path("two.csv")}).status, 1);
    QByteArray high = "0,1,2\n";
    for (int i = 0; i < m_training; ++i) high += i == 7 ? "7,0,0\n" : "1,0,0\n";
    writeText(path("high.csv"), high);
    const Call refused = cli({"import-probabilities", path("p.assay"), path("high.csv")});
    QCOMPARE(refused.status, 1);
    QVERIFY2(refused.err.contains("high.csv"), refused.err);
    QCOMPARE(cli({"runs", path("p.assay"), "--json"}).json()["runs"].toArray().size(), 1);
}

void TestCliAudit::crossValidationHoldsEverySampleOut() {
    if (!engineIsBuilt()) QSKIP("the training engine was not built");
    const QStringList words = {"cross-validate", path("bands"),
                               "--project",      path("cv.assay"),
                               "--method",       "cross-entropy",
                               "--folds",        "3",
                               "--epochs",       "4",
                               "--threads",      "1",
                               "--device",       "cpu",
                               "--labels",       path("labels.csv"),
                               "--json"};
    const Call call = cli(words);
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["method"].toString(), QString("cross-validation"));
    const int together = call.json()["run"].toInt();
    QCOMPARE(together, 4); // after the three folds
    const Call again = cli(words);
    QVERIFY2(again.status == 0, again.err);
    QCOMPARE(again.json()["run"].toInt(), together); // nothing is trained twice
    const Call score =
        cli({"score", path("cv.assay"), "--run", QString::number(together), "--score", "confident-learning", "--json"});
    QVERIFY2(score.status == 0, score.err);
    QCOMPARE(score.json()["badge"].toString(), QString("out of sample"));
    QCOMPARE(score.json()["samples"].toArray().first().toObject()["index"].toInt(), m_wrong);
    const Call inSample = cli({"score", path("cv.assay"), "--run", "1", "--score", "confident-learning", "--json"});
    QVERIFY2(inSample.status == 0, inSample.err);
    QCOMPARE(inSample.json()["badge"].toString(), QString("in sample"));
    QVERIFY(inSample.json()["warning"].toString().contains("Cross-validate"));

    // Another file of that name: its folds have not been trained.
    QVERIFY(QDir(m_folder.path()).mkdir("other"));
    writeText(path("other/labels.csv"), readAll(path("clean.csv")));
    QStringList others = words;
    others.replace(others.indexOf(path("labels.csv")), path("other/labels.csv"));
    const Call other = cli(others);
    QVERIFY2(other.status == 0, other.err);
    QVERIFY2(!other.err.contains("there already"), other.err);
    QCOMPARE(other.json()["run"].toInt(), 2 * together);

    writeText(path("mended.csv"), "index,decision,label\n" + QByteArray::number(m_wrong) + ",relabel," +
                                      m_truth[std::size_t(m_wrong)].toUtf8() + "\n");
    const Call mended = cli({"decide", path("cv.assay"), "--from", path("mended.csv")});
    QVERIFY2(mended.status == 0, mended.err);
    const Call cleaned =
        cli({"cross-validate", path("bands"), "--project", path("cv.assay"), "--method", "cross-entropy", "--folds",
             "2", "--epochs", "2", "--threads", "1", "--device", "cpu", "--cleaned", "--image-size", "24", "--json"});
    QVERIFY2(cleaned.status == 0, cleaned.err);
    const QJsonArray runs = cli({"runs", path("cv.assay"), "--json"}).json()["runs"].toArray();
    const QJsonObject last = runs.last().toObject();
    QCOMPARE(last["run"].toInt(), cleaned.json()["run"].toInt());
    QCOMPARE(last["labels"].toString(), QString("labels.csv, revision 1"));
    QCOMPARE(last["revision"].toInt(), 1);
}

void TestCliAudit::classPairsAndNoiseMatricesAreTold() {
    writeText(path("given.csv"), "label\n0\n0\n0\n1\n1\n1\n2\n2\n2\n1\n");
    writeText(path("k5.csv"), "0,1,2\n.9,.05,.05\n.2,.7,.1\n.6,.3,.1\n.1,.8,.1\n.55,.4,.05\n.05,.9,.05\n.1,.1,.8\n"
                              ".2,.2,.6\n.7,.2,.1\n.05,.15,.8\n");
    const Call call = cli({"label-issues", "--labels", path("given.csv"), "--probabilities", path("k5.csv"), "--pairs",
                           path("pairs.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["class_pairs"].toArray().size(), 3);
    QCOMPARE(call.json()["estimated_errors"].toInt(), 3);
    QCOMPARE(call.json()["estimated_errors_per_class"].toArray(), (QJsonArray{1, 1, 1}));
    const auto inverse = call.json()["inverse_noise_matrix"].toArray();
    QVERIFY(std::abs(inverse[0].toArray()[1].toDouble() - 1.0 / 3) < 1e-12); // of three given 0, one is 1
    const auto pairs = readCsvFile(path("pairs.csv"));
    QCOMPARE(pairs.front(), (QStringList{"given", "suspected", "samples", "share"}));
    QCOMPARE(pairs[1], (QStringList{"0", "1", "1", "0.3333333333333333"}));
    const Call text = cli({"label-issues", "--labels", path("given.csv"), "--probabilities", path("k5.csv")});
    QVERIFY2(text.err.contains("estimated errors"), text.err);
}

namespace {

constexpr const char* kRows =
    ".9,.05,.05\n.2,.7,.1\n.6,.3,.1\n.1,.8,.1\n.55,.4,.05\n.05,.9,.05\n.1,.1,.8\n.2,.2,.6\n.7,.2,.1\n"
    ".05,.15,.8\n";
constexpr std::array kGiven = {0, 0, 0, 1, 1, 1, 2, 2, 2, 1};

QString flagged(const Call& call) {
    QStringList rows;
    for (const QJsonValue one : call.json()["issues"].toArray())
        rows << QString::number(one.toObject()["index"].toInt());
    return rows.join(' ');
}

} // namespace

void TestCliAudit::labelsAreReadAsPeopleWriteThem_data() {
    QTest::addColumn<QByteArray>("labels");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QStringList>("further");
    const auto list = [](const QByteArray& header, const auto& cell) {
        QByteArray text = header + "\n";
        for (std::size_t i = 0; i < kGiven.size(); ++i) text += cell(i) + "\n";
        return text;
    };
    const auto number = [](std::size_t i) { return QByteArray::number(kGiven[i]); };
    QTest::newRow("numbers") << list("label", number) << QByteArray("0,1,2\n") << QStringList();
    QTest::newRow("as a float column is written")
        << list("label", [&](std::size_t i) { return number(i) + ".0"; }) << QByteArray("0,1,2\n") << QStringList();
    QTest::newRow("blanks") << list("index,label",
                                    [&](std::size_t i) { return QByteArray::number(int(i)) + ", " + number(i); })
                            << QByteArray("0,1,2\n") << QStringList();
    QTest::newRow("an index without a name")
        << list(",label", [&](std::size_t i) { return QByteArray::number(int(i)) + "," + number(i); })
        << QByteArray("0,1,2\n") << QStringList();
    QTest::newRow("no header above the probabilities") << list("label", number) << QByteArray() << QStringList();
    QTest::newRow("classes from one") << list("label", [](std::size_t i) { return QByteArray::number(kGiven[i] + 1); })
                                      << QByteArray("1,2,3\n") << QStringList();
    constexpr std::array<const char*, 3> kNames = {"owl", "cat", "dog"};
    const auto name = [&](std::size_t i) { return QByteArray(kNames[std::size_t(kGiven[i])]); };
    QTest::newRow("names, named by the file") << list("label", name) << QByteArray("owl,cat,dog\n") << QStringList();
    QTest::newRow("names, named by the user")
        << list("label", name) << QByteArray("0,1,2\n") << QStringList{"--classes", "owl,cat,dog"};
}

void TestCliAudit::labelsAreReadAsPeopleWriteThem() {
    QFETCH(QByteArray, labels);
    QFETCH(QByteArray, header);
    QFETCH(QStringList, further);
    writeText(path("written.csv"), labels);
    writeText(path("rows.csv"), header + kRows);
    const Call call = cli(
        QStringList{"label-issues", "--labels", path("written.csv"), "--probabilities", path("rows.csv"), "--json"} +
        further);
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(flagged(call), QString("8 9 1"));
}

void TestCliAudit::labelsAndProbabilitiesMeetByFile() {
    QByteArray labels = "file,label\n", probabilities = "file,0,1,2\n";
    const QList<QByteArray> rows = QByteArray(kRows).trimmed().split('\n');
    for (std::size_t i = 0; i < kGiven.size(); ++i)
        labels += "p" + QByteArray::number(int(i)) + ".png," + QByteArray::number(kGiven[i]) + "\n";
    for (std::size_t i = kGiven.size(); i-- > 0;)
        probabilities += "p" + QByteArray::number(int(i)) + ".png," + rows[qsizetype(i)] + "\n";
    writeText(path("named.csv"), labels);
    writeText(path("named-p.csv"), probabilities);
    const Call call =
        cli({"label-issues", "--labels", path("named.csv"), "--probabilities", path("named-p.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(flagged(call), QString("1 0 8")); // rows of the probabilities, which begin with the last file
    QCOMPARE(call.json()["issues"].toArray().first().toObject()["file"].toString(), QString("p8.png"));
    const Call table = cli({"label-issues", "--labels", path("named.csv"), "--probabilities", path("named-p.csv"),
                            "--out", path("issues.csv")});
    QVERIFY2(table.status == 0, table.err);
    const auto issues = readCsvFile(path("issues.csv"));
    QCOMPARE(issues[0], (QStringList{"index", "file", "given", "suggested", "score"}));
    QCOMPARE(issues[1][1], QString("p8.png"));
    // A sample that is named twice could be either.
    const QByteArray again = labels + "p3.png,0\n";
    writeText(path("twice.csv"), again);
    const Call twice = cli({"label-issues", "--labels", path("twice.csv"), "--probabilities", path("named-p.csv")});
    QCOMPARE(twice.status, 1);
    QVERIFY2(twice.err.contains("lines 5 and 12") && twice.err.contains("p3.png") && twice.err.contains("twice.csv"),
             twice.err);
    writeText(path("twice-p.csv"), probabilities + "p9.png,.1,.1,.8\n");
    const Call both = cli({"label-issues", "--labels", path("named.csv"), "--probabilities", path("twice-p.csv")});
    QCOMPARE(both.status, 1);
    QVERIFY2(both.err.contains("lines 2 and 12") && both.err.contains("p9.png") && both.err.contains("twice-p.csv"),
             both.err);
    writeText(path("named.csv"), labels.replace("p3.png", "p33.png"));
    const Call missing = cli({"label-issues", "--labels", path("named.csv"), "--probabilities", path("named-p.csv")});
    QCOMPARE(missing.status, 1);
    QVERIFY2(missing.err.contains("p3.png"), missing.err);
}

void TestCliAudit::columnsWithoutNamesAreToldHowTheyAreTaken() {
    QByteArray labels = "label\n";
    for (const int k : kGiven) labels += QByteArray(k == 0 ? "a" : k == 1 ? "b" : "c") + "\n";
    writeText(path("words.csv"), labels);
    writeText(path("rows.csv"), QByteArray("0,1,2\n") + kRows);
    const Call call =
        cli({"label-issues", "--labels", path("words.csv"), "--probabilities", path("rows.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QVERIFY2(call.err.contains("a, b, c") && call.err.contains("--classes"), call.err);
    const Call parquet = cli({"label-issues", "--labels", path("words.csv"), "--probabilities", path("rows.parquet")});
    QCOMPARE(parquet.status, 1);
    QVERIFY2(parquet.err.contains(".npy"), parquet.err);
}

/// A split that was made for want of one keeps no sample of somebody else's probabilities out of the review.
void TestCliAudit::theWholeOfWhatNobodyLearntIsQueued() {
    const Call clean = cli({"noise", path("bands"), "--rate", "0", "--out", path("all.csv")});
    QVERIFY2(clean.status == 0, clean.err);
    const auto samples = qsizetype(readCsvFile(path("all.csv")).size()) - 1;
    QByteArray probabilities = "0,1,2\n";
    for (qsizetype i = 0; i < samples; ++i)
        probabilities += i % 3 == 0 ? ".8,.1,.1\n" : i % 3 == 1 ? ".1,.8,.1\n" : ".1,.1,.8\n";
    writeText(path("all-p.csv"), probabilities);
    const Call import = cli({"import-probabilities", path("all.assay"), path("all-p.csv"), "--dataset", path("bands")});
    QVERIFY2(import.status == 0, import.err);
    const Call queue = cli({"queue", path("all.assay"), "--out", path("queue.csv")});
    QVERIFY2(queue.status == 0, queue.err);
    QCOMPARE(qsizetype(readCsvFile(path("queue.csv")).size()) - 1, samples);
}

void TestCliAudit::picturesAreScoredWithoutARun() {
    QVERIFY(makeProject(path("none.assay"), path("bands"), path("user/cache/assay")));
    const Call dark = cli({"score", path("none.assay"), "--score", "dark", "--json"});
    QVERIFY2(dark.status == 0, dark.err);
    QCOMPARE(dark.json()["badge"].toString(), QString("no network"));
    QCOMPARE(dark.json()["samples"].toArray().size(), dark.json()["rows"].toInt());
    QVERIFY(dark.json()["rows"].toInt() > m_training);
    const Call loss = cli({"score", path("none.assay"), "--score", "loss"});
    QCOMPARE(loss.status, 1);
    // Of several runs the pictures say the same, and equal values stay equal.
    const Call twice = cli({"import-probabilities", path("p.assay"), path("p.csv"), "--labels", path("labels.csv")});
    QVERIFY2(twice.status == 0, twice.err);
    const Call both =
        cli({"score", path("p.assay"), "--run", "1", "--run", "2", "--score", "duplicate-conflict", "--json"});
    QVERIFY2(both.status == 0, both.err);
    for (const QJsonValue one : both.json()["samples"].toArray()) QCOMPARE(one.toObject()["score"].toDouble(), 0.0);
}

void TestCliAudit::neighboursOfAnArrayAreFound() {
    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    QByteArray header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }";
    while ((header.size() + 11) % 64 != 0) header += ' ';
    header += '\n';
    bytes += char(header.size());
    bytes += '\0';
    bytes += header;
    for (const float v : {1.0f, 0.0f, 0.0f, 1.0f, 2.0f, 0.1f, 0.1f, 3.0f})
        bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
    writeText(path("f.npy"), bytes);
    const Call call = cli({"neighbours", path("f.npy"), "--k", "1", "--json"});
    QVERIFY2(call.status == 0, call.err);
    const QJsonArray samples = call.json()["samples"].toArray();
    for (const auto& [i, nearest] : {std::pair{0, 2}, {1, 3}, {2, 0}, {3, 1}})
        QCOMPARE(samples[i].toObject()["neighbours"].toArray()[0].toObject()["index"].toInt(), nearest);
    QCOMPARE(cli({"neighbours", path("f.npy"), "--k", "4"}).status, 1);
}

QTEST_GUILESS_MAIN(TestCliAudit)
#include "tst_cli_audit.moc"
