// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/batches.h"
#include "core/learn/co_divide.h"
#include "core/learn/device.h"
#include "core/learn/ema.h"
#include "core/learn/loss_correction.h"
#include "core/learn/losses.h"
#include "core/learn/mixup.h"
#include "core/learn/networks.h"
#include "core/learn/sample_table.h"
#include "core/learn/sampling.h"
#include "core/learn/small_loss.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

#include <limits>
#include <thread>

using namespace assay;
using namespace assay::learn;

namespace {

struct Moments {
    double mean = 0, deviation = 0;
};

template <class Draw>
Moments moments(int count, Draw draw) {
    double sum = 0, squares = 0;
    for (int i = 0; i < count; ++i) {
        CounterRng rng(5, RngPurpose::Test, 1, std::uint32_t(i));
        const double value = draw(rng);
        sum += value;
        squares += value * value;
    }
    const double mean = sum / count;
    return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

std::vector<std::int64_t> numbers(const torch::Tensor& tensor) {
    return {tensor.data_ptr<std::int64_t>(), tensor.data_ptr<std::int64_t>() + tensor.numel()};
}

/// A run without pictures, as far as recipes' helpers need one.
class BareRun {
public:
    BareRun() : m_task(test::makeTask(test::blobs(40, 4), "cross-entropy", 6)) {
        auto data = prepareRunData(m_task);
        run.emplace(Run{m_task, m_observer, std::move(*data), {}, torch::kCPU, {}, {}});
        run->networks.push_back(*makeNetwork("cnn-small:4", run->data.geometry, run->data.classes, 1));
        m_task.config.network = "cnn-small:4";
    }
    std::optional<Run> run;

private:
    TrainingTask m_task;
    test::Keeper m_observer;
};

} // namespace

class TestSharedParts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// On the thread that trains; the window's keep IEEE's gradual underflow.
    void aTrainingThreadCountsWhatIsTooSmallToMatterAsZero() {
        const auto product = [] {
            volatile float smallest = std::numeric_limits<float>::min(), half = 0.5F;
            return float(smallest * half);
        };
        float trained = 1;
        std::thread thread([&] {
            prepareTrainingThread(1);
            trained = product();
        });
        thread.join();
        QCOMPARE(trained, 0.0F);
        QVERIFY(product() > 0);
    }

    /// Network 1 finds 0, 3 and 5 easy, network 2 finds 1, 3 and 4: each learns from the other's choice, and from
    /// nothing else.
    void eachNetworkLearnsFromWhatTheOtherFindsEasy() {
        auto first = torch::tensor({0.1F, 2.0F, 3.0F, 0.2F, 4.0F, 0.3F}, torch::requires_grad());
        auto second = torch::tensor({5.0F, 0.2F, 6.0F, 0.3F, 0.1F, 7.0F}, torch::requires_grad());
        const CrossUpdate update = crossUpdate({first, second}, 3);
        QCOMPARE(numbers(update.chosen[0]), (std::vector<std::int64_t>{0, 3, 5}));
        QCOMPARE(numbers(update.chosen[1]), (std::vector<std::int64_t>{4, 1, 3}));
        QVERIFY(std::abs(update.loss[0].item<double>() - (2.0 + 0.2 + 4.0) / 3) < 1e-6);
        QVERIFY(std::abs(update.loss[1].item<double>() - (5.0 + 0.3 + 7.0) / 3) < 1e-6);
        update.loss[0].backward();
        update.loss[1].backward();
        QVERIFY(torch::allclose(first.grad(), torch::tensor({0.F, 1.F, 0.F, 1.F, 1.F, 0.F}) / 3));
        QVERIFY(torch::allclose(second.grad(), torch::tensor({1.F, 0.F, 0.F, 1.F, 0.F, 1.F}) / 3));
    }

