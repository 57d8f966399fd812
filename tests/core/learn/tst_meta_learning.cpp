// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/fused_ops.h"
#include "core/learn/losses.h"
#include "core/learn/mlnt_recipe.h"
#include "core/learn/networks.h"
#include "tests/core/learn/counting_allocator.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

#include <set>

using namespace assay;
using namespace assay::learn;

namespace {

constexpr double kRate = 0.3, kWeight = 0.7;
constexpr int kClasses = 3;

/// A network and a batch, with two synthetic label sets and what a teacher believes.
struct Bench {
    ClassifierPtr network = *makeNetwork("cnn-small:2", {6, 6, 1}, kClasses, 3);
    torch::Tensor images, labels, target;
    std::vector<torch::Tensor> synthetic;

    explicit Bench(torch::ScalarType type) {
        torch::manual_seed(5);
        network->to(type);
        network->train();
        images = torch::randn({12, 1, 6, 6}).to(type);
        labels = torch::randint(kClasses, {12});
        target = torch::softmax(2 * torch::randn({12, kClasses}), 1).to(type);
        for (int i = 0; i < 2; ++i) synthetic.push_back(torch::randint(kClasses, {12}));
    }
    [[nodiscard]] torch::Tensor inner(const torch::Tensor& logits, std::size_t set) const {
        return crossEntropy(logits, synthetic[set]).mean();
    }
    [[nodiscard]] torch::Tensor outer() const { return divergenceFrom(target, network->forward(images)).mean(); }

    /// Cross-entropy on the labels and the look-ahead on both synthetic sets, into the gradients.
    std::vector<torch::Tensor> gradients(MetaOrder order) {
        for (auto& parameter : network->parameters()) parameter.mutable_grad() = torch::Tensor();
        torch::Tensor logits;
        if (order == MetaOrder::Second) {
            const TwiceDifferentiable plainOperations;
            logits = network->forward(images);
        } else {
            logits = network->forward(images);
        }
        crossEntropy(logits, labels).mean().backward({}, true);
        for (std::size_t i = 0; i < 2; ++i)
            (void)addLookAheadGradient(
                *network, inner(logits, i), [&] { return outer(); }, kRate, kWeight / 2, order);
        std::vector<torch::Tensor> result;
        for (const auto& parameter : network->parameters()) result.push_back(parameter.grad().clone());
        return result;
    }

    [[nodiscard]] std::vector<torch::Tensor> weights() const {
        std::vector<torch::Tensor> copies;
        for (const auto& parameter : network->parameters()) copies.push_back(parameter.detach().clone());
        return copies;
    }
    void setWeights(const std::vector<torch::Tensor>& weights, const std::vector<torch::Tensor>& step = {},
                    double length = 0) {
        const torch::NoGradGuard noGrad;
        auto parameters = network->parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i)
            parameters[i].copy_(step.empty() ? weights[i] : weights[i] + length * step[i]);
    }
    std::vector<torch::Tensor> slope(std::size_t set) {
        return torch::autograd::grad({inner(network->forward(images), set)}, network->parameters());
    }
    /// What the gradients above are gradients of, at `weights`. `slopes`: of the synthetic sets, where they are held
    /// fixed.
    double objective(const std::vector<torch::Tensor>& weights,
                     const std::vector<std::vector<torch::Tensor>>& slopes = {}) {
        setWeights(weights);
        double value = crossEntropy(network->forward(images), labels).mean().item<double>();
        for (std::size_t i = 0; i < 2; ++i) {
            setWeights(weights);
            setWeights(weights, slopes.empty() ? slope(i) : slopes[i], -kRate);
            value += kWeight / 2 * outer().item<double>();
        }
        return value;
    }
};

double dot(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] * b[i]).sum().item<double>();
    return sum;
}

std::vector<std::int64_t> numbers(const torch::Tensor& tensor) {
    return {tensor.data_ptr<std::int64_t>(), tensor.data_ptr<std::int64_t>() + tensor.numel()};
}

} // namespace

