// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/npy.h"
#include "tests/cli/cli_fixture.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>

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
            probabilities += QByteArray(c > 0 ? "," : "") + (c == k ? QByteArray::number(0.9 - 0.001 * double(i % 7)) :
                                                             c == (k + 1) % 3 ? QByteArray::number(0.05 + 0.001 * double(i % 7)) : "0.05");
        probabilities += "\n";
    }
    writeText(path("labels.csv"), labels);
    writeText(path("p.csv"), probabilities);
}

void TestCliAudit::importedProbabilitiesAreARun() {
    const Call absent = cli({"import-probabilities", path("p.assay"), path("p.csv")});
    QCOMPARE(absent.status, 1);
    QVERIFY2(absent.err.contains("--dataset"), absent.err);
    const Call call = cli({"import-probabilities", path("p.assay"), path("p.csv"), "--dataset", path("bands"), "--labels",
                           path("labels.csv"), "--truth", path("clean.csv"), "--json"});
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
    QVERIFY(assay::writeNpy(path("f.npy").toStdString(), features, std::array<std::size_t, 2>{std::size_t(m_training), 2}).has_value());
    const Call nothing = cli({"import-probabilities", path("f.assay"), "--dataset", path("bands")});
    QCOMPARE(nothing.status, 1);
    QVERIFY2(nothing.err.contains("features"), nothing.err);
    const Call call = cli({"import-probabilities", path("f.assay"), "--features", path("f.npy"), "--dataset", path("bands"), "--labels",
                           path("labels.csv"), "--truth", path("clean.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["method"].toString(), QString("neighbours"));
    for (const char* score : {"self-confidence", "confident-learning", "knn-disagreement"}) {
        const Call scored = cli({"score", path("f.assay"), "--score", score, "--json"});
        QVERIFY2(scored.status == 0, scored.err);
        const QJsonObject first = scored.json()["samples"].toArray().first().toObject();
        QCOMPARE(first["index"].toInt(), m_wrong);
        QCOMPARE(first["suggested"].toString(), m_truth[std::size_t(m_wrong)]);
    }
    QCOMPARE(cli({"score", path("f.assay"), "--score", "loss", "--json"}).json()["badge"].toString(), QString("out of sample"));
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
    const QStringList words = {"cross-validate", path("bands"), "--project", path("cv.assay"), "--method", "cross-entropy",
                               "--folds", "3", "--epochs", "4", "--threads", "1", "--device", "cpu",
                               "--labels", path("labels.csv"), "--json"};
    const Call call = cli(words);
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["method"].toString(), QString("cross-validation"));
    const int together = call.json()["run"].toInt();
    QCOMPARE(together, 4); // after the three folds
    const Call again = cli(words);
    QVERIFY2(again.status == 0, again.err);
    QCOMPARE(again.json()["run"].toInt(), together); // nothing is trained twice
    const Call score = cli({"score", path("cv.assay"), "--run", QString::number(together), "--score", "confident-learning", "--json"});
    QVERIFY2(score.status == 0, score.err);
    QCOMPARE(score.json()["badge"].toString(), QString("out of sample"));
    QCOMPARE(score.json()["samples"].toArray().first().toObject()["index"].toInt(), m_wrong);
    const Call inSample = cli({"score", path("cv.assay"), "--run", "1", "--score", "confident-learning", "--json"});
    QVERIFY2(inSample.status == 0, inSample.err);
    QCOMPARE(inSample.json()["badge"].toString(), QString("in sample"));
    QVERIFY(inSample.json()["warning"].toString().contains("Cross-validate"));
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
