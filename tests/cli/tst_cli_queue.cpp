// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_fixture.h"

#include <QFile>
#include <QJsonArray>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace assay::clitest;

namespace {

constexpr int kEvery = 8; ///< every so many labels are wrong
constexpr int kDecisions = 60;

} // namespace

/// Several scores as one queue that learns from decisions, on imported probabilities.
class TestCliQueue final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void beforeDecisionsPlacesAreMeans();
    void theAgreementCountsAsManyAsThereAreSuspects();
    void decisionsCalibrateAndLeaveTheQueue();
    void aQueueOfAnotherSplit();
    void theSizeOfARandomSampleIsExplained();
    void aRandomSampleTellsWhatIsLeft();
    void aReviewerWhoKnowsTheTruthIsSimulated();
    void aTruthOfSomeSamplesTellsNothingOfTheOthers();
    void whatCannotBeDoneIsSaid();

private:
    Call cli(const QStringList& arguments) { return callCli(arguments, m_environment, 240); }
    QString path(const QString& name) const { return m_folder.filePath(name); }
    std::vector<QStringList> queue(const QStringList& more = {}) {
        const Call call = cli(QStringList{"queue", path("p.assay"), "--out", path("queue.csv")} + more);
        return call.status == 0 ? readCsvFile(path("queue.csv")) : std::vector<QStringList>{};
    }

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
    QStringList m_truth; ///< class of every sample
    int m_training = 0;
};

/// Probabilities that know most wrong labels, and doubt some right ones.
void TestCliQueue::initTestCase() {
    QVERIFY(m_folder.isValid());
    m_environment = cleanEnvironment(m_folder.path());
    writeBands(path("bands"), 160, 8);
    QVERIFY(cli({"noise", path("bands"), "--rate", "0", "--out", path("clean.csv")}).status == 0);
    const Call info = cli({"info", path("bands"), "--json"});
    m_training = info.json()["splits"].toObject()["train"].toInt();
    const QStringList classes = info.json()["classes"].toVariant().toStringList();
    const auto rows = readCsvFile(path("clean.csv"));
    const qsizetype column = rows.front().indexOf("label");
    QByteArray labels = "index,label\n", probabilities = classes.join(',').toUtf8() + "\n";
    for (int i = 0; i + 1 < int(rows.size()); ++i) {
        m_truth += rows[std::size_t(i) + 1][column];
        const int k = int(classes.indexOf(m_truth.back()));
        const bool wrong = i % kEvery == 0;
        labels += QByteArray::number(i) + "," + classes[(k + (wrong ? 1 : 0)) % 3].toUtf8() + "\n";
        if (i >= m_training) continue;
        const double sure = 0.5 + 0.4 * double(i * 7 % 50) / 50;
        for (int c = 0; c < 3; ++c)
            probabilities += (c > 0 ? "," : "") + QByteArray::number(c == k ? sure : (1 - sure) / 2);
        probabilities += "\n";
    }
    writeText(path("labels.csv"), labels);
    writeText(path("p.csv"), probabilities);
    const Call imported = cli({"import-probabilities", path("p.assay"), path("p.csv"), "--dataset", path("bands"),
                               "--labels", path("labels.csv"), "--truth", path("clean.csv")});
    QVERIFY2(imported.status == 0, imported.err);
}

void TestCliQueue::beforeDecisionsPlacesAreMeans() {
    const auto rows = queue();
    QCOMPARE(int(rows.size()), m_training + 1);
    QVERIFY(rows.front().contains("rank"));
    QVERIFY(rows.front().contains("self-confidence"));
    QCOMPARE(rows[1][rows.front().indexOf("index")].toInt() % kEvery, 0);
    QCOMPARE(rows[1][rows.front().indexOf("reason")], QString("suspect"));
    const Call call = cli({"queue", path("p.assay"), "--out", path("queue.csv"), "--json"});
    QCOMPARE(call.json()["calibrated"].toBool(), false);
    QCOMPARE(call.json()["decided"].toInt(), 0);
}

