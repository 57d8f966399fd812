// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/co_divide.h"
#include "core/learn/ema.h"
#include "core/learn/losses.h"
#include "core/learn/meta_learning.h"
#include "core/learn/meta_pseudo_labels.h"
#include "core/learn/mixmatch.h"
#include "core/learn/networks.h"
#include "core/learn/ramps.h"
#include "core/learn/replaced_tensors.h"
#include "core/learn/virtual_adversary.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

#include <numeric>

using namespace assay;
using namespace assay::learn;

namespace {

constexpr int kClasses = 4;

/// A network that has learnt a little about 32 pictures, and what it answers for them.
struct Bench {
    ClassifierPtr network = *makeNetwork("cnn-small:4", {8, 8, 1}, kClasses, 3);
    torch::Tensor images, labels, target;

    Bench() {
        torch::manual_seed(5);
        labels = torch::arange(32).remainder(kClasses);
        images = 0.5 * torch::randn({32, 1, 8, 8});
        for (int i = 0; i < 32; ++i) images[i][0][2 * (i % kClasses)].add_(1.5);
        network->train();
        Optimizer optimizer(*network, {});
        for (int step = 0; step < 30; ++step)
            optimizer.minimise(crossEntropy(network->forward(images), labels).mean(), 0.1);
        const torch::NoGradGuard noGrad;
        target = torch::softmax(network->forward(images), 1);
    }
    [[nodiscard]] AnswerFn answer() const {
        return [this](const torch::Tensor& x) { return network->forward(x); };
    }
    [[nodiscard]] torch::Tensor directions(std::uint32_t epoch) const {
        std::vector<std::uint32_t> samples(32);
        std::iota(samples.begin(), samples.end(), 0U);
        return drawDirections(7, epoch, samples, {1, 8, 8});
    }
    [[nodiscard]] double divergenceAt(const torch::Tensor& r) const {
        const torch::NoGradGuard noGrad;
        return divergenceFrom(target, network->forward(images + r)).mean().item<double>();
    }
};

bool sameBuffers(const torch::nn::Module& network, const std::vector<torch::Tensor>& others) {
    const auto own = network.buffers();
    for (std::size_t i = 0; i < own.size(); ++i)
        if (!torch::equal(own[i], others[i])) return false;
    return true;
}

/// Linear softmax regression: logits x Wᵀ.
torch::Tensor regressed(const torch::Tensor& weights, const torch::Tensor& x) { return x.matmul(weights.t()); }

} // namespace

