// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/learn/learn_fixtures.h"

#include <QTemporaryDir>
#include <QTest>

using namespace assay;

namespace {

TrainingTask onDevice(const std::string& method, int epochs) {
    TrainingTask task = test::makeTask(test::blobs(800, 4), method, epochs, 0.3);
    task.config.device = "cuda";
    return task;
}

} // namespace

/// Every method on a CUDA device; skipped by name where there is none.
class TestGpuTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        const auto probe = test::train(onDevice("cross-entropy", 1));
        if (!probe.result && probe.result.error().code == ErrorCode::Device)
            QSKIP("SKIPPED: no CUDA device can be used here, so nothing was trained on one");
    }

    void plantedNoiseIsFound_data() {
        QTest::addColumn<QString>("method");
        for (const auto& method : test::engineRegistry().methods.all())
            QTest::newRow(method->description().id.c_str()) << QString::fromStdString(method->description().id);
    }
    void plantedNoiseIsFound() {
        QFETCH(QString, method);
        TrainingTask task = onDevice(method.toStdString(), 8);
        task.config.settings["augmentation"] = std::string("none"); // a flipped blob is one of another class
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        QVERIFY(outcome.result->device.starts_with("cuda"));
        QVERIFY(outcome.keeper.last("detection-auroc") > 0.9);
    }

    /// One epoch from the same weights over the same batches. Sums are taken in another order there, and what is drawn
    /// on the device is drawn anew, so the two are close and not equal.
    void anEpochComesCloseToThatOfTheCpu_data() { plantedNoiseIsFound_data(); }
    void anEpochComesCloseToThatOfTheCpu() {
        QFETCH(QString, method);
        TrainingTask task = onDevice(method.toStdString(), 1);
        task.config.settings["augmentation"] = std::string("none");
        const auto there = test::train(task);
        QVERIFY2(there.result, there.result ? "" : there.result.error().sentence().c_str());
        task.config.device = "cpu";
        const auto here = test::train(task);
        QVERIFY2(here.result, here.result ? "" : here.result.error().sentence().c_str());
        const double ours = here.keeper.last("train-loss"), theirs = there.keeper.last("train-loss");
        QVERIFY2(std::abs(ours - theirs) <= 0.02 * (1 + std::abs(ours)),
                 qPrintable(QStringLiteral("loss %1 on the CPU, %2 on the GPU").arg(ours).arg(theirs)));
        const auto& first = here.keeper.reports.back()->evidence->prediction;
        const auto& second = there.keeper.reports.back()->evidence->prediction;
        std::size_t same = 0;
        for (std::size_t i = 0; i < first.size(); ++i) same += first[i] == second[i];
        QVERIFY2(double(same) >= 0.97 * double(first.size()),
                 qPrintable(QStringLiteral("%1 of %2 answers are the same").arg(same).arg(first.size())));
    }

    void aResumedRunGoesOn() {
        QTemporaryDir folder;
        TrainingTask task = onDevice("m-dyr-h", 4);
        task.checkpointFolder = folder.path().toStdString();
        const auto stopped = test::train(task, 60);
        QVERIFY(!stopped.result);
        QCOMPARE(int(stopped.result.error().code), int(ErrorCode::Cancelled));
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY2(rest.result, rest.result ? "" : rest.result.error().sentence().c_str());
    }

    void aRateThatIsTooHighIsASentenceHereToo() {
        TrainingTask task = onDevice("cross-entropy", 10);
        task.config.settings["learning-rate"] = 1e6;
        const auto outcome = test::train(task);
        QVERIFY(!outcome.result);
        QCOMPARE(int(outcome.result.error().code), int(ErrorCode::Numeric));
    }
};

QTEST_GUILESS_MAIN(TestGpuTraining)
#include "tst_gpu_training.moc"