/// As in the window: a score counts a sample among the suspects where it is one of its first so many as p(noisy)
/// suspects, before decisions and after.
void TestCliQueue::theAgreementCountsAsManyAsThereAreSuspects() {
    const Call score = cli({"score", path("p.assay"), "--score", "p-noisy", "--json"});
    QVERIFY2(score.status == 0, score.err);
    int suspects = 0;
    const QJsonArray samples = score.json()["samples"].toArray();
    for (const QJsonValue& sample : samples) suspects += sample["score"].toDouble() >= 0.5;
    QVERIFY(suspects > 0 && suspects < samples.size());
    const double from = 1 - double(suspects) / double(samples.size());
    const auto rows = queue();
    const qsizetype agreement = rows.front().indexOf("agreement"), first = rows.front().indexOf("reason") + 1;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        int least = 0, most = 0; // the columns are rounded
        for (qsizetype column = first; column < rows[i].size(); ++column) {
            least += rows[i][column].toDouble() > from + 1e-4;
            most += rows[i][column].toDouble() > from - 1e-4;
        }
        const int counted = rows[i][agreement].toInt();
        QVERIFY2(counted >= least && counted <= most, qPrintable(rows[i].join(',')));
    }
}

void TestCliQueue::decisionsCalibrateAndLeaveTheQueue() {
    const auto rows = queue();
    const qsizetype index = rows.front().indexOf("index");
    QByteArray decisions = "index,decision,label\n";
    QSet<int> decided;
    for (int i = 1; i <= kDecisions; ++i) { // every third from the other end, where labels are right
        const int sample = rows[i % 3 == 0 ? rows.size() - std::size_t(i) : std::size_t(i)][index].toInt();
        decided.insert(sample);
        decisions += QByteArray::number(sample) +
                     (sample % kEvery == 0 ? ",relabel," + m_truth[sample].toUtf8() : QByteArray(",keep,")) + "\n";
    }
    writeText(path("d.csv"), decisions);
    const Call decide = cli({"decide", path("p.assay"), "--from", path("d.csv")});
    QVERIFY2(decide.status == 0, decide.err);

    const Call call = cli({"queue", path("p.assay"), "--out", path("queue.csv"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["calibrated"].toBool(), true);
    QCOMPARE(call.json()["decided"].toInt(), kDecisions);
    QVERIFY(call.json()["weights"].toObject().contains("self-confidence"));
    const auto next = readCsvFile(path("queue.csv"));
    QCOMPARE(int(next.size()), m_training - kDecisions + 1);
    const qsizetype probability = next.front().indexOf("p-wrong");
    QVERIFY(probability >= 0);
    for (std::size_t i = 1; i < next.size(); ++i) {
        QVERIFY(!decided.contains(next[i][index].toInt()));
        const double p = next[i][probability].toDouble();
        QVERIFY(p >= 0 && p <= 1);
        if (i > 1) QVERIFY(p <= next[i - 1][probability].toDouble());
    }
    theAgreementCountsAsManyAsThereAreSuspects();
    const auto fixed = queue({"--no-re-ranking"});
    QVERIFY(fixed.front().contains("rank"));
}

void TestCliQueue::aQueueOfAnotherSplit() {
    // What a network says of the test pictures, the first of whose labels it doubts.
    const int tested = int(m_truth.size()) - m_training;
    QVERIFY(tested > 10);
    const auto doubted = m_training; // test pictures come after the others
    QByteArray probabilities;
    QStringList classes = m_truth;
    classes.removeDuplicates();
    classes.sort();
    probabilities = classes.join(',').toUtf8() + "\n";
    for (int i = m_training; i < m_truth.size(); ++i) {
        const auto own = (classes.indexOf(m_truth[i]) + (i == doubted ? 1 : 0)) % classes.size();
        for (qsizetype c = 0; c < classes.size(); ++c)
            probabilities += QByteArray(c > 0 ? "," : "") + (c == own ? "0.9" : "0.05");
        probabilities += "\n";
    }
    writeText(path("tested.csv"), probabilities);
    const Call imported = cli({"import-probabilities", path("tested.assay"), path("tested.csv"), "--dataset",
                               path("bands"), "--split", "test"});
    QVERIFY2(imported.status == 0, imported.err);
    for (const QStringList& options : {QStringList{}, QStringList{"--split", "test"}, QStringList{"--split", "all"}}) {
        const Call queue = cli(QStringList{"queue", path("tested.assay"), "--out", path("tested-queue.csv")} + options);
        QVERIFY2(queue.status == 0, queue.err);
        const auto rows = readCsvFile(path("tested-queue.csv"));
        QCOMPARE(int(rows.size()), tested + 1);
        QCOMPARE(rows[1][rows.front().indexOf("index")].toInt(), doubted);
    }
    const Call none = cli({"queue", path("tested.assay"), "--split", "train"});
    QVERIFY(none.status != 0);
    QVERIFY2(none.err.contains("share no train sample"), none.err);
}

void TestCliQueue::theSizeOfARandomSampleIsExplained() {
    const Call call = cli({"queue", path("p.assay"), "--audit-sizes", "--json"});
    QVERIFY2(call.status == 0, call.err);
    QCOMPARE(call.json()["samples"].toInt(), m_training);
    const double share = call.json()["share"].toDouble();
    QVERIFY(share > 0 && share < 1);
    const QJsonArray sizes = call.json()["audit_sizes"].toArray();
    QVERIFY(sizes.size() >= 4);
    for (qsizetype i = 0; i < sizes.size(); ++i) {
        // The textbook's formula, which the size must just satisfy.
        const int pictures = sizes[i].toObject()["pictures"].toInt();
        const auto width = [&](int n) {
            return 1.96 * std::sqrt(share * (1 - share) / n * (m_training - n) / (m_training - 1.0));
        };
        const double half = sizes[i].toObject()["half_width"].toDouble();
        QVERIFY(pictures >= 1 && pictures <= m_training);
        QVERIFY(width(pictures) < half * 1.01);
        if (pictures > 2) QVERIFY(width(pictures - 2) > half * 0.99);
        if (i > 0) QVERIFY(pictures >= sizes[i - 1].toObject()["pictures"].toInt());
    }
    const Call text = cli({"queue", path("p.assay"), "--audit-sizes"});
    QVERIFY2(text.out.contains("at random") && text.out.contains("± 5 points"), text.out);
}

void TestCliQueue::aRandomSampleTellsWhatIsLeft() {
    const QStringList words = {"queue", path("p.assay"), "--audit-sample", "60", "--out", path("queue.csv"), "--json"};
    const Call before = cli(words);
    QVERIFY2(before.status == 0, before.err);
    const auto rows = readCsvFile(path("queue.csv"));
    const qsizetype index = rows.front().indexOf("index"), reason = rows.front().indexOf("reason");
    QByteArray decisions = "index,decision,label,reason\n";
    int random = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i][reason] != "random") continue;
        ++random;
        const int sample = rows[i][index].toInt();
        decisions += QByteArray::number(sample) +
                     (sample % kEvery == 0 ? ",relabel," + m_truth[sample].toUtf8() : QByteArray(",keep,")) +
                     ",random\n";
    }
    QVERIFY(random > 0 && random <= 60); // some of them were decided before
    writeText(path("audit.csv"), decisions);
    QVERIFY(cli({"decide", path("p.assay"), "--from", path("audit.csv")}).status == 0);
    const Call after = cli(words);
    QVERIFY2(after.status == 0, after.err);
    QVERIFY2(after.err.contains("Errors expected to be left"), after.err);
    int left = 0;
    const auto undecided = readCsvFile(path("queue.csv"));
    for (std::size_t i = 1; i < undecided.size(); ++i) left += undecided[i][index].toInt() % kEvery == 0;
    const QJsonObject estimate = after.json()["errors_left"].toObject();
    QVERIFY2(estimate["least"].toInt() <= left && left <= estimate["most"].toInt(),
             QByteArray::number(left) + " against " + after.err.mid(after.err.indexOf("Errors expected")));
    QVERIFY(estimate["most"].toInt() < int(undecided.size()) - 1);
    const int sampled = estimate["sampled"].toInt();
    QVERIFY(sampled > 0 && sampled <= random);
    QVERIFY2(after.err.contains("from " + QByteArray::number(sampled) + " decisions that were asked for at random"),
             after.err);
    // Taken back and made again, the same decisions tell the same.
    QVERIFY(cli({"undo", path("p.assay")}).status == 0);
    QVERIFY(cli({"undo", path("p.assay"), "--redo"}).status == 0);
    QCOMPARE(cli(words).json()["errors_left"].toObject(), estimate);
}