class TestMetaLearning : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Along random directions the gradient is the slope of the objective: with the inner gradient as a function of
    /// the weights (second order), or as the constant that it is at these weights (first order).
    void theGradientIsThatOfFiniteDifferences_data() {
        QTest::addColumn<bool>("exact");
        QTest::newRow("second order") << true;
        QTest::newRow("first order") << false;
    }
    void theGradientIsThatOfFiniteDifferences() {
        QFETCH(bool, exact);
        Bench bench(torch::kFloat64);
        const auto weights = bench.weights();
        const auto ours = bench.gradients(exact ? MetaOrder::Second : MetaOrder::First);
        const auto others = bench.gradients(exact ? MetaOrder::First : MetaOrder::Second);
        std::vector<std::vector<torch::Tensor>> fixed;
        if (!exact)
            for (std::size_t i = 0; i < 2; ++i) fixed.push_back(bench.slope(i));
        constexpr double kStep = 1e-6;
        double furthest = 0;
        for (int n = 0; n < 8; ++n) {
            std::vector<torch::Tensor> direction, ahead, behind;
            for (const auto& weight : weights) {
                direction.push_back(torch::randn_like(weight));
                ahead.push_back(weight + kStep * direction.back());
                behind.push_back(weight - kStep * direction.back());
            }
            const double expected = (bench.objective(ahead, fixed) - bench.objective(behind, fixed)) / (2 * kStep);
            const double slope = dot(ours, direction);
            QVERIFY2(std::abs(slope - expected) < 1e-5 * (1 + std::abs(expected)),
                     (std::to_string(slope) + " " + std::to_string(expected)).c_str());
            furthest = std::max(furthest, std::abs(dot(others, direction) - expected));
        }
        QVERIFY2(furthest > 1e-2, std::to_string(furthest).c_str()); // the two are not the same
    }

    /// In single precision the first order uses the fused operations, the second does not; without a step on
    /// synthetic labels they are to agree.
    void fusedAndPlainOperationsAgree() {
        Bench bench(torch::kFloat32);
        const auto fused = bench.gradients(MetaOrder::First);
        std::vector<torch::Tensor> plain;
        {
            const TwiceDifferentiable plainOperations;
            plain = bench.gradients(MetaOrder::First);
        }
        for (std::size_t i = 0; i < fused.size(); ++i) QVERIFY(torch::allclose(fused[i], plain[i], 1e-3, 1e-5));
    }

    void weightsAndStatisticsAreAsBefore() {
        Bench bench(torch::kFloat32);
        const auto logits = bench.network->forward(bench.images);
        const auto weights = bench.weights();
        std::vector<torch::Tensor> statistics;
        for (const auto& buffer : bench.network->buffers()) statistics.push_back(buffer.clone());
        double before = 0;
        {
            const torch::NoGradGuard noGrad;
            before = bench.inner(logits, 0).item<double>();
        }
        const auto value = addLookAheadGradient(
            *bench.network, bench.inner(logits, 0),
            [&] { return bench.inner(bench.network->forward(bench.images), 0); }, 0.01, 1, MetaOrder::First);
        QVERIFY(value.item<double>() < before); // there it had learnt
        for (std::size_t i = 0; i < weights.size(); ++i)
            QVERIFY(torch::equal(bench.network->parameters()[i], weights[i]));
        for (std::size_t i = 0; i < statistics.size(); ++i)
            QVERIFY(torch::equal(bench.network->buffers()[i], statistics[i]));
    }

    /// Points on a line: 0, 1, 3, 7, 15.
    void neighboursAreTheNearestOthers() {
        const auto features = torch::tensor({{0.0F, 2.0F}, {1.0F, 2.0F}, {3.0F, 2.0F}, {7.0F, 2.0F}, {15.0F, 2.0F}});
        const auto nearest = nearestNeighbours(features, 2);
        QCOMPARE(numbers(nearest), (std::vector<std::int64_t>{1, 2, 0, 2, 1, 0, 2, 1, 3, 2}));
        QCOMPARE(nearestNeighbours(features, 10).size(1), 4); // all others, never itself
        for (std::int64_t i = 0; i < 5; ++i) {
            const auto others = numbers(nearestNeighbours(features, 10)[i].contiguous());
            QVERIFY(std::find(others.begin(), others.end(), i) == others.end());
        }
        QCOMPARE(nearestNeighbours(features.slice(0, 0, 1), 10).numel(), 0);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto broken = numbers(nearestNeighbours(torch::tensor({{0.0F}, {nan}, {1.0F}}), 1));
        QCOMPARE(broken[0], 2);
        QCOMPARE(broken[2], 0);
        for (std::int64_t i = 0; i < 3; ++i) QVERIFY(broken[std::size_t(i)] != i);
    }

    void synthesisedLabelsAreThoseOfNeighbours() {
        const std::vector<std::int64_t> labels = {10, 11, 12, 13};
        const auto one = torch::tensor({{1}, {2}, {3}, {0}}, torch::kInt64);
        CounterRng rng(1, RngPurpose::Test, 0, 0);
        QCOMPARE(syntheticLabels(labels, one, 1, rng), (std::vector<std::int64_t>{11, 12, 13, 10}));
        QCOMPARE(syntheticLabels(labels, one, 0, rng), labels);
        QCOMPARE(syntheticLabels(labels, torch::empty({4, 0}, torch::kInt64), 1, rng), labels);
        const auto two = torch::tensor({{1, 2}, {2, 3}, {3, 0}, {0, 1}}, torch::kInt64);
        std::set<std::vector<std::int64_t>> seen;
        for (int draw = 0; draw < 200; ++draw) {
            const auto changed = syntheticLabels(labels, two, 0.5, rng);
            int replaced = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                if (changed[i] == labels[i]) continue;
                ++replaced;
                QVERIFY(changed[i] == labels[(i + 1) % 4] || changed[i] == labels[(i + 2) % 4]);
            }
            QCOMPARE(replaced, 2);
            seen.insert(changed);
        }
        QCOMPARE(seen.size(), std::size_t(6 * 4)); // which two, and of which neighbour each
    }

    void divergenceIsZeroForTheSameAnswerAndHasItsClosedForm() {
        const auto logits = torch::tensor({{2.0, 1.0, 0.1}, {0.0, 0.0, 0.0}}, torch::kFloat64);
        QVERIFY(divergenceFrom(torch::softmax(logits, 1), logits).abs().max().item<double>() < 1e-12);
        const auto sure = torch::tensor({{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}, torch::kFloat64);
        const auto divergence = divergenceFrom(sure, logits); // of a certain target: cross-entropy
        QVERIFY(torch::allclose(divergence, crossEntropy(logits, torch::tensor({1, 2}))));
        QVERIFY(std::abs(divergence[1].item<double>() - std::log(3.0)) < 1e-12);
    }

    /// exp(−5 (1 − u)²) between steps 500 and 2000 of the authors' code.
    void theWeightComesInAsPublished() {
        QCOMPARE(consistencyRamp(-1, 1500), 0.0);
        QVERIFY(std::abs(consistencyRamp(0, 1500) - 0.006738) < 1e-6);
        QVERIFY(std::abs(consistencyRamp(750, 1500) - 0.286505) < 1e-6);
        QCOMPARE(consistencyRamp(1500, 1500), 1.0);
        QCOMPARE(consistencyRamp(9999, 1500), 1.0);
        QCOMPARE(consistencyRamp(0, 0), 1.0);
        QCOMPARE(teacherDecay(1e6), 0.999);
        QCOMPARE(teacherDecay(1000), 0.99);
        QCOMPARE(teacherDecay(1), 0.0);
    }

    void theTeacherFollowsInItsWeightsAndKeepsItsOwnStatistics() {
        TrainingTask task = test::makeTask(test::blobs(40, 4), "mlnt", 2);
        test::Keeper observer;
        auto data = prepareRunData(task);
        Run run{task, observer, std::move(*data), {}, torch::kCPU, {}, {}};
        run.networks.push_back(*makeNetwork(task.config.network, run.data.geometry, 4, 1));
        EmaCopy teacher;
        QVERIFY(teacher.start(run, 0));
        const auto began = run.networks[0]->parameters()[0].detach().clone();
        QVERIFY(torch::equal(teacher.network().parameters()[0], began));
        const torch::NoGradGuard noGrad;
        for (auto& parameter : run.networks[0]->parameters()) parameter.add_(1);
        for (auto& buffer : run.networks[0]->buffers()) buffer.add_(1);
        std::vector<torch::Tensor> statistics;
        for (const auto& buffer : teacher.network().buffers()) statistics.push_back(buffer.clone());
        teacher.updateParameters(*run.networks[0], 0.75);
        QVERIFY(torch::allclose(teacher.network().parameters()[0], began + 0.25));
        for (std::size_t i = 0; i < statistics.size(); ++i)
            QVERIFY(torch::equal(teacher.network().buffers()[i], statistics[i]));
        teacher.update(*run.networks[0], 0);
        QVERIFY(torch::equal(teacher.network().buffers()[0], run.networks[0]->buffers()[0]));
    }

    /// Ten synthetic label sets need the memory of one: measured as the most bytes that tensors hold at a time.
    void memoryDoesNotGrowWithTheSyntheticSets_data() {
        QTest::addColumn<bool>("secondOrder");
        QTest::newRow("first order") << false;
        QTest::newRow("second order") << true;
    }
    void memoryDoesNotGrowWithTheSyntheticSets() {
        QFETCH(bool, secondOrder);
        const auto peak = [&](const char* method, std::int64_t sets) {
            TrainingTask task = test::makeTask(test::blobs(128, 4, 16, 1, 0), method, 2);
            task.config.network = "cnn-small:16";
            task.config.loaders = 0;
            task.config.settings["batch-size"] = std::int64_t(64);
            if (sets > 0) {
                task.config.settings["synthetic-sets"] = sets;
                task.config.settings["stage-one"] = std::int64_t(1);
                task.config.settings["second-order"] = secondOrder;
            }
            const test::CountingAllocator counting;
            const auto outcome = test::train(task);
            if (!outcome.result) qWarning("%s", outcome.result.error().sentence().c_str());
            return outcome.result ? counting.peak() : 0;
        };
        const double plain = double(peak("cross-entropy", 0)), one = double(peak("mlnt", 1)),
                     ten = double(peak("mlnt", 10));
        QVERIFY2(plain > 1e6, std::to_string(plain).c_str());
        QVERIFY2(one > 1.2 * plain, std::to_string(one / plain).c_str()); // two graphs: the measure sees them
        QVERIFY2(ten <= 1.3 * one, std::to_string(ten / one).c_str());
        qInfo("%.2f MiB plain, %.2f with one synthetic set, %.2f with ten", plain / 1048576, one / 1048576,
              ten / 1048576);
    }
};

QTEST_GUILESS_MAIN(TestMetaLearning)
#include "tst_meta_learning.moc"
