// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/errors_left.h"
#include "core/audit/fusion.h"
#include "core/audit/one_sided_pairs.h"
#include "core/audit/review_simulation.h"
#include "core/base/rng.h"
#include "core/stats/ranking.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace assay;

namespace {

constexpr std::size_t kRows = 3000;
constexpr double kWrongShare = 0.15;

/// A queue with a known truth: detectors that see it through noise of their own.
struct Case {
    std::vector<std::uint8_t> wrong;
    std::vector<Label> given;
    std::vector<Detector> detectors;
};

/// `strengths`: how far apart a detector sees right and wrong labels, in standard deviations; negative: upside down.
Case makeCase(const std::vector<double>& strengths, std::uint32_t seed = 1) {
    Case made;
    for (std::uint32_t i = 0; i < kRows; ++i) {
        CounterRng rng(seed, RngPurpose::Test, 0, i);
        made.wrong.push_back(rng.uniform() < kWrongShare);
        made.given.push_back(Label(rng.below(10)));
    }
    for (std::size_t d = 0; d < strengths.size(); ++d) {
        Detector detector{"detector " + std::to_string(d), {}, {}};
        for (std::uint32_t i = 0; i < kRows; ++i) {
            CounterRng rng(seed, RngPurpose::Test, std::uint32_t(d + 1), i);
            detector.suspicion.push_back(float(rng.normal() + strengths[d] * made.wrong[i]));
            detector.suggested.push_back(Label(rng.below(10)));
        }
        made.detectors.push_back(std::move(detector));
    }
    return made;
}

Fusion fusionOf(const Case& made) { return *Fusion::make(made.detectors, made.given); }

double averagePrecision(const std::vector<float>& suspicion, const std::vector<std::uint8_t>& wrong) {
    return stats::detectionQuality(suspicion, wrong, 0.5)->averagePrecision;
}

std::vector<ReviewAnswer> firstAnswers(const Case& made, std::size_t count) {
    std::vector<ReviewAnswer> answers;
    for (std::uint32_t row = 0; row < count; ++row) answers.push_back({row, made.wrong[row] != 0});
    return answers;
}

} // namespace

