// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/plugins/methods/outcomes.h"

#include "core/stats/ranking.h"

#include <QTest>

using namespace assay;
using test::column;
using test::noted;
using test::Report;
using test::sentence;

namespace {

constexpr double kNoise = 0.3;
constexpr int kClasses = 4;
constexpr std::size_t kSamples = 800;

TrainingTask planted(const std::string& method, int epochs, double noise = kNoise) {
    TrainingTask task = test::makeTask(test::blobs(kSamples, kClasses), method, epochs, noise);
    task.config.settings["augmentation"] = std::string("none"); // a flipped blob is one of another class
    return task;
}

} // namespace

/// What single methods do and record, seen from outside: in the evidence of whole runs.
class TestMethodRecords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plantedNoiseIsFound_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("epochs");
        for (const char* method : {"elr", "elr-plus", "truncated-gce", "loss-cleaning", "co-teaching-plus", "jocor",
                                   "m", "m-dyr-s", "md-dyr-sh", "st-h", "st-s", "dy-h", "dy-s"})
            QTest::newRow(method) << method << 8;
        QTest::newRow("dividemix") << "dividemix" << 6;
        QTest::newRow("mlnt") << "mlnt" << 8;
        QTest::newRow("mlnt-iterative") << "mlnt-iterative" << 12;
    }
    void plantedNoiseIsFound() {
        QFETCH(QString, method);
        QFETCH(int, epochs);
        TrainingTask task = planted(method.toStdString(), epochs);
        // As published nothing keeps it from losing one of four classes in so few steps.
        if (method.startsWith(QLatin1String("dy-"))) task.config.settings["regulariser"] = 1.0;
        if (method.startsWith(QLatin1String("mlnt"))) task.config.settings["synthetic-sets"] = std::int64_t(3);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const double auroc = outcome.keeper.last("detection-auroc");
        QVERIFY2(auroc > 0.93, std::to_string(auroc).c_str());
        QVERIFY2(outcome.keeper.last("test-accuracy") > 0.85,
                 std::to_string(outcome.keeper.last("test-accuracy")).c_str());
    }

    /// Where the labels of a class that does not exist cannot be told from the wrong ones, the wrong ones are flagged.
    void marginsBelowTheThresholdSamplesAreWrongLabels() {
        TrainingTask task = planted("aum", 8);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& below = column(outcome.keeper.reports.back(), "below-threshold");
        std::vector<float> score;
        std::vector<std::uint8_t> wrong;
        for (std::size_t i = 0; i < kSamples; ++i) {
            if (task.dataset->splits[i] != Split::Train) continue;
            score.push_back(below[i]);
            wrong.push_back(task.labels.labels[i] != task.labels.trueLabels[i]);
        }
        const auto quality = stats::detectionQuality(score, wrong, 1e-6);
        QVERIFY(quality);
        QVERIFY2(quality->auroc > 0.93, std::to_string(quality->auroc).c_str());
        QVERIFY2(quality->precision > 0.8, std::to_string(quality->precision).c_str());
        QVERIFY2(quality->recall > 0.5, std::to_string(quality->recall).c_str());
        QCOMPARE(float(outcome.keeper.last("flag-precision")), float(quality->precision));
        QVERIFY(outcome.keeper.last("flagged-share") > 0.15 && outcome.keeper.last("flagged-share") < 0.5);
    }

    /// Network 1 believes what network 2's losses of the epoch before called clean, and the other way round.
    void divideMixDividesForTheOtherNetwork() {
        TrainingTask task = planted("dividemix", 5);
        task.config.settings["warm-up"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& reports = outcome.keeper.reports;
        const auto trained = [&](std::size_t i) { return task.dataset->splits[i] == Split::Train; };
        for (std::size_t e = 0; e < reports.size(); ++e) {
            for (const auto& [selected, clean] :
                 {std::pair("selected-1", "p-clean-2"), std::pair("selected-2", "p-clean-1")})
                for (std::size_t i = 0; i < kSamples; ++i)
                    QCOMPARE(column(reports[e], selected)[i],
                             trained(i) ? float(e < 2 || column(reports[e - 1], clean)[i] > 0.5F) : -1.0F);
            for (std::size_t i = 0; i < kSamples; ++i)
                QVERIFY(std::abs(column(reports[e], "p-noisy")[i] -
                                 (1 - (column(reports[e], "p-clean-1")[i] + column(reports[e], "p-clean-2")[i]) / 2)) <
                        1e-6F);
        }
        QVERIFY(column(reports[2], "selected-1") != column(reports[2], "selected-2"));
        // Each network's own mixture is told, not only that over the mean of their losses.
        for (const char* mixture : {"mixture-1", "mixture-2"}) {
            const auto of = [&](const char* part) { return reports.back()->scalars.at(std::string(mixture) + part); };
            QVERIFY(of("-noisy-mean") > of("-clean-mean") && of("-hi") > of("-lo"));
            QVERIFY2(std::abs(of("-noisy-weight") - kNoise) < 0.12, std::to_string(of("-noisy-weight")).c_str());
        }
        QVERIFY(reports.back()->scalars.at("mixture-1-hi") != reports.back()->scalars.at("mixture-2-hi"));
        QVERIFY(outcome.keeper.last("label-precision") > 0.9);
        QVERIFY(outcome.keeper.last("labelled-share-1") > 0.5 && outcome.keeper.last("labelled-share-1") < 0.85);
        // Targets are sharpened, and mend what the labels get wrong.
        std::size_t seen = 0, right = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            if (!trained(i) || column(reports.back(), "target-label")[i] < 0) continue;
            ++seen;
            right += Label(column(reports.back(), "target-label")[i]) == task.labels.trueLabels[i];
            QVERIFY(column(reports.back(), "target-probability")[i] > 0.25F);
        }
        QVERIFY(seen > 500);
        QVERIFY2(double(right) > 0.9 * double(seen), std::to_string(right).c_str());
    }

    /// For 45 % wrong labels the published weight is 25 in 300 epochs, of which a run of 4 takes its share; for 10 % it
    /// is 0, and 25 gets a warning.
    void divideMixSuitsItsWeightToTheNoiseOrWarns() {
        TrainingTask task = planted("dividemix", 4, 0.45);
        task.config.settings["warm-up"] = std::int64_t(2);
        task.config.settings["ramp-epochs"] = std::int64_t(1);
        const auto noisy = test::train(task);
        QVERIFY(noisy.result);
        QVERIFY2(noted(noisy, "lambda-u is 0.333, for 4 epochs of the published 300"),
                 noisy.keeper.notes.empty() ? "no note" : noisy.keeper.notes.back().c_str());
        QCOMPARE(noisy.keeper.last("unlabelled-weight"), 25.0 * 4 / 300);

        task = planted("dividemix", 4, 0.1);
        task.config.settings["warm-up"] = std::int64_t(2);
        const auto few = test::train(task);
        QVERIFY(noted(few, "lambda-u is 0"));
        QCOMPARE(few.keeper.last("unlabelled-weight"), 0.0);
        task.config.settings["preset"] = std::string("own");
        QVERIFY(noted(test::train(task), "this run's 25 is likely to cost accuracy"));
        task.config.settings["preset"] = std::string("cifar10-sym-20");
        QVERIFY(!noted(test::train(task), "likely to cost"));
        task.config.epochs = 1;
        task.config.settings["lambda-u"] = 40.0;
        task.config.settings["mixup-alpha"] = 4.0; // as the preset has it
        QVERIFY(noted(test::train(task), "Not used: lambda-u=40; the preset cifar10-sym-20 sets it"));
        task.config.settings["preset"] = std::string("own");
        QVERIFY(!noted(test::train(task), "Not used"));
    }

    /// The weight of guessed labels comes in linearly after the warm-up.
    void divideMixRampsItsWeight() {
        TrainingTask task = planted("dividemix", 6);
        task.config.settings["warm-up"] = std::int64_t(2);
        task.config.settings["ramp-epochs"] = std::int64_t(2);
        task.config.settings["preset"] = std::string("own");
        task.config.settings["lambda-u"] = 10.0;
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        const double expected[] = {0, 0, 5, 10, 10, 10};
        for (std::size_t e = 0; e < 6; ++e)
            QCOMPARE(outcome.keeper.reports[e]->scalars.at("unlabelled-weight"), expected[e]);
    }

    /// A set that one network calls clean almost nowhere: the most probable of a batch's size are taken.
    void divideMixAlwaysHasABatchToLearnFrom() {
        TrainingTask task = planted("dividemix", 4);
        task.config.settings["warm-up"] = std::int64_t(1);
        task.config.settings["preset"] = std::string("own");
        task.config.settings["clean-threshold"] = 0.99;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            const auto& selected = column(report, "selected-1");
            QVERIFY(std::count(selected.begin(), selected.end(), 1.0F) >= 32);
        }
    }

    /// The paper has none on MNIST.
    void coTeachingPlusNeedsNoPlainEpochs() {
        TrainingTask task = planted("co-teaching-plus", 2);
        task.config.settings["plain-share"] = 0.0;
        task.config.settings["whole-steps"] = std::int64_t(0);
        task.config.settings["noise-rate"] = 0.0;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& first = outcome.keeper.reports[0]->scalars;
        QVERIFY(first.at("batch-disagreement") < 1);
        QCOMPARE(first.at("selected-share"), first.at("batch-disagreement"));
    }

    /// Both networks of JoCoR learn the same samples, as many as the schedule keeps.
    void jocorChoosesOnceForBoth() {
        TrainingTask task = planted("jocor", 4);
        task.config.settings["noise-rate"] = kNoise;
        task.config.settings["ramp-epochs"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            QVERIFY(column(report, "selected-1") == column(report, "selected-2"));
            QCOMPARE(report->scalars.at("selection-overlap"), 1.0);
            QVERIFY(std::abs(report->scalars.at("selected-share") - report->scalars.at("keep-rate")) < 0.03);
        }
        QVERIFY(column(outcome.keeper.reports.back(), "loss-1") != column(outcome.keeper.reports.back(), "loss-2"));
    }

    /// Plain Co-Teaching first; then nothing is chosen but where the two disagree.
    void coTeachingPlusLearnsFromDisagreement() {
        TrainingTask task = planted("co-teaching-plus", 6);
        task.config.settings["noise-rate"] = kNoise;
        task.config.settings["ramp-epochs"] = std::int64_t(2);
        task.config.settings["plain-epochs"] = std::int64_t(2);
        task.config.settings["whole-steps"] = std::int64_t(0);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            const double selected = report->scalars.at("selected-share"), keep = report->scalars.at("keep-rate");
            if (report->epoch <= 2) {
                QVERIFY(std::abs(selected - keep) < 0.03);
                continue;
            }
            const double disagreeing = report->scalars.at("batch-disagreement");
            QVERIFY2(selected <= disagreeing + 1e-9, std::to_string(selected - disagreeing).c_str());
            QVERIFY(selected >= 0.5 * keep * disagreeing - 1e-9);
        }
    }

    /// The rate counted by confident learning is near that of the mixture, and near the truth.
    void coTeachingEstimatesByConfidentLearningToo() {
        TrainingTask task = planted("co-teaching", 6);
        task.config.settings["noise-rate-from"] = std::string("confident-learning");
        const auto outcome = test::train(task);
        QVERIFY(outcome.result && noted(outcome, "The noise rate is estimated as"));
        const double rate = outcome.keeper.last("noise-rate");
        QVERIFY2(std::abs(rate - kNoise) < 0.08, std::to_string(rate).c_str());
    }

    /// As a student coded it, the samples are ranked by reverse cross-entropy alone and learn from all: another run
    /// than the one in which each sample has its own loss.
    void theTwoReadingsOfSymmetricCoTeachingDiffer() {
        TrainingTask task = planted("co-teaching-sce-report", 3);
        task.config.settings["noise-rate"] = kNoise;
        const auto report = test::train(task);
        task.config.method = "co-teaching-sce-ascoded";
        const auto asCoded = test::train(task);
        QVERIFY(report.result && asCoded.result);
        QVERIFY(report.keeper.reports.back()->evidence->loss != asCoded.keeper.reports.back()->evidence->loss);
    }

    /// Pruned after epochs 2 and 4: a label takes part if it then had a probability above one half.
    void truncatedGceKeepsWhatIsBelieved() {
        TrainingTask task = planted("truncated-gce", 5);
        task.config.settings["prune-from"] = std::int64_t(2);
        task.config.settings["prune-every"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& reports = outcome.keeper.reports;
        for (std::size_t e = 0; e < reports.size(); ++e) {
            const std::size_t chosenAt = e < 1 ? 0 : e < 3 ? 1 : 3;
            for (std::size_t i = 0; i < kSamples; ++i) {
                if (task.dataset->splits[i] != Split::Train) continue;
                const bool believed = std::exp(-reports[chosenAt]->evidence->loss[i]) > 0.5F;
                QCOMPARE(column(reports[e], "kept")[i], float(e < 1 || believed));
            }
        }
        QCOMPARE(reports[0]->scalars.at("kept-share"), 1.0);
        QVERIFY(outcome.keeper.last("kept-share") < 0.8 && outcome.keeper.last("label-precision") > 0.9);
    }

    /// Eight epochs in three rounds, 3 + 3 + 2: each but the first learns what the round before kept, each chooses
    /// among all, and the rate begins anew.
    void lossCleaningChoosesAtTheEndOfEachRound() {
        TrainingTask task = planted("loss-cleaning", 8);
        task.config.settings["drop-share"] = 0.3;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& reports = outcome.keeper.reports;
        const int rounds[] = {1, 1, 1, 2, 2, 2, 3, 3};
        std::vector<float> before(kSamples, 1.0F), times(kSamples, 0.0F);
        for (std::size_t i = 0; i < kSamples; ++i)
            if (task.dataset->splits[i] != Split::Train) before[i] = times[i] = -1;
        for (std::size_t e = 0; e < reports.size(); ++e) {
            const EpochReport& report = *reports[e];
            QCOMPARE(report.scalars.at("round"), double(rounds[e]));
            const bool ends = e + 1 == reports.size() || rounds[e + 1] != rounds[e];
            QCOMPARE(report.cleaning.has_value(), ends);
            QCOMPARE(report.scalars.contains("round-overlap"), ends && rounds[e] > 1);
            if (!ends) {
                QVERIFY(column(reports[e], "kept") == before);
                QVERIFY(column(reports[e], "rounds-kept") == times);
                continue;
            }
            QCOMPARE(report.cleaning->round, rounds[e]);
            QCOMPARE(report.cleaning->rounds, 3);
            // The largest losses of each class, of this very epoch, whatever was kept before.
            const auto& kept = column(reports[e], "kept");
            for (Label label = 0; label < kClasses; ++label) {
                float largestKept = 0, smallestDropped = 1e9F;
                std::size_t members = 0, dropped = 0;
                for (std::size_t i = 0; i < kSamples; ++i) {
                    if (kept[i] < 0 || task.labels.labels[i] != label) continue;
                    ++members;
                    dropped += kept[i] == 0;
                    if (kept[i] > 0) largestKept = std::max(largestKept, report.evidence->loss[i]);
                    else smallestDropped = std::min(smallestDropped, report.evidence->loss[i]);
                }
                QVERIFY(largestKept < smallestDropped);
                QVERIFY(std::abs(double(dropped) - 0.3 * double(members)) <= 1);
            }
            const CleaningFlow flow = cleaningFlow(before, kept);
            if (rounds[e] > 1) QCOMPARE(report.scalars.at("round-overlap"), flow.jaccard());
            QVERIFY(std::abs(report.scalars.at("kept-share") - double(flow.kept()) / double(flow.kept() + flow.out())) <
                    1e-12);
            for (std::size_t i = 0; i < kSamples; ++i)
                if (kept[i] >= 0) times[i] += kept[i];
            QVERIFY(column(reports[e], "rounds-kept") == times);
            before = kept;
        }
        QVERIFY(noted(outcome, "Round 3 of 3 keeps"));
        QVERIFY(outcome.keeper.last("label-precision") > 0.95);
        // Linear decay from 40 % of the round on, in each round anew.
        QCOMPARE(reports[3]->scalars.at("learning-rate"), reports[0]->scalars.at("learning-rate"));
        QVERIFY(reports[2]->scalars.at("learning-rate") < 0.2 * reports[3]->scalars.at("learning-rate"));
        // New weights have forgotten what the round before learnt; weights that are kept have not.
        task.config.settings["retrain"] = std::string("go-on");
        const auto goesOn = test::train(task);
        QVERIFY2(goesOn.result, sentence(goesOn).c_str());
        QVERIFY(goesOn.keeper.reports[2]->evidence->loss == reports[2]->evidence->loss);
        QVERIFY(reports[3]->scalars.at("train-loss") > 1.2 * goesOn.keeper.reports[3]->scalars.at("train-loss"));
    }

    void lossCleaningDropsWhatTheMixtureCallsWrong() {
        TrainingTask task = planted("loss-cleaning", 6);
        task.config.settings["rounds"] = std::int64_t(2);
        task.config.settings["criterion"] = std::string("mixture");
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& end = outcome.keeper.reports.back();
        for (std::size_t i = 0; i < kSamples; ++i)
            if (task.dataset->splits[i] == Split::Train)
                QCOMPARE(column(end, "kept")[i], float(column(end, "p-noisy")[i] < 0.5F));
        QVERIFY(std::abs(outcome.keeper.last("kept-share") - (1 - kNoise)) < 0.1);
    }

    /// More rounds than epochs: as many rounds as there is room for, one epoch each.
    void lossCleaningFitsItsRoundsIntoTheRun() {
        TrainingTask task = planted("loss-cleaning", 2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(noted(outcome, "room for as many rounds"));
        QCOMPARE(outcome.keeper.reports.back()->cleaning->rounds, 2);
        QCOMPARE(outcome.keeper.reports.front()->cleaning->round, 1);
    }

    /// Plain epochs first; then the teacher is the result, and half of each batch is offered neighbours' labels.
    void mlntTellsTeacherFromStudent() {
        TrainingTask task = planted("mlnt", 5);
        task.config.settings["stage-one"] = std::int64_t(2);
        task.config.settings["ramp-steps"] = std::int64_t(20);
        task.config.settings["synthetic-sets"] = std::int64_t(2);
        task.config.settings["consistency-weight"] = 0.5;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            const auto& scalars = report->scalars;
            const bool plain = report->epoch <= 2;
            QCOMPARE(scalars.at("test-accuracy-teacher"), scalars.at("test-accuracy"));
            QCOMPARE(scalars.count("consistency-loss"), std::size_t(!plain));
            for (std::size_t i = 0; i < kSamples; ++i)
                QVERIFY(std::abs(column(report, "teacher-probability")[i] - std::exp(-report->evidence->loss[i])) <
                        1e-6F);
            if (plain) {
                QCOMPARE(scalars.at("consistency-weight"), 0.0);
                QCOMPARE(scalars.at("test-accuracy-student"), scalars.at("test-accuracy"));
                continue;
            }
            QVERIFY(scalars.at("consistency-loss") > 0);
            // Of 30 % wrong labels, spread evenly: two differ with a probability near a half.
            QVERIFY2(scalars.at("label-changes") > 0.15 && scalars.at("label-changes") < 0.35,
                     std::to_string(scalars.at("label-changes")).c_str());
            if (report->epoch > 3) QCOMPARE(scalars.at("consistency-weight"), 0.5);
        }
        task.config.settings["neighbours-from"] = std::string("initial-weights");
        const auto refused = test::train(task);
        QVERIFY(!refused.result && sentence(refused).find("--init-from") != std::string::npos);
    }

    /// From the second round on a label is learnt if the teacher at the end of the round before found it likely enough.
    void mlntRoundsDropWhatTheMentorDoesNotBelieve() {
        TrainingTask task = planted("mlnt-iterative", 9);
        task.config.settings["synthetic-sets"] = std::int64_t(2);
        task.config.settings["stage-one"] = std::int64_t(1);
        task.config.settings["drop-below"] = 0.15;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& reports = outcome.keeper.reports;
        for (std::size_t e = 0; e < reports.size(); ++e) {
            QCOMPARE(reports[e]->scalars.at("round"), double(e / 3 + 1));
            for (std::size_t i = 0; i < kSamples; ++i) {
                if (task.dataset->splits[i] != Split::Train) continue;
                const float mentor = e < 3 ? 1.0F : column(reports[e / 3 * 3 - 1], "teacher-probability")[i];
                if (std::abs(mentor - 0.15F) < 1e-5F) continue; // computed in two ways
                QVERIFY2(column(reports[e], "kept")[i] == float(mentor > 0.15F), std::to_string(mentor).c_str());
            }
        }
        QCOMPARE(reports[0]->scalars.at("kept-share"), 1.0);
        QVERIFY2(outcome.keeper.last("kept-share") > 0.6 && outcome.keeper.last("kept-share") < 0.95,
                 std::to_string(outcome.keeper.last("kept-share")).c_str());
        QVERIFY2(outcome.keeper.last("label-precision") > 1.05 * (1 - kNoise),
                 std::to_string(outcome.keeper.last("label-precision")).c_str());
        QVERIFY(reports[3]->scalars.at("learning-rate") > reports[2]->scalars.at("learning-rate")); // begun anew
    }

    /// What ELR holds the network to is the truth more often than the labels are.
    void elrTargetsMendLabels_data() {
        QTest::addColumn<QString>("method");
        QTest::newRow("elr") << "elr";
        QTest::newRow("elr-plus") << "elr-plus";
    }
    void elrTargetsMendLabels() {
        QFETCH(QString, method);
        TrainingTask task = planted(method.toStdString(), 8);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& label = column(outcome.keeper.reports.back(), "target-label");
        double count = 0, right = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            if (task.dataset->splits[i] != Split::Train) {
                QCOMPARE(label[i], -1.0F);
                continue;
            }
            ++count;
            right += Label(label[i]) == task.labels.trueLabels[i];
        }
        QVERIFY2(right / count > 0.9, std::to_string(right / count).c_str());
        QVERIFY(std::abs(outcome.keeper.last("target-differs") - kNoise) < 0.1);
        for (const float agreement : column(outcome.keeper.reports.back(), "target-agreement"))
            QVERIFY(agreement >= 0 && agreement <= 1.0001F);
        const double agrees = outcome.keeper.last("target-agreement");
        QVERIFY2(agrees > 0.6, std::to_string(agrees).c_str());
    }

    /// Soft at first, hard at last: the temperature falls from 1 to 0.001 over the epochs asked for.
    void mdDyrShCoolsItsAnswers() {
        TrainingTask task = planted("md-dyr-sh", 8);
        task.config.settings["warm-up"] = std::int64_t(2);
        task.config.settings["plain-mixing"] = std::int64_t(1);
        task.config.settings["cooling"] = std::int64_t(3);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const double expected[] = {1, 0.5005, 0.001, 0.001, 0.001};
        for (std::size_t e = 0; e < 8; ++e) {
            const auto& scalars = outcome.keeper.reports[e]->scalars;
            QCOMPARE(scalars.count("temperature"), std::size_t(e >= 3));
            if (e >= 3) QCOMPARE(scalars.at("temperature"), expected[e - 3]);
        }
    }

    /// Fixed shares need no mixture to be trusted; before the warm-up is over nothing is corrected.
    void bootstrappingBeginsAfterItsWarmUp() {
        std::vector<std::vector<float>> losses;
        for (const char* method : {"st-h", "st-s", "dy-h", "dy-s"}) {
            TrainingTask task = planted(method, 3);
            task.config.settings["warm-up"] = std::int64_t(2);
            const auto outcome = test::train(task);
            QVERIFY2(outcome.result, sentence(outcome).c_str());
            for (const auto& report : outcome.keeper.reports) losses.push_back(report->evidence->loss);
        }
        for (const std::size_t other : {3UL, 6UL, 9UL}) {
            QVERIFY(losses[1] == losses[other + 1]);
            QVERIFY(losses[2] != losses[other + 2]);
        }
    }

    /// Representations, what the mixture over them assigns, and targets that mend labels.
    void tclKeepsWhatItComparesPicturesBy() {
        TrainingTask task = planted("tcl", 8);
        task.config.settings["smallest-crop"] = 1.0; // a blob's place is its class
        task.excluded.assign(kSamples, 0);
        task.excluded[7] = 1;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const char* score : {"detection-auroc", "knn-accuracy", "assignment-accuracy"})
            QVERIFY2(outcome.keeper.last(score) > 0.9,
                     (std::string(score) + " " + std::to_string(outcome.keeper.last(score))).c_str());
        QVERIFY(outcome.keeper.last("test-accuracy") > 0.85);
        const double cleanShare = outcome.keeper.last("clean-share");
        QVERIFY2(std::abs(cleanShare - (1 - kNoise)) < 0.1, std::to_string(cleanShare).c_str());
        for (const auto& report : outcome.keeper.reports) {
            QVERIFY(report->features && report->features->rows() == kSamples);
            QCOMPARE(report->features->epoch, report->epoch);
        }
        // The first fifth of the run learns the labels as they are.
        const auto& first = outcome.keeper.reports[1];
        for (std::size_t i = 0; i < first->evidence->size(); ++i) {
            if (column(first, "target-label")[i] < 0) continue;
            QCOMPARE(Label(column(first, "target-label")[i]), task.labels.labels[first->evidence->samples[i].value]);
            QCOMPARE(column(first, "target-probability")[i], 1.0F);
        }
        QVERIFY(outcome.keeper.reports[2]->scalars.contains("assignment-mixture-noisy-weight"));
        const auto& last = outcome.keeper.reports.back();
        const auto& samples = last->evidence->samples;
        std::size_t trained = 0, mended = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const std::size_t sample = samples[i].value;
            QVERIFY(last->features->has(sample));
            double length = 0;
            for (const float value : last->features->row(sample)) length += double(value) * double(value);
            QVERIFY(std::abs(length - 1) < 1e-4);
            QVERIFY(column(last, "label-assignment")[i] <= column(last, "assignment-probability")[i]);
            QVERIFY(std::abs(column(last, "p-noisy")[i] + column(last, "p-clean")[i] - 1) < 1e-6F);
            if (column(last, "target-label")[i] < 0) continue;
            ++trained;
            mended += Label(column(last, "target-label")[i]) == task.labels.trueLabels[sample];
        }
        QCOMPARE(trained, std::size_t(639)); // four fifths, less the one that is excluded
        QVERIFY2(double(mended) > 0.9 * double(trained), std::to_string(mended).c_str());
    }

    void tclPlusLearnsByMendedLabelsAtLast() {
        TrainingTask task = planted("tcl-plus", 8);
        task.config.settings["smallest-crop"] = 1.0;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(noted(outcome, "learns by mended labels"));
        QVERIFY(outcome.keeper.last("test-accuracy") > 0.9);
        QVERIFY(!outcome.keeper.reports.back()->scalars.contains("contrastive-loss"));
        QVERIFY(outcome.keeper.reports.front()->scalars.contains("contrastive-loss"));
    }

    /// Any method keeps what its last layer sees of the last epoch, where it is asked to; and learns as it would have.
    void featuresAreKeptWhereAskedFor() {
        TrainingTask task = planted("co-teaching", 3);
        const auto without = test::train(task);
        task.config.keepFeatures = true;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(!outcome.keeper.reports[1]->features);
        const auto& features = outcome.keeper.reports[2]->features;
        QVERIFY(features);
        QCOMPARE(features->rows(), kSamples);
        QCOMPARE(features->dimension, std::size_t(32)); // cnn-small:8 has a hidden layer of 4 × 8
        QVERIFY(std::none_of(features->values.begin(), features->values.end(),
                             [](float v) { return std::isnan(v) || v < 0; }));
        QCOMPARE(outcome.keeper.reports[2]->evidence->loss, without.keeper.reports[2]->evidence->loss);
        QVERIFY(!without.keeper.reports[2]->features);
    }
};

QTEST_GUILESS_MAIN(TestMethodRecords)
#include "tst_method_records.moc"
