// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/distribution_alignment.h"
#include "core/learn/fixmatch_recipe.h"
#include "core/learn/map_attention.h"
#include "core/project/sample_views.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTemporaryDir>
#include <QTest>

#include <numbers>
#include <numeric>

using namespace assay;
using namespace assay::learn;

namespace {

bool near(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) < tolerance; }

constexpr int kClasses = 3;

/// Few steps of a small network.
TrainingTask smallTask(const std::string& method, int epochs = 3) {
    TrainingTask task = test::makeTask(test::blobs(150, kClasses), method, epochs);
    task.config.settings["unlabelled-ratio"] = std::int64_t(1);
    return task;
}

const std::vector<float>& column(const EpochReport& report, const char* name) {
    return report.evidence->columns.at(name);
}

} // namespace

class TestSemiSupervised : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// −ln p of the strong view's class 0 is 1 in row 0 and 2 in row 1; row 2 was not sure. The mean is over all three.
    void fixMatchsLossIsTheMeanOverAllRows() {
        const auto logitsWithLoss = [](double loss) { // two classes, −ln softmax of the first = loss
            return torch::tensor({0.0F, float(std::log(std::exp(loss) - 1))});
        };
        const auto strong = torch::stack({logitsWithLoss(1), logitsWithLoss(2), logitsWithLoss(5)}).requires_grad_();
        const auto weak = torch::tensor({{4.0F, 0.0F}, {3.0F, 0.0F}, {0.1F, 0.0F}}).requires_grad_();
        const auto mask = torch::tensor({1.0F, 1.0F, 0.0F});
        const auto loss = consistencyLosses(weak, strong, mask, 0).mean();
        QVERIFY(near(loss.item<double>(), (1.0 + 2.0) / 3, 1e-5));
        loss.backward();
        QVERIFY(!weak.grad().defined() || weak.grad().abs().sum().item<double>() == 0);
        QVERIFY(strong.grad()[2].abs().sum().item<double>() == 0);
        QVERIFY(strong.grad()[0].abs().sum().item<double>() > 0);
    }

    /// UDA's target at T = 0.4 for logits (1, 0): softmax of (2.5, 0).
    void udasTargetsAreSharpened() {
        const auto weak = torch::tensor({{1.0F, 0.0F}}), strong = torch::tensor({{0.0F, 0.0F}});
        const auto uncertain = consistencyLosses(weak, torch::tensor({{2.0F, 0.0F}}), torch::ones({1}), 0.4);
        const double target = 1 / (1 + std::exp(-2.5)), answer = 1 / (1 + std::exp(-2.0));
        QVERIFY(near(uncertain.item<double>(), -target * std::log(answer) - (1 - target) * std::log(1 - answer), 1e-5));
        QVERIFY(near(consistencyLosses(weak, strong, torch::ones({1}), 0.4).item<double>(), std::log(2.0), 1e-5));
    }

    void signalAnnealingRisesFromGuessingToCertainty_data() {
        QTest::addColumn<int>("annealing");
        QTest::addColumn<double>("halfway");
        QTest::newRow("linear") << int(SignalAnnealing::Linear) << 0.5;
        QTest::newRow("log") << int(SignalAnnealing::Log) << 1 - std::exp(-2.5);
        QTest::newRow("exp") << int(SignalAnnealing::Exp) << std::exp(-2.5);
    }
    void signalAnnealingRisesFromGuessingToCertainty() {
        QFETCH(int, annealing);
        QFETCH(double, halfway);
        const auto at = [&](double progress) { return annealedThreshold(SignalAnnealing(annealing), progress, 10); };
        QVERIFY(near(at(0), 0.1, 0.01));
        QVERIFY(near(at(0.5), halfway * 0.9 + 0.1));
        QVERIFY(near(at(1), 1, 0.01));
        QCOMPARE(annealedThreshold(SignalAnnealing::None, 0.3, 10), 1.0);
    }

    /// The published mapping for counts of 100, 50 and 10.
    void flexMatchsThresholdsArePublishedOnes() {
        const auto late = flexThresholds({100, 50, 10}, 40, 0.95);
        QVERIFY(near(late[0], 0.95, 1e-9));
        QVERIFY(near(late[1], 0.3167, 1e-4));
        QVERIFY(near(late[2], 0.05, 1e-9));
        const auto early = flexThresholds({100, 50, 10}, 200, 0.95);
        QVERIFY(near(early[0], 0.3167, 1e-4));
        QVERIFY(near(early[1], 0.1357, 1e-4));
        QVERIFY(near(early[2], 0.0244, 1e-4));
        QCOMPARE(flexThresholds({0, 0}, 7, 0.95), (std::vector<double>{0, 0}));
        QCOMPARE(flexThresholds({0, 0}, 0, 0.95), (std::vector<double>{0, 0}));
    }

    /// Answers that are too frequent by a factor are held back by it: (0.5, 0.5) under a mean of (0.8, 0.2) is (0.2,
    /// 0.8).
    void alignmentMakesGuessesAsFrequentAsTheLabels() {
        const auto p = torch::tensor({{0.5F, 0.5F}, {0.8F, 0.2F}});
        const auto data = torch::tensor({0.5F, 0.5F}), model = torch::tensor({0.8F, 0.2F});
        const auto correct = align(p, data, model, Alignment::Correct);
        QVERIFY(torch::allclose(correct, torch::tensor({{0.2F, 0.8F}, {0.5F, 0.5F}}), 1e-4, 1e-4));
        const auto inverted = align(p, data, model, Alignment::Inverted);
        QVERIFY(torch::allclose(inverted[0], model, 1e-5, 1e-5));
        QVERIFY(inverted[1][0].item<double>() > 0.9); // the frequent class takes over
        QVERIFY(torch::equal(align(p, data, model, Alignment::None), p));
        // What the labels say is what comes out on average where the answers are as skewed as their mean.
        const auto skewed = align(model.unsqueeze(0), torch::tensor({0.3F, 0.7F}), model, Alignment::Correct);
        QVERIFY(torch::allclose(skewed[0], torch::tensor({0.3F, 0.7F}), 1e-4, 1e-4));
    }

    void theMeanAnswerIsThatOfTheLastBatches() {
        const auto first = torch::tensor({1.0F, 0.0F}), second = torch::tensor({0.0F, 1.0F});
        AnswerMean window;
        window.start(2, 2, 0);
        QVERIFY(torch::allclose(window.value(), torch::tensor({0.5F, 0.5F})));
        window.add(first);
        QVERIFY(torch::allclose(window.value(), first));
        window.add(second);
        window.add(second);
        QVERIFY(torch::allclose(window.value(), second));
        AnswerMean average;
        average.start(2, 0, 0.9);
        average.add(first);
        QVERIFY(torch::allclose(average.value(), torch::tensor({0.55F, 0.45F})));
        StateMap state;
        window.save(state, "window");
        AnswerMean other;
        other.start(2, 2, 0);
        other.load(state, "window");
        QVERIFY(torch::equal(other.value(), window.value()));
    }

    /// Shares of (3/4, 1/4) against (1/2, 1/2).
    void theDivergenceOfTwoMapsIsThatOfTheirShares() {
        const auto weak = torch::tensor({{{float(std::log(3.0)), 0.0F}}}), strong = torch::zeros({1, 1, 2});
        QVERIFY(near(attentionDivergence(weak, strong)[0].item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5)));
        QVERIFY(near(attentionDivergence(strong, strong + 7)[0].item<double>(), 0));
        torch::manual_seed(7);
        MapAttention attention(6);
        attention.eval();
        const auto map = torch::rand({2, 6, 3, 4});
        const auto out = attention.forward(map);
        QVERIFY(torch::allclose(out, map * attention.last().unsqueeze(1)));
        QCOMPARE(attention.last().sizes().vec(), (std::vector<std::int64_t>{2, 3, 4}));
    }

    void attentionIsKeptAsPicturesWithMaps_data() {
        QTest::addColumn<QString>("strong");
        for (const char* strong : {"fixmatch", "ctaugment"}) QTest::newRow(strong) << strong;
    }
    void attentionIsKeptAsPicturesWithMaps() {
        QFETCH(QString, strong);
        QTemporaryDir folder;
        TrainingTask task = smallTask("fixmatch-attention", 2);
        task.config.settings["strong-view"] = strong.toStdString();
        task.config.settings["photometric-only"] = strong == QLatin1String("fixmatch");
        task.config.settings["kept-views"] = std::int64_t(20);
        task.checkpointFolder = folder.filePath(QStringLiteral("run")).toStdString();
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        QVERIFY(outcome.keeper.last("attention-divergence") >= 0);
        const auto& each = outcome.keeper.reports.back()->evidence->columns.at("attention-divergence");
        QVERIFY(std::count_if(each.begin(), each.end(), [](float v) { return v >= 0; }) > 0);
        const auto views = readSampleViews(task.checkpointFolder);
        QVERIFY2(views, views ? "" : views.error().sentence().c_str());
        QCOMPARE(views->epoch, 2);
        QCOMPARE(views->names, (std::vector<std::string>{"weak", "strong"}));
        QCOMPARE(views->samples.size(), std::size_t(20));
        QVERIFY(views->mapWidth > 1 && views->mapHeight > 1);
        std::size_t moved = 0; // pictures of which the strong view is another one
        for (std::size_t row = 0; row < 20; ++row) {
            const auto weak = views->picture(row, 0), other = views->picture(row, 1);
            moved += !std::equal(weak.begin(), weak.end(), other.begin());
        }
        QVERIFY(moved > 5);
        for (std::size_t row = 0; row < 20; ++row)
            for (std::size_t view = 0; view < 2; ++view) {
                double sum = 0;
                for (const float share : views->map(row, view)) sum += share;
                QVERIFY(near(sum, 1, 1e-4));
                QCOMPARE(views->picture(row, view).size(), std::size_t(64));
            }
    }

    void theRateFallsAlongSevenSixteenthsOfACosine() {
        Schedule schedule;
        schedule.kind = ScheduleKind::Cosine716;
        schedule.rate = 0.03;
        QVERIFY(near(schedule.at(0), 0.03));
        QVERIFY(near(schedule.at(1) / 0.03, 0.195090));
        QVERIFY(near(schedule.at(0.5) / 0.03, std::cos(7 * std::numbers::pi / 32)));
        QCOMPARE(int(*parseScheduleKind("cosine-7-16")), int(ScheduleKind::Cosine716));
    }

    /// Warm restarts as Loshchilov & Hutter have them (ICLR 2017, eq. 5), and ELR's on CIFAR-10: every 10 epochs, never
    /// below 0.001; x 0.97 an epoch as TCL has it on WebVision.
    void theRateStartsAgainAndFallsByEpochs() {
        Schedule schedule;
        schedule.rate = 0.02;
        schedule.smallestRate = 0.001;
        schedule.epochs = 40;
        schedule.kind = *parseScheduleKind("cosine-restarts");
        for (const double start : {0.0, 10.0, 20.0, 30.0}) {
            QVERIFY(near(schedule.at(start / 40), 0.02));
            QVERIFY(near(schedule.at((start + 5) / 40), 0.001 + 0.019 / 2));
            QVERIFY(near(schedule.at((start + 2.5) / 40), 0.001 + 0.019 * (1 + std::sqrt(0.5)) / 2));
        }
        schedule.kind = ScheduleKind::Cosine;
        QVERIFY(near(schedule.at(0.5), 0.001 + 0.019 / 2));
        QVERIFY(near(schedule.at(1), 0.001));
        schedule.kind = *parseScheduleKind("exponential");
        QVERIFY(near(schedule.at(2.5 / 40), 0.02 * 0.97 * 0.97));
        QVERIFY(near(schedule.at(3.0 / 40), 0.02 * 0.97 * 0.97 * 0.97));
        schedule.smallestRate = 0.0195;
        QVERIFY(near(schedule.at(0.9), 0.0195));
    }

    void aYoungAverageHasAShortMemory() {
        QVERIFY(near(emaDecayAt(0.999, 0), 0.1));
        QVERIFY(near(emaDecayAt(0.999, 90), 0.91));
        QCOMPARE(emaDecayAt(0.999, 1000000), 0.999);
    }

    void decayPullsWhatItSays_data() {
        QTest::addColumn<int>("decay");
        QTest::addColumn<double>("kernel");
        QTest::addColumn<double>("bias");
        // Weights of 2, gradients of 1, rate 0.1, decay 0.5.
        QTest::newRow("all") << int(OptimizerOptions::Decay::All) << 2 - 0.1 * (1 + 1) << 2 - 0.1 * (1 + 1);
        QTest::newRow("kernels") << int(OptimizerOptions::Decay::Kernels) << 2 - 0.1 * (1 + 1) << 2 - 0.1;
        QTest::newRow("decoupled") << int(OptimizerOptions::Decay::Decoupled) << (2 - 0.1) * (1 - 0.05) << 2 - 0.1;
    }
    void decayPullsWhatItSays() {
        QFETCH(int, decay);
        QFETCH(double, kernel);
        QFETCH(double, bias);
        torch::nn::Linear layer(1, 1);
        const torch::NoGradGuard noGrad;
        for (auto& parameter : layer->parameters()) {
            parameter.fill_(2);
            parameter.mutable_grad() = torch::ones_like(parameter);
        }
        OptimizerOptions options;
        options.momentum = 0;
        options.weightDecay = 0.5;
        options.decay = OptimizerOptions::Decay(decay);
        Optimizer(*layer, options).step(0.1);
        QVERIFY(near(layer->weight.item<double>(), kernel));
        QVERIFY(near(layer->bias.item<double>(), bias));
    }

    /// Every row once before any comes again, and the rounds differ in order.
    void roundsVisitEveryRowEquallyOften() {
        const std::vector<std::uint32_t> rows = {3, 5, 8, 9, 12};
        const Rounds rounds = shuffledRounds(rows, 13, 1, 2, 1);
        QCOMPARE(rounds.order.size(), std::size_t(13));
        for (std::size_t round = 0; round < 2; ++round) {
            std::vector<std::uint32_t> part(rounds.order.begin() + std::ptrdiff_t(5 * round),
                                            rounds.order.begin() + std::ptrdiff_t(5 * round + 5));
            std::sort(part.begin(), part.end());
            QCOMPARE(part, rows);
            for (std::size_t i = 5 * round; i < 5 * round + 5; ++i) QCOMPARE(rounds.passes[i], std::uint32_t(round));
        }
        QVERIFY(!std::equal(rounds.order.begin(), rounds.order.begin() + 5, rounds.order.begin() + 5));
        QCOMPARE(shuffledRounds(rows, 13, 1, 2, 1).order, rounds.order);
        QVERIFY(shuffledRounds({}, 4, 1, 1, 1).order.empty());
    }

    /// The same seed labels the same samples, whatever the method, the loaders and the length of the run.
    void theDrawOfLabelledSamplesIsTheSeeds() {
        TrainingTask task = smallTask("fixmatch");
        const auto one = test::train(task);
        QVERIFY2(one.result, one.result ? "" : one.result.error().sentence().c_str());
        const auto& labelled = column(*one.keeper.reports.back(), "labelled");
        std::vector<int> perClass(kClasses, 0);
        for (std::size_t i = 0; i < labelled.size(); ++i)
            if (labelled[i] > 0) {
                ++perClass[std::size_t(task.labels.labels[i])];
                QCOMPARE(int(task.dataset->splits[i]), int(Split::Train));
            }
        QCOMPARE(perClass, std::vector<int>(kClasses, 8));
        TrainingTask other = smallTask("supervised", 2);
        other.config.loaders = 2;
        const auto again = test::train(other);
        QVERIFY(again.result);
        QCOMPARE(column(*again.keeper.reports.back(), "labelled"), labelled);
        other.config.seed = 2;
        QVERIFY(column(*test::train(other).keeper.reports.back(), "labelled") != labelled);
    }

    void whereEveryLabelCountsARunSaysHowToChoose() {
        TrainingTask task = smallTask("fixmatch");
        task.config.settings["labelled"] = std::string("all");
        const auto outcome = test::train(task);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().code, ErrorCode::InvalidArgument);
        for (const char* way : {"per-class", "clean", "only some count"})
            QVERIFY2(outcome.result.error().sentence().find(way) != std::string::npos, way);
        task.labels.trusted.assign(task.labels.labels.size(), 0);
        QVERIFY(!test::train(task).result);
    }

    /// More of a class than it has is told; so many that nothing is left unlabelled is refused, but where a method
    /// learns labels alone.
    void whereTooManyOfAClassAreAskedForARunSaysSo() {
        TrainingTask task = smallTask("fixmatch", 2);
        task.config.settings["labelled-per-class"] = std::int64_t(10);
        task.labels.trusted.assign(task.labels.labels.size(), 1);
        std::size_t counting = 0; // of class 1: four
        for (std::size_t i = 0; i < task.labels.labels.size(); ++i)
            if (task.labels.labels[i] == 1 && task.dataset->splits[i] == Split::Train)
                task.labels.trusted[i] = ++counting <= 4;
        const auto scarce = test::train(task);
        QVERIFY2(scarce.result, scarce.result ? "" : scarce.result.error().sentence().c_str());
        QCOMPARE(std::count(scarce.keeper.notes.begin(), scarce.keeper.notes.end(),
                            std::string("Class class 1 has only 4 labels, 10 were asked for")),
                 std::ptrdiff_t(1));
        task.labels.trusted.clear();
        task.config.settings["labelled-per-class"] = std::int64_t(40); // as many as there are
        const auto refused = test::train(task);
        QVERIFY(!refused.result);
        QVERIFY2(refused.result.error().sentence().find("labelled-per-class 40") != std::string::npos,
                 refused.result.error().sentence().c_str());
        task.config.method = "supervised";
        const auto all = test::train(task);
        QVERIFY2(all.result, all.result ? "" : all.result.error().sentence().c_str());
    }

    /// Labels that do not count are scored, samples without a label take part, and neither is learnt from.
    void whatDoesNotCountIsScoredButNeverLearntFrom_data() {
        QTest::addColumn<QString>("method");
        for (const char* method :
             {"fixmatch", "flexmatch", "uda", "supervised", "fixmatch-attention", "remixmatch", "remixmatch-s0"})
            QTest::newRow(method) << method;
    }
    void whatDoesNotCountIsScoredButNeverLearntFrom() {
        QFETCH(QString, method);
        TrainingTask task = smallTask(method.toStdString(), 2);
        task.config.settings["labelled"] = std::string("all");
        LabelSet& set = task.labels;
        set.trusted.assign(set.labels.size(), 1);
        for (std::size_t i = 0; i < set.labels.size(); ++i) {
            if (i % 3 == 1) set.trusted[i] = 0;
            if (i % 7 == 2) set.labels[i] = kNoLabel;
        }
        const auto one = test::train(task);
        QVERIFY2(one.result, one.result ? "" : one.result.error().sentence().c_str());
        TrainingTask lies = task;
        for (std::size_t i = 0; i < set.labels.size(); ++i)
            if (i % 3 == 1 && set.labels[i] != kNoLabel && task.dataset->splits[i] == Split::Train)
                lies.labels.labels[i] = (set.labels[i] + 1) % kClasses;
        const auto other = test::train(lies);
        QVERIFY(other.result);
        const Evidence &a = *one.keeper.reports.back()->evidence, &b = *other.keeper.reports.back()->evidence;
        QCOMPARE(a.prediction, b.prediction);
        QCOMPARE(a.confidence, b.confidence);
        QVERIFY(a.loss != b.loss);
        for (std::size_t row = 0; row < a.size(); ++row) {
            const std::size_t i = a.samples[row].value;
            const bool training = task.dataset->splits[i] == Split::Train;
            if (!training) QVERIFY(set.labels[i] != kNoLabel);
            QCOMPARE(a.columns.at("labelled")[row] > 0, training && set.counts(i));
            if (set.labels[i] != kNoLabel) continue;
            QCOMPARE(a.loss[row], 0.0F);
            QCOMPARE(a.columns.at("p-noisy")[row], 0.0F);
        }
        const auto unlabelled = std::count_if(a.samples.begin(), a.samples.end(),
                                              [&](SampleIndex sample) { return set.labels[sample.value] == kNoLabel; });
        QVERIFY(unlabelled > 10);
    }

    /// A method that knows labelled samples only leaves them out of learning, too.
    void anOrdinaryMethodLearnsWhatCountsAndScoresTheRest() {
        TrainingTask task = test::makeTask(test::blobs(150, kClasses), "cross-entropy", 2);
        task.labels.trusted.assign(task.labels.labels.size(), 0);
        for (std::size_t i = 0; i < 60; ++i) task.labels.trusted[i] = 1;
        const auto one = test::train(task);
        QVERIFY(one.result);
        for (std::size_t i = 60; i < 150; ++i)
            if (task.dataset->splits[i] == Split::Train) task.labels.labels[i] = (task.labels.labels[i] + 1) % kClasses;
        const auto other = test::train(task);
        QCOMPARE(one.keeper.reports.back()->evidence->size(), std::size_t(150));
        QCOMPARE(one.keeper.reports.back()->evidence->prediction, other.keeper.reports.back()->evidence->prediction);
        QVERIFY(one.keeper.reports.back()->evidence->loss != other.keeper.reports.back()->evidence->loss);
    }

    void theRecordCountsWhatItsColumnsSay_data() {
        QTest::addColumn<QString>("alignment");
        for (const char* alignment : {"none", "labels"}) QTest::newRow(alignment) << alignment;
    }
    void theRecordCountsWhatItsColumnsSay() {
        QFETCH(QString, alignment);
        TrainingTask task = smallTask("fixmatch", 4);
        task.config.settings["alignment"] = alignment.toStdString();
        task.labels = test::noisy(*task.dataset, 0); // the truth is known
        task.config.settings["threshold"] = 0.4;
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        std::vector<float> before;
        for (const auto& report : outcome.keeper.reports) {
            const auto &pseudo = column(*report, "pseudo-label"), &labelled = column(*report, "labelled");
            const auto& confidence = column(*report, "pseudo-confidence");
            double accepted = 0, unlabelled = 0, changed = 0, ofEither = 0, right = 0;
            std::vector<double> perClass(kClasses, 0);
            for (std::size_t i = 0; i < pseudo.size(); ++i) {
                if (task.dataset->splits[i] != Split::Train || labelled[i] > 0) {
                    QCOMPARE(pseudo[i], -1.0F);
                    continue;
                }
                ++unlabelled;
                QCOMPARE(pseudo[i] >= 0, double(confidence[i]) >= 0.4);
                const float last = before.empty() ? -1.0F : before[i];
                changed += last != pseudo[i];
                ofEither += last >= 0 || pseudo[i] >= 0;
                if (pseudo[i] < 0) continue;
                ++accepted;
                ++perClass[std::size_t(pseudo[i])];
                right += Label(pseudo[i]) == task.labels.trueLabels[i];
            }
            const auto& scalars = report->scalars;
            QCOMPARE(scalars.at("accepted"), accepted);
            QVERIFY(near(scalars.at("acceptance"), accepted / unlabelled));
            QVERIFY(near(scalars.at("pseudo-changed"), ofEither > 0 ? changed / ofEither : 0));
            QCOMPARE(report->perClass.at("accepted"), perClass);
            QVERIFY(scalars.at("pseudo-entropy") >= 0 && scalars.at("pseudo-entropy") <= std::log(double(kClasses)));
            QVERIFY(scalars.at("mask-rate") >= 0 && scalars.at("mask-rate") <= 1);
            if (accepted > 0) QVERIFY(near(scalars.at("accepted-correctness"), right / accepted));
            before = pseudo;
        }
        QVERIFY(outcome.keeper.last("accepted") > 0);
    }

    void withdrawnPseudoLabelsHaveChanged() {
        const TrainingTask task = smallTask("fixmatch");
        test::Keeper keeper;
        Run run{task, keeper, {}, {}, torch::kCPU, {}, {}};
        run.data.classes = kClasses;
        for (std::uint32_t row = 0; row < 4; ++row) {
            run.data.samples.emplace_back(row);
            run.data.trainRows.push_back(row);
        }
        PseudoRecord record;
        record.start(run);
        const auto changed = [&](std::vector<Label> labels) {
            EpochOutcome outcome;
            outcome.evidence.prediction.assign(4, 0);
            record.record(run, outcome, std::vector<std::uint8_t>(4, 0), {std::move(labels), 0.9, {}, {}});
            return outcome.report.scalars.at("pseudo-changed");
        };
        QCOMPARE(changed({0, 1, -1, -1}), 1.0);
        QCOMPARE(changed({0, 1, -1, -1}), 0.0);
        QCOMPARE(changed({0, -1, -1, -1}), 0.5);
        QCOMPARE(changed({0, 1, 2, -1}), 2.0 / 3);
        QCOMPARE(changed({0, 2, 2, -1}), 1.0 / 3);
        QCOMPARE(changed({-1, -1, -1, -1}), 1.0);
        QCOMPARE(changed({-1, -1, -1, -1}), 0.0);
    }

    void flexMatchRecordsAThresholdForEachClass() {
        TrainingTask task = smallTask("flexmatch", 4);
        task.config.settings["threshold"] = 0.5;
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        double sure = 0;
        for (const auto& report : outcome.keeper.reports) {
            const auto &thresholds = report->perClass.at("threshold"), &sigma = report->perClass.at("sigma"),
                       &beta = report->perClass.at("beta");
            QCOMPARE(thresholds.size(), std::size_t(kClasses));
            const double before = sure;
            sure = std::accumulate(sigma.begin(), sigma.end(), 0.0);
            QVERIFY(sure >= before && sure <= 120); // training samples
            const double largest = std::max(*std::max_element(sigma.begin(), sigma.end()), 120 - sure);
            for (std::size_t k = 0; k < std::size_t(kClasses); ++k) {
                QVERIFY(near(beta[k], sigma[k] / largest));
                QVERIFY(near(thresholds[k], 0.5 * beta[k] / (2 - beta[k])));
            }
        }
        QVERIFY(sure > 0);
    }

    /// Without the warm-up the classes are compared with the largest of them from the first sure answer on.
    void flexMatchWithoutWarmUpHoldsTheSurestClassToTheFullThreshold() {
        TrainingTask task = smallTask("flexmatch", 2);
        task.config.settings["threshold"] = 0.5;
        task.config.settings["threshold-warm-up"] = false;
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        for (const auto& report : outcome.keeper.reports) {
            const auto& thresholds = report->perClass.at("threshold");
            QCOMPARE(*std::max_element(thresholds.begin(), thresholds.end()), 0.5);
        }
    }

    /// The answer's batch norms have moved with the average: an EMA without buffers answers like chance.
    void theAverageAnswersAsWellAsTheNetwork() {
        TrainingTask task = smallTask("supervised", 12);
        task.config.settings["labelled-per-class"] = std::int64_t(20);
        const auto averaged = test::train(task);
        task.config.settings["ema-decay"] = 0.0;
        const auto itself = test::train(task);
        QVERIFY(averaged.result && itself.result);
        QVERIFY2(averaged.keeper.last("test-accuracy") > 0.8, "");
        QVERIFY(averaged.keeper.reports.back()->evidence->confidence !=
                itself.keeper.reports.back()->evidence->confidence);
    }

    void cleanLabelsAreKeptAfterTheWarmUp() {
        TrainingTask task = test::makeTask(test::blobs(300, kClasses), "fixmatch", 8, 0.3);
        task.config.settings["labelled"] = std::string("clean");
        task.config.settings["clean-warm-up"] = 0.5;
        task.config.settings["unlabelled-ratio"] = std::int64_t(1);
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        const auto shareWrong = [&](const EpochReport& report) {
            double wrong = 0, count = 0;
            for (std::size_t i = 0; i < task.labels.labels.size(); ++i) {
                if (column(report, "labelled")[i] == 0) continue;
                ++count;
                wrong += task.labels.labels[i] != task.labels.trueLabels[i];
            }
            return wrong / count;
        };
        QVERIFY(shareWrong(*outcome.keeper.reports[0]) > 0.25);
        QCOMPARE(outcome.keeper.reports[0]->scalars.at("accepted"), 0.0);
        QVERIFY(shareWrong(*outcome.keeper.reports.back()) < 0.1);
    }
};

QTEST_GUILESS_MAIN(TestSemiSupervised)
#include "tst_semi_supervised.moc"
