// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

using namespace assay;

namespace {

std::string sentence(const test::Outcome& outcome) { return outcome.result ? "" : outcome.result.error().sentence(); }

} // namespace

class TestTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aReportHoldsWhatEveryViewReads() {
        const auto outcome = test::train(test::makeTask(test::blobs(200, 4), "cross-entropy", 3, 0.2));
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QCOMPARE(outcome.keeper.reports.size(), std::size_t(3));
        for (const auto& report : outcome.keeper.reports) {
            for (const char* scalar :
                 {"train-loss", "train-accuracy", "learning-rate", "seconds", "samples-per-second", "test-loss",
                  "test-accuracy", "detection-auroc", "detection-precision", "detection-recall", "peak-memory-mib"})
                QVERIFY2(report->scalars.count(scalar), scalar);
            QVERIFY(!report->scalars.count("validation-accuracy"));
            const Evidence& evidence = *report->evidence;
            QCOMPARE(evidence.size(), std::size_t(200));
            for (std::uint32_t i = 0; i < 200; ++i) QCOMPARE(evidence.samples[i].value, i);
            for (std::size_t i = 0; i < 200; ++i) {
                QVERIFY(std::isfinite(evidence.loss[i]) && evidence.loss[i] >= 0);
                QVERIFY(evidence.confidence[i] >= 0.25F && evidence.confidence[i] <= 1);
                const float entropy = evidence.columns.at("entropy")[i];
                QVERIFY(entropy >= -std::log(evidence.confidence[i]) - 1e-5F && entropy <= std::log(4.0F) + 1e-5F);
            }
            // Of K classes K x K counts, the rows of which are the labels given.
            const auto& joint = report->perClass.at("confident-joint");
            QCOMPARE(joint.size(), std::size_t(16));
            QCOMPARE(std::accumulate(joint.begin(), joint.end(), 0.0), 160.0);
            QVERIFY(report->mixture);
            QCOMPARE(evidence.columns.at("p-noisy").size(), std::size_t(200));
        }
        QCOMPARE(outcome.result->epochs, 3);
        QCOMPARE(outcome.result->device, std::string("cpu"));
        QVERIFY(!outcome.keeper.progresses.empty());
    }

    void theSameSeedGivesTheSameBitsWhateverTheLoaders() {
        TrainingTask task = test::makeTask(test::blobs(200, 4), "cross-entropy", 2, 0.2);
        task.config.settings["augmentation"] = std::string("randaugment");
        const auto first = test::train(task);
        QVERIFY2(first.result, sentence(first).c_str());
        for (const int loaders : {0, 3}) {
            task.config.loaders = loaders;
            const auto again = test::train(task);
            QCOMPARE(again.keeper.reports.back()->evidence->loss, first.keeper.reports.back()->evidence->loss);
        }
        task.config.seed = 2;
        QVERIFY(test::train(task).keeper.reports.back()->evidence->loss != first.keeper.reports.back()->evidence->loss);
    }

    /// Of two classes, of which one is the other's mirror image, nothing can be learnt from mirrored pictures.
    void mirrorsAreLeftOutWhereTheyAreAnotherThing() {
        TrainingTask task = test::makeTask(test::blobs(200, 2), "cross-entropy", 6);
        task.config.settings["augmentation"] = std::string("flip-crop");
        task.config.settings["crop-padding"] = std::int64_t(1);
        task.config.settings["mirror"] = true;
        const auto mirrored = test::train(task);
        task.config.settings["mirror"] = false;
        const auto asTheyAre = test::train(task);
        QVERIFY2(mirrored.result && asTheyAre.result, (sentence(mirrored) + sentence(asTheyAre)).c_str());
        const double confused = mirrored.keeper.last("train-accuracy"), sure = asTheyAre.keeper.last("train-accuracy");
        QVERIFY2(sure > 0.95 && confused < 0.8, (std::to_string(sure) + ", " + std::to_string(confused)).c_str());
    }

    void dropoutRepeatsWithTheSeedToo() {
        TrainingTask task = test::makeTask(test::blobs(40, 2), "cross-entropy", 1);
        task.config.network = "cnn-9";
        const auto first = test::train(task), second = test::train(task);
        QVERIFY2(first.result, sentence(first).c_str());
        QCOMPARE(first.keeper.reports.back()->evidence->loss, second.keeper.reports.back()->evidence->loss);
    }

    void aRateThatIsTooHighEndsInASentenceThatNamesIt_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"})
            QTest::newRow(method) << method;
    }
    void aRateThatIsTooHighEndsInASentenceThatNamesIt() {
        QFETCH(QString, method);
        TrainingTask task = test::makeTask(test::blobs(400, 4), method.toStdString(), 20);
        task.config.settings["learning-rate"] = 1e6;
        const auto outcome = test::train(task);
        QVERIFY(!outcome.result);
        QCOMPARE(int(outcome.result.error().code), int(ErrorCode::Numeric));
        QVERIFY2(sentence(outcome).find("learning-rate") != std::string::npos, sentence(outcome).c_str());
        QVERIFY2(sentence(outcome).find("sample") != std::string::npos, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports)
            for (const float loss : report->evidence->loss) QVERIFY(std::isfinite(loss));
    }

    void stopEndsItWithinOneBatch() {
        for (const std::size_t question : {1UL, 2UL, 7UL, 8UL, 20UL}) {
            const auto outcome = test::train(test::makeTask(test::blobs(200, 4), "cross-entropy", 5), question);
            QVERIFY(!outcome.result);
            QCOMPARE(int(outcome.result.error().code), int(ErrorCode::Cancelled));
        }
    }

    void excludedSamplesTakeNoPart() {
        TrainingTask task = test::makeTask(test::blobs(100, 4), "cross-entropy", 1);
        task.excluded.assign(100, 0);
        for (std::size_t i = 0; i < 100; i += 3) task.excluded[i] = 1;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const SampleIndex sample : outcome.keeper.reports[0]->evidence->samples) QVERIFY(sample.value % 3 != 0);
    }

    void anotherPictureSizeIsTaken() {
        for (const int size : {4, 12}) {
            TrainingTask task = test::makeTask(test::blobs(60, 3, 8, 3), "cross-entropy", 1);
            task.config.imageSize = size;
            const auto outcome = test::train(task);
            QVERIFY2(outcome.result, sentence(outcome).c_str());
        }
    }

    void aCudaDeviceThatIsNotThereIsASentence() {
        TrainingTask task = test::makeTask(test::blobs(20, 2), "cross-entropy", 1);
        task.config.device = "cuda";
        const auto outcome = test::train(task);
        if (outcome.result) QSKIP("there is a CUDA device");
        QCOMPARE(int(outcome.result.error().code), int(ErrorCode::Device));
    }

    void settingsThatMakeNoSenseAreNamed() {
        TrainingTask task = test::makeTask(test::blobs(20, 2), "cross-entropy", 1);
        task.config.settings["milestones"] = std::string("2, 1");
        QVERIFY(!test::train(task).result);
        task.config.settings.erase("milestones");
        task.config.network = "no-such-network";
        QVERIFY(sentence(test::train(task)).find("cnn-small") != std::string::npos);
        task.config.network = "cnn-small:0";
        QVERIFY(!test::train(task).result);
        task.config.network = "cnn-small";
        task.config.settings["learning-rate"] = -1.0;
        QVERIFY(!test::train(task).result);
        task.config.settings.erase("learning-rate");
        task.labels.labels.pop_back();
        QVERIFY(!test::train(task).result);
    }

    /// Every method on every set that offers next to nothing ends in a result or a sentence, with finite evidence.
    void degenerateSetsEndWell_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("testEvery");
        QTest::addColumn<bool>("trains");
        for (const char* method : {"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"}) {
            const std::string name = method;
            QTest::newRow((name + ", one class").c_str()) << method << 20 << 1 << 5 << true;
            QTest::newRow((name + ", one training sample").c_str()) << method << 2 << 2 << 2 << true;
            QTest::newRow((name + ", two samples, no test").c_str()) << method << 2 << 2 << 0 << true;
            QTest::newRow((name + ", a last batch of one").c_str()) << method << 33 << 3 << 0 << true;
            QTest::newRow((name + ", only test samples").c_str()) << method << 4 << 2 << 1 << false;
            QTest::newRow((name + ", nothing").c_str()) << method << 0 << 2 << 0 << false;
        }
    }
    void degenerateSetsEndWell() {
        QFETCH(QString, method);
        QFETCH(int, count);
        QFETCH(int, classes);
        QFETCH(int, testEvery);
        QFETCH(bool, trains);
        const auto outcome = test::train(
            test::makeTask(test::blobs(std::size_t(count), classes, 8, 1, testEvery), method.toStdString(), 3));
        QVERIFY2(outcome.result.has_value() == trains, sentence(outcome).c_str());
        if (!trains) return;
        for (const auto& report : outcome.keeper.reports) {
            QCOMPARE(report->evidence->size(), std::size_t(count));
            for (const auto& [name, value] : report->scalars) QVERIFY2(std::isfinite(value), name.c_str());
            for (const auto& [name, column] : report->evidence->columns)
                for (const float value : column) QVERIFY2(std::isfinite(value), name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestTraining)
#include "tst_training.moc"
