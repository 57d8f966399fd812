// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/batches.h"
#include "core/learn/convolve.h"
#include "core/learn/evidence_pass.h"
#include "core/learn/networks.h"
#include "core/learn/optimizer.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTest>

using namespace assay;
using namespace assay::learn;

namespace {

RunData dataOf(const TrainingTask& task) {
    auto data = prepareRunData(task);
    return std::move(*data);
}

} // namespace

class TestTensors : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void evidenceNumbersAreThoseOfTheLoss() {
        const std::vector<float> logits = {2.0F, 1.0F, 0.1F, -1.0F};
        QVERIFY(std::abs(lossOf(logits, 0) - .449313) < 1e-6);
        QVERIFY(std::abs(lossOf(logits, 2) - 2.349313) < 1e-6);
        QVERIFY(std::abs(marginOf(logits, 0) - 1.0F) < 1e-6F);
        QVERIFY(std::abs(marginOf(logits, 2) + 1.9F) < 1e-6F);
        QVERIFY(std::isfinite(lossOf(std::vector<float>{3e38F, -3e38F}, 1)));
        QCOMPARE(marginOf(std::vector<float>{5.0F}, 0), 0.0F);
    }

    /// SGD with nesterov and decay, Adam: against LibTorch's own on the same problem.
    void stepsAreThoseOfLibTorch_data() {
        QTest::addColumn<bool>("adam");
        QTest::addColumn<bool>("nesterov");
        QTest::newRow("sgd") << false << false;
        QTest::newRow("nesterov") << false << true;
        QTest::newRow("adam") << true << false;
    }
    void stepsAreThoseOfLibTorch() {
        QFETCH(bool, adam);
        QFETCH(bool, nesterov);
        torch::manual_seed(1);
        torch::nn::Linear ours(5, 3), theirs(5, 3);
        const auto input = torch::randn({16, 5}), target = torch::randn({16, 3});
        {
            const torch::NoGradGuard noGrad;
            theirs->weight.copy_(ours->weight);
            theirs->bias.copy_(ours->bias);
        }
        OptimizerOptions settings;
        settings.adam = adam;
        settings.nesterov = nesterov;
        settings.weightDecay = 0.01;
        Optimizer optimizer(*ours, settings);
        std::unique_ptr<torch::optim::Optimizer> peer;
        if (adam)
            peer = std::make_unique<torch::optim::Adam>(theirs->parameters(),
                                                        torch::optim::AdamOptions(0.05).weight_decay(0.01));
        else
            peer = std::make_unique<torch::optim::SGD>(
                theirs->parameters(),
                torch::optim::SGDOptions(0.05).momentum(0.9).weight_decay(0.01).nesterov(nesterov));
        for (int i = 0; i < 20; ++i) {
            optimizer.minimise(torch::mse_loss(ours->forward(input), target), 0.05);
            peer->zero_grad();
            torch::mse_loss(theirs->forward(input), target).backward();
            peer->step();
        }
        QVERIFY(torch::allclose(ours->weight, theirs->weight, 1e-5, 1e-6));
        QVERIFY(torch::allclose(ours->bias, theirs->bias, 1e-5, 1e-6));
    }

    void foldedNormGivesTheSameAnswers_data() {
        QTest::addColumn<QString>("network");
        for (const char* id : {"cnn-small:8", "cnn-8", "cnn-9", "conv-large", "preact-resnet-18:4", "resnet-18:4",
                               "resnet-18-imagenet:4", "resnet-50:4", "resnext-50"})
            QTest::newRow(id) << id;
    }
    void foldedNormGivesTheSameAnswers() {
        QFETCH(QString, network);
        const ImageGeometry geometry{16, 16, 3};
        auto made = makeNetwork(network.toStdString(), geometry, 5, 1);
        QVERIFY(made);
        auto& classifier = **made;
        torch::manual_seed(3);
        const auto images = torch::randn({8, 3, 16, 16}).contiguous(torch::MemoryFormat::ChannelsLast);
        const torch::NoGradGuard noGrad;
        classifier.train();
        for (int i = 0; i < 3; ++i) (void)classifier.forward(images);
        classifier.eval();
        const auto plain = classifier.forward(images);
        classifier.fold();
        const auto folded = classifier.forward(images);
        classifier.unfold();
        QVERIFY(torch::allclose(plain, folded, 1e-3, 1e-4));
        QVERIFY(torch::equal(classifier.forward(images), plain));
    }

    /// A 1x1 convolution with a stride over few channels: the same answer and the same gradients as LibTorch's own in
    /// the layout that it is right in.
    void narrowStridedConvolutionsAreThoseOfLibTorch() {
        torch::manual_seed(7);
        torch::nn::Conv2d conv(torch::nn::Conv2dOptions(4, 8, 1).stride(2).bias(false));
        const auto plain = torch::randn({6, 4, 7, 5}).requires_grad_(true);
        const auto last = plain.detach().contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_(true);
        const auto weights = torch::randn({6, 8, 4, 3});
        (conv->forward(plain) * weights).sum().backward();
        const auto gradient = conv->weight.grad().clone();
        conv->zero_grad();
        const auto ours = convolve(conv, last);
        (ours * weights).sum().backward();
        QVERIFY(torch::allclose(ours, conv->forward(plain), 1e-5, 1e-6));
        QVERIFY(torch::allclose(conv->weight.grad(), gradient, 1e-4, 1e-5));
        QVERIFY(torch::allclose(last.grad(), plain.grad(), 1e-5, 1e-6));
    }

    void narrowResidualNetworksLearn_data() {
        QTest::addColumn<QString>("network");
        for (const char* id :
             {"resnet-18:2", "resnet-18-imagenet:4", "resnet-50:1", "preact-resnet-18:4", "preact-resnet-18-tcl:2"})
            QTest::newRow(id) << id;
    }
    void narrowResidualNetworksLearn() {
        QFETCH(QString, network);
        TrainingTask task = test::makeTask(test::blobs(64, 4, 32, 3), "cross-entropy", 1);
        task.config.network = network.toStdString();
        const auto outcome = test::train(task);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
    }

    void twoNetworksOfOneRunDifferAndSeedsRepeat() {
        const ImageGeometry geometry{8, 8, 1};
        const auto first = *makeNetwork("cnn-small", geometry, 3, 1, 0),
                   second = *makeNetwork("cnn-small", geometry, 3, 1, 1);
        const auto again = *makeNetwork("cnn-small", geometry, 3, 1, 0);
        QVERIFY(!torch::equal(first->parameters()[0], second->parameters()[0]));
        for (std::size_t i = 0; i < first->parameters().size(); ++i)
            QVERIFY(torch::equal(first->parameters()[i], again->parameters()[i]));
    }

    void batchesDoNotDependOnTheirLoaders() {
        TrainingTask task = test::makeTask(test::blobs(301, 3, 10, 3), "cross-entropy", 1);
        const RunData data = dataOf(task);
        BatchPlan plan;
        plan.order = shuffled(data.trainRows, 5, 1);
        plan.batchSize = 32;
        plan.seed = 5;
        plan.epoch = 1;
        plan.augment.cropPadding = 2;
        plan.augment.flip = 0.5;
        plan.augment.cutout = 3;
        plan.augment.randAugmentOps = 2;
        std::vector<std::vector<torch::Tensor>> all;
        for (const int loaders : {0, 1, 3}) {
            BatchLoader loader(data, plan, torch::kCPU, loaders);
            std::vector<torch::Tensor> batches;
            while (auto batch = loader.next()) {
                QCOMPARE(batch->number, batches.size());
                QVERIFY(batch->images.is_contiguous(torch::MemoryFormat::ChannelsLast));
                batches.push_back(batch->images);
            }
            QCOMPARE(batches.size(), loader.batches());
            all.push_back(std::move(batches));
        }
        for (std::size_t i = 0; i < all[0].size(); ++i)
            QVERIFY(torch::equal(all[0][i], all[1][i]) && torch::equal(all[0][i], all[2][i]));
    }

    void aRestOfOneJoinsTheBatchBeforeIt() {
        const TrainingTask task = test::makeTask(test::blobs(33, 3, 8, 1, 0), "cross-entropy", 1);
        const RunData data = dataOf(task);
        BatchPlan plan;
        plan.order = data.trainRows;
        plan.batchSize = 32;
        BatchLoader loader(data, plan, torch::kCPU, 0);
        QCOMPARE(loader.batches(), std::size_t(1));
        QCOMPARE(loader.next()->rows.size(), std::size_t(33));
        QVERIFY(!loader.next());
    }

    void trainingPixelsHaveMeanZeroAndDeviationOne() {
        const TrainingTask task = test::makeTask(test::blobs(50, 3, 8, 3, 0), "cross-entropy", 1);
        const RunData data = dataOf(task);
        BatchPlan plan;
        plan.order = data.trainRows;
        plan.batchSize = 50;
        BatchLoader loader(data, plan, torch::kCPU, 0);
        const auto images = loader.next()->images;
        QVERIFY(images.mean({0, 2, 3}).abs().max().item<float>() < 1e-4F);
        QVERIFY((images.std({0, 2, 3}, false) - 1).abs().max().item<float>() < 1e-4F);
    }

    void aSubsetKeepsTheSharesOfTheClasses() {
        TrainingTask task = test::makeTask(test::blobs(500, 4), "cross-entropy", 1);
        task.config.subset = 100;
        const RunData data = dataOf(task);
        QCOMPARE(data.trainRows.size(), std::size_t(100));
        QCOMPARE(data.testRows.size(), std::size_t(100));
        std::vector<int> perClass(4, 0);
        for (const auto row : data.trainRows) ++perClass[std::size_t(data.labels[row])];
        const auto [low, high] = std::minmax_element(perClass.begin(), perClass.end());
        QVERIFY(*low == 25 && *high == 25);
        task.config.seed = 2;
        QVERIFY(dataOf(task).samples != data.samples);
    }

    void aSubsetKeepsTheLabelsThatCount() {
        TrainingTask task = test::makeTask(test::blobs(500, 4), "fixmatch", 1);
        task.labels.trusted.assign(500, 0);
        std::vector<std::size_t> trusted;
        for (std::size_t i = 1; i < 500 && trusted.size() < 40; i += 7)
            if (task.dataset->splits[i] == Split::Train) trusted.push_back(i);
        for (const std::size_t i : trusted) task.labels.trusted[i] = 1;
        task.config.subset = 100;
        const RunData data = *prepareRunData(task, true);
        QCOMPARE(data.trainRows.size(), std::size_t(100));
        QCOMPARE(std::count(data.counts.begin(), data.counts.end(), 1) -
                     std::count_if(data.testRows.begin(), data.testRows.end(),
                                   [&](auto row) { return data.counts[row] != 0; }),
                 std::ptrdiff_t(40));
        task.config.subset = 30;
        const RunData cut = *prepareRunData(task, true);
        QCOMPARE(cut.trainRows.size(), std::size_t(30));
        QVERIFY(std::ranges::any_of(cut.notes, [](const std::string& note) {
            return note == "The subset holds 30 of the 40 labels that count";
        }));
    }

    /// A size that the store has not, of a set too large to hold it scaled: here both ways give the same pixels.
    void picturesAreScaledWhenAskedForToo() {
        TrainingTask task = test::makeTask(test::blobs(30, 3), "cross-entropy", 1);
        task.config.imageSize = 12;
        RunData data = dataOf(task);
        const std::vector<std::uint8_t> kept(data.picture(7).begin(), data.picture(7).end());
        QCOMPARE(kept.size(), std::size_t(144));
        data.resized.clear();
        QVERIFY(std::ranges::equal(data.picture(7), kept));
    }
};

QTEST_GUILESS_MAIN(TestTensors)
#include "tst_tensors.moc"