void TestCliQueue::aReviewerWhoKnowsTheTruthIsSimulated() {
    const Call call = cli({"simulate-review", path("p.assay"), "--out", path("review"), "--json"});
    QVERIFY2(call.status == 0, call.err);
    int wrong = 0;
    for (int i = 0; i < m_training; ++i) wrong += i % kEvery == 0;
    QCOMPARE(call.json()["wrong"].toInt(), wrong);
    double random = 1, fused = 0;
    for (const QJsonValue& queue : call.json()["queues"].toArray()) {
        QCOMPARE(queue["found"].toObject()[QString::number(m_training)].toInt(), wrong);
        if (queue["queue"].toString() == "random order") random = queue["average_precision"].toDouble();
        if (queue["queue"].toString() == "fusion, ranked anew") fused = queue["average_precision"].toDouble();
    }
    QVERIFY(fused > 2 * random);
    const auto curve = readCsvFile(path("review/review.csv"));
    QCOMPARE(int(curve.size()), m_training + 1);
    QCOMPARE(curve.back().back().toInt(), wrong);
    for (const char* name : {"review/review.svg", "review/review.pdf"}) QVERIFY(QFile(path(name)).size() > 1000);
}

void TestCliQueue::aTruthOfSomeSamplesTellsNothingOfTheOthers() {
    constexpr int kNamed = 40;
    QByteArray truth = "index,label\n";
    for (int i = 0; i < kNamed; ++i) truth += QByteArray::number(i) + "," + m_truth[i].toUtf8() + "\n";
    writeText(path("some.csv"), truth);
    const Call review = cli({"simulate-review", path("p.assay"), "--truth", path("some.csv"), "--json"});
    QVERIFY2(review.status == 0, review.err);
    QVERIFY2(review.err.contains("not named in") && review.err.contains("are left out"), review.err);
    QCOMPARE(review.json()["samples"].toInt(), kNamed);
    QCOMPARE(review.json()["wrong"].toInt(), kNamed / kEvery);
    QCOMPARE(review.json()["without_truth"].toInt(), m_training - kNamed);
    const Call compare = cli({"compare", path("p.assay"), "--truth", path("some.csv"), "--json"});
    QVERIFY2(compare.status == 0, compare.err);
    const QJsonObject detection = compare.json()["runs"].toArray().first().toObject()["detection"].toObject();
    QCOMPARE(detection["total"].toInt(), kNamed);
    QCOMPARE(detection["wrong"].toInt(), kNamed / kEvery);
    // Kept with a run, it is no more than that.
    const Call import = cli({"import-probabilities", path("some.assay"), path("p.csv"), "--dataset", path("bands"),
                             "--labels", path("labels.csv"), "--truth", path("some.csv"), "--json"});
    QVERIFY2(import.status == 0, import.err);
    QCOMPARE(import.json()["detection"].toObject()["total"].toInt(), kNamed);
    const Call kept = cli({"simulate-review", path("some.assay"), "--json"});
    QVERIFY2(kept.status == 0, kept.err);
    QCOMPARE(kept.json()["samples"].toInt(), kNamed);
}

void TestCliQueue::whatCannotBeDoneIsSaid() {
    const Call unknown = cli({"queue", path("p.assay"), "--score", "nonsense"});
    QCOMPARE(unknown.status, 1);
    QVERIFY2(unknown.err.contains("nonsense"), unknown.err);
    const Call features = cli({"queue", path("p.assay"), "--score", "knn-disagreement"});
    QCOMPARE(features.status, 1);
    QVERIFY2(features.err.contains("Left out: knn-disagreement"), features.err);
    QVERIFY(cli({"import-probabilities", path("q.assay"), path("p.csv"), "--dataset", path("bands"), "--labels",
                 path("labels.csv")})
                .status == 0);
    const Call blind = cli({"simulate-review", path("q.assay")});
    QCOMPARE(blind.status, 1);
    QVERIFY2(blind.err.contains("--truth"), blind.err);
    QVERIFY(cli({"simulate-review", path("q.assay"), "--truth", path("clean.csv")}).status == 0);
}

QTEST_GUILESS_MAIN(TestCliQueue)
#include "tst_cli_queue.moc"
