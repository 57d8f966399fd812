// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/project/sample_views.h"
#include "core/stats/ranking.h"
#include "tests/plugins/methods/outcomes.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <set>

using namespace assay;
using test::column;
using test::noted;
using test::Report;
using test::sentence;

namespace {

constexpr int kClasses = 4;
constexpr std::size_t kSamples = 400;

/// Blobs of which six of each class have a label; a flipped blob is one of another class.
TrainingTask few(const std::string& method, int epochs) {
    TrainingTask task = test::makeTask(test::blobs(kSamples, kClasses), method, epochs);
    task.config.settings["labelled"] = std::string("per-class");
    task.config.settings["labelled-per-class"] = std::int64_t(6);
    task.config.settings["augmentation"] = std::string("none");
    return task;
}

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) < tolerance; }

/// The training samples without a label.
std::vector<std::size_t> unlabelled(const TrainingTask& task, const Report& report) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < kSamples; ++i)
        if (task.dataset->splits[i] == Split::Train && column(report, "labelled")[i] == 0) found.push_back(i);
    return found;
}

std::size_t acceptedCount(const TrainingTask& task, const Report& report) {
    std::size_t count = 0;
    for (const std::size_t i : unlabelled(task, report)) count += column(report, "pseudo-label")[i] >= 0;
    return count;
}

} // namespace

