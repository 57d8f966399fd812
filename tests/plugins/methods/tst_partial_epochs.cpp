// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/plugins/methods/outcomes.h"

#include <QTest>

using namespace assay;
using test::column;
using test::sentence;

namespace {

constexpr std::size_t kSamples = 800;

/// Batches of 32; a third of the labels is wrong.
TrainingTask planted(const std::string& method, int epochs) {
    TrainingTask task = test::makeTask(test::blobs(kSamples, 4), method, epochs, 0.3);
    task.config.settings["augmentation"] = std::string("none");
    return task;
}

} // namespace

/// Epochs that visit a part of the samples: what is said of the others, and which part it is.
class TestPartialEpochs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// What an epoch did not show is neither selected nor passed over, and shares are of what it showed.
    void whatAnEpochDoesNotVisitIsNotPassedOver_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"co-teaching", "co-teaching-plus", "jocor", "dividemix"})
            QTest::newRow(method) << method;
    }
    void whatAnEpochDoesNotVisitIsNotPassedOver() {
        QFETCH(QString, method);
        TrainingTask task = planted(method.toStdString(), 1);
        task.config.settings["steps-per-epoch"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& selected = column(outcome.keeper.reports[0], "selected-1");
        QCOMPARE(std::count(selected.begin(), selected.end(), 1.0F),
                 std::ptrdiff_t(64)); // all of both batches at first
        QCOMPARE(std::count(selected.begin(), selected.end(), -1.0F), std::ptrdiff_t(kSamples - 64));
        if (method == QLatin1String("dividemix")) return;
        QCOMPARE(outcome.keeper.last("selected-share"), 1.0);
        QCOMPARE(outcome.keeper.last("label-recall"), 1.0);
    }

    /// ELR has no target for a sample before it has seen it.
    void elrHasNoTargetForWhatItHasNotSeen_data() {
        QTest::addColumn<QString>("method");
        QTest::newRow("elr") << "elr";
        QTest::newRow("elr-plus") << "elr-plus";
    }
    void elrHasNoTargetForWhatItHasNotSeen() {
        QFETCH(QString, method);
        TrainingTask task = planted(method.toStdString(), 1);
        task.config.settings["steps-per-epoch"] = std::int64_t(3);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& target = column(outcome.keeper.reports[0], "target-label");
        std::size_t seen = 0, differing = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            seen += target[i] >= 0;
            differing += target[i] >= 0 && Label(target[i]) != task.labels.labels[i];
        }
        QCOMPARE(seen, std::size_t(96));
        QCOMPARE(outcome.keeper.last("target-differs"), double(differing) / 96);
    }

    /// A round draws its steps and its classes among what it has kept.
    void cleaningRoundsKeepStepsAndClasses() {
        TrainingTask task = planted("loss-cleaning", 4);
        task.config.settings["rounds"] = std::int64_t(2);
        task.config.settings["drop-share"] = 0.5;
        task.config.settings["sampling"] = std::string("class-balanced");
        task.config.settings["steps-per-epoch"] = std::int64_t(4);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        std::size_t batches = 0;
        for (const BatchProgress& progress : outcome.keeper.progresses)
            if (progress.epoch == 4 && progress.phase == "training") batches = std::max(batches, progress.batches);
        QCOMPARE(batches, std::size_t(4)); // 128 of the 320 that are kept
    }
};

QTEST_GUILESS_MAIN(TestPartialEpochs)
#include "tst_partial_epochs.moc"