/// What methods that learn from unlabelled samples are made of.
class TestUnlabelledParts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theAdversaryIsWorseThanARandomDirectionOfItsLength_data() {
        QTest::addColumn<double>("xi");
        QTest::addColumn<double>("epsilon");
        QTest::addColumn<int>("iterations");
        QTest::newRow("published xi") << 1e-6 << 0.5 << 1;
        QTest::newRow("one step") << 1e-2 << 0.5 << 1;
        QTest::newRow("large") << 1e-2 << 2.0 << 2;
        QTest::newRow("the student's") << 10.0 << 10.0 << 5;
    }
    void theAdversaryIsWorseThanARandomDirectionOfItsLength() {
        QFETCH(double, xi);
        QFETCH(double, epsilon);
        QFETCH(int, iterations);
        const Bench bench;
        const AdversaryOptions options{xi, epsilon, iterations};
        const auto found = findAdversary(bench.answer(), bench.images, bench.target, bench.directions(1), options);
        const auto norms = found.perturbation.flatten(1).norm(2, 1);
        QVERIFY(torch::allclose(norms, torch::full({32}, epsilon), 1e-4));
        QVERIFY(!found.perturbation.requires_grad());
        QVERIFY(found.divergences.empty());
        const double reached = bench.divergenceAt(found.perturbation);
        for (std::uint32_t draw = 2; draw < 12; ++draw) {
            const double random = bench.divergenceAt(epsilon * unitLength(bench.directions(draw)));
            QVERIFY2(reached > random, (std::to_string(reached) + " against " + std::to_string(random)).c_str());
        }
    }

    /// The first power step finds most of it; more come nearer to the direction of the largest curvature.
    void everyPowerStepRaisesTheDivergence() {
        const Bench bench;
        const auto found =
            findAdversary(bench.answer(), bench.images, bench.target, bench.directions(1), {1e-2, 0.3, 4}, true);
        QCOMPARE(found.divergences.size(), std::size_t(5));
        std::vector<double> means;
        for (const auto& one : found.divergences) {
            QCOMPARE(one.numel(), std::int64_t(32));
            QVERIFY(!one.requires_grad());
            means.push_back(one.mean().item<double>());
        }
        QVERIFY2(means[1] > 3 * means[0], std::to_string(means[1] / means[0]).c_str());
        QVERIFY(means[2] > means[1] && means[4] > means[2]);
        // The last one is the divergence at what is returned.
        QVERIFY(std::abs(bench.divergenceAt(found.perturbation) - means[4]) < 1e-6);
    }

    /// Of a linear model the KL divergence near zero is r' W' (diag p − p p') W r / 2: its steepest direction is the
    /// first eigenvector, and power steps find it.
    void powerStepsFindTheFirstEigenvectorOfALinearModel() {
        torch::manual_seed(3);
        const auto weights = torch::randn({kClasses, 6}, torch::kFloat64);
        const auto x = torch::randn({5, 6}, torch::kFloat64);
        const auto p = torch::softmax(regressed(weights, x), 1);
        const auto found = findAdversary([&](const torch::Tensor& at) { return regressed(weights, at); }, x, p,
                                         torch::randn({5, 6}, torch::kFloat64), {1e-4, 1, 200});
        for (int i = 0; i < 5; ++i) {
            const auto fisher = torch::diag(p[i]) - torch::outer(p[i], p[i]);
            const auto curvature = weights.t().matmul(fisher).matmul(weights);
            const auto [values, vectors] = torch::linalg_eigh(curvature);
            const double overlap = found.perturbation[i].dot(vectors.select(1, 5)).abs().item<double>();
            QVERIFY2(overlap > 0.999, std::to_string(overlap).c_str());
        }
    }

    /// Where the answer does not change at all the direction stays the random one, of the right length and finite.
    void withoutASlopeTheDirectionStays() {
        const auto images = torch::zeros({3, 1, 4, 4});
        torch::manual_seed(7);
        const auto directions = torch::randn({3, 1, 4, 4});
        const auto flat = [](const torch::Tensor& x) { return 0 * x.flatten(1).slice(1, 0, kClasses); };
        const auto found = findAdversary(flat, images, torch::full({3, kClasses}, 0.25), directions, {1e-6, 8, 3});
        QVERIFY(torch::allclose(found.perturbation, 8 * unitLength(directions)));
        QVERIFY(torch::equal(unitLength(images), images));
        const auto small = unitLength(1e-30 * directions);
        QVERIFY(torch::allclose(small.flatten(1).norm(2, 1), torch::ones({3}), 1e-5));
    }

    void directionsAreThoseOfTheSample() {
        const std::vector<std::uint32_t> some = {4, 9}, one = {9};
        const auto two = drawDirections(1, 3, some, {2, 5, 5}), alone = drawDirections(1, 3, one, {2, 5, 5});
        QVERIFY(torch::equal(two[1], alone[0]));
        QVERIFY(!torch::equal(drawDirections(1, 4, one, {2, 5, 5}), alone));
        const auto many = drawDirections(1, 1, one, {3, 100, 100});
        QVERIFY(std::abs(many.mean().item<double>()) < 0.03 && std::abs(many.std().item<double>() - 1) < 0.02);
    }

    void passesMayLeaveTheNormsAlone() {
        const Bench bench;
        std::vector<torch::Tensor> before;
        for (const auto& buffer : bench.network->buffers()) before.push_back(buffer.clone());
        torch::Tensor inside;
        {
            const UntouchedNorms untouched(*bench.network);
            inside = bench.network->forward(3 * bench.images + 1);
        }
        QVERIFY(sameBuffers(*bench.network, before));
        inside.sum().backward(); // what was recorded meanwhile stays valid
        const auto outside = bench.network->forward(3 * bench.images + 1);
        QVERIFY(torch::equal(inside, outside));
        QVERIFY(!sameBuffers(*bench.network, before));
    }

    void passesMayDropNothing() {
        const auto network = *makeNetwork("cnn-9", {16, 16, 1}, kClasses, 3);
        network->train();
        torch::manual_seed(7);
        const auto images = torch::randn({4, 1, 16, 16});
        QVERIFY(!torch::equal(network->forward(images), network->forward(images)));
        {
            const NothingDropped whole(*network);
            QVERIFY(torch::equal(network->forward(images), network->forward(images)));
        }
        QVERIFY(!torch::equal(network->forward(images), network->forward(images)));
    }

    /// Each row has its own weight, none below one half, and two batches have nothing in common.
    void mixMatchDrawsAWeightForEveryRow() {
        const auto dataset = test::blobs(30, 3, 8);
        const TrainingTask task = test::makeTask(dataset, "cross-entropy", 6);
        test::Keeper keeper;
        Run run{task, keeper, {}, {}, torch::kCPU, {}, {}};
        run.epoch = 2;
        const RowMixup mix = drawRowMixup(run, 400, 3, 0.75, MixedBy::Row),
                       again = drawRowMixup(run, 400, 3, 0.75, MixedBy::Row);
        QVERIFY(torch::equal(mix.weight, again.weight) && torch::equal(mix.partner, again.partner));
        QVERIFY(mix.weight.min().item<double>() >= 0.5 && mix.weight.max().item<double>() <= 1);
        // E max(λ, 1 − λ) of Beta(0.75, 0.75), by numerical integration: 0.7756.
        QVERIFY2(std::abs(mix.weight.mean().item<double>() - 0.7756) < 0.03,
                 std::to_string(mix.weight.mean().item<double>()).c_str());
        QVERIFY(torch::equal(std::get<0>(mix.partner.sort()), torch::arange(400)));
        QVERIFY(!torch::equal(mix.weight, drawRowMixup(run, 400, 4, 0.75, MixedBy::Row).weight));
        const RowMixup whole = drawRowMixup(run, 400, 3, 0.75, MixedBy::Batch);
        QCOMPARE(whole.weight.min().item<double>(), whole.weight.max().item<double>());
        QVERIFY(torch::equal(whole.partner, mix.partner));

        const RowMixup two{torch::tensor({0.75F, 0.5F}), torch::tensor({1, 0}, torch::kInt64)};
        QVERIFY(torch::allclose(two.mixed(torch::tensor({{1.F, 0.F}, {0.F, 1.F}})),
                                torch::tensor({{.75F, .25F}, {.5F, .5F}})));
        const auto images = torch::stack({torch::zeros({1, 2, 2}), torch::ones({1, 2, 2})});
        QVERIFY(torch::allclose(two.mixed(images)[0], torch::full({1, 2, 2}, 0.25F)));
    }

    /// Guessed from two views, sharpened at T = 0.5: squares of the mean over their sum. Nothing flows into a guess.
    void mixMatchGuessesAndLearns() {
        const auto first = torch::tensor({{.5, .3, .2}}, torch::kFloat64),
                   second = torch::tensor({{.7, .1, .2}}, torch::kFloat64);
        const auto guess = guessLabels({first, second}, 0.5); // (.6, .2, .2): .36 : .04 : .04
        QVERIFY(torch::allclose(guess, torch::tensor({{.36 / .44, .04 / .44, .04 / .44}}, torch::kFloat64)));

        const auto logits = torch::log(torch::tensor({{.5, .3, .2}, {.7, .1, .2}, {.2, .2, .6}}, torch::kFloat64));
        const auto targets = torch::tensor({{.9, .1, 0.}, {1., 0., 0.}, {0., .5, .5}}, torch::kFloat64);
        const MixMatchLoss loss = mixMatchLoss(logits, targets, 1);
        QVERIFY(std::abs(loss.labelled[0].item<double>() + .9 * std::log(.5) + .1 * std::log(.3)) < 1e-12);
        // ((.3² + .1² + .2²) + (.2² + .3² + .1²)) / 6
        QVERIFY(std::abs(loss.unlabelled.item<double>() - (.14 + .14) / 6) < 1e-12);
        QCOMPARE(mixMatchLoss(logits, targets, 3).unlabelled.item<double>(), 0.0);
    }

    /// A student's step of rate η on pseudo-labels changes its labelled loss by η ⟨∇L_labelled, ∇L_pseudo⟩, which is
    /// what before − after is, divided by η, for small η.
    void theSignalIsTheDotProductOfTheGradients() {
        torch::manual_seed(11);
        const auto x = torch::randn({6, 5}, torch::kFloat64), u = torch::randn({9, 5}, torch::kFloat64);
        const auto labels = torch::randint(3, {6}), pseudo = torch::randint(3, {9});
        const auto weights = torch::randn({3, 5}, torch::kFloat64).requires_grad_(true);
        const auto labelled = [&](const torch::Tensor& w) { return crossEntropy(regressed(w, x), labels).mean(); };
        const auto ofLabelled = torch::autograd::grad({labelled(weights)}, {weights})[0];
        const auto ofPseudo = torch::autograd::grad({crossEntropy(regressed(weights, u), pseudo).mean()}, {weights})[0];
        const double product = (ofLabelled * ofPseudo).sum().item<double>();
        const double before = labelled(weights).item<double>();
        for (const double rate : {1e-2, 1e-3, 1e-4}) {
            const double after = labelled(weights.detach() - rate * ofPseudo).item<double>();
            const double signal = metaSignal(before, after, MetaSign::Theory);
            QVERIFY2(std::abs(signal / rate - product) < 20 * rate, std::to_string(signal / rate).c_str());
            QCOMPARE(metaSignal(before, after, MetaSign::Released), -signal);
        }
    }

    /// The teacher of one unlabelled sample draws its pseudo-label; the student's expected labelled loss after the step
    /// is a function of the teacher's weights. By finite differences, descending it is what (before − after) CE asks
    /// for when it is averaged over the draws; the released sign asks for the opposite.
    void descendingTheSignalDescendsTheStudentsLoss() {
        torch::manual_seed(12);
        constexpr double kRate = 0.5;
        const auto x = torch::randn({6, 5}, torch::kFloat64), u = torch::randn({1, 5}, torch::kFloat64);
        const auto labels = torch::randint(3, {6});
        const auto student = torch::randn({3, 5}, torch::kFloat64).requires_grad_(true);
        const auto teacher = torch::randn({3, 5}, torch::kFloat64).requires_grad_(true);
        const double before = crossEntropy(regressed(student, x), labels).mean().item<double>();
        std::vector<double> after;
        for (std::int64_t draw = 0; draw < 3; ++draw) {
            const auto step = torch::autograd::grad({crossEntropy(regressed(student, u), torch::tensor({draw})).mean()},
                                                    {student})[0];
            after.push_back(crossEntropy(regressed(student.detach() - kRate * step, x), labels).mean().item<double>());
        }
        const auto expected = [&](const torch::Tensor& weights) {
            const auto p = torch::softmax(regressed(weights, u), 1)[0];
            double sum = 0;
            for (int draw = 0; draw < 3; ++draw) sum += p[draw].item<double>() * after[std::size_t(draw)];
            return sum;
        };
        const auto slope = [&](MetaSign sign) {
            const auto logits = regressed(teacher, u);
            const auto p = torch::softmax(logits, 1).detach()[0];
            auto loss = torch::zeros({}, torch::kFloat64);
            for (std::int64_t draw = 0; draw < 3; ++draw)
                loss = loss + p[draw] * metaSignal(before, after[std::size_t(draw)], sign) *
                                  crossEntropy(logits, torch::tensor({draw})).mean();
            return torch::autograd::grad({loss}, {teacher})[0];
        };
        const auto found = slope(MetaSign::Theory);
        constexpr double kStep = 1e-5;
        for (int i = 0; i < 15; ++i) {
            auto shift = torch::zeros({15}, torch::kFloat64);
            shift[i] = kStep;
            const auto by = shift.view({3, 5});
            const double difference = (expected(teacher.detach() + by) - expected(teacher.detach() - by)) / (2 * kStep);
            QVERIFY(std::abs(found.view({-1})[i].item<double>() - difference) < 1e-8);
        }
        QVERIFY(torch::allclose(slope(MetaSign::Released), -found));
        QVERIFY(found.abs().max().item<double>() > 1e-4);
    }

    /// The average counts the present signal, as the authors' code has it.
    void theBaselineIsAMovingAverage() {
        SignalBaseline baseline(0.99);
        QVERIFY(std::abs(baseline.subtract(1) - 0.99) < 1e-12);
        QVERIFY(std::abs(baseline.mean() - 0.01) < 1e-12);
        QVERIFY(std::abs(baseline.subtract(2) - (2 - 0.01 - 0.01 * 1.99)) < 1e-12);
        SignalBaseline none(1);
        QCOMPARE(none.subtract(3), 3.0);
        QCOMPARE(none.subtract(-1), -1.0);
    }

    void rampsHaveTheirPublishedValues() {
        const double values[] = {.006738, .060055, .286505, .731616, 1};
        for (int i = 0; i < 5; ++i) QVERIFY(std::abs(sigmoidRamp(i, 4) - values[i]) < 1e-6);
        QCOMPARE(linearRamp(0, 400), 0.0);
        QCOMPARE(linearRamp(100, 400), 0.25);
        QCOMPARE(linearRamp(500, 400), 1.0);
        QCOMPARE(linearRamp(5, 0), 1.0);
    }

    void leesWeightRisesBetweenItsTimes() {
        const auto at = [](double t) { return leeWeight(t, 100, 600, 3); };
        QCOMPARE(at(0), 0.0);
        QCOMPARE(at(99), 0.0);
        QCOMPARE(at(100), 0.0);
        QCOMPARE(at(350), 1.5);
        QCOMPARE(at(600), 3.0);
        QCOMPARE(at(9000), 3.0);
        QCOMPARE(leeWeight(3, 3, 3, 2), 2.0);
    }

    void theTeachersMemoryGrowsWithTheSteps() {
        QCOMPARE(meanTeacherDecay(0, 0.999), 0.0);
        QCOMPARE(meanTeacherDecay(1, 0.999), 0.5);
        QCOMPARE(meanTeacherDecay(9, 0.999), 0.9);
        QVERIFY(std::abs(meanTeacherDecay(98, 0.99) - (1 - 1.0 / 99)) < 1e-12);
        QCOMPARE(meanTeacherDecay(99, 0.99), 0.99);
        QCOMPARE(meanTeacherDecay(5000, 0.99), 0.99);
        QCOMPARE(meanTeacherDecay(5000, 0.999), 0.999);
    }

    /// Meta Pseudo Labels: 5,000 steps of warm-up of 300,000, the student 3,000 steps later.
    void theStudentsRateWaits() {
        QCOMPARE(waitingCosine(0, 300000, 0, 5000), 0.0);
        QCOMPARE(waitingCosine(2500, 300000, 0, 5000), 0.5);
        QCOMPARE(waitingCosine(5000, 300000, 0, 5000), 1.0);
        QVERIFY(std::abs(waitingCosine(152500, 300000, 0, 5000) - 0.5) < 1e-12);
        QVERIFY(waitingCosine(300000, 300000, 0, 5000) < 1e-12);
        QCOMPARE(waitingCosine(2999, 300000, 3000, 5000), 0.0);
        QCOMPARE(waitingCosine(5500, 300000, 3000, 5000), 0.5);
        QCOMPARE(waitingCosine(8000, 300000, 3000, 5000), 1.0);
        QCOMPARE(waitingCosine(7, 10, 2, 8), 0.625);
    }

    void theCurriculumEndsWithEverything() {
        for (int round = 1; round <= 5; ++round) QVERIFY(std::abs(curriculumShare(round, 0.2) - 0.2 * round) < 1e-12);
        QCOMPARE(curriculumShare(4, 0.3), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestUnlabelledParts)
#include "tst_unlabelled_parts.moc"