    void theSmallestAreInOrderTiesByPlaceAndWhatIsNoNumberLast() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto losses = torch::tensor({1.0F, nan, 0.5F, 1.0F, 0.5F});
        QCOMPARE(numbers(smallest(losses, 3)), (std::vector<std::int64_t>{2, 4, 0}));
        QCOMPARE(numbers(smallest(losses, 9)), (std::vector<std::int64_t>{2, 4, 0, 3, 1}));
    }

    /// Two networks of which one is sure of class 0 and the other as sure that it is not: the mean of their
    /// probabilities says 0, their added logits 1 (DivideMix, ELR+).
    void addedLogitsAreAnotherAnswerThanMeanProbabilities() {
        BareRun bare;
        RunData& data = bare.run->data;
        data.classes = 3;
        data.samples = {SampleIndex(0)};
        data.labels = {1};
        const Answers first{3, {10, 0, 0}, 0, {}}, second{3, {-30, 0, -0.5F}, 0, {}};
        const Evidence mean = makeEvidence(data, {first, second}, 1),
                       added = makeEvidence(data, {first, second}, 1, true);
        QCOMPARE(mean.prediction[0], Label(0));
        QVERIFY(std::abs(mean.confidence[0] - 0.5) < 1e-3);
        QCOMPARE(added.prediction[0], Label(1));
        // exp(0) / (exp(-10) + exp(0) + exp(-0.25)), by the mean of the logits
        QVERIFY(std::abs(added.confidence[0] - 0.56216) < 1e-4);
        QCOMPARE(added.loss[0], mean.loss[0]);
    }

    /// Co-Teaching: Adam's first beta is 0.9, and 0.1 once the rate falls.
    void theFirstBetaFallsWhenTheRateBeginsTo() {
        BareRun bare;
        bare.run->common.optimizer.adam = true;
        bare.run->common.schedule.kind = ScheduleKind::LinearDecay;
        bare.run->common.schedule.decayStart = 0.5; // of six epochs
        auto settings = completeParams(keepSettings(), {});
        QVERIFY(settings);
        const KeepRate keep(*settings);
        for (bare.run->epoch = 1; bare.run->epoch <= 6; ++bare.run->epoch)
            QCOMPARE(keep.momentum(*bare.run), bare.run->epoch <= 3 ? 0.9 : 0.1);
        bare.run->common.optimizer.adam = false;
        bare.run->epoch = 6;
        QCOMPARE(keep.momentum(*bare.run), 0.9);
    }

    /// The published example: ten predictions of three classes, four labels that confident learning counts as wrong.
    void confidentLearningCountsTheNoiseRate() {
        BareRun bare;
        RunData& data = bare.run->data;
        data.classes = 3;
        data.labels = {0, 0, 0, 1, 1, 1, 2, 2, 2, 1};
        data.trainRows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        const double p[10][3] = {{.9, .05, .05}, {.2, .7, .1}, {.6, .3, .1}, {.1, .8, .1}, {.55, .4, .05},
                                 {.05, .9, .05}, {.1, .1, .8}, {.2, .2, .6}, {.7, .2, .1}, {.05, .15, .8}};
        Answers answers;
        answers.classes = 3;
        for (const auto& row : p)
            for (const double value : row) answers.logits.push_back(float(std::log(value)));
        const auto rate = confidentNoiseRate(*bare.run, {answers});
        QVERIFY(rate);
        // Off the diagonal of the calibrated counts: 1, 1 and 1.
        QVERIFY2(std::abs(*rate - 0.3) < 1e-9, std::to_string(*rate).c_str());
    }

    /// T = 0.5 and w = 0.3 on the softmax of (2, 1, 0.1, −1).
    void refinedAndGuessedLabelsHaveTheirPublishedValues() {
        const auto p = torch::softmax(torch::tensor({{2.0, 1.0, 0.1, -1.0}}, torch::kFloat64), 1);
        const auto near = [](const torch::Tensor& ours, std::vector<double> published) {
            return torch::allclose(ours[0], torch::tensor(published, torch::kFloat64), 0, 1e-5);
        };
        QVERIFY(near(sharpen(p, 0.5), {.861932, .116650, .019282, .002137}));
        const auto label = torch::tensor({2}, torch::kInt64);
        const auto w = torch::tensor({0.3}, torch::kFloat64);
        QVERIFY(near(refineLabels(label, w, p, 1), {.446646, .164312, .366804, .022237}));
        QVERIFY(near(refineLabels(label, w, p, 0.5), {.551800, .074678, .372154, .001368}));
        QVERIFY(near(refineLabels(label, torch::ones({1}, torch::kFloat64), p, 0.5), {0, 0, 1, 0}));
        const auto other = torch::tensor({{0.1, 0.2, 0.3, 0.4}}, torch::kFloat64);
        QVERIFY(torch::allclose(guessLabels({p, p, other, other}, 0.5), sharpen((p + other) / 2, 0.5)));
        QVERIFY(near(guessLabels({p, p}, 0.5), {.861932, .116650, .019282, .002137}));
        const auto cold = sharpen(torch::tensor({{1e-30F, 2e-30F}}), 0.05);
        QVERIFY(torch::isfinite(cold).all().item<bool>());
    }

    void rowsAreDividedByHowCleanTheyAre() {
        const std::vector<std::uint32_t> rows = {4, 1, 3, 0};
        const std::vector<float> clean = {0.2F, 0.9F, 0.0F, 0.5F, 0.7F};
        const Division division = divide(rows, clean, 0.5, 1);
        QCOMPARE(division.labelled, (std::vector<std::uint32_t>{4, 1}));
        QCOMPARE(division.unlabelled, (std::vector<std::uint32_t>{3, 0}));
        const Division few = divide(rows, clean, 0.95, 3); // none is above: the three most probable
        QCOMPARE(few.labelled, (std::vector<std::uint32_t>{4, 1, 3}));
        QCOMPARE(few.unlabelled, (std::vector<std::uint32_t>{0}));
        QCOMPARE(divide(rows, clean, 0.5, 9).labelled, rows);
        QVERIFY(divide({}, clean, 0.5, 0).labelled.empty());
    }

    void aBalancedEpochHasAsManyOfEveryClass_data() {
        QTest::addColumn<int>("steps");
        QTest::addColumn<std::vector<int>>("expected");
        // 60, 20, 5 and no samples of four classes, batches of ten.
        QTest::newRow("as many as the smallest class has") << 0 << std::vector<int>{5, 5, 5, 0};
        QTest::newRow("a share of three batches each") << 3 << std::vector<int>{10, 10, 5, 0};
        QTest::newRow("a share larger than two classes") << 9 << std::vector<int>{30, 20, 5, 0};
        QTest::newRow("more than there is") << 100 << std::vector<int>{60, 20, 5, 0};
    }
    void aBalancedEpochHasAsManyOfEveryClass() {
        QFETCH(int, steps);
        QFETCH(std::vector<int>, expected);
        RunData data;
        data.classes = 4;
        for (const auto& [label, count] : {std::pair{0, 60}, {1, 20}, {2, 5}})
            for (int i = 0; i < count; ++i) {
                data.trainRows.push_back(std::uint32_t(data.labels.size()));
                data.labels.push_back(Label(label));
            }
        const auto first = rowsOfEpoch(data, {true, std::size_t(steps)}, 10, 7, 1);
        std::vector<int> counts(4, 0);
        for (const std::uint32_t row : first) ++counts[std::size_t(data.labels[row])];
        QCOMPARE(counts, expected);
        QCOMPARE(std::set<std::uint32_t>(first.begin(), first.end()).size(), first.size());
        QCOMPARE(rowsOfEpoch(data, {true, std::size_t(steps)}, 10, 7, 1), first);
        QVERIFY(rowsOfEpoch(data, {true, std::size_t(steps)}, 10, 7, 2) != first);
    }
    void anEpochOfSoManyStepsHasNoSampleTwice() {
        RunData data;
        data.classes = 1;
        for (std::uint32_t row = 0; row < 25; ++row) {
            data.trainRows.push_back(row);
            data.labels.push_back(0);
        }
        QCOMPARE(rowsOfEpoch(data, {false, 2}, 10, 7, 1).size(), 20U);
        QCOMPARE(rowsOfEpoch(data, {false, 3}, 10, 7, 1).size(), 25U);
        QCOMPARE(rowsOfEpoch(data, {false, 0}, 10, 7, 1), shuffled(data.trainRows, 7, 1));
    }
    void pairWeightsHaveTheirMoments_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("own");
        QTest::addColumn<double>("partner");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("deviation");
        for (const auto& [own, partner] : {std::pair(0.9, 0.3), std::pair(0.5, 0.5), std::pair(0.05, 0.95)}) {
            const double share = own / (own + partner), a = std::exp(share), b = std::exp(1 - share);
            const auto row = [&](const char* name, PairWeight kind, double mean, double deviation) {
                QTest::addRow("%s %.2f", name, share) << int(kind) << own << partner << mean << deviation;
            };
            row("ratio", PairWeight::Ratio, share, 0);
            row("beta as reported", PairWeight::BetaReport, share, std::sqrt(share * (1 - share) / 2));
            row("beta as coded", PairWeight::BetaAsCoded, a / (a + b),
                std::sqrt(a * b / ((a + b) * (a + b) * (a + b + 1))));
            // Two shares of 10,000 draws each: the spread of their ratio to first order.
            row("binomial", PairWeight::Binomial, share,
                std::sqrt(share * (1 - share) / 10000 * (share * share + (1 - share) * (1 - share))));
        }
    }
    void pairWeightsHaveTheirMoments() {
        QFETCH(int, kind);
        QFETCH(double, own);
        QFETCH(double, partner);
        QFETCH(double, mean);
        QFETCH(double, deviation);
        constexpr int kDraws = 4000;
        bool inside = true;
        const Moments found = moments(kDraws, [&](CounterRng& rng) {
            const double weight = drawPairWeight(PairWeight(kind), own, partner, rng);
            inside = inside && weight >= 0 && weight <= 1;
            return weight;
        });
        QVERIFY(inside);
        QVERIFY2(std::abs(found.mean - mean) < 1e-9 + 4 * deviation / std::sqrt(kDraws),
                 std::to_string(found.mean).c_str());
        QVERIFY2(std::abs(found.deviation - deviation) < 1e-9 + 0.06 * deviation + 1e-6,
                 std::to_string(found.deviation).c_str());
        QVERIFY(PairWeight(kind) != PairWeight::Binomial || found.deviation < 0.005);
    }

    void pairWeightsOfNoTrustAtAllAreHalves() {
        CounterRng rng(1, RngPurpose::Test);
        for (const PairWeight kind : {PairWeight::Ratio, PairWeight::Binomial})
            QVERIFY(std::abs(drawPairWeight(kind, 0, 0, rng) - 0.5) < 0.03);
        for (const PairWeight kind :
             {PairWeight::Ratio, PairWeight::BetaReport, PairWeight::BetaAsCoded, PairWeight::Binomial}) {
            const double weight = drawPairWeight(kind, 1e-300, 1, rng);
            QVERIFY(weight >= 0 && weight <= 1);
        }
    }

    void binomialDrawsHaveTheirMoments_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<double>("p");
        for (const int n : {1, 16, 17, 100, 10000})
            for (const double p : {0.02, 0.5, 0.9}) QTest::addRow("%d %.2f", n, p) << n << p;
    }
    void binomialDrawsHaveTheirMoments() {
        QFETCH(int, n);
        QFETCH(double, p);
        constexpr int kDraws = 6000;
        const Moments found =
            moments(kDraws, [&](CounterRng& rng) { return double(drawBinomial(std::uint32_t(n), p, rng)); });
        const double deviation = std::sqrt(n * p * (1 - p));
        QVERIFY2(std::abs(found.mean - n * p) < 4 * deviation / std::sqrt(kDraws), std::to_string(found.mean).c_str());
        QVERIFY2(std::abs(found.deviation / deviation - 1) < 0.06, std::to_string(found.deviation).c_str());
    }

    void binomialDrawsOfCertaintiesAreCertain() {
        CounterRng rng(1, RngPurpose::Test);
        QCOMPARE(drawBinomial(10000, 0, rng), 0U);
        QCOMPARE(drawBinomial(10000, 1, rng), 10000U);
        QCOMPARE(drawBinomial(0, 0.5, rng), 0U);
    }

    /// Published for 300 epochs: 89 values from 1 (epoch 111) to 0.001 (epoch 199), then 0.001.
    void ownAnswersCoolAsPublished() {
        const auto at = [](int epoch) { return coolingTemperature(epoch - 111, 89); };
        QCOMPARE(at(111), 1.0);
        QCOMPARE(at(199), 0.001);
        QCOMPARE(at(300), 0.001);
        for (int epoch = 112; epoch < 200; ++epoch) QVERIFY(std::abs((at(epoch - 1) - at(epoch)) - 0.999 / 88) < 1e-12);
        QCOMPARE(coolingTemperature(0, 1), 0.001);
        QCOMPARE(coolingTemperature(0, 2), 1.0);
        QCOMPARE(coolingTemperature(1, 2), 0.001);
    }

    /// x ← 0.9 x + 0.1 source for weights and running statistics; the counter of batches is copied.
    void averagedCopiesFollowWeightsAndStatistics() {
        BareRun bare;
        Classifier& source = *bare.run->networks[0];
        EmaCopy copy;
        QVERIFY(copy.start(*bare.run, 0));
        const auto sameAs = [&](const Classifier& a, const Classifier& b) {
            bool same = true;
            for (std::size_t i = 0; i < a.parameters().size(); ++i)
                same = same && torch::equal(a.parameters()[i], b.parameters()[i]);
            for (std::size_t i = 0; i < a.buffers().size(); ++i)
                same = same && torch::equal(a.buffers()[i], b.buffers()[i]);
            return same;
        };
        QVERIFY(sameAs(copy.network(), source));
        std::vector<torch::Tensor> before;
        for (const auto& parameter : copy.network().parameters()) before.push_back(parameter.clone());
        for (const auto& buffer : copy.network().buffers()) before.push_back(buffer.clone());
        {
            const torch::NoGradGuard noGrad;
            for (auto& parameter : source.parameters()) parameter.add_(1);
            (void)source.forward(torch::linspace(-2, 2, 4 * 64).reshape({4, 1, 8, 8}));
        }
        copy.update(source, 0.9);
        std::vector<torch::Tensor> theirs = source.parameters(), ours = copy.network().parameters();
        for (const auto& buffer : source.buffers()) theirs.push_back(buffer);
        for (const auto& buffer : copy.network().buffers()) ours.push_back(buffer);
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto expected = ours[i].is_floating_point() ? 0.9 * before[i] + 0.1 * theirs[i] : theirs[i];
            QVERIFY(torch::allclose(ours[i], expected, 1e-5, 1e-6));
            QVERIFY(!ours[i].requires_grad());
        }
        StateMap state;
        copy.save(state, "x.");
        EmaCopy again;
        QVERIFY(again.start(*bare.run, 0));
        QVERIFY(!sameAs(again.network(), copy.network()));
        again.load(state, "x.");
        QVERIFY(sameAs(again.network(), copy.network()));
    }

    void theRampIsThatOfMeanTeacher() {
        QVERIFY(std::abs(sigmoidRamp(0, 100) - std::exp(-5.0)) < 1e-12);
        QVERIFY(std::abs(sigmoidRamp(50, 100) - std::exp(-1.25)) < 1e-12);
        QCOMPARE(sigmoidRamp(100, 100), 1.0);
        QCOMPARE(sigmoidRamp(3, 0), 1.0);
    }

    void theTableOfSamplesKeepsWhatItWasGiven() {
        SampleTable table;
        table.reset(5, 2, 7, torch::kCPU);
        QVERIFY(torch::equal(table.at({4, 0}), torch::full({2, 2}, 7.F)));
        table.set({3, 1, 3}, torch::tensor({{1.F, 2.F}, {3.F, 4.F}, {5.F, 6.F}}));
        QVERIFY(torch::equal(table.at({1, 3, 1}), torch::tensor({{3.F, 4.F}, {5.F, 6.F}, {3.F, 4.F}})));
        QCOMPARE(table.column(1), (std::vector<float>{7, 4, 7, 6, 7}));
        const std::vector<float> column = {1, 2, 3, 4, 5};
        table.setColumn(column, 0);
        QCOMPARE(table.column(0), column);
        StateMap state;
        table.save(state, "t");
        SampleTable other;
        other.reset(5, 2, 0, torch::kCPU);
        other.load(state, "t");
        QVERIFY(torch::equal(other.all(), table.all()));
    }

    /// A mixed picture is held to each of its labels with the whole symmetric loss, alpha CE + beta RCE; that is not
    /// the loss of one sample with the mixed target, for reverse cross-entropy is not linear in it.
    void theLossOfAPairIsThatOfBothItsLabels() {
        const auto logits = torch::tensor({{2.0, 1.0, 0.1, -1.0}, {0.3, -0.2, 1.5, 0.0}}, torch::kFloat64);
        const auto labels = torch::tensor({0, 2}, torch::kInt64);
        Mixup mix;
        mix.weight = 0.7;
        mix.partner = torch::tensor({1, 0}, torch::kInt64);
        LossOptions sce;
        sce.kind = LossKind::Sce;
        sce.alpha = 0.5;
        sce.beta = 0.5;
        const auto found = mixedLoss(mix, logits, labels, sce);
        const auto p = torch::softmax(logits, 1);
        const int own[] = {0, 2}, partner[] = {2, 0};
        for (int i = 0; i < 2; ++i) {
            const auto whole = [&](int label) {
                const double q = p[i][label].item<double>();
                return 0.5 * -std::log(q) + 0.5 * -std::log(1e-4) * (1 - q);
            };
            const double expected = 0.7 * whole(own[i]) + 0.3 * whole(partner[i]);
            QVERIFY2(std::abs(found[i].item<double>() - expected) < 1e-9, std::to_string(expected).c_str());
        }
    }

    /// The weight of the picture itself is never below one half, partners are a permutation, and both repeat.
    void mixMatchFavoursThePictureItself() {
        BareRun bare;
        bare.run->epoch = 2;
        for (std::size_t batch = 0; batch < 50; ++batch) {
            const Mixup mix = drawMixMatch(*bare.run, 9, batch, 0.5), again = drawMixMatch(*bare.run, 9, batch, 0.5);
            QVERIFY(mix.weight >= 0.5 && mix.weight <= 1);
            QVERIFY(mix.weight == again.weight && torch::equal(mix.partner, again.partner));
            QVERIFY(torch::equal(std::get<0>(mix.partner.sort()), torch::arange(9)));
        }
        const Mixup mix{0.7, torch::tensor({1, 0}, torch::kInt64)};
        QVERIFY(torch::allclose(mix.mixed(torch::tensor({{1.F, 0.F}, {0.F, 1.F}})),
                                torch::tensor({{0.7F, 0.3F}, {0.3F, 0.7F}})));
    }
};

QTEST_GUILESS_MAIN(TestSharedParts)
#include "tst_shared_parts.moc"
