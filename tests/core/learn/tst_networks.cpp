// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

// LibTorch before Qt: both have a macro named "slots".
#include "core/learn/checkpoint.h"
#include "core/learn/initial_weights.h"
#include "core/learn/networks.h"
#include "core/train/network.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace assay;
using namespace assay::learn;

class TestNetworks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Counts of the papers and their official code.
    void networksHaveTheirPublishedSizes_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("classes");
        QTest::addColumn<qulonglong>("count");
        QTest::newRow("resnet-18, 10") << "resnet-18" << 32 << 3 << 10 << 11'173'962ULL;
        QTest::newRow("resnet-18, 100") << "resnet-18" << 32 << 3 << 100 << 11'220'132ULL;
        QTest::newRow("resnet-18, 200") << "resnet-18" << 64 << 3 << 200 << 11'271'432ULL;
        QTest::newRow("imagenet stem, 10") << "resnet-18-imagenet" << 224 << 3 << 10 << 11'181'642ULL;
        QTest::newRow("imagenet stem, 1000") << "resnet-18-imagenet" << 224 << 3 << 1000 << 11'689'512ULL;
        QTest::newRow("preact, 10") << "preact-resnet-18" << 32 << 3 << 10 << 11'171'274ULL;
        QTest::newRow("preact, 100") << "preact-resnet-18" << 32 << 3 << 100 << 11'217'444ULL;
        QTest::newRow("preact, bare") << "preact-resnet-18-bare" << 32 << 3 << 10 << 11'171'146ULL;
        QTest::newRow("preact, TCL's encoder and a last layer")
            << "preact-resnet-18-tcl" << 32 << 3 << 10 << 11'167'168ULL + 5'130;
        QTest::newRow("preact, final norm") << "preact-resnet-18-final-norm" << 32 << 3 << 10 << 11'172'170ULL;
        QTest::newRow("resnet-34, 10") << "resnet-34" << 32 << 3 << 10 << 21'282'122ULL;
        QTest::newRow("resnet-34, 100") << "resnet-34" << 32 << 3 << 100 << 21'328'292ULL;
        QTest::newRow("resnet-34, 1000") << "resnet-34-imagenet" << 224 << 3 << 1000 << 21'797'672ULL;
        QTest::newRow("resnet-50, 10") << "resnet-50" << 32 << 3 << 10 << 23'520'842ULL;
        QTest::newRow("resnet-50, Clothing1M") << "resnet-50-imagenet" << 224 << 3 << 14 << 23'536'718ULL;
        QTest::newRow("resnet-50, 1000") << "resnet-50-imagenet" << 224 << 3 << 1000 << 25'557'032ULL;
        QTest::newRow("resnext-50, 100") << "resnext-50" << 32 << 3 << 100 << 23'177'124ULL;
        QTest::newRow("resnext-50, 1000") << "resnext-50-imagenet" << 224 << 3 << 1000 << 25'028'904ULL;
        QTest::newRow("wide 28-2, 10") << "wide-resnet-28-2" << 32 << 3 << 10 << 1'467'610ULL;
        QTest::newRow("wide 28-2, 100") << "wide-resnet-28-2" << 32 << 3 << 100 << 1'479'220ULL;
        QTest::newRow("wide 28-8, 100") << "wide-resnet-28-8" << 32 << 3 << 100 << 23'401'012ULL;
        QTest::newRow("wide 28-10, 10") << "wide-resnet-28-10" << 32 << 3 << 10 << 36'479'194ULL;
        QTest::newRow("cnn-4") << "cnn-4" << 28 << 1 << 10 << 422'090ULL;
        QTest::newRow("cnn-7, 10") << "cnn-7" << 32 << 3 << 10 << 518'150ULL;
        QTest::newRow("cnn-7, 100") << "cnn-7" << 32 << 3 << 100 << 541'280ULL;
        QTest::newRow("cnn-8") << "cnn-8" << 32 << 3 << 10 << 1'639'794ULL;
        QTest::newRow("conv-large") << "conv-large" << 32 << 3 << 10 << 3'123'850ULL;
        QTest::newRow("cnn-9, grey") << "cnn-9" << 28 << 1 << 10 << 4'432'266ULL;
        QTest::newRow("cnn-9, 10") << "cnn-9" << 32 << 3 << 10 << 4'434'570ULL;
        QTest::newRow("cnn-9, 100") << "cnn-9" << 32 << 3 << 100 << 4'446'180ULL;
        // 9·32 + 9·32·64 + 9·64·128 + 2 (32 + 64 + 128) + (9·128 + 1) 128 + (128 + 1) 10
        QTest::newRow("cnn-small") << "cnn-small" << 28 << 1 << 10 << 241'770ULL;
    }
    void networksHaveTheirPublishedSizes() {
        QFETCH(QString, id);
        QFETCH(int, side);
        QFETCH(int, channels);
        QFETCH(int, classes);
        QFETCH(qulonglong, count);
        const auto network = test::engineRegistry().networks.find(id.toStdString());
        QVERIFY(network);
        QCOMPARE(qulonglong(network->parameterCount({side, side, channels}, classes)), count);
    }

    void aNetworkIsFoundWithAWidthOfItsOwn() {
        const auto& networks = test::engineRegistry().networks;
        const auto narrow = findNetwork(networks, "cnn-small:8");
        QVERIFY2(narrow, narrow ? "" : narrow.error().sentence().c_str());
        QCOMPARE((*narrow)->description().id, std::string("cnn-small:8"));
        std::uint64_t count = 0;
        for (const auto& parameter : (*makeNetwork("cnn-small:8", {28, 28, 1}, 10, 1))->parameters())
            count += std::uint64_t(parameter.numel());
        QCOMPARE((*narrow)->parameterCount({28, 28, 1}, 10), count);
        QCOMPARE(*findNetwork(networks, "cnn-small"), networks.find("cnn-small"));
        const std::pair<const char*, const char*> wrong[] = {
            {"cnn-small:0", "from 1 to 512"}, {"cnn-small:513", "from 1 to 512"},
            {"cnn-small:", "from 1 to 512"},  {"cnn-small:wide", "from 1 to 512"},
            {"cnn-9:16", "no width to set"},  {"cnn-tiny:4", "there are: cnn-small"}};
        for (const auto& [id, part] : wrong) {
            const auto refused = findNetwork(networks, id);
            QVERIFY2(!refused, id);
            QVERIFY2(refused.error().sentence().find(part) != std::string::npos, refused.error().sentence().c_str());
        }
    }

    /// Grey pictures of 28 × 28 and odd ones of 17 × 23: logits for each class, and every weight has a part in them.
    void everyNetworkLearnsWithAllOfItsWeights_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("channels");
        for (const auto& [network, description] : networks()) {
            // A narrow one of its kind where there is a width to set: the wiring is the same.
            const std::string id = network + (description.params.empty() ? "" : ":4");
            if (id == "wide-resnet-28-8" || id == "wide-resnet-28-10") continue; // 28-2 with more channels
            QTest::newRow((id + ", 28x28").c_str()) << QString::fromStdString(id) << 28 << 28 << 1;
            QTest::newRow((id + ", 17x23").c_str()) << QString::fromStdString(id) << 17 << 23 << 3;
        }
    }
    void everyNetworkLearnsWithAllOfItsWeights() {
        QFETCH(QString, id);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, channels);
        const auto network = makeNetwork(id.toStdString(), {width, height, channels}, 5, 1);
        QVERIFY2(network, network ? "" : network.error().sentence().c_str());
        torch::manual_seed(7);
        const auto images = torch::randn({6, channels, height, width}).contiguous(torch::MemoryFormat::ChannelsLast);
        const auto logits = (*network)->forward(images);
        QCOMPARE(logits.sizes(), torch::IntArrayRef({6, 5}));
        torch::nn::functional::cross_entropy(logits, torch::tensor({0, 1, 2, 3, 4, 0})).backward();
        for (const auto& item : (*network)->named_parameters()) {
            QVERIFY2(item.value().grad().defined(), item.key().c_str());
            QVERIFY2(torch::isfinite(item.value().grad()).all().item<bool>(), item.key().c_str());
        }
    }

    void namesAreThoseOfTorchvision_data() {
        QTest::addColumn<QString>("ours");
        QTest::addColumn<QString>("theirs");
        // clang-format off
        QTest::newRow("stem") << "stem.conv.weight" << "conv1.weight";
        QTest::newRow("its norm") << "stem.norm.running_mean" << "bn1.running_mean";
        QTest::newRow("block") << "stage2-block1.second.conv.weight" << "layer2.0.conv2.weight";
        QTest::newRow("bottleneck") << "stage4-block3.third.norm.bias" << "layer4.2.bn3.bias";
        QTest::newRow("shortcut") << "stage3-block1.shortcut.conv.weight" << "layer3.0.downsample.0.weight";
        QTest::newRow("shortcut's norm") << "stage3-block1.shortcut.norm.weight" << "layer3.0.downsample.1.weight";
        QTest::newRow("head") << "head.bias" << "fc.bias";
        QTest::newRow("no such") << "final-norm.weight" << "";
        // clang-format on
    }
    void namesAreThoseOfTorchvision() {
        QFETCH(QString, ours);
        QFETCH(QString, theirs);
        QCOMPARE(QString::fromStdString(torchvisionName(ours.toStdString())), theirs);
    }

    /// A file as torchvision names it, for three colours and 1,000 classes, without a hash of ours.
    void weightsOfTorchvisionFitAndSayWhatDidNot() {
        const auto donor = *makeNetwork("resnet-18:8", {32, 32, 3}, 1000, 1);
        const auto taker = *makeNetwork("resnet-18:8", {32, 32, 1}, 10, 2);
        const auto drawn = taker->named_parameters()["head.weight"].clone();
        QTemporaryDir folder;
        const std::string file = folder.filePath("resnet.safetensors").toStdString();
        writeWeights(file, *donor, torchvisionName);
        const auto report = loadInitialWeights(*taker, file);
        QVERIFY2(report, report ? "" : report.error().sentence().c_str());
        // 20 convolutions and 20 norms of 4 tensors; the head's two stay.
        QCOMPARE(report->taken, std::size_t(20 + 20 * 4));
        QCOMPARE(report->fresh, (std::vector<std::string>{"head.weight (10 × 64 here, 1000 × 64 in the file)",
                                                          "head.bias (10 here, 1000 in the file)"}));
        QCOMPARE(report->adapted, std::vector<std::string>{"stem.conv.weight (summed over colour)"});
        QVERIFY(report->unused.empty());
        QVERIFY(torch::allclose(taker->named_parameters()["stem.conv.weight"],
                                donor->named_parameters()["stem.conv.weight"].sum(1, true)));
        QVERIFY(torch::equal(taker->named_parameters()["stage4-block2.second.conv.weight"],
                             donor->named_parameters()["stage4-block2.second.conv.weight"]));
        QVERIFY(torch::equal(taker->named_parameters()["head.weight"], drawn));
    }

    /// A filter of another size is left as drawn and is not called adapted as well.
    void colourFiltersOfAnotherSizeAreNotSummed() {
        const auto donor = *makeNetwork("resnet-18-imagenet:8", {32, 32, 3}, 10, 1);
        const auto taker = *makeNetwork("resnet-18:8", {32, 32, 1}, 10, 2);
        QTemporaryDir folder;
        const std::string file = folder.filePath("large.safetensors").toStdString();
        writeWeights(file, *donor, torchvisionName);
        const auto report = loadInitialWeights(*taker, file);
        QVERIFY2(report, report ? "" : report.error().sentence().c_str());
        QVERIFY(report->adapted.empty());
        QCOMPARE(report->fresh,
                 std::vector<std::string>{"stem.conv.weight (8 × 1 × 3 × 3 here, 8 × 3 × 7 × 7 in the file)"});
    }

    void aPrefixOfAllNamesIsPassedOver_data() {
        QTest::addColumn<QString>("prefix");
        for (const char* prefix : {"module.", "backbone.", "module.encoder."}) QTest::newRow(prefix) << prefix;
    }
    void aPrefixOfAllNamesIsPassedOver() {
        QFETCH(QString, prefix);
        const auto donor = *makeNetwork("resnet-18:8", {32, 32, 3}, 10, 1);
        const auto taker = *makeNetwork("resnet-18:8", {32, 32, 3}, 10, 2);
        QTemporaryDir folder;
        const std::string file = folder.filePath("wrapped.safetensors").toStdString();
        writeWeights(file, *donor,
                     [&](const std::string& name) { return prefix.toStdString() + torchvisionName(name); });
        const auto report = loadInitialWeights(*taker, file);
        QVERIFY2(report, report ? "" : report.error().sentence().c_str());
        QVERIFY(report->fresh.empty() && report->unused.empty());
        QVERIFY(torch::equal(taker->named_parameters()["head.weight"], donor->named_parameters()["head.weight"]));
        const QString summary = QString::fromStdString(report->summary("wrapped.safetensors"));
        QVERIFY2(summary.contains("without " + prefix + " before them"), qPrintable(summary));
    }

    void aFileWithoutAnyNameOfTheNetworkSaysWhatItHolds() {
        const auto donor = *makeNetwork("resnet-18:8", {32, 32, 3}, 10, 1);
        const auto taker = *makeNetwork("resnet-18:8", {32, 32, 3}, 10, 2);
        QTemporaryDir folder;
        const std::string file = folder.filePath("strange.safetensors").toStdString();
        writeWeights(file, *donor, [](const std::string& name) { return "x-" + name; });
        const auto report = loadInitialWeights(*taker, file);
        QVERIFY(!report);
        const QString said = QString::fromStdString(report.error().sentence());
        QVERIFY2(said.contains("it holds x-head.bias, x-head.weight") && said.contains("strange.safetensors"),
                 qPrintable(said));
    }

    void filesOfPyTorchAreToldFromDamagedOnes() {
        const auto taker = *makeNetwork("resnet-18:8", {32, 32, 3}, 10, 2);
        QTemporaryDir folder;
        const QByteArray heads[] = {QByteArray("PK\x03\x04"), QByteArray::fromHex("80028a0a6cfc9c46f920")};
        for (const QByteArray& head : heads) {
            QFile file(folder.filePath("resnet.pth"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(head + QByteArray(200, '\7'));
            file.close();
            const auto report = loadInitialWeights(*taker, file.fileName().toStdString());
            QVERIFY(!report);
            const QString said = QString::fromStdString(report.error().sentence());
            QVERIFY2(said.contains("PyTorch's own format") && said.contains(".safetensors"), qPrintable(said));
        }
    }

    void weightsOfAnotherNetworkAreRefused() {
        const auto donor = *makeNetwork("cnn-9", {16, 16, 3}, 4, 1);
        const auto taker = *makeNetwork("resnet-18:8", {16, 16, 3}, 4, 2);
        QTemporaryDir folder;
        const std::string file = folder.filePath("other.safetensors").toStdString();
        writeWeights(file, *donor, [](const std::string& name) { return name; });
        const auto report = loadInitialWeights(*taker, file);
        QVERIFY(!report);
        QVERIFY2(report.error().sentence().find("for another network") != std::string::npos,
                 report.error().sentence().c_str());
    }

    void aRunStartsFromAnotherRunsCheckpointAndMayTrainItsLastLayerAlone() {
        QTemporaryDir folder;
        TrainingTask first = test::makeTask(test::blobs(120, 3), "cross-entropy", 2);
        first.checkpointFolder = folder.filePath("first").toStdString();
        QVERIFY(test::train(first).result);
        TrainingTask second = test::makeTask(test::blobs(120, 3), "cross-entropy", 1);
        second.checkpointFolder = folder.filePath("second").toStdString();
        second.config.seed = 9;
        second.config.freeze = true;
        second.config.weights = checkpointFile(first.checkpointFolder, 2).string();
        const auto outcome = test::train(second);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        const auto before = *readCheckpoint(checkpointFile(first.checkpointFolder, 2));
        const auto after = *readCheckpoint(checkpointFile(second.checkpointFolder, 1));
        for (const auto& [name, tensor] : before.state) {
            if (!name.starts_with("network0.") || name.ends_with("num_batches_tracked")) continue;
            const bool head = name.starts_with("network0.head.");
            QVERIFY2(torch::equal(tensor, after.state.at(name)) != head, name.c_str());
        }
        second.config.weights = folder.filePath("absent.safetensors").toStdString();
        const auto refused = test::train(second);
        QVERIFY(!refused.result);
        QVERIFY2(refused.result.error().sentence().find("absent.safetensors") != std::string::npos,
                 refused.result.error().sentence().c_str());
    }

    /// Two networks that began alike, head and all, would see the same pictures in the same order and stay one network.
    void twoNetworksFromOneCheckpointDiffer() {
        QTemporaryDir folder;
        TrainingTask first = test::makeTask(test::blobs(240, 3), "cross-entropy", 2);
        first.checkpointFolder = folder.filePath("first").toStdString();
        QVERIFY(test::train(first).result);
        TrainingTask second = test::makeTask(test::blobs(240, 3), "co-teaching", 2);
        second.checkpointFolder = folder.filePath("second").toStdString();
        second.config.weights = checkpointFile(first.checkpointFolder, 2).string();
        const auto outcome = test::train(second);
        QVERIFY2(outcome.result, outcome.result ? "" : outcome.result.error().sentence().c_str());
        const auto& columns = outcome.keeper.reports.front()->evidence->columns;
        QVERIFY(columns.at("loss-1") != columns.at("loss-2"));
        QVERIFY(std::ranges::any_of(outcome.keeper.notes, [](const std::string& note) {
            return note.find("so that the networks differ") != std::string::npos;
        }));
        // From a run of two networks each takes its own.
        TrainingTask third = second;
        third.checkpointFolder = folder.filePath("third").toStdString();
        third.config.weights = checkpointFile(second.checkpointFolder, 2).string();
        const auto goesOn = test::train(third);
        QVERIFY(goesOn.result);
        QVERIFY(std::ranges::none_of(goesOn.keeper.notes, [](const std::string& note) {
            return note.find("so that the networks differ") != std::string::npos;
        }));
    }

private:
    /// All tensors of a network in the plain layout, as other programs write it.
    static void writeWeights(const std::string& file, Classifier& network,
                             const std::function<std::string(const std::string&)>& nameOf) {
        std::vector<std::pair<std::string, torch::Tensor>> tensors;
        for (const auto& item : network.named_parameters()) tensors.emplace_back(nameOf(item.key()), item.value());
        for (const auto& item : network.named_buffers()) tensors.emplace_back(nameOf(item.key()), item.value());
        QByteArray header = "{", data;
        for (const auto& [name, tensor] : tensors) {
            const auto plain = tensor.detach().contiguous();
            const auto begin = data.size();
            data.append(static_cast<const char*>(plain.data_ptr()), qsizetype(plain.nbytes()));
            QByteArray shape;
            for (const auto extent : plain.sizes())
                shape += (shape.isEmpty() ? "" : ",") + QByteArray::number(qint64(extent));
            header += (header.size() == 1 ? "\"" : ",\"") + QByteArray::fromStdString(name) + "\":{\"dtype\":\"" +
                      (plain.scalar_type() == torch::kInt64 ? "I64" : "F32") + "\",\"shape\":[" + shape +
                      "],\"data_offsets\":[" + QByteArray::number(begin) + "," + QByteArray::number(data.size()) + "]}";
        }
        header += "}";
        QByteArray length(8, '\0');
        for (int i = 0; i < 8; ++i) length[i] = char(quint64(header.size()) >> (8 * i) & 0xFF);
        QFile out(QString::fromStdString(file));
        QVERIFY(out.open(QIODevice::WriteOnly));
        QCOMPARE(out.write(length + header + data), length.size() + header.size() + data.size());
    }
    static std::vector<std::pair<std::string, Description>> networks() {
        std::vector<std::pair<std::string, Description>> all;
        for (const auto& network : test::engineRegistry().networks.all())
            all.emplace_back(network->description().id, network->description());
        return all;
    }
};

QTEST_GUILESS_MAIN(TestNetworks)
#include "tst_networks.moc"