/// What methods that learn from unlabelled samples do and record, seen from outside.
class TestUnlabelledMethods : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void unlabelledSamplesHelp_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"pi-model", "mean-teacher", "mixmatch", "vat", "meta-pseudo-labels", "pl-lee",
                                   "pl-usb", "pl-epoch-s1", "pl-iter-s0", "curriculum"})
            QTest::newRow(method) << method;
    }
    /// Of 24 labels every method learns what blobs are, and says who has a label.
    void unlabelledSamplesHelp() {
        QFETCH(QString, method);
        const bool inRounds = method == QLatin1String("curriculum"); // six, each from new weights
        TrainingTask task = few(method.toStdString(), inRounds ? 12 : 8);
        task.config.settings["steps-per-epoch"] = std::int64_t(inRounds ? 50 : 10);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY2(outcome.keeper.last("test-accuracy") > 0.8,
                 std::to_string(outcome.keeper.last("test-accuracy")).c_str());
        const auto& labelled = column(outcome.keeper.reports.back(), "labelled");
        std::map<Label, int> perClass;
        for (std::size_t i = 0; i < kSamples; ++i)
            if (labelled[i] > 0) ++perClass[task.labels.labels[i]];
        for (Label label = 0; label < kClasses; ++label) QCOMPARE(perClass[label], 6);
    }

    /// Every method draws the same labelled samples from the same seed.
    void allMethodsHaveTheSameLabels() {
        std::set<std::vector<float>> choices;
        for (const char* method : {"supervised", "mean-teacher", "pl-epoch-s1", "curriculum", "meta-pseudo-labels"}) {
            TrainingTask task = few(method, 2);
            task.config.settings["steps-per-epoch"] = std::int64_t(2);
            const auto outcome = test::train(task);
            QVERIFY2(outcome.result, sentence(outcome).c_str());
            choices.insert(column(outcome.keeper.reports.back(), "labelled"));
        }
        QCOMPARE(choices.size(), std::size_t(1));
    }

    /// Answers at or above the threshold at the end of an epoch are what the next one learns.
    void epochsLearnTheSureAnswersOfTheEpochBefore() {
        TrainingTask task = few("pl-epoch-s1", 6);
        task.config.settings["steps-per-epoch"] = std::int64_t(8);
        task.config.settings["threshold"] = 0.9;
        const auto rebuilt = test::train(task);
        QVERIFY2(rebuilt.result, sentence(rebuilt).c_str());
        for (const auto& report : rebuilt.keeper.reports) {
            for (const std::size_t i : unlabelled(task, report)) {
                const bool sure = report->evidence->confidence[i] >= 0.9F;
                QCOMPARE(column(report, "pseudo-label")[i], sure ? float(report->evidence->prediction[i]) : -1.0F);
                QCOMPARE(column(report, "pseudo-confidence")[i], report->evidence->confidence[i]);
            }
            QCOMPARE(report->scalars.at("accepted"), double(acceptedCount(task, report)));
            QCOMPARE(report->scalars.at("threshold"), 0.9);
        }
        task.config.settings["pseudo-set"] = std::string("accumulate");
        const auto kept = test::train(task);
        QVERIFY2(kept.result, sentence(kept).c_str());
        const auto& reports = kept.keeper.reports;
        for (std::size_t e = 1; e < reports.size(); ++e)
            for (const std::size_t i : unlabelled(task, reports[e]))
                if (const float before = column(reports[e - 1], "pseudo-label")[i]; before >= 0)
                    QCOMPARE(column(reports[e], "pseudo-label")[i], before);
    }

    /// Six rounds of two epochs: labels alone, then the surest 20, 40, ... 100 %, each from new weights at the full
    /// rate.
    void theCurriculumTakesAGrowingShareOfTheSurest() {
        TrainingTask task = few("curriculum", 12);
        task.config.settings["steps-per-epoch"] = std::int64_t(6);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& reports = outcome.keeper.reports;
        for (std::size_t e = 0; e < reports.size(); ++e) {
            const Report& report = reports[e];
            const std::size_t round = e / 2;
            QCOMPARE(report->scalars.at("round"), double(round));
            const auto rows = unlabelled(task, report);
            if (e % 2 == 0) { // as the round before left it
                QCOMPARE(acceptedCount(task, report), e == 0 ? std::size_t(0) : acceptedCount(task, reports[e - 1]));
                QCOMPARE(report->scalars.at("learning-rate"), reports[0]->scalars.at("learning-rate"));
                QVERIFY(reports[e + 1]->scalars.at("learning-rate") < report->scalars.at("learning-rate"));
                if (e >= 4) // stands until the next decision
                    QCOMPARE(report->scalars.at("round-agreement"), reports[e - 1]->scalars.at("round-agreement"));
                continue;
            }
            const double share = std::min(1.0, 0.2 * double(round + 1));
            std::vector<float> scores;
            for (const std::size_t i : rows) scores.push_back(report->evidence->confidence[i]);
            const double threshold = stats::quantile(scores, 1 - share);
            QVERIFY(near(report->scalars.at("threshold"), threshold));
            for (const std::size_t i : rows)
                QCOMPARE(column(report, "pseudo-label")[i] >= 0, double(report->evidence->confidence[i]) >= threshold);
            QVERIFY2(std::abs(double(acceptedCount(task, report)) - share * double(rows.size())) <= 2,
                     std::to_string(acceptedCount(task, report)).c_str());
            // Agreement between rounds: told from the second set on, of what both accepted.
            QCOMPARE(report->scalars.count("round-agreement"), e < 2 ? std::size_t(0) : std::size_t(1));
            if (e < 2) continue;
            double both = 0, same = 0;
            for (const std::size_t i : rows) {
                const float before = column(reports[e - 2], "pseudo-label")[i], now = column(report, "pseudo-label")[i];
                both += before >= 0 && now >= 0;
                same += before >= 0 && before == now;
            }
            QVERIFY(both > 0);
            QVERIFY(near(report->scalars.at("round-agreement"), same / both));
        }
        // New weights have forgotten; weights that are kept have not.
        task.config.settings["fresh"] = false;
        const auto goesOn = test::train(task);
        QVERIFY2(goesOn.result, sentence(goesOn).c_str());
        QVERIFY(reports[2]->scalars.at("train-loss") > 1.2 * goesOn.keeper.reports[2]->scalars.at("train-loss"));
    }

    void theCurriculumMayAnswerByAveragedWeights() {
        TrainingTask task = few("curriculum", 12);
        task.config.settings["steps-per-epoch"] = std::int64_t(6);
        const auto plain = test::train(task);
        task.config.settings["average-from"] = 0.5;
        const auto averaged = test::train(task);
        QVERIFY2(averaged.result, sentence(averaged).c_str());
        // The first epoch of a round lies before it, the average of the second one alone is that epoch's weights.
        QVERIFY(plain.keeper.reports[1]->evidence->loss == averaged.keeper.reports[1]->evidence->loss);
        task.config.settings["average-from"] = 0.0;
        const auto both = test::train(task);
        QVERIFY(plain.keeper.reports[0]->evidence->loss == both.keeper.reports[0]->evidence->loss);
        QVERIFY(plain.keeper.reports[1]->evidence->loss != both.keeper.reports[1]->evidence->loss);
    }

    /// No class has more pseudo-labels than the median of the classes' numbers, and those it has are its surest.
    void roundsCapEachClass() {
        constexpr double kThreshold = 0.4;
        TrainingTask task = few("pl-iter-s0", 6);
        task.config.settings["rounds"] = std::int64_t(2);
        task.config.settings["steps-per-epoch"] = std::int64_t(25);
        task.config.settings["threshold"] = kThreshold;
        const auto count = [&](const test::Outcome& outcome) {
            std::vector<double> accepted = outcome.keeper.reports[1]->perClass.at("accepted");
            std::sort(accepted.begin(), accepted.end());
            return accepted;
        };
        task.config.settings["cap"] = std::string("none");
        const auto whole = test::train(task);
        QVERIFY2(whole.result, sentence(whole).c_str());
        const auto before = count(whole);
        // Else there is nothing to cap.
        QVERIFY2(before.back() > before[2] && before[0] >= 5, std::to_string(before.back()).c_str());
        task.config.settings["cap"] = std::string("median");
        const auto capped = test::train(task);
        QVERIFY2(capped.result, sentence(capped).c_str());
        const auto after = count(capped);
        QCOMPARE(after, (std::vector<double>{before[0], before[1], before[2], before[2]}));
        task.config.settings["cap"] = std::string("count");
        task.config.settings["cap-per-class"] = std::int64_t(5);
        QCOMPARE(count(test::train(task)), (std::vector<double>{5, 5, 5, 5}));
        // The surest: of one class, none that was left out is surer than one that was taken.
        const Report& report = capped.keeper.reports[1];
        for (Label label = 0; label < kClasses; ++label) {
            float leastTaken = 2;
            for (const std::size_t i : unlabelled(task, report))
                if (column(report, "pseudo-label")[i] == float(label))
                    leastTaken = std::min(leastTaken, column(report, "pseudo-confidence")[i]);
            QVERIFY(double(leastTaken) >= kThreshold);
            for (const std::size_t i : unlabelled(task, report))
                if (column(whole.keeper.reports[1], "pseudo-label")[i] == float(label) &&
                    column(report, "pseudo-label")[i] < 0)
                    QVERIFY(column(report, "pseudo-confidence")[i] <= leastTaken);
        }
    }

    /// The student report's: held for the first part of the run, then in a line to the last.
    void theReportsThresholdFalls() {
        TrainingTask task = few("remixmatch-s0", 10);
        task.config.settings["steps-per-epoch"] = std::int64_t(1);
        task.config.settings["threshold-hold-share"] = 0.2;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto at = [&](std::size_t epoch) { return outcome.keeper.reports[epoch - 1]->scalars.at("threshold"); };
        for (const std::size_t epoch : {1u, 2u}) QVERIFY(near(at(epoch), 0.95));
        QVERIFY(near(at(6), 0.95 - 0.25 / 2)); // halfway from 0.2 to the end
        QVERIFY(near(at(10), 0.7));
    }

    /// Classes without a sure answer do not count: else no class might have any pseudo-label.
    void aCapIsOfTheClassesThatHaveAny() {
        TrainingTask task = few("pl-iter-s0", 4);
        task.config.settings["rounds"] = std::int64_t(2);
        task.config.settings["steps-per-epoch"] = std::int64_t(4);
        task.config.settings["threshold"] = 0.0;
        // Classes that no sample is answered with: two of six.
        auto dataset = std::make_shared<Dataset>(*task.dataset);
        for (int k = kClasses; k < 3 * kClasses; ++k) dataset->classNames.push_back("empty " + std::to_string(k));
        task.dataset = dataset;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(acceptedCount(task, outcome.keeper.reports[1]) > 0);
    }

    /// Labels that somebody has chosen are all learnt; where every label counts the method finds the clean ones.
    void pseudoLabelTakesAChosenSetWhole() {
        TrainingTask task = test::makeTask(test::blobs(kSamples, kClasses), "pseudo-label", 3);
        task.labels.trusted.assign(kSamples, 0);
        for (std::size_t i = 0; i < kSamples; ++i) task.labels.trusted[i] = i % 3 == 1;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (std::size_t i = 0; i < kSamples; ++i)
            if (task.dataset->splits[i] == Split::Train)
                QCOMPARE(column(outcome.keeper.reports.back(), "labelled")[i], float(task.labels.trusted[i]));
    }

    /// The mean of both views is less sure than the picture's own answer, for a mirrored blob is one of another class.
    void roundsAnswerByAPictureAndItsMirrorImage() {
        TrainingTask task = few("pl-iter-s0", 4);
        task.config.settings["rounds"] = std::int64_t(1);
        task.config.settings["steps-per-epoch"] = std::int64_t(12);
        const auto mirrored = test::train(task);
        QVERIFY2(mirrored.result, sentence(mirrored).c_str());
        task.config.settings["flip-averaging"] = false;
        const auto plain = test::train(task);
        const Report &with = mirrored.keeper.reports[0], &without = plain.keeper.reports[0];
        QVERIFY(with->evidence->confidence == without->evidence->confidence);
        double mean = 0, own = 0;
        for (const std::size_t i : unlabelled(task, with)) {
            mean += column(with, "pseudo-confidence")[i];
            own += column(without, "pseudo-confidence")[i];
            QCOMPARE(column(without, "pseudo-confidence")[i], without->evidence->confidence[i]);
            QVERIFY(column(with, "pseudo-confidence")[i] <= with->evidence->confidence[i] + 1e-5F ||
                    column(with, "pseudo-label")[i] != float(with->evidence->prediction[i]));
        }
        QVERIFY2(mean < 0.98 * own, std::to_string(mean / own).c_str());
    }

    /// From the second round on another network learns, and a run that is interrupted then goes on with it.
    void laterRoundsMayHaveAnotherNetwork() {
        QTemporaryDir folder;
        TrainingTask task = few("pl-iter-s0", 6);
        task.config.settings["rounds"] = std::int64_t(2);
        task.config.settings["steps-per-epoch"] = std::int64_t(4);
        task.config.settings["later-network"] = std::string("cnn-small:6");
        task.config.settings["later-from"] = std::int64_t(2);
        const auto whole = test::train(task);
        QVERIFY2(whole.result, sentence(whole).c_str());
        task.config.settings["later-network"] = std::string();
        const auto same = test::train(task);
        QVERIFY(whole.keeper.reports[1]->evidence->loss == same.keeper.reports[1]->evidence->loss);
        QVERIFY(whole.keeper.reports[5]->evidence->loss != same.keeper.reports[5]->evidence->loss);

        task.config.settings["later-network"] = std::string("cnn-small:6");
        task.checkpointFolder = folder.filePath(QStringLiteral("run")).toStdString();
        for (std::size_t question = 30;; question += 5) { // into the last round
            QVERIFY(question < 400);
            std::filesystem::remove_all(task.checkpointFolder);
            const auto stopped = test::train(task, question);
            QVERIFY(!stopped.result);
            if (stopped.keeper.reports.size() == 5) break;
        }
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY2(rest.result, sentence(rest).c_str());
        QCOMPARE(rest.keeper.reports.size(), std::size_t(1));
        QVERIFY(rest.keeper.reports[0]->evidence->loss == whole.keeper.reports[5]->evidence->loss);

        task.resume = false;
        task.config.settings["later-network"] = std::string("no-such-network");
        QVERIFY(!test::train(task).result);
    }

    void roundsFitIntoTheRun() {
        const auto outcome = test::train(few("curriculum", 3));
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(noted(outcome, "has room for 2 rounds"));
        QCOMPARE(outcome.keeper.reports.back()->scalars.at("round"), 2.0);
    }

    /// The weight rises over the ramp, as a line or as Mean Teacher's curve.
    void consistencyComesInSlowly() {
        TrainingTask task = few("mean-teacher", 5);
        task.config.settings["steps-per-epoch"] = std::int64_t(3);
        task.config.settings["consistency-weight"] = 8.0;
        task.config.settings["ramp-share"] = 0.8;
        const auto line = test::train(task);
        QVERIFY2(line.result, sentence(line).c_str());
        const double lines[] = {2, 4, 6, 8, 8};
        task.config.settings["ramp"] = std::string("sigmoid");
        const auto curve = test::train(task);
        const double curves[] = {.060055, .286505, .731616, 1, 1};
        for (std::size_t e = 0; e < 5; ++e) {
            QVERIFY(near(line.keeper.reports[e]->scalars.at("consistency-weight"), lines[e]));
            QVERIFY(near(curve.keeper.reports[e]->scalars.at("consistency-weight"), 8 * curves[e], 1e-5));
            QVERIFY(line.keeper.reports[e]->scalars.at("consistency-loss") > 0);
        }
        task.config.settings["ema-decay"] = 0.0;
        const auto refused = test::train(task);
        QVERIFY(!refused.result && sentence(refused).find("ema-decay") != std::string::npos);
    }

    /// Every sample's smoothness is kept from its last visit; the published xi is told to be out of reach.
    void vatRecordsTheSmoothness() {
        TrainingTask task = few("vat", 3);
        task.config.settings["unlabelled-ratio"] = std::int64_t(2);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        QVERIFY(noted(outcome, "drowns in the rounding"));
        const Report& report = outcome.keeper.reports.back();
        QVERIFY(report->scalars.at("lds") > 0);
        for (std::size_t i = 0; i < kSamples; ++i) {
            QVERIFY(column(report, "lds")[i] >= 0);
            if (task.dataset->splits[i] != Split::Train) QCOMPARE(column(report, "lds")[i], 0.0F);
        }
        task.config.settings["preset"] = std::string("student");
        task.config.epochs = 9; // one epoch of warm-up and a rest
        task.config.settings["steps-per-epoch"] = std::int64_t(1);
        const auto student = test::train(task);
        QVERIFY2(student.result, sentence(student).c_str());
        QVERIFY(!noted(student, "drowns"));
        QVERIFY(!student.keeper.reports[0]->scalars.contains("lds"));
        QCOMPARE(student.keeper.reports[0]->scalars.at("unlabelled-weight"), 0.0);
        QCOMPARE(student.keeper.reports[2]->scalars.at("unlabelled-weight"), 1.0);
    }

    /// Answers are compared as whole networks give them: no change of a picture, no change of the answer.
    void vatsSmoothnessEndsWithThePerturbation_data() {
        QTest::addColumn<QString>("network");
        for (const char* network : {"cnn-small:8", "cnn-9"}) QTest::newRow(network) << network;
    }
    void vatsSmoothnessEndsWithThePerturbation() {
        QFETCH(QString, network);
        TrainingTask task = few("vat", 1);
        task.config.network = network.toStdString();
        task.config.settings["batch-size"] = std::int64_t(8);
        task.config.settings["steps-per-epoch"] = std::int64_t(3);
        task.config.settings["ramp-share"] = 0.0;
        task.config.settings["kept-views"] = std::int64_t(0);
        task.config.settings["epsilon"] = 0.001;
        const auto still = test::train(task);
        QVERIFY2(still.result, sentence(still).c_str());
        QVERIFY2(still.keeper.last("lds") < 1e-4, std::to_string(still.keeper.last("lds")).c_str()); // single precision
        task.config.settings["epsilon"] = 4.0;
        const auto moved = test::train(task);
        QVERIFY2(moved.keeper.last("lds") > 1e-3, std::to_string(moved.keeper.last("lds")).c_str());
    }

    /// Kept for each picture: itself, its perturbation, and both together; and the power step found more than chance.
    void vatKeepsPerturbedPictures() {
        QTemporaryDir folder;
        TrainingTask task = few("vat", 4);
        task.config.settings["kept-views"] = std::int64_t(150); // more than one batch of them
        task.config.settings["steps-per-epoch"] = std::int64_t(10);
        task.checkpointFolder = folder.filePath(QStringLiteral("run")).toStdString();
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& scalars = outcome.keeper.reports.back()->scalars;
        QVERIFY(scalars.at("divergence-after-1") > scalars.at("divergence-after-0"));
        QVERIFY(!scalars.contains("divergence-after-2"));
        const auto views = readSampleViews(task.checkpointFolder);
        QVERIFY2(views, views ? "" : views.error().sentence().c_str());
        QCOMPARE(views->epoch, 4);
        QCOMPARE(views->samples.size(), std::size_t(150));
        QCOMPARE(views->names.size(), std::size_t(3));
        std::size_t changed = 0;
        for (std::size_t s = 0; s < views->samples.size(); ++s) {
            const std::size_t sample = views->samples[s].value;
            QVERIFY(task.dataset->splits[sample] == Split::Train);
            const auto own = task.dataset->pixels->picture(views->samples[s]);
            const auto picture = views->picture(s, 0), change = views->picture(s, 1), both = views->picture(s, 2);
            QVERIFY(std::equal(own.begin(), own.end(), picture.begin()));
            QVERIFY(*std::max_element(change.begin(), change.end()) >= 254 ||
                    *std::min_element(change.begin(), change.end()) <= 2);
            QCOMPARE(views->gain(s, 0), 1.0F);
            QCOMPARE(views->gain(s, 2), 1.0F);
            for (std::size_t k = 0; k < own.size(); ++k) {
                // What is drawn, by its gain, is the step from the one to the other.
                const double step = (double(change[k]) - 128) / double(views->gain(s, 1));
                QVERIFY(std::abs(std::clamp(picture[k] + step, 0.0, 255.0) - both[k]) < 1.5);
                changed += both[k] != picture[k];
            }
        }
        QVERIFY(changed > 1000);
    }

    /// A setting that a preset replaces is told; one that it has as well is not.
    void vatsPresetTellsWhatItReplaces() {
        TrainingTask task = few("vat", 1);
        task.config.settings["steps-per-epoch"] = std::int64_t(1);
        task.config.settings["kept-views"] = std::int64_t(0);
        task.config.settings["preset"] = std::string("student");
        task.config.settings["epsilon"] = 3.0;
        task.config.settings["power-steps"] = std::int64_t(5);
        QVERIFY(noted(test::train(task), "Not used: epsilon=3; the preset student sets it"));
        task.config.settings.erase("epsilon");
        QVERIFY(!noted(test::train(task), "Not used"));
        task.config.settings["preset"] = std::string("own");
        task.config.settings["epsilon"] = 3.0;
        QVERIFY(!noted(test::train(task), "Not used"));
    }

    void vatHasEveryPublishedPreset() {
        const auto method = test::engineRegistry().methods.find("vat");
        for (const ParamSpec& spec : method->description().params) {
            if (spec.name != "preset") continue;
            for (const std::string& preset : spec.choices) {
                TrainingTask task = few("vat", 2);
                task.config.settings["preset"] = preset;
                task.config.settings["steps-per-epoch"] = std::int64_t(1);
                task.config.settings["unlabelled-ratio"] = std::int64_t(1);
                const auto outcome = test::train(task);
                QVERIFY2(outcome.result, sentence(outcome).c_str());
            }
            QCOMPARE(spec.choices.size(), std::size_t(9));
        }
    }

    /// What the teacher hears is the student's loss after the step less that before it, or the opposite. In the last
    /// epochs the averaged student learns the labels alone.
    void metaPseudoLabelsTellsTheTeacherAndFineTunes() {
        TrainingTask task = few("meta-pseudo-labels", 5);
        task.config.settings["steps-per-epoch"] = std::int64_t(6);
        task.config.settings["student-wait-share"] = 0.0;
        task.config.settings["fine-tune-share"] = 0.4;
        task.config.settings["fine-tune-rate"] = 0.002;
        for (const char* sign : {"released", "theory"}) {
            task.config.settings["meta-sign"] = std::string(sign);
            const auto outcome = test::train(task);
            QVERIFY2(outcome.result, sentence(outcome).c_str());
            const auto& reports = outcome.keeper.reports;
            for (std::size_t e = 0; e < 5; ++e) {
                const auto& scalars = reports[e]->scalars;
                QCOMPARE(scalars.contains("meta-signal"), e < 3);
                QVERIFY(scalars.at("test-accuracy-teacher") >= 0);
                if (e >= 3) {
                    QCOMPARE(scalars.at("learning-rate"), 0.002);
                    continue;
                }
                const double change = scalars.at("student-loss-after") - scalars.at("student-loss-before");
                QVERIFY(near(scalars.at("meta-signal"), sign == std::string("theory") ? -change : change, 1e-9));
            }
            QVERIFY(reports[4]->scalars.at("train-loss") < reports[3]->scalars.at("train-loss"));
        }
        // A student that waits answers as it was drawn.
        task.config.settings["student-wait-share"] = 0.9;
        task.config.settings["fine-tune-share"] = 0.0;
        task.config.epochs = 2;
        const auto waiting = test::train(task);
        QVERIFY2(waiting.result, sentence(waiting).c_str());
        QVERIFY(near(waiting.keeper.reports[0]->scalars.at("meta-signal"), 0, 1e-12));
    }

    /// Lee's pseudo-labels count from a tenth of the run on, all of them.
    void leesPseudoLabelsCountFromThenOn() {
        TrainingTask task = few("pl-lee", 10);
        task.config.settings["steps-per-epoch"] = std::int64_t(2);
        task.config.settings["from-share"] = 0.4;
        task.config.settings["to-share"] = 0.8;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        for (const auto& report : outcome.keeper.reports) {
            const double weight = std::clamp(3 * (report->epoch / 10.0 - 0.4) / 0.4, 0.0, 3.0);
            QVERIFY(near(report->scalars.at("unlabelled-weight"), weight));
            QCOMPARE(report->scalars.at("acceptance"), weight > 1e-12 ? 1.0 : 0.0);
        }
    }

    /// Those whose label does not count are learnt by what the network says.
    void samplesWhoseLabelDoesNotCountAreUnlabelled_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"pseudo-label", "mixmatch", "pl-epoch-s1"}) QTest::newRow(method) << method;
    }
    void samplesWhoseLabelDoesNotCountAreUnlabelled() {
        QFETCH(QString, method);
        TrainingTask task = test::makeTask(test::blobs(kSamples, kClasses), method.toStdString(), 3);
        task.config.settings.erase("labelled");
        task.config.settings.erase("labelled-per-class");
        if (method == QLatin1String("pseudo-label")) task.config.settings["clean-warm-up"] = 1.0;
        task.labels.trusted.assign(kSamples, 0);
        for (std::size_t i = 0; i < kSamples; i += 3) task.labels.trusted[i] = 1;
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, sentence(outcome).c_str());
        const auto& labelled = column(outcome.keeper.reports.front(), "labelled");
        for (std::size_t i = 0; i < kSamples; ++i)
            QCOMPARE(labelled[i] > 0, task.dataset->splits[i] == Split::Train && i % 3 == 0);
        task.labels.trusted.assign(kSamples, 0);
        const auto refused = test::train(task);
        QVERIFY(!refused.result && sentence(refused).find("label") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestUnlabelledMethods)
#include "tst_unlabelled_methods.moc"
