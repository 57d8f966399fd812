// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "ui/runs/method_advice.h"
#include "ui/runs/run_comparison.h"
#include "ui/runs/run_estimate.h"
#include "ui/runs/run_history.h"
#include "ui/runs/run_text.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace assay;
using namespace assay::ui;

namespace {

constexpr std::size_t kSamples = 400;

struct Made {
    RunRecord run;
    std::shared_ptr<const std::vector<EpochSummary>> epochs;
    Evidence evidence;
    LabelSet labels;
    std::vector<Split> splits;
};

/// A run with distinct probabilities, so that no tie has to be broken.
Made makeRun(std::int64_t id, std::uint64_t seed, double strength) {
    Made made;
    made.run.id = RunId(id);
    made.run.config.method = "co-teaching";
    made.run.config.seed = seed;
    made.run.config.settings = {{"forget-rate", 0.2}};
    made.run.state = RunState::Finished;
    std::vector<EpochSummary> epochs;
    for (int e = 1; e <= 14; ++e) {
        EpochSummary epoch;
        epoch.epoch = e;
        epoch.scalars["test-accuracy"] = 0.5 + 0.02 * e - (e == 14 ? 0.1 : 0) + 0.001 * double(seed);
        epoch.scalars["seconds"] = 2;
        epochs.push_back(std::move(epoch));
    }
    made.epochs = std::make_shared<const std::vector<EpochSummary>>(std::move(epochs));
    made.evidence.epoch = 14;
    for (std::uint32_t i = 0; i < kSamples; ++i) {
        CounterRng rng(seed, RngPurpose::Test, 0, i);
        const bool wrong = i % 4 == 0;
        made.labels.trueLabels.push_back(Label(i % 3));
        made.labels.labels.push_back(wrong ? Label((i + 1) % 3) : Label(i % 3));
        made.splits.push_back(i % 5 == 0 ? Split::Test : Split::Train);
        made.evidence.samples.push_back(SampleIndex(i));
        made.evidence.loss.push_back(float(rng.uniform()));
        made.evidence.prediction.push_back(Label(i % 3));
        made.evidence.confidence.push_back(0.9f);
        made.evidence.margin.push_back(0);
        made.evidence.columns["p-noisy"].push_back(float((wrong ? strength : 0) + (1 - strength) * rng.uniform()));
    }
    return made;
}

RunFigures figures(const Made& made, double threshold = 0.5) {
    return runFigures(made.run, made.epochs, &made.evidence, made.labels, made.splits, threshold);
}

} // namespace

