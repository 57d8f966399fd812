// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/learn/small_loss.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

#include <set>

using namespace assay;
using learn::KeepSchedule;

namespace {

constexpr double kNoise = 0.3;
constexpr int kClasses = 4;
constexpr std::size_t kSamples = 800;

TrainingTask planted(const std::string& method, int epochs) {
    return test::makeTask(test::blobs(kSamples, kClasses), method, epochs, kNoise);
}

} // namespace

class TestMethods : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Han et al. 2018: f with rate 0.5 and ten epochs is linear from 0 to 0.5, both included, then stays.
    void theForgetRateFollowsThePaper() {
        KeepSchedule schedule;
        schedule.noiseRate = 0.5;
        const double published[] = {0, .0556, .1111, .1667, .2222, .2778, .3333, .3889, .4444, .5, .5, .5};
        for (int epoch = 0; epoch < 12; ++epoch) QVERIFY(std::abs(schedule.forget(epoch) - published[epoch]) < 5e-5);
        schedule.exponent = 2;
        QCOMPARE(schedule.forget(9), 0.25);
        QCOMPARE(schedule.forget(10), 0.5);
        schedule.ramp = 1;
        QCOMPARE(schedule.forget(0), 0.25);
    }

    void theFloorKeepsAtLeastItsShareAndABatchAtLeastOne() {
        KeepSchedule schedule;
        schedule.noiseRate = 0.4;
        schedule.ramp = 25;
        schedule.smallestKeep = 0.65;
        schedule.bothEnds = false;
        // R of the student report, tau 0.4 and 0.3: keeping the floor, more noise keeps fewer.
        const std::pair<int, double> forty[] = {{0, 1},    {5, .92},  {10, .84}, {15, .76},
                                                {20, .68}, {22, .65}, {100, .65}};
        for (const auto& [epoch, kept] : forty) QVERIFY(std::abs(schedule.keep(epoch) - kept) < 1e-12);
        schedule.noiseRate = 0.3;
        const std::pair<int, double> thirty[] = {{10, .88}, {20, .76}, {25, .7}, {100, .7}};
        for (const auto& [epoch, kept] : thirty) QVERIFY(std::abs(schedule.keep(epoch) - kept) < 1e-12);
        schedule.noiseRate = 0.4;
        schedule.smallestKeep = 0;
        QCOMPARE(schedule.count(100, 10), std::size_t(6));
        QCOMPARE(schedule.count(100, 1), std::size_t(1));
        QCOMPARE(schedule.count(0, 128), std::size_t(128));
    }

    void plantedNoiseIsFound_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<double>("bar");
        QTest::newRow("cross-entropy") << "cross-entropy" << 0.9;
        QTest::newRow("co-teaching") << "co-teaching" << 0.95;
        QTest::newRow("m-dyr-h") << "m-dyr-h" << 0.95;
        QTest::newRow("pseudo-label") << "pseudo-label" << 0.95;
    }
    void plantedNoiseIsFound() {
        QFETCH(QString, method);
        QFETCH(double, bar);
        const auto outcome = test::train(planted(method.toStdString(), 8));
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        const double auroc = outcome.keeper.last("detection-auroc");
        QVERIFY2(auroc > bar, std::to_string(auroc).c_str());
        QVERIFY2(outcome.keeper.last("test-accuracy") > 0.85,
                 std::to_string(outcome.keeper.last("test-accuracy")).c_str());
    }

    /// Every network trains on what it says it keeps, the share falls as the schedule has it, and the two differ.
    void coTeachingRecordsBothNetworks() {
        TrainingTask task = planted("co-teaching", 4);
        task.config.settings["noise-rate"] = kNoise;
        task.config.settings["ramp-epochs"] = std::int64_t(3);
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        KeepSchedule schedule;
        schedule.noiseRate = kNoise;
        schedule.ramp = 3;
        for (const auto& report : outcome.keeper.reports) {
            QCOMPARE(report->scalars.at("keep-rate"), schedule.keep(report->epoch - 1));
            const auto& columns = report->evidence->columns;
            for (const char* name :
                 {"loss-1", "loss-2", "prediction-1", "prediction-2", "selected-1", "selected-2", "disagreement"})
                QVERIFY2(columns.count(name), name);
            for (const char* selected : {"selected-1", "selected-2"}) {
                std::size_t expected = 0;
                const std::size_t trained = kSamples * 4 / 5;
                for (std::size_t begin = 0; begin < trained; begin += 32)
                    expected += schedule.count(report->epoch - 1, std::min<std::size_t>(32, trained - begin));
                const auto& column = columns.at(selected);
                QCOMPARE(std::size_t(std::count(column.begin(), column.end(), 1.0F)), expected);
            }
            for (std::size_t i = 0; i < kSamples; ++i) {
                QCOMPARE(columns.at("disagreement")[i],
                         float(columns.at("prediction-1")[i] != columns.at("prediction-2")[i]));
                const float mean = (columns.at("loss-1")[i] + columns.at("loss-2")[i]) / 2;
                QVERIFY(std::abs(report->evidence->loss[i] - mean) <= 1e-5F * (1 + mean));
            }
        }
        const auto& last = outcome.keeper.reports.back()->evidence->columns;
        QVERIFY(last.at("loss-1") != last.at("loss-2"));
        QVERIFY(outcome.keeper.last("label-precision") > 0.85);
        for (const char* scalar : {"test-accuracy-1", "test-accuracy-2", "selection-overlap", "disagreement"})
            QVERIFY2(outcome.keeper.reports.back()->scalars.count(scalar), scalar);
    }

    /// The smaller estimate counts, one alone where the other way found none, and none where neither did.
    void theSmallerEstimateOfTheNoiseRateCounts() {
        const auto none = fail(ErrorCode::Numeric, "no two groups");
        QCOMPARE(*(learn::RateEstimates{0.24, 0.18}.chosen("smaller")), 0.18);
        QCOMPARE(*(learn::RateEstimates{0.42, 0.48}.chosen("smaller")), 0.42);
        QCOMPARE(*(learn::RateEstimates{0.24, 0.18}.chosen("mixture")), 0.24);
        QCOMPARE(*(learn::RateEstimates{0.42, 0.48}.chosen("confident-learning")), 0.48);
        QCOMPARE(*(learn::RateEstimates{none, 0.18}.chosen("smaller")), 0.18);
        QCOMPARE(*(learn::RateEstimates{0.24, none}.chosen("smaller")), 0.24);
        QVERIFY(!(learn::RateEstimates{none, none}.chosen("smaller")));
        QVERIFY(!(learn::RateEstimates{none, 0.18}.chosen("mixture")));
    }

    void coTeachingEstimatesTheNoiseRateWhereNoneIsGiven() {
        TrainingTask task = planted("co-teaching", 6);
        task.config.settings["noise-rate"] = 0.0;
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        const double forgotten = 1 - outcome.keeper.last("keep-rate");
        QVERIFY2(std::abs(forgotten - kNoise) < 0.08, std::to_string(forgotten).c_str());
    }

    void everyVariantOfEveryMethodTrains_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("value");
        for (const char* loss : {"sce", "gce", "mae", "nce-ratio", "focal", "apl-nfl-rce", "bootstrap-soft"})
            QTest::addRow("cross-entropy %s", loss) << "cross-entropy"
                                                    << "loss" << loss;
        // clang-format off
        QTest::newRow("mixup") << "cross-entropy" << "mixup-alpha" << "1";
        QTest::newRow("smoothing") << "cross-entropy" << "label-smoothing" << "0.1";
        QTest::newRow("adam") << "cross-entropy" << "optimizer" << "adam";
        QTest::newRow("clip") << "cross-entropy" << "gradient-clip" << "5";
        QTest::newRow("co-teaching sce") << "co-teaching-sce-report" << "sce-alpha" << "0.2";
        QTest::newRow("co-teaching sce as coded") << "co-teaching-sce-ascoded" << "noise-rate" << "0.3";
        QTest::newRow("m-dyr-h gaussian") << "m-dyr-h" << "mixture" << "gaussian";
        QTest::newRow("m-dyr-h table") << "m-dyr-h" << "w-source" << "table";
        QTest::newRow("m-dyr-h without mixup") << "m-dyr-h" << "mixup-alpha" << "0";
        QTest::newRow("pseudo-label curriculum") << "pseudo-label" << "curriculum" << "true";
        QTest::newRow("pseudo-label per class") << "pseudo-label" << "labelled" << "per-class";
        QTest::newRow("pseudo-label accumulate") << "pseudo-label" << "accumulate" << "true";
        for (const char* kind : {"none", "flip-crop", "cutout", "randaugment"})
            QTest::addRow("augmentation %s", kind) << "cross-entropy" << "augmentation" << kind;
        for (const char* kind : {"constant", "step", "cosine", "cosine-restarts", "linear-decay", "exponential"})
            QTest::addRow("schedule %s", kind) << "cross-entropy" << "schedule" << kind;
        // clang-format on
    }
    void everyVariantOfEveryMethodTrains() {
        QFETCH(QString, method);
        QFETCH(QString, setting);
        QFETCH(QString, value);
        TrainingTask task = test::makeTask(test::blobs(200, kClasses), method.toStdString(), 3, kNoise);
        const auto found = test::engineRegistry().methods.find(method.toStdString());
        QVERIFY(found);
        for (const ParamSpec& spec : found->description().params) {
            if (spec.name != setting.toStdString()) continue;
            const auto parsed = parseParam(spec, value.toStdString());
            QVERIFY(parsed);
            task.config.settings[spec.name] = *parsed;
        }
        QVERIFY(task.config.settings.count(setting.toStdString()));
        if (setting == "optimizer") task.config.settings["learning-rate"] = 1e-3;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        QCOMPARE(outcome.keeper.reports.size(), std::size_t(3));
    }

    void pseudoLabelsCountAndAreCapped() {
        TrainingTask task = planted("pseudo-label", 5);
        task.config.settings["labelled"] = std::string("per-class");
        task.config.settings["labelled-per-class"] = std::int64_t(20);
        task.config.settings["threshold"] = 0.5;
        task.config.settings["warm-up-share"] = 0.4; // two epochs
        task.config.settings["cap-per-class"] = std::int64_t(30);
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        QCOMPARE(outcome.keeper.reports[0]->scalars.at("accepted"), 0.0);
        const EpochReport& last = *outcome.keeper.reports.back();
        const auto& accepted = last.perClass.at("accepted");
        double sum = 0;
        for (const double count : accepted) {
            QVERIFY(count <= 30);
            sum += count;
        }
        QVERIFY(sum > 0);
        QCOMPARE(last.scalars.at("accepted"), sum);
        const auto& column = last.evidence->columns.at("pseudo-label");
        QCOMPARE(double(std::count_if(column.begin(), column.end(), [](float label) { return label >= 0; })), sum);
        const auto& labelled = last.evidence->columns.at("labelled");
        QCOMPARE(std::count(labelled.begin(), labelled.end(), 1.0F), std::ptrdiff_t(20 * kClasses));
    }

    void everyMethodDescribesItself() {
        std::set<std::string> ids;
        for (const auto& method : test::engineRegistry().methods.all()) {
            const Description& description = method->description();
            QVERIFY(ids.insert(description.id).second);
            QVERIFY(!description.title.empty() && !description.help.empty() && !description.citation.empty());
            const auto completed = completeParams(description.params, {});
            QVERIFY2(completed, completed ? "" : completed.error().sentence().c_str());
            for (const ParamSpec& spec : description.params) QVERIFY2(!spec.help.empty(), spec.name.c_str());
        }
        for (const char* id : {"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"}) QVERIFY2(ids.count(id), id);
    }
};

QTEST_GUILESS_MAIN(TestMethods)
#include "tst_methods.moc"
