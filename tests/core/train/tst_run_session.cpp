// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/run_session.h"
#include "tests/support/fake_method.h"

#include <QTest>

#include <atomic>
#include <semaphore>

using namespace assay;
using assay::test::FakeMethod;

namespace {

struct Ended {
    std::optional<RunState> state;
    std::string sentence;
};

QueuedRun queued(std::shared_ptr<const Method> method, int epochs, Ended* ended) {
    QueuedRun run;
    run.title = "fake";
    run.method = std::move(method);
    run.prepare = [epochs]() -> Result<TrainingTask> {
        TrainingTask task;
        task.config.epochs = epochs;
        return task;
    };
    run.ended = [ended](RunState state, const std::optional<Error>& error, const std::optional<RunResult>&) {
        if (!ended) return;
        ended->state = state;
        if (error) ended->sentence = error->sentence();
    };
    return run;
}

std::shared_ptr<FakeMethod> fake(FakeMethod::Script script) { return std::make_shared<FakeMethod>(std::move(script)); }

} // namespace

class TestRunSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runsInTheOrderOfTheQueue() {
        RunSession session;
        std::vector<int> order;
        std::vector<Ended> ended(3);
        for (int i = 0; i < 3; ++i) {
            FakeMethod::Script script;
            script.samples = 10;
            script.atBatch = [&order, i](int epoch, int batch) {
                if (epoch == 1 && batch == 1) order.push_back(i);
            };
            session.enqueue(queued(fake(script), 2, &ended[std::size_t(i)]));
        }
        session.wait();
        QCOMPARE(order, (std::vector<int>{0, 1, 2}));
        for (const Ended& end : ended) QVERIFY(end.state == RunState::Finished);
        QVERIFY(session.idle());
    }

    void mailboxKeepsTheNewestReportAndEveryEvent() {
        RunSession session;
        FakeMethod::Script script;
        script.samples = 10;
        const auto ticket = session.enqueue(queued(fake(script), 500, nullptr));
        session.wait();
        std::int64_t from = 0;
        const auto report = session.takeReport(&from);
        QVERIFY(report);
        QCOMPARE(report->epoch, 500);
        QCOMPARE(from, ticket);
        QVERIFY(!session.takeReport());
        std::vector<RunState> states;
        for (const RunEvent& event : session.takeEvents()) states.push_back(event.state);
        QCOMPARE(states, (std::vector<RunState>{RunState::Queued, RunState::Running, RunState::Finished}));
        QVERIFY(session.takeEvents().empty());
    }

    void stopEndsWithinOneBatchAndIsNoFailure() {
        RunSession session;
        std::binary_semaphore reached(0), go(0);
        std::atomic<int> batchesAfterStop = -1;
        FakeMethod::Script script;
        script.samples = 10;
        script.atBatch = [&](int epoch, int batch) {
            if (epoch == 3 && batch == 2) {
                reached.release();
                go.acquire();
                batchesAfterStop = 0;
            } else if (batchesAfterStop >= 0) {
                ++batchesAfterStop;
            }
        };
        Ended ended;
        const auto ticket = session.enqueue(queued(fake(script), 1000000, &ended));
        reached.acquire();
        session.stop(ticket);
        go.release();
        session.wait();
        QCOMPARE(batchesAfterStop.load(), 0);
        QVERIFY(ended.state == RunState::Stopped);
        QVERIFY(ended.sentence.find("stopped") != std::string::npos);
    }

    void pausedRunWaitsAndGoesOn() {
        RunSession session;
        std::binary_semaphore reached(0), go(0);
        std::atomic<int> batches = 0;
        FakeMethod::Script script;
        script.samples = 10;
        script.atBatch = [&](int epoch, int batch) {
            ++batches;
            if (epoch == 1 && batch == 2) {
                reached.release();
                go.acquire();
            }
        };
        Ended ended;
        session.enqueue(queued(fake(script), 2, &ended));
        reached.acquire();
        session.pause();
        go.release();
        // The run is now held at its next poll: exactly two batches have begun.
        QCOMPARE(batches.load(), 2);
        QVERIFY(!session.idle());
        session.resume();
        session.wait();
        QCOMPARE(batches.load(), 8);
        QVERIFY(ended.state == RunState::Finished);
    }

    void pausedRunCanBeStopped() {
        RunSession session;
        std::binary_semaphore reached(0), go(0);
        FakeMethod::Script script;
        script.samples = 10;
        script.atBatch = [&](int epoch, int batch) {
            if (epoch == 1 && batch == 2) {
                reached.release();
                go.acquire();
            }
        };
        Ended ended;
        const auto ticket = session.enqueue(queued(fake(script), 1000000, &ended));
        reached.acquire();
        session.pause();
        go.release();
        session.stop(ticket);
        session.wait();
        QVERIFY(ended.state == RunState::Stopped);
    }

    void waitingRunIsTakenOutOfTheQueue() {
        RunSession session;
        std::binary_semaphore reached(0), go(0);
        FakeMethod::Script script;
        script.samples = 10;
        script.atBatch = [&](int epoch, int batch) {
            if (epoch == 1 && batch == 1) {
                reached.release();
                go.acquire();
            }
        };
        Ended first, second;
        session.enqueue(queued(fake(script), 1, &first));
        const auto waiting = session.enqueue(queued(fake({}), 1, &second));
        reached.acquire();
        session.stop(waiting);
        QVERIFY(second.state == RunState::Stopped);
        go.release();
        session.wait();
        QVERIFY(first.state == RunState::Finished);
    }

    void failureAndExceptionBecomeASentence_data() {
        QTest::addColumn<bool>("throws");
        QTest::addColumn<QString>("expected");
        QTest::addRow("returned error") << false << "sample 812";
        QTest::addRow("exception") << true << "planted";
    }
    void failureAndExceptionBecomeASentence() {
        QFETCH(bool, throws);
        QFETCH(QString, expected);
        RunSession session;
        FakeMethod::Script script;
        script.samples = 10;
        script.failInEpoch = 2;
        script.throws = throws;
        Ended ended, next;
        session.enqueue(queued(fake(script), 5, &ended));
        session.enqueue(queued(fake({.samples = 10, .atBatch = {}}), 1, &next));
        session.wait();
        QVERIFY(ended.state == RunState::Failed);
        QVERIFY2(QString::fromStdString(ended.sentence).contains(expected), ended.sentence.c_str());
        QVERIFY(next.state == RunState::Finished);
    }

    void destructionStopsARunningRun() {
        Ended ended;
        std::binary_semaphore reached(0);
        {
            RunSession session;
            FakeMethod::Script script;
            script.samples = 10;
            script.atBatch = [&](int epoch, int batch) {
                if (epoch == 1 && batch == 1) reached.release();
            };
            session.enqueue(queued(fake(script), 1000000000, &ended));
            reached.acquire();
        }
        QVERIFY(ended.state == RunState::Stopped);
    }
};

QTEST_GUILESS_MAIN(TestRunSession)
#include "tst_run_session.moc"
