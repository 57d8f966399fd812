// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_fixture.h"

#include "ui/session/evidence_cache.h"
#include "ui/session/opening.h"
#include "ui/session/sample_order.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>

using namespace assay;
using namespace assay::ui;
using namespace assay::ui::test;

/// The workspace over a real project, with a method that reports by formula.
class TestWorkspace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        useFolder(*m_home);
        m_data = writeIdx(*m_home, 500);
    }

    void openingMakesAProject() {
        Workspace workspace(registryWith());
        QSignalSpy view(&workspace, &Workspace::viewChanged);
        QVERIFY(openAndWait(workspace, m_data));
        QCOMPARE(workspace.dataset()->size(), std::size_t(500));
        QVERIFY(QFile::exists(QString::fromStdString(workspace.project()->file().string())));
        QTRY_COMPARE(workspace.view().size(), std::size_t(500));
        QVERIFY(view.count() > 0);
    }

    void theColumnsOfATableAreGuessedByWhatTheyHold_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QString>("pictures");
        QTest::addColumn<QString>("labels");
        // clang-format off
        QTest::newRow("by name") << QByteArray("file,label\na.png,cat\n") << "file" << "label";
        QTest::newRow("ids without extension") << QByteArray("id,breed\na1,husky\n") << "id" << "breed";
        QTest::newRow("numbers called id") << QByteArray("id,picture,kind\n0,x.jpg,cat\n1,y.jpg,dog\n") << "picture" << "kind";
        QTest::newRow("numbers first") << QByteArray("no,a,b\n0,x.jpg,cat\n1,y.jpg,dog\n") << "a" << "b";
        QTest::newRow("labels first") << QByteArray("kind,where\ncat,x/1.JPEG\ndog,x/2.JPEG\n") << "where" << "kind";
        QTest::newRow("file names called label") << QByteArray("label,y\nx.png,3\n") << "label" << "y";
        QTest::newRow("one column") << QByteArray("file\na.png\n") << "file" << "";
        // clang-format on
    }
    void theColumnsOfATableAreGuessedByWhatTheyHold() {
        QFETCH(QByteArray, table);
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("t.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(table);
        file.close();
        const auto guess = guessColumns(file.fileName().toStdString());
        QVERIFY(guess);
        QTEST(QString::fromStdString(guess->file), "pictures");
        QTEST(QString::fromStdString(guess->label), "labels");
    }

    void openingNothingSaysSo() {
        Workspace workspace(registryWith());
        QSignalSpy failed(&workspace, &Workspace::openingFailed);
        workspace.openDataset(m_home->filePath(QStringLiteral("absent")));
        QVERIFY(failed.wait());
        QVERIFY(failed.first().first().toString().contains(QStringLiteral("absent")));
    }

    void anEpochThatIsOnItsWayToTheDiskIsWaitedFor() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 1));
        const auto project = workspace.project();
        const RunId run = workspace.runs().front().id;
        std::promise<void> release;
        const auto later = [&](int epoch) {
            auto evidence = std::make_shared<Evidence>(*workspace.currentEvidence());
            evidence->epoch = epoch;
            auto report = std::make_shared<EpochReport>();
            report->epoch = report->epochs = epoch;
            report->evidence = std::move(evidence);
            return report;
        };
        TaskPool pool(2);
        EvidenceCache cache(pool, nullptr);
        cache.setProject(project);
        QSignalSpy ready(&cache, &EvidenceCache::ready);
        QSignalSpy missing(&cache, &EvidenceCache::missing);
        // The writer is held up between two epochs, and the second is asked for meanwhile.
        project->addEpochAsync(run, later(2), [held = release.get_future().share()](const Status&) { held.wait(); });
        project->addEpochAsync(run, later(3), [](const Status&) {});
        QVERIFY(!cache.get(run, 3));
        pool.run(
            [&]() -> Status {
                release.set_value();
                return {};
            },
            [](const Status&) {});
        QTRY_COMPARE(ready.count() + missing.count(), 1);
        QCOMPARE(missing.count(), 0);
        QCOMPARE(cache.get(run, 3)->epoch, 3);
        QVERIFY(!cache.get(run, 4)); // nobody is writing that one
        QTRY_COMPARE(missing.count(), 1);
    }

    void runEndsWithEvidenceOnShow() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 3));
        QCOMPARE(workspace.runs().size(), std::size_t(1));
        QCOMPARE(workspace.runs().front().state, RunState::Finished);
        QCOMPARE(workspace.epochs(workspace.runs().front().id)->size(), std::size_t(3));
        QCOMPARE(workspace.currentEpoch(), 3);
        QVERIFY(workspace.suspectCount() > 0);
    }

    void floodOfReportsKeepsTheEventLoopAlive() {
        constexpr int kReports = 20000;
        // The flood is about the window, so its 20,000 commits go to memory where the machine has such a folder.
        const QString memory = QStringLiteral("/dev/shm");
        if (QFileInfo(memory).isWritable())
            m_home = std::make_unique<QTemporaryDir>(memory + QStringLiteral("/assay-XXXXXX"));
        useFolder(*m_home);
        m_data = writeIdx(*m_home, 500);
        assay::test::FakeMethod::Script script;
        script.batches = 1;
        script.samples = 20;
        auto registry = registryWith(script);
        Workspace workspace(registry);
        QVERIFY(openAndWait(workspace, m_data));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        QSignalSpy arrived(&workspace, &Workspace::epochArrived);
        int ticks = 0;
        QTimer ticker;
        connect(&ticker, &QTimer::timeout, this, [&] { ++ticks; });
        ticker.start(1);
        workspace.startRun(fakeRun(kReports), {});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 110000);
        const RunId run = workspace.runs().front().id;
        QCOMPARE(int(workspace.epochs(run)->size()), kReports); // no scalar was dropped
        QVERIFY(arrived.count() < kReports);                    // and the window was told less often
        QVERIFY(ticks > arrived.count());                       // other events had their turns in between
        QTRY_COMPARE_WITH_TIMEOUT(workspace.currentEpoch(), kReports, 20000);
    }

    void decisionIsPendingUntilItIsSaved() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QSignalSpy changed(&workspace, &Workspace::decisionsChanged);
        workspace.decide({SampleIndex(7)}, {Verdict::Relabel, 3}, QStringLiteral("key"));
        QVERIFY(workspace.pending(SampleIndex(7)));
        QCOMPARE(workspace.effectiveLabel(SampleIndex(7)), 3);
        QTRY_VERIFY(!workspace.pending(SampleIndex(7)));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(workspace.journal().size(), std::size_t(1));
        QCOMPARE(workspace.project()->revision(), Revision(1));
    }

    void undoAndRedoSurviveAQueueOfKeys() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        const SampleIndex a(1), b(2);
        workspace.decide({a}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        workspace.decide({b}, {Verdict::Flag, kNoLabel}, QStringLiteral("key"));
        workspace.undo();
        workspace.undo();
        workspace.redo();
        QTRY_COMPARE(workspace.journal().size(), std::size_t(5));
        QCOMPARE(workspace.decision(a).verdict, Verdict::Keep);
        QCOMPARE(workspace.decision(b).verdict, Verdict::None);
        QCOMPARE(workspace.decidedCount(), std::size_t(1));
    }

    void bulkIsOneStep() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        std::vector<SampleIndex> many;
        for (std::uint32_t i = 0; i < 400; ++i) many.emplace_back(i);
        workspace.decide(many, {Verdict::Exclude, kNoLabel}, QStringLiteral("bulk"));
        QTRY_COMPARE(workspace.journal().size(), std::size_t(400));
        QCOMPARE(workspace.journal().front().step, workspace.journal().back().step);
        workspace.undo();
        QTRY_COMPARE(workspace.decidedCount(), std::size_t(0));
    }

    void decisionsAreThereAfterReopening() {
        QString project;
        {
            Workspace workspace(registryWith());
            QVERIFY(openAndWait(workspace, m_data));
            workspace.decide({SampleIndex(9)}, {Verdict::Relabel, 4}, QStringLiteral("key"));
            QTRY_VERIFY(workspace.settled());
            project = QString::fromStdString(workspace.project()->file().string());
        }
        Workspace workspace(registryWith());
        QSignalSpy notices(&workspace, &Workspace::notice);
        QVERIFY(openAndWait(workspace, project));
        QCOMPARE(workspace.effectiveLabel(SampleIndex(9)), 4);
        workspace.undo();
        QTRY_COMPARE(workspace.effectiveLabel(SampleIndex(9)), 9);
    }

    void picturesWithoutALabelAreOpenedAndTold() {
        Workspace workspace(registryWith());
        QSignalSpy notices(&workspace, &Workspace::notice);
        QVERIFY(openAndWait(workspace, writeFewLabels(*m_home)));
        QCOMPARE(workspace.dataset()->size(), std::size_t(40));
        QCOMPARE(workspace.dataset()->classCount(), 2);
        QTRY_VERIFY(std::any_of(notices.begin(), notices.end(), [](const QList<QVariant>& one) {
            return one.first().toString().startsWith(QLatin1String("20 of 40 samples have no label"));
        }));
    }

    void secondWindowIsReadOnly() {
        Workspace first(registryWith());
        QVERIFY(openAndWait(first, m_data));
        Workspace second(registryWith());
        QSignalSpy warnings(&second, &Workspace::warning), refused(&second, &Workspace::decisionFailed);
        QVERIFY(openAndWait(second, QString::fromStdString(first.project()->file().string())));
        QVERIFY(second.readOnly());
        QTRY_VERIFY(warnings.count() > 0);
        second.decide({SampleIndex(1)}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        QCOMPARE(refused.count(), 1);
        QCOMPARE(second.decidedCount(), std::size_t(0));
    }

    void projectSavedElsewhereGoesOnThere() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QSignalSpy warnings(&workspace, &Workspace::warning);
        workspace.decide({SampleIndex(1)}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        QTRY_VERIFY(!workspace.pending(SampleIndex(1)));
        const QString before = QString::fromStdString(workspace.project()->file().string());
        const QString there = m_home->filePath(QStringLiteral("elsewhere.assay"));
        workspace.saveProjectAs(there);
        QTRY_VERIFY(workspace.project() != nullptr && workspace.project()->file().string() == there.toStdString());
        QCOMPARE(workspace.decidedCount(), std::size_t(1));
        QVERIFY(!workspace.readOnly());
        // Back again, over the file that was left.
        workspace.decide({SampleIndex(2)}, {Verdict::Flag, kNoLabel}, QStringLiteral("key"));
        QTRY_VERIFY(!workspace.pending(SampleIndex(2)));
        workspace.saveProjectAs(before);
        QTRY_VERIFY(workspace.project() != nullptr && workspace.project()->file().string() == before.toStdString());
        QCOMPARE(workspace.decidedCount(), std::size_t(2));
        QCOMPARE(warnings.count(), 0);
        // Not over a project that somebody has open: then it stays where it is.
        const auto other = *Project::open(there.toStdString(), OpenMode::ReadWrite);
        workspace.saveProjectAs(there);
        QTRY_COMPARE(warnings.count(), 1);
        QTRY_VERIFY(workspace.project() != nullptr);
        QCOMPARE(workspace.project()->file().string(), before.toStdString());
        QVERIFY(!workspace.readOnly());
    }

    void movedDataSetCanBeLocated() {
        QString project;
        {
            Workspace workspace(registryWith());
            QVERIFY(openAndWait(workspace, m_data));
            project = QString::fromStdString(workspace.project()->file().string());
        }
        const QString moved = m_data + QStringLiteral("-moved");
        QVERIFY(QDir().rename(m_data, moved));
        Workspace workspace(registryWith());
        QSignalSpy missing(&workspace, &Workspace::datasetMissing);
        workspace.openProject(project);
        QVERIFY(missing.wait());
        QCOMPARE(missing.first().at(1).toString(), m_data);
        workspace.openProjectAt(project, moved);
        QTRY_VERIFY(workspace.dataset() != nullptr);
    }

    void anotherDataSetIsRefused() {
        QString project;
        {
            Workspace workspace(registryWith());
            QVERIFY(openAndWait(workspace, m_data));
            project = QString::fromStdString(workspace.project()->file().string());
        }
        Workspace workspace(registryWith());
        QSignalSpy failed(&workspace, &Workspace::openingFailed);
        workspace.openProjectAt(project, writeIdx(*m_home, 120, QStringLiteral("other")));
        QVERIFY(failed.wait());
        QVERIFY(failed.first().first().toString().contains(QStringLiteral("500")));
    }

    void filterKeepsWhatItPromises_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("suspects") << 0;
        QTest::newRow("two classes") << 1;
        QTest::newRow("test split") << 2;
        QTest::newRow("undecided") << 3;
        QTest::newRow("score range") << 4;
        QTest::newRow("text of a class name") << 5;
        QTest::newRow("a brushed set") << 6;
    }
    void filterKeepsWhatItPromises() {
        QFETCH(int, kind);
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        workspace.decide({SampleIndex(5), SampleIndex(6)}, {Verdict::Keep, kNoLabel}, QStringLiteral("key"));
        ViewFilter filter;
        if (kind == 0) filter.suspectsOnly = true;
        if (kind == 1) filter.classes = {2, 5};
        if (kind == 2) filter.splits = {Split::Test};
        if (kind == 3) filter.verdicts = {Verdict::None};
        if (kind == 4) filter.scoreRange = {0.25, 0.85};
        if (kind == 5) filter.text = QString::fromStdString(workspace.dataset()->classNames[4]);
        if (kind == 6) filter.only = {SampleIndex(3), SampleIndex(4), SampleIndex(400)};
        const auto passes = [&](SampleIndex s) {
            const double score = double(workspace.values(filter.score)[s.value]);
            switch (kind) {
            case 0: return workspace.suspect(s);
            case 1: return workspace.baseLabel(s) == 2 || workspace.baseLabel(s) == 5;
            case 2: return workspace.dataset()->splits[s.value] == Split::Test;
            case 3: return workspace.decision(s).verdict == Verdict::None;
            case 4: return score >= 0.25 && score <= 0.85;
            case 5:
                return workspace.baseLabel(s) == 4 ||
                       containsNoCase(workspace.dataset()->names[s.value], workspace.dataset()->classNames[4]);
            default: return s == SampleIndex(3) || s == SampleIndex(4) || s == SampleIndex(400);
            }
        };
        workspace.setFilter(filter);
        std::size_t expected = 0;
        for (std::uint32_t i = 0; i < 500; ++i) expected += passes(SampleIndex(i));
        QCOMPARE(workspace.view().size(), expected);
        QVERIFY(expected > 0 && expected < 500);
        for (std::size_t i = 0; i < workspace.view().size(); ++i) {
            QVERIFY(passes(workspace.view()[i]));
            if (i == 0) continue;
            const std::vector<float>& values = workspace.values(filter.score);
            QVERIFY(values[workspace.view()[i - 1].value] >= values[workspace.view()[i].value]);
        }
    }

    void thresholdMovesTheSuspects() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 2));
        ViewFilter filter;
        filter.suspectsOnly = true;
        workspace.setFilter(filter);
        std::size_t before = workspace.suspectCount();
        for (const double threshold : {0.6, 0.8, 0.85, 0.95, 1.0}) {
            workspace.setThreshold(threshold);
            QVERIFY(workspace.suspectCount() <= before);
            QCOMPARE(workspace.view().size(), workspace.suspectCount());
            before = workspace.suspectCount();
        }
    }

    void viewKeepsItsOrderWhileScoresChange() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 3));
        workspace.resort();
        const std::vector<SampleIndex> order = workspace.view();
        workspace.showEpoch(1);
        QTRY_COMPARE(workspace.currentEvidence() ? workspace.currentEvidence()->epoch : 0, 1);
        QVERIFY(workspace.orderIsOld());
        QVERIFY(workspace.view() == order);
        workspace.resort();
        QVERIFY(!workspace.orderIsOld());
    }

    void noiseBecomesTheBaseAndTheGivenTheTruth() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QSignalSpy sets(&workspace, &Workspace::labelSetsChanged);
        NoiseOptions noise;
        noise.rate = 0.4;
        workspace.injectNoise(noise);
        QVERIFY(sets.wait());
        std::size_t wrong = 0;
        for (std::uint32_t i = 0; i < 500; ++i) {
            wrong += workspace.baseLabel(SampleIndex(i)) != workspace.trueLabel(SampleIndex(i));
            QCOMPARE(workspace.trueLabel(SampleIndex(i)), workspace.dataset()->givenLabels[i]);
        }
        QVERIFY(wrong > 150 && wrong < 250);
    }

    void retrainingUsesTheDecisions() {
        Workspace workspace(registryWith());
        QVERIFY(openAndWait(workspace, m_data));
        QVERIFY(trainAndWait(workspace, 1));
        workspace.decide({SampleIndex(11)}, {Verdict::Relabel, 6}, QStringLiteral("key"));
        QTRY_VERIFY(workspace.settled());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.retrainOnCleaned();
        QVERIFY(ended.wait(20000));
        const RunRecord& second = workspace.runs().back();
        QVERIFY(second.revision == Revision(1));
        QTRY_VERIFY(workspace.labels(second.id) != nullptr);
        QCOMPARE(workspace.labels(second.id)->labels[11], 6);
        workspace.showRun(second.id);
        QCOMPARE(workspace.baseLabel(SampleIndex(11)), 1); // what the decision is about stays in sight
    }

    void theNextRunOfTheQueueIsFollowedUnlessAnotherIsOnShow_data() {
        QTest::addColumn<bool>("follows");
        QTest::newRow("while training is watched") << true;
        QTest::newRow("while pictures are judged") << false;
    }
    void theNextRunOfTheQueueIsFollowedUnlessAnotherIsOnShow() {
        QFETCH(const bool, follows);
        std::atomic<int> allowed = 0, begun = 0;
        assay::test::FakeMethod::Script script;
        script.batches = 1; // so that each run asks once
        script.atBatch = [&](int, int) {
            const int mine = ++begun;
            for (int now = allowed; now < mine; now = allowed) allowed.wait(now);
        };
        Workspace workspace(registryWith(script));
        const auto allow = [&](int runs) {
            allowed = runs;
            allowed.notify_all();
        };
        const auto release = qScopeGuard([&] { allow(100); });
        QVERIFY(openAndWait(workspace, m_data));
        workspace.setFollowsQueue(follows);
        for (int i = 0; i < 3; ++i) workspace.startRun(fakeRun(1), {});
        QTRY_COMPARE(workspace.runs().size(), std::size_t(3));
        const std::vector<RunRecord> runs = workspace.runs();
        QTRY_COMPARE(workspace.runningRun(), std::optional(runs[0].id));
        QCOMPARE(workspace.currentRun(), std::optional(runs[0].id));
        allow(1);
        QTRY_COMPARE(workspace.runningRun(), std::optional(runs[1].id));
        QCOMPARE(workspace.currentRun(), std::optional(runs[follows ? 1 : 0].id));
        QCOMPARE(workspace.followsLive(), follows);
        workspace.showRun(runs[0].id);
        allow(2);
        QTRY_COMPARE(workspace.runningRun(), std::optional(runs[2].id));
        allow(3);
        QTRY_VERIFY(workspace.settled());
        QCOMPARE(workspace.currentRun(), std::optional(runs[0].id));
    }

    void failedRunKeepsItsReason() {
        assay::test::FakeMethod::Script script;
        script.failInEpoch = 2;
        Workspace workspace(registryWith(script));
        QVERIFY(openAndWait(workspace, m_data));
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.startRun(fakeRun(4), {});
        QVERIFY(ended.wait(20000));
        QCOMPARE(workspace.runs().front().state, RunState::Failed);
        QVERIFY(QString::fromStdString(workspace.runs().front().reason).contains(QStringLiteral("812")));
        QCOMPARE(workspace.epochs(workspace.runs().front().id)->size(), std::size_t(1));
    }

private:
    std::unique_ptr<QTemporaryDir> m_home;
    QString m_data;
};

QTEST_GUILESS_MAIN(TestWorkspace)
#include "tst_workspace.moc"