/// Several scores as one queue, and what it says about itself.
class TestFusion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void beforeDecisionsTheQueueIsTheMeanPlace() {
        Case made;
        made.given = {0, 1, 2, 0};
        made.detectors = {{"a", {4, 3, 2, 1}, {}}, {"b", {10, 40, 20, 30}, {}}};
        const FusedRanking ranking = fusionOf(made).rank({});
        QVERIFY(!ranking.calibrated);
        // Places of a: 7/8, 5/8, 3/8, 1/8; of b: 1/8, 7/8, 3/8, 5/8. Their normal scores: 1.1503, 0.3186 and the like
        // below the middle; means 0, 0.7345, -0.3186, -0.4159. The means of the places would tie the last two.
        QCOMPARE(ranking.suspicion, (std::vector<float>{0.625F, 0.875F, 0.375F, 0.125F}));
    }

    void detectorsThatSeeDifferentThingsAreBetterTogether() {
        const Case made = makeCase({1.5, 1.5, 1.5});
        const Fusion fusion = fusionOf(made);
        double best = 0;
        for (const Detector& detector : made.detectors)
            best = std::max(best, averagePrecision(detector.suspicion, made.wrong));
        QVERIFY(averagePrecision(fusion.rank({}).suspicion, made.wrong) > best + 0.05);
    }

    void aDetectorThatRunsAgainstTheOthersHasNoVoteBeforeDecisions() {
        const Case three = makeCase({1.5, 1.5, 1.5}), four = makeCase({1.5, 1.5, 1.5, -1.5});
        QCOMPARE(fusionOf(four).rank({}).suspicion, fusionOf(three).rank({}).suspicion);
    }

    /// Of 33 samples of classes 0 and 1 that are taken for the other, 30 go one way; of classes 2 and 3 ten each way.
    /// Log-ratio ln(30.5 / 3.5) = 2.165 with variance 0.3185; the other is 0 with variance 0.1905. Variance between
    /// pairs: (2.165² / 0.3185 - 2) / (1 / 0.3185 + 1 / 0.1905) = 1.5157, so 2.165 shrinks to 1.789.
    void onlyOneSidedPairsAreLifted() {
        std::vector<Label> given, suggested;
        const auto add = [&](int count, Label from, Label to) {
            given.insert(given.end(), std::size_t(count), from);
            suggested.insert(suggested.end(), std::size_t(count), to);
        };
        add(30, 0, 1);
        add(3, 1, 0);
        add(10, 3, 2);
        add(10, 2, 3);
        add(50, 4, 4);
        add(5, 4, kNoLabel);
        const OneSidedPairs pairs = oneSidedPairs(given, suggested);
        QVERIFY(std::abs(pairs.spread - std::sqrt(1.5157)) < 1e-3);
        QVERIFY(std::abs(pairs.logRatio.front() - 1.789F) < 1e-3F);
        QVERIFY(std::abs(pairs.logRatio[30] + 1.789F) < 1e-3F);
        for (std::size_t i = 33; i < given.size(); ++i) QCOMPARE(pairs.logRatio[i], 0.0F);
        const OneSidedPairs even = oneSidedPairs(std::span(given).subspan(33), std::span(suggested).subspan(33));
        QCOMPARE(even.spread, 0.0);
        QVERIFY(oneSidedPairs({}, {}).logRatio.empty());
    }

    /// Classes of 10,000, 1,000 and 100 samples: the rarer is taken for the more frequent ten times as often as the
    /// reverse, as their sizes are. That is no news about the labels; the same the other way round is.
    void rareClassesThatAreTakenForFrequentOnesAreNotOneSided() {
        std::vector<Label> given, suggested;
        const auto add = [&](int count, Label from, Label to) {
            given.insert(given.end(), std::size_t(count), from);
            suggested.insert(suggested.end(), std::size_t(count), to);
        };
        const auto confuse = [&](Label often, Label seldom) {
            add(50, often, seldom);
            add(5, seldom, often);
        };
        const auto fill = [&] {
            for (const auto& [label, size] : {std::pair<Label, int>{0, 10000}, {1, 1000}, {2, 100}})
                add(size - int(std::count(given.begin(), given.end(), label)), label, label);
        };
        confuse(1, 0);
        confuse(2, 1);
        fill();
        const OneSidedPairs natural = oneSidedPairs(given, suggested);
        QVERIFY2(natural.spread < 0.1, qPrintable(QString::number(natural.spread)));
        for (const float logRatio : natural.logRatio) QVERIFY(std::abs(logRatio) < 0.1F);
        given.clear();
        suggested.clear();
        confuse(0, 1);
        confuse(1, 2);
        fill();
        const OneSidedPairs reversed = oneSidedPairs(given, suggested);
        QVERIFY2(reversed.spread > 1, qPrintable(QString::number(reversed.spread)));
        QVERIFY(reversed.logRatio.front() > 1);
    }

    /// Classes 0 and 1 look alike and are as suspect as the labels of four pairs of others, of which nine in ten were
    /// put wrong the same way.
    void labelsThatWerePutWrongOneWayRiseAboveClassesThatLookAlike() {
        Case made;
        Detector detector{"loss", {}, {}};
        for (std::uint32_t i = 0; i < kRows; ++i) {
            CounterRng rng(5, RngPurpose::Test, 0, i);
            const bool wrong = rng.uniform() < 0.05, alike = !wrong && rng.uniform() < 0.1;
            made.wrong.push_back(wrong);
            const auto side = Label(rng.below(2)), pair = Label(2 + 2 * rng.below(4)), back = Label(rng.below(10) == 0);
            made.given.push_back(wrong ? pair + back : alike ? side : Label(rng.below(10)));
            detector.suggested.push_back(wrong ? pair + 1 - back : alike ? 1 - side : made.given.back());
            detector.suspicion.push_back(float(rng.normal() + (wrong || alike ? 4 : 0)));
        }
        made.detectors = {detector};
        const double alone = averagePrecision(detector.suspicion, made.wrong);
        const double lifted = averagePrecision(fusionOf(made).rank({}).suspicion, made.wrong);
        QVERIFY2(lifted > alone + 0.2, qPrintable(QStringLiteral("%1, %2").arg(alone).arg(lifted)));
        // Neighbours lean towards some classes by themselves.
        made.detectors[0].byNeighbours = true;
        const double ofNeighbours = averagePrecision(fusionOf(made).rank({}).suspicion, made.wrong);
        QVERIFY2(std::abs(ofNeighbours - alone) < 1e-6,
                 qPrintable(QStringLiteral("%1, %2").arg(alone).arg(ofNeighbours)));
    }

    void decisionsTellGoodDetectorsFromBadOnes() {
        const Case made = makeCase({2, 0, 0, 0});
        const Fusion fusion = fusionOf(made);
        const FusedRanking blind = fusion.rank({}), taught = fusion.rank(firstAnswers(made, 300));
        QVERIFY(taught.calibrated);
        QVERIFY(taught.model.weights[0] > 4 * std::abs(taught.model.weights[1]));
        QVERIFY(averagePrecision(taught.suspicion, made.wrong) > averagePrecision(blind.suspicion, made.wrong) + 0.2);
    }

    void decisionsTurnADetectorThatIsUpsideDown() {
        const Case made = makeCase({-2});
        QVERIFY(averagePrecision(fusionOf(made).rank(firstAnswers(made, 300)).suspicion, made.wrong) > 0.5);
    }

    void calibratedProbabilitiesAreShares() {
        const Case made = makeCase({2, 1});
        const FusedRanking ranking = fusionOf(made).rank(firstAnswers(made, 1000));
        // Of the rows that were not asked about: in each fifth as many are wrong as the probabilities say.
        std::vector<std::uint32_t> rows;
        for (std::uint32_t i = 1000; i < kRows; ++i) rows.push_back(i);
        std::sort(rows.begin(), rows.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return ranking.suspicion[a] < ranking.suspicion[b]; });
        const std::size_t fifth = rows.size() / 5;
        for (std::size_t part = 0; part < 5; ++part) {
            double expected = 0, wrong = 0, spread = 0;
            for (std::size_t i = part * fifth; i < (part + 1) * fifth; ++i) {
                const double p = double(ranking.suspicion[rows[i]]);
                expected += p;
                spread += p * (1 - p);
                wrong += made.wrong[rows[i]];
            }
            QVERIFY2(std::abs(wrong - expected) < 4 * std::sqrt(spread) + 0.02 * double(fifth),
                     qPrintable(QStringLiteral("part %1: %2 of %3").arg(part).arg(wrong).arg(expected)));
        }
    }

    void aPairOfClassesThatWasOftenWrongRises() {
        Case made = makeCase({0.5});
        // Wrong labels are those that say 3 where 5 is suggested.
        for (std::size_t i = 0; i < kRows; ++i) {
            made.wrong[i] = i % 5 == 0;
            made.given[i] = made.wrong[i] ? 3 : Label(i % 3);
            made.detectors[0].suggested[i] = made.wrong[i] ? 5 : Label((i + 1) % 3);
        }
        const Fusion fusion = fusionOf(made);
        const FusedRanking ranking = fusion.rank(firstAnswers(made, 100));
        QVERIFY(ranking.model.weights.back() > 0);
        QVERIFY(averagePrecision(ranking.suspicion, made.wrong) > 0.99);
    }

    void fewOrOneSidedDecisionsDoNotCalibrate_data() {
        QTest::addColumn<int>("right");
        QTest::addColumn<int>("wrong");
        QTest::addColumn<bool>("calibrated");
        QTest::newRow("none") << 0 << 0 << false;
        QTest::newRow("too few") << 9 << 10 << false;
        QTest::newRow("one-sided") << 500 << 4 << false;
        QTest::newRow("enough") << 15 << 5 << true;
    }
    void fewOrOneSidedDecisionsDoNotCalibrate() {
        QFETCH(int, right);
        QFETCH(int, wrong);
        QFETCH(bool, calibrated);
        std::vector<ReviewAnswer> answers;
        for (int i = 0; i < right + wrong; ++i) answers.push_back({std::uint32_t(i), i < wrong});
        QCOMPARE(fusionOf(makeCase({1, 1})).rank(answers).calibrated, calibrated);
    }

    void scoresThatAreNoNumbersHarmNothing() {
        Case made = makeCase({1.5, 1.5});
        made.detectors[1].suspicion.assign(kRows, std::numeric_limits<float>::quiet_NaN());
        const FusedRanking ranking = fusionOf(made).rank(firstAnswers(made, 200));
        QVERIFY(
            std::all_of(ranking.suspicion.begin(), ranking.suspicion.end(), [](float p) { return std::isfinite(p); }));
    }

    void detectorsOfAnotherLengthAreRefusedByName() {
        const auto made = Fusion::make({{"short", {1, 2}, {}}}, {0, 1, 2});
        QVERIFY(!made);
        QVERIFY(made.error().sentence().find("short") != std::string::npos);
        QVERIFY(!Fusion::make({}, {0, 1}));
    }

    void agreementCountsDetectorsAndGuessesAreShares() {
        const Case made{
            {},
            {0, 0, 0, 0},
            {{"a", {1, 2, 3, 9}, {1, 1, 1, 2}}, {"b", {4, 3, 2, 8}, {1, 1, 1, 2}}, {"c", {9, 1, 2, 3}, {1, 1, 1, 3}}}};
        const Fusion fusion = fusionOf(made);
        QCOMPARE(fusion.agreement(3, 0.25), std::size_t(2));
        QCOMPARE(fusion.agreement(0, 0.25), std::size_t(1));
        QCOMPARE(fusion.suggested(3), Label(2));
        const auto guesses = fusion.guesses(3, 0.9);
        QCOMPARE(guesses.size(), std::size_t(3));
        QCOMPARE(guesses[0].label, Label(2));
        QVERIFY(std::abs(guesses[0].probability - 0.6) < 1e-12);
        QVERIFY(std::abs(guesses[1].probability - 0.3) < 1e-12);
        QVERIFY(std::abs(guesses[2].probability - 0.1) < 1e-6);
        QCOMPARE(guesses[2].label, Label(0));
    }

    /// However many are suspects.
    void aDetectorThatFindsAllAlikeSuspectsNone() {
        const Case made{{}, {0, 0, 0, 0}, {{"a", {1, 2, 3, 9}, {}}, {"b", {7, 7, 7, 7}, {}}}};
        const Fusion fusion = fusionOf(made);
        QCOMPARE(fusion.voices(), std::size_t(1));
        QVERIFY(fusion.tells(0) && !fusion.tells(1));
        for (std::size_t row = 0; row < 4; ++row) QCOMPARE(fusion.agreement(row, 0.6), std::size_t(row > 1));
    }

    /// There is nothing that could be kept: what the votes and the network say is all there is.
    void ofARowWithoutALabelTheGuessesAreTheAnswers() {
        const Case made{{}, {kNoLabel, 0}, {{"a", {1, 2}, {2, 0}}, {"b", {2, 1}, {2, 1}}}};
        const std::vector<float> probabilities{0.05F, 0.05F, 0.9F};
        for (const double wrong : {0.0, 0.3, 1.0}) {
            const auto guesses = fusionOf(made).guesses(0, wrong, probabilities);
            QCOMPARE(guesses.size(), std::size_t(3));
            QCOMPARE(guesses[0].label, Label(2));
            QVERIFY(std::abs(guesses[0].probability - 1.9 / 2) < 1e-6);
        }
    }

    void aDetectorSuspectsAsManyAsThereAreSuspects() {
        const float none = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(suspectShare(std::vector<float>{0.9F, 0.5F, 0.4F, 0.1F}, 0.5), 0.5);
        QCOMPARE(suspectShare(std::vector<float>{0.9F, 0.5F, none, none, 0.4F, 0.1F}, 0.6), 0.25);
        QCOMPARE(suspectShare(std::vector<float>{0.9F, 0.1F}, 0.95), 0.0);
        QCOMPARE(suspectShare(std::vector<float>{none}, 0.5), kUsualShareWrong);
    }

    void curvesEndWithEverythingFound() {
        const Case made = makeCase({1, 1});
        const Fusion fusion = fusionOf(made);
        const auto errors = std::uint32_t(std::count(made.wrong.begin(), made.wrong.end(), 1));
        const ReviewCurve random = reviewAtRandom("random", made.wrong, 4);
        const ReviewCurve ranked = reviewRanked("ranked", fusion, made.wrong, 50);
        for (const ReviewCurve& curve : {random, ranked}) {
            QCOMPARE(curve.found.size(), kRows);
            QCOMPARE(curve.found.back(), errors);
            QVERIFY(std::is_sorted(curve.found.begin(), curve.found.end()));
        }
        QVERIFY(ranked.found[errors] > 2 * random.found[errors]);
    }

    void theRandomSampleIsOneOfASizeAndOfASeed() {
        const auto sample = drawAuditSample(1000, 100, 7);
        QCOMPARE(sample.size(), std::size_t(100));
        QVERIFY(!std::is_sorted(sample.begin(), sample.end())); // asked in no order of theirs
        QCOMPARE(std::set(sample.begin(), sample.end()).size(), std::size_t(100));
        QCOMPARE(drawAuditSample(1000, 100, 7), sample);
        QVERIFY(drawAuditSample(1000, 100, 8) != sample);
        QCOMPARE(drawAuditSample(30, 100, 7).size(), std::size_t(30));
    }

    void theRandomSampleComesUpBetweenTheRows() {
        using Rows = std::vector<std::uint32_t>;
        const Rows ranked = {9, 8, 7, 6, 5, 4, 3, 2}, sample = {1, 3, 8}; // 1 is not in the queue otherwise
        std::vector<std::uint8_t> decided(10, 0);
        QCOMPARE(mixAuditSample(ranked, decided, {}).order, ranked);
        const MixedQueue mixed = mixAuditSample(ranked, decided, sample);
        QCOMPARE(mixed.order, (Rows{9, 8, 7, 6, 1, 5, 4, 3, 2}));
        // 8 and 3 are asked where the queue comes to them, 1 alone for the sample's sake.
        QCOMPARE(mixed.atRandom, (std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
        // A queue that is made anew after each decision: the fourth asks for the sample.
        QCOMPARE(mixAuditSample(ranked, decided, sample, 4).order, (Rows{1, 9, 8, 7, 6, 3, 5, 4, 2}));
        QCOMPARE(mixAuditSample(ranked, decided, sample, 3).order.at(1), 1U);
        // What is decided keeps its place and takes no turn.
        decided[9] = decided[3] = 1;
        QCOMPARE(mixAuditSample(ranked, decided, sample).order, (Rows{9, 8, 7, 6, 5, 1, 4, 3, 2}));
    }

    /// A random row that the queue would have reached by now says nothing of those that it has not.
    void errorsLeftRestOnTheRandomRowsBehindTheFrontier() {
        const std::vector<float> suspicion = {0.9F, 0.8F, 0.7F, 0.6F, 0.5F, 0.4F, 0.3F, 0.2F};
        const std::vector<std::uint8_t> decided = {1, 1, 1, 0, 1, 1, 0, 0}, wrong = {1, 1, 0, 0, 0, 1, 0, 0},
                                        random = {0, 1, 1, 0, 1, 1, 0, 0};
        const auto left = errorsLeft({suspicion, decided, wrong, random});
        QCOMPARE(left.sampled, std::size_t(2)); // 0.5 and 0.4, of which one is wrong
        QCOMPARE(left.expected, 1.5);
    }

    /// 200 reviews that stop somewhere, with a queue that learns from the decisions: the interval holds the truth in at
    /// least 90 % of them.
    void errorsLeftCoverTheTruthInSimulatedAudits() {
        constexpr std::size_t kAudits = 200, kSample = 150, kStep = 100;
        std::size_t covered = 0;
        double width = 0, bias = 0;
        for (std::uint32_t audit = 0; audit < kAudits; ++audit) {
            const Case made = makeCase({1.5, 1}, audit + 10);
            const Fusion fusion = fusionOf(made);
            const auto sample = drawAuditSample(kRows, kSample, audit);
            std::vector<std::uint8_t> decided(kRows, 0), audited(kRows, 0);
            std::vector<ReviewAnswer> answers;
            FusedRanking ranking = fusion.rank(answers);
            std::size_t since = 0;
            for (std::uint32_t step = 0; step < 2 + audit % 12; ++step) {
                const MixedQueue queue =
                    mixAuditSample(stats::rankDescending(ranking.suspicion), decided, sample, since);
                std::size_t taken = 0;
                for (const std::uint32_t row : queue.order) {
                    if (taken == kStep) break;
                    if (decided[row]) continue;
                    answers.push_back({row, made.wrong[row] != 0});
                    decided[row] = 1;
                    audited[row] = queue.atRandom[row];
                    since = audited[row] ? 0 : since + 1;
                    ++taken;
                }
                ranking = fusion.rank(answers);
            }
            std::size_t left = 0;
            for (std::size_t i = 0; i < kRows; ++i) left += made.wrong[i] && !decided[i];
            const auto interval = errorsLeft({ranking.suspicion, decided, made.wrong, audited});
            covered += left >= interval.least && left <= interval.most;
            width += double(interval.most - interval.least) / double(kAudits);
            bias += (interval.expected - double(left)) / double(kAudits);
        }
        qInfo("covered %zu of %zu, mean width %.0f, mean error of the estimate %.1f", covered, kAudits, width, bias);
        QVERIFY(covered >= kAudits * 9 / 10);
    }
};

QTEST_GUILESS_MAIN(TestFusion)
#include "tst_fusion.moc"