class TestRunComparison : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void detectionIsThatOfTheTrainingSplit() {
        const Made made = makeRun(1, 1, 0.4);
        const RunFigures found = figures(made, 0.45);
        std::vector<float> score;
        std::vector<std::uint8_t> wrong;
        std::size_t suspects = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            if (made.splits[i] != Split::Train) continue;
            score.push_back(made.evidence.columns.at("p-noisy")[i]);
            wrong.push_back(made.labels.labels[i] != made.labels.trueLabels[i]);
            suspects += double(score.back()) >= 0.45;
        }
        const auto expected = stats::detectionQuality(score, wrong, 0.45);
        QVERIFY(expected.has_value() && found.detection.has_value());
        QCOMPARE(found.detection->auroc, expected->auroc);
        QCOMPARE(found.detection->averagePrecision, expected->averagePrecision);
        QCOMPARE(found.detection->f1, expected->f1);
        QCOMPARE(std::size_t(std::count(found.suspects.begin(), found.suspects.end(), 1)), suspects);
    }

    void saturatedPosteriorsAreOrderedByLoss() {
        Made made = makeRun(1, 1, 0.4);
        for (std::size_t i = 0; i < kSamples; ++i) {
            made.evidence.columns["p-noisy"][i] = 1;
            made.evidence.loss[i] =
                made.labels.labels[i] != made.labels.trueLabels[i] ? 5.0f + float(i) : float(i) * 1e-3f;
        }
        const RunFigures found = figures(made);
        QVERIFY(found.detection.has_value());
        QCOMPARE(found.detection->auroc, 1.0);
    }

    void accuracyIsBestLastAndMeanOfTheLastTen() {
        const RunFigures found = figures(makeRun(1, 0, 0.4));
        QCOMPARE(found.best, 0.5 + 0.02 * 13);
        QCOMPARE(found.last, 0.5 + 0.02 * 14 - 0.1);
        double sum = 0;
        for (int e = 5; e <= 14; ++e) sum += 0.5 + 0.02 * e - (e == 14 ? 0.1 : 0);
        QVERIFY(std::abs(found.mean10 - sum / 10) < 1e-12);
        QCOMPARE(found.secondsPerEpoch, 2.0);
    }

    void withoutTruthTheReasonIsGiven() {
        Made made = makeRun(1, 1, 0.4);
        made.labels.trueLabels.clear();
        const RunFigures found = figures(made);
        QVERIFY(!found.detection.has_value());
        QVERIFY(!found.detectionMissing.isEmpty());
        QVERIFY(std::count(found.suspects.begin(), found.suspects.end(), 1) > 0);
        const RunFigures none = runFigures(made.run, std::make_shared<const std::vector<EpochSummary>>(), nullptr,
                                           made.labels, made.splits, 0.5);
        QVERIFY(!none.detectionMissing.isEmpty());
        QVERIFY(std::isnan(none.best));
    }

    void agreementIsTheJaccardIndexAndCellsHoldTheirPictures() {
        const RunFigures a = figures(makeRun(1, 1, 0.4));
        const RunFigures b = figures(makeRun(2, 2, 0.2));
        const auto matrix = agreementMatrix({a, b});
        std::size_t both = 0;
        std::size_t either = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            both += a.suspects[i] != 0 && b.suspects[i] != 0;
            either += a.suspects[i] != 0 || b.suspects[i] != 0;
        }
        QCOMPARE(matrix[0][0], 1.0);
        QCOMPARE(matrix[0][1], double(both) / double(either));
        QCOMPARE(matrix[1][0], matrix[0][1]);
        QCOMPARE(sharedSuspects(a, b).size(), both);
        QCOMPARE(differingSuspects(a, b).size(), either - both);
    }

    void seedsBecomeARowWithAnInterval() {
        const std::vector<RunFigures> runs = {figures(makeRun(1, 1, 0.4)), figures(makeRun(2, 2, 0.4)),
                                              figures(makeRun(3, 3, 0.4))};
        QCOMPARE(comparisonTable(runs, false, false).rows.size(), std::size_t(3));
        const ComparisonTable grouped = comparisonTable(runs, true, false);
        QCOMPARE(grouped.rows.size(), std::size_t(1));
        QVERIFY(grouped.rows[0].cells[0].contains(QStringLiteral("±")));
        QVERIFY(!grouped.columns.contains(QStringLiteral("seed")));
        QVERIFY(comparisonTable(runs, false, false).columns.contains(QStringLiteral("seed")));
        const RunCurves mean =
            meanCurves(QStringLiteral("mean"), 0, {runs[0].epochs.get(), runs[1].epochs.get(), runs[2].epochs.get()});
        QVERIFY(std::abs(mean.values.at("test-accuracy")[0] - 0.522) < 1e-12);
        QVERIFY(mean.lower.at("test-accuracy")[0] < 0.522 && mean.upper.at("test-accuracy")[0] > 0.522);
    }

    void pairsOfTheSameSeedAndLabelsHaveADifference() {
        // The other method is better by 0.02, 0.03 and 0.07 on seeds 1 to 3; its fourth run has no partner.
        std::vector<Made> made;
        for (const std::uint64_t seed : {1u, 2u, 3u}) made.push_back(makeRun(std::int64_t(seed), seed, 0.4));
        const double better[] = {0.02, 0.03, 0.07, 0.5};
        for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
            made.push_back(makeRun(std::int64_t(10 + seed), seed, 0.4));
            made.back().run.config.method = "m-dyr-h";
            auto epochs = *made.back().epochs;
            for (EpochSummary& epoch : epochs) epoch.scalars["test-accuracy"] += better[seed - 1];
            made.back().epochs = std::make_shared<const std::vector<EpochSummary>>(std::move(epochs));
        }
        std::vector<RunFigures> runs;
        for (const Made& one : made) runs.push_back(figures(one));
        const ComparisonTable grouped = comparisonTable(runs, true, false);
        QCOMPARE(grouped.rows.size(), std::size_t(2));
        const qsizetype column = grouped.columns.indexOf(QStringLiteral("Δ last, points"));
        QVERIFY(column >= 0);
        QCOMPARE(grouped.rows[0].cells[column], QStringLiteral("reference"));
        // Mean 4 points; the deviation of 2, 3, 7 is √7, so the half-width is 4.3027 · √7 / √3 = 6.57.
        QCOMPARE(grouped.rows[1].cells[column], QStringLiteral("+4.0 ± 6.6 (3)"));
        const ComparisonTable turned = comparisonTable(runs, true, false, 1);
        QCOMPARE(turned.rows[0].cells[turned.columns.indexOf(QStringLiteral("Δ last, points"))],
                 QStringLiteral("-4.0 ± 6.6 (3)"));
        const ComparisonTable single = comparisonTable(runs, false, false);
        const qsizetype each = single.columns.indexOf(QStringLiteral("Δ last, points"));
        QCOMPARE(single.rows[4].cells[each], QStringLiteral("+3.0"));
        QCOMPARE(single.rows[6].cells[each], QStringLiteral("–"));
        runs.back().run.labelSet = 7; // other labels, no pair
        QVERIFY(
            !comparisonTable({runs[0], runs.back()}, false, false).columns.contains(QStringLiteral("Δ last, points")));
    }

    /// As a run and the one on its labels without its suspects do.
    void labelsOfWhichOthersCountMakeAPair() {
        std::vector<RunFigures> runs = {figures(makeRun(1, 1, 0.4)), figures(makeRun(2, 1, 0.4))};
        runs[1].run.config.method = "fixmatch";
        runs[1].run.labelSet = 2;
        runs[1].labels = QStringLiteral("given, without the suspects of run 1");
        runs[0].labelling = "a";
        runs[1].labelling = "b"; // other labels
        const auto column = [&] {
            return comparisonTable(runs, false, false).columns.indexOf(QStringLiteral("Δ last, points"));
        };
        QVERIFY(column() < 0 && !anyPairs(runs) && !comparisonTable(runs, false, false).paired);
        runs[1].labelling = "a";
        QVERIFY(column() >= 0 && anyPairs(runs) && comparisonTable(runs, false, false).paired);
        QCOMPARE(comparisonTable(runs, false, false).rows[1].cells[column()], QStringLiteral("+0.0"));
        runs[1].run.config.seed = 2;
        QVERIFY(column() < 0 && !anyPairs(runs));
    }

    void runsThatWouldLookAlikeAreNamedByWhatTellsThemApart() {
        std::vector<RunRecord> runs;
        for (const double threshold : {0.7, 0.8})
            for (const std::uint64_t seed : {1u, 2u}) {
                RunRecord run = makeRun(std::int64_t(runs.size()) + 1, seed, 0.4).run;
                run.config.method = "fixmatch";
                run.config.settings = {{"threshold", threshold},
                                       {"labelled", std::string("per-class")},
                                       {"labelled-per-class", std::int64_t(25)}};
                runs.push_back(run);
            }
        runs.push_back(makeRun(5, 1, 0.4).run); // the only one of its method
        QCOMPARE(runTitles(runs, {}),
                 (QStringList{QStringLiteral("1 fixmatch · threshold 0.7, seed 1"),
                              QStringLiteral("2 fixmatch · threshold 0.7, seed 2"),
                              QStringLiteral("3 fixmatch · threshold 0.8, seed 1"),
                              QStringLiteral("4 fixmatch · threshold 0.8, seed 2"), QStringLiteral("5 co-teaching")}));
        runs[3].config.network = "resnet-18"; // less like the others than they are like each other
        QCOMPARE(runTitles(runs, {})[0], QStringLiteral("1 fixmatch · threshold 0.7, seed 1"));
        QVERIFY(
            runHeadline(runs[0], QStringLiteral("given")).endsWith(QStringLiteral("labels: given, 25 of each class")));
        QVERIFY(runHeadline(runs[4], QStringLiteral("given")).endsWith(QStringLiteral("labels: given")));

        std::vector<RunFigures> shown;
        for (const double threshold : {0.7, 0.8})
            for (const std::uint64_t seed : {1u, 2u}) {
                Made made = makeRun(std::int64_t(shown.size()) + 1, seed, 0.4);
                made.run.config.settings["forget-rate"] = threshold;
                shown.push_back(figures(made));
            }
        const ComparisonTable grouped = comparisonTable(shown, true, false);
        QCOMPARE(grouped.rows[0].name, QStringLiteral("co-teaching × 2 · forget-rate 0.7"));
        QCOMPARE(grouped.rows[1].name, QStringLiteral("co-teaching × 2 · forget-rate 0.8"));
    }

    void anEpochIsEstimatedByTheMostSimilarRunAndItsSteps() {
        RunRecord short12 = makeRun(1, 1, 0.4).run;
        short12.config.method = "fixmatch";
        short12.config.settings = {{"batch-size", std::int64_t(64)},
                                   {"unlabelled-ratio", std::int64_t(3)},
                                   {"steps-per-epoch", std::int64_t(12)},
                                   {"threshold", 0.8},
                                   {"strong-views", std::int64_t(1)}};
        short12.result = RunResult{"cpu", 3, 1.2, 100, 10};
        RunConfig config = short12.config;
        config.settings["threshold"] = 0.9; // costs nothing
        constexpr std::size_t kTraining = 46 * 64 * 3;
        const auto same = estimateEpoch(config, {short12}, kTraining, false);
        QVERIFY(same && same->same);
        QCOMPARE(same->seconds, 1.2);
        config.settings["steps-per-epoch"] = std::int64_t(0); // a pass over all: 46 steps
        const auto pass = estimateEpoch(config, {short12}, kTraining, false);
        QVERIFY(pass && !pass->same && std::abs(pass->seconds - 1.2 * 46 / 12) < 1e-9);
        config.settings["batch-size"] = std::int64_t(32); // twice the steps of half the size
        QVERIFY(std::abs(estimateEpoch(config, {short12}, kTraining, false)->seconds - 1.2 * 46 / 12) < 1e-9);
        RunRecord views = short12;
        views.id = RunId(2);
        views.config.settings["strong-views"] = std::int64_t(8);
        views.result->secondsPerEpoch = 9;
        QCOMPARE(estimateEpoch(short12.config, {short12, views}, kTraining, false)->run, RunId(1)); // not the newest
        QCOMPARE(estimateEpoch(views.config, {short12, views}, kTraining, false)->run, RunId(2));
        QVERIFY(!estimateEpoch(config, {short12}, kTraining, true)); // "auto" is another device there
        config.threads = 1;
        QVERIFY(!estimateEpoch(config, {short12}, kTraining, false));
        config = short12.config;
        config.network = "resnet-18";
        QVERIFY(!estimateEpoch(config, {short12}, kTraining, false));
    }

    void labelsOfAnotherNoiseSeedBelongToTheSameGroup() {
        std::vector<RunFigures> runs = {figures(makeRun(1, 1, 0.4)), figures(makeRun(2, 2, 0.4)),
                                        figures(makeRun(3, 3, 0.4))};
        runs[0].labels = QStringLiteral("symmetric 40 %, seed 1");
        runs[1].labels = QStringLiteral("symmetric 40 %, seed 2");
        runs[2].labels = QStringLiteral("symmetric 20 %, seed 3");
        const auto groups = groupBySeed(runs);
        QCOMPARE(groups.size(), std::size_t(2));
        QCOMPARE(groups[0], (std::vector<std::size_t>{0, 1}));
    }

    void disputedSamplesAreThoseThatSomeSuspectTheMostDividedFirst() {
        std::vector<RunFigures> runs(3);
        runs[0].suspects = {1, 1, 0, 0, 1};
        runs[1].suspects = {1, 0, 0, 0, 1};
        runs[2].suspects = {1, 0, 0, 1, 1};
        for (RunFigures& run : runs) run.judged.assign(5, 1);
        runs.emplace_back(); // without evidence it has no say
        QVERIFY(disputedSamples(runs) == (std::vector<SampleIndex>{SampleIndex(1), SampleIndex(3)}));
        runs[3].suspects = {1, 1, 0, 0, 0};
        runs[3].judged.assign(5, 1);
        QVERIFY(disputedSamples(runs) == (std::vector<SampleIndex>{SampleIndex(1), SampleIndex(3), SampleIndex(4)}));
    }

    /// Two subsets: of what only one of the runs has seen, the other says nothing.
    void runsAreComparedOnWhatBothHaveJudged() {
        Made half = makeRun(2, 2, 0.2);
        for (auto* column :
             {&half.evidence.loss, &half.evidence.confidence, &half.evidence.margin, &half.evidence.columns["p-noisy"]})
            column->resize(kSamples / 2);
        half.evidence.samples.resize(kSamples / 2);
        half.evidence.prediction.resize(kSamples / 2);
        const RunFigures a = figures(makeRun(1, 1, 0.4));
        const RunFigures b = figures(half);
        std::size_t both = 0, either = 0;
        for (std::size_t i = 0; i < kSamples / 2; ++i) {
            both += a.suspects[i] != 0 && b.suspects[i] != 0;
            either += a.suspects[i] != 0 || b.suspects[i] != 0;
        }
        QVERIFY(std::count(a.suspects.begin() + kSamples / 2, a.suspects.end(), 1) > 0);
        QCOMPARE(agreementMatrix({a, b})[0][1], double(both) / double(either));
        QCOMPARE(differingSuspects(a, b).size(), either - both);
        QCOMPARE(disputedSamples({a, b}).size(), either - both);
        RunFigures blind = b;
        blind.judged.assign(kSamples, 0);
        blind.suspects.assign(kSamples, 0);
        QVERIFY(std::isnan(agreementMatrix({a, blind})[0][1]));
        QVERIFY(differingSuspects(a, blind).empty() && disputedSamples({a, blind}).empty());
    }

    void onlySettingsThatDifferBecomeColumns() {
        Made first = makeRun(1, 1, 0.4);
        Made second = makeRun(2, 1, 0.4);
        second.run.config.settings["forget-rate"] = 0.3;
        const std::vector<RunFigures> runs = {figures(first), figures(second)};
        const ComparisonTable table = comparisonTable(runs, false, false);
        QVERIFY(table.columns.contains(QStringLiteral("forget-rate")));
        QVERIFY(!table.columns.contains(QStringLiteral("epochs")));
        QCOMPARE(groupBySeed(runs).size(), std::size_t(2));
        const ComparisonTable differing = comparisonTable(runs, false, true);
        QVERIFY(!differing.columns.contains(QStringLiteral("accuracy best")));
        QVERIFY(differing.columns.contains(QStringLiteral("forget-rate")));
    }

    /// A run that was stopped, or is under way, is no repetition of one that has finished.
    void unfinishedRunsKeepARowOfTheirOwn() {
        std::vector<Made> made = {makeRun(1, 1, 0.4), makeRun(2, 2, 0.4), makeRun(3, 3, 0.4), makeRun(4, 1, 0.4)};
        for (Made& one : made) one.run.config.epochs = one.run.epochsDone = 14;
        made[2].run.state = RunState::Stopped;
        made[2].run.epochsDone = 1;
        made[3].run.state = RunState::Running;
        made[3].run.epochsDone = 3;
        made[3].run.config.method = "m-dyr-h";
        std::vector<RunFigures> runs;
        for (const Made& one : made) runs.push_back(figures(one));
        QCOMPARE(groupBySeed(runs), (std::vector<std::vector<std::size_t>>{{0, 1}, {2}, {3}}));
        const ComparisonTable table = comparisonTable(runs, true, false);
        const qsizetype epochs = table.columns.indexOf(QStringLiteral("epochs"));
        QVERIFY(epochs >= 0);
        QCOMPARE(table.rows[0].cells[epochs], QStringLiteral("14"));
        QCOMPARE(table.rows[1].cells[epochs], QStringLiteral("1 of 14 epochs"));
        QCOMPARE(table.rows[2].cells[epochs], QStringLiteral("3 of 14 epochs"));
        QVERIFY(!table.columns.contains(QStringLiteral("Δ last, points"))); // nor are they paired
        QVERIFY(comparisonTable({runs[2]}, false, false).columns.contains(QStringLiteral("epochs")));
    }

    /// Settings that only one method has do not take a column each.
    void settingsOfOneMethodAreToldTogetherWhereTheyAreNotTheDefaults() {
        Made first = makeRun(1, 1, 0.4);
        Made second = makeRun(2, 1, 0.4);
        second.run.config.method = "m-dyr-h";
        second.run.config.settings = {{"forget-rate", 0.3}, {"mixup", 32.0}, {"warm-up", std::int64_t(5)}};
        const MethodDefaults defaults = {
            {"co-teaching", {{"forget-rate", 0.2}}},
            {"m-dyr-h", {{"forget-rate", 0.2}, {"mixup", 32.0}, {"warm-up", std::int64_t(105)}}}};
        const ComparisonTable table = comparisonTable({figures(first), figures(second)}, false, false, 0, defaults);
        QCOMPARE(table.columns.mid(table.figures.size()),
                 (QStringList{QStringLiteral("forget-rate"), QStringLiteral("settings")}));
        QCOMPARE(table.rows[0].settings, QString());
        QCOMPARE(table.rows[1].settings, QStringLiteral("warm-up=5"));
        QVERIFY(table.toCsv().split(QLatin1Char('\n'))[2].endsWith(QStringLiteral(",0.3,warm-up=5")));
        const QStringList tables = table.toMarkdown().split(QStringLiteral("\n\n"));
        QCOMPARE(tables.size(), qsizetype(2));
        QVERIFY(!tables[0].contains(QStringLiteral("forget-rate")));
        QVERIFY(tables[1].startsWith(QStringLiteral("| run | forget-rate | settings |")));
        QVERIFY(tables[1].contains(QStringLiteral("| 2 m-dyr-h | 0.3 | warm-up=5 |")));
    }

    void everyCellOfTheCsvIsANumberOrAName() {
        std::vector<Made> made;
        for (const std::uint64_t seed : {1u, 2u, 3u}) made.push_back(makeRun(std::int64_t(seed), seed, 0.4));
        for (const std::uint64_t seed : {1u, 2u}) {
            made.push_back(makeRun(std::int64_t(10 + seed), seed, 0.3));
            made.back().run.config.method = "m-dyr-h";
        }
        std::vector<RunFigures> runs;
        for (const Made& one : made) runs.push_back(figures(one));
        const QStringList lines = comparisonTable(runs, true, false).toCsv().split(QLatin1Char('\n'));
        const QStringList heading = lines[0].split(QLatin1Char(','));
        const auto cell = [&](int row, const char* column) {
            return lines[row].split(QLatin1Char(','))[heading.indexOf(QLatin1String(column))];
        };
        QCOMPARE(heading.mid(0, 4), (QStringList{QStringLiteral("run"), QStringLiteral("best"),
                                                 QStringLiteral("best_half_width"), QStringLiteral("best_n")}));
        QCOMPARE(heading.last(), QStringLiteral("settings"));
        QCOMPARE(cell(1, "run"), QStringLiteral("co-teaching × 3"));
        QCOMPARE(cell(1, "best_n"), QStringLiteral("3"));
        QCOMPARE(cell(1, "last_difference"), QString());
        QCOMPARE(cell(2, "last_difference_n"), QStringLiteral("2"));
        for (int row = 1; row <= 2; ++row) {
            const QStringList cells = lines[row].split(QLatin1Char(','));
            QCOMPARE(cells.size(), heading.size());
            for (qsizetype column = 1; column + 1 < cells.size(); ++column) {
                bool number = cells[column].isEmpty();
                if (!number) cells[column].toDouble(&number);
                QVERIFY2(number, qPrintable(heading[column] + QStringLiteral(": ") + cells[column]));
            }
        }
    }

    void theTableIsWrittenWithPlainNumbers() {
        const std::vector<RunFigures> runs = {figures(makeRun(1, 0, 0.4))};
        const ComparisonTable table = comparisonTable(runs, false, false);
        const QStringList lines = table.toCsv().split(QLatin1Char('\n'));
        QCOMPARE(lines[0].section(QLatin1Char(','), 0, 1), QStringLiteral("run,best"));
        QCOMPARE(lines[1].section(QLatin1Char(','), 0, 3), QStringLiteral("1 co-teaching,0.76,,1"));
        QVERIFY(table.toMarkdown().startsWith(QStringLiteral("| run | accuracy best |")));
    }

    void adviceFollowsTheAnswers() {
        using A = MethodAnswers;
        const auto best = [](A::Amount amount, A::Kind kind, A::Time time) {
            return adviseMethods({amount, kind, time}).front().method;
        };
        QCOMPARE(adviseMethods({}).front().method, std::string("m-dyr-h"));
        QCOMPARE(best(A::Amount::Some, A::Kind::Random, A::Time::Moderate), std::string("co-teaching"));
        QCOMPARE(best(A::Amount::Unknown, A::Kind::Unknown, A::Time::Quick), std::string("cross-entropy"));
        QCOMPARE(best(A::Amount::Unknown, A::Kind::FewTrusted, A::Time::Quick), std::string("pseudo-label"));
        QCOMPARE(best(A::Amount::Unknown, A::Kind::Unknown, A::Time::Long), std::string("dividemix"));
    }

    void whereOnlySomeLabelsCountMethodsForFewLabelsAreAdvised() {
        using A = MethodAnswers;
        const auto advised = [](A::Kind kind, A::Time time) {
            return adviseMethods({A::Amount::Unknown, kind, time, true});
        };
        for (const A::Kind kind : {A::Kind::Unknown, A::Kind::Similar, A::Kind::FewTrusted}) {
            QCOMPARE(advised(kind, A::Time::Moderate).front().method, std::string("fixmatch"));
            QCOMPARE(advised(kind, A::Time::Quick).front().method, std::string("pseudo-label"));
            QCOMPARE(advised(kind, A::Time::Long).front().method, std::string("remixmatch"));
            QCOMPARE(advised(kind, A::Time::Long).back().method, std::string("cross-entropy"));
        }
    }

    void everyKindOfMethodIsProposedBySomeAnswersWithAReason() {
        std::set<std::string> proposed;
        for (int amount = 0; amount < 4; ++amount) {
            for (int kind = 0; kind < 4; ++kind) {
                for (int time = 0; time < 3; ++time) {
                    const auto advice = adviseMethods(
                        {MethodAnswers::Amount(amount), MethodAnswers::Kind(kind), MethodAnswers::Time(time)});
                    QVERIFY(!advice.empty());
                    for (const MethodAdvice& one : advice) QVERIFY(one.reason.size() > 20);
                    QCOMPARE(advice.back().method, std::string("cross-entropy")); // is there even without the others
                    proposed.insert(advice.front().method);
                }
            }
        }
        QCOMPARE(proposed, std::set<std::string>({"co-teaching", "co-teaching-plus", "cross-entropy", "dividemix",
                                                  "elr", "elr-plus", "jocor", "loss-cleaning", "m-dyr-h", "md-dyr-sh",
                                                  "mlnt", "pseudo-label", "tcl", "truncated-gce"}));
    }
};

QTEST_GUILESS_MAIN(TestRunComparison)
#include "tst_run_comparison.moc"
