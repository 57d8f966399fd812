// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"
#include "core/learn/safetensors.h"
#include "tests/core/learn/learn_fixtures.h"

#include <QTemporaryDir>
#include <QTest>

using namespace assay;
using namespace assay::learn;

namespace {

std::vector<std::byte> sound() {
    static const std::vector<float> weights = {1, 2, 3, 4, 5, 6};
    static const std::vector<std::int64_t> steps = {42};
    const std::vector<TensorEntry> entries = {{"a.weight", "F32", {2, 3}, 0, 0}, {"b.steps", "I64", {1}, 0, 0}};
    const std::string file = makeSafetensors({{"format", "test"}, {"epoch", "7"}}, entries,
                                             {std::as_bytes(std::span(weights)), std::as_bytes(std::span(steps))});
    const auto bytes = std::as_bytes(std::span(file.data(), file.size()));
    return {bytes.begin(), bytes.end()};
}

std::size_t headerLength(const std::vector<std::byte>& file) {
    return std::size_t(file[0]) | std::size_t(file[1]) << 8;
}

std::vector<std::byte> fileWithHeader(const std::string& header, std::size_t dataBytes) {
    std::vector<std::byte> file(8 + header.size() + dataBytes);
    for (std::size_t i = 0; i < 8; ++i) file[i] = std::byte((header.size() >> (8 * i)) & 0xFF);
    for (std::size_t i = 0; i < header.size(); ++i) file[8 + i] = std::byte(header[i]);
    return file;
}

} // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsWrittenReadsBack() {
        const auto file = sound();
        const auto view = parseSafetensors(file, "x");
        QVERIFY2(view, view ? "" : view.error().sentence().c_str());
        QCOMPARE(view->metadata.at("epoch"), std::string("7"));
        QCOMPARE(view->tensors.size(), std::size_t(2));
        QCOMPARE(view->tensors[0].name, std::string("a.weight"));
        QCOMPARE(view->tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(view->data.size(), std::size_t(32));
        QCOMPARE(headerLength(file) % 8, std::size_t(0));
    }

    void everyTruncationIsRefused() {
        const auto file = sound();
        for (std::size_t length = 0; length < file.size(); ++length)
            QVERIFY2(!parseSafetensors(std::span(file).first(length), "x"), std::to_string(length).c_str());
    }

    /// A bit anywhere: in the length, the header, its padding, the hash, the tensors.
    void everyFlippedBitIsRefused() {
        auto file = sound();
        std::size_t loaded = 0;
        for (std::size_t i = 0; i < file.size(); ++i) {
            const auto bit = std::byte(1U << (i % 8));
            file[i] ^= bit;
            loaded += parseSafetensors(file, "x").has_value();
            file[i] ^= bit;
        }
        QCOMPARE(loaded, std::size_t(0));
        QVERIFY(parseSafetensors(file, "x"));
    }

    void bytesAfterTheEndAreRefused() {
        auto file = sound();
        file.push_back(std::byte(0));
        QVERIFY(!parseSafetensors(file, "x"));
    }

    void aHeaderThatLiesIsRefusedBeforeAnythingIsAllocated_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("bytes");
        QTest::newRow("no JSON") << "{nonsense" << 0;
        QTest::newRow("an array") << "[1]" << 0;
        QTest::newRow("a key twice")
            << R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"
            << 4;
        QTest::newRow("too deep") << R"({"__metadata__":{"x":{"y":{"z":{"u":{}}}}}})" << 0;
        QTest::newRow("2^63 elements") << R"({"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}})"
                                       << 4;
        QTest::newRow("a product that wraps")
            << R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}})" << 0;
        QTest::newRow("a negative extent") << R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})" << 4;
        QTest::newRow("past the end") << R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})" << 4;
        QTest::newRow("a hole") << R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})" << 2;
        QTest::newRow("an overlap")
            << R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})"
            << 3;
        QTest::newRow("an unknown type") << R"({"a":{"dtype":"OBJECT","shape":[1],"data_offsets":[0,8]}})" << 8;
        QTest::newRow("no hash") << R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})" << 1;
        QTest::newRow("a false hash")
            << QString(R"({"__metadata__":{"sha256":"%1"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})")
                   .arg(QString(64, 'a'))
            << 1;
    }
    void aHeaderThatLiesIsRefusedBeforeAnythingIsAllocated() {
        QFETCH(QString, header);
        QFETCH(int, bytes);
        const auto parsed = parseSafetensors(fileWithHeader(header.toStdString(), std::size_t(bytes)), "x");
        QVERIFY(!parsed);
        QCOMPARE(int(parsed.error().code), int(ErrorCode::Damaged));
    }

    void aPickleIsNotOpened() {
        std::vector<std::byte> pickle(64, std::byte('c'));
        pickle[0] = std::byte(0x80);
        QVERIFY(!parseSafetensors(pickle, "x"));
    }

    /// Stopped after some batches of the third epoch, continued by a fresh run: the rest is bit for bit that of a
    /// run that was never stopped.
    void aResumedRunEqualsTheUnbrokenOne_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"cross-entropy", "co-teaching", "m-dyr-h", "pseudo-label"})
            QTest::newRow(method) << method;
    }
    void aResumedRunEqualsTheUnbrokenOne() {
        QFETCH(QString, method);
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(200, 4), method.toStdString(), 6, 0.3);
        const auto whole = test::train(task);
        QVERIFY2(whole.result, whole.result ? "" : whole.result.error().sentence().c_str());
        task.checkpointFolder = folder.filePath("run").toStdString();
        const auto stopped = test::train(task, whole.keeper.reports.size() * 3);
        QCOMPARE(int(stopped.result.error().code), int(ErrorCode::Cancelled));
        const std::size_t before = stopped.keeper.reports.size();
        QVERIFY2(before >= 1 && before < 6, std::to_string(before).c_str());
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY2(rest.result, rest.result ? "" : rest.result.error().sentence().c_str());
        QCOMPARE(rest.keeper.reports.size(), 6 - before);
        for (std::size_t i = 0; i < rest.keeper.reports.size(); ++i) {
            const auto& ours = *rest.keeper.reports[i]->evidence;
            const auto& theirs = *whole.keeper.reports[before + i]->evidence;
            QCOMPARE(ours.epoch, theirs.epoch);
            QCOMPARE(ours.loss, theirs.loss);
            QCOMPARE(ours.margin, theirs.margin);
            QVERIFY(ours.columns == theirs.columns);
        }
    }

    void ofADamagedNewestTheOneBeforeIsUsed() {
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(120, 3), "cross-entropy", 4);
        task.checkpointFolder = folder.path().toStdString();
        const auto whole = test::train(task);
        QVERIFY(whole.result);
        const auto newest = task.checkpointFolder / "epoch-0004.safetensors";
        QVERIFY(std::filesystem::exists(newest) &&
                std::filesystem::exists(task.checkpointFolder / "epoch-0003.safetensors"));
        QVERIFY(!std::filesystem::exists(task.checkpointFolder / "epoch-0002.safetensors"));
        std::filesystem::resize_file(newest, std::filesystem::file_size(newest) / 2);
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY(rest.result);
        QCOMPARE(rest.keeper.reports.size(), std::size_t(1));
        QCOMPARE(rest.keeper.reports[0]->evidence->loss, whole.keeper.reports[3]->evidence->loss);
        QVERIFY(rest.keeper.notes.front().starts_with("Checkpoint of epoch 4 cannot be used"));
    }

    /// Killed between a checkpoint and its epoch's record: the epoch is trained again, and none is missing.
    void anEpochThatIsNotOnRecordIsTrainedAgain() {
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(120, 3), "cross-entropy", 4);
        task.checkpointFolder = folder.path().toStdString();
        const auto whole = test::train(task);
        QVERIFY(whole.result);
        task.resume = true;
        task.recorded = 3;
        const auto rest = test::train(task);
        QVERIFY(rest.result);
        QCOMPARE(rest.keeper.reports.size(), std::size_t(1));
        QCOMPARE(rest.keeper.reports[0]->evidence->epoch, 4);
        QCOMPARE(rest.keeper.reports[0]->evidence->loss, whole.keeper.reports[3]->evidence->loss);
    }

    void aCheckpointOfAnotherRunIsRefusedByName() {
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(60, 3), "cross-entropy", 1);
        task.checkpointFolder = folder.path().toStdString();
        QVERIFY(test::train(task).result);
        task.resume = true;
        task.config.network = "cnn-small:4";
        const auto other = test::train(task);
        QVERIFY(!other.result);
        QVERIFY(other.result.error().message.find("network is cnn-small:8, this run's is cnn-small:4") !=
                std::string::npos);
    }

    void anotherSettingIsRefusedByName() {
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(60, 3), "cross-entropy", 1);
        task.config.settings["learning-rate"] = 0.01;
        task.checkpointFolder = folder.path().toStdString();
        QVERIFY(test::train(task).result);
        task.resume = true;
        task.config.settings["learning-rate"] = 0.02;
        const auto other = test::train(task);
        QVERIFY(!other.result);
        const std::string& message = other.result.error().message;
        QVERIFY2(message.find("its setting learning-rate is 0.01, this run's is 0.02") != std::string::npos,
                 message.c_str());
    }

    /// As after an update: what the run was not set to when it was recorded has its default.
    void aRunGoesOnWhoseMethodHasLearntASettingSince() {
        QTemporaryDir folder;
        TrainingTask task = test::makeTask(test::blobs(60, 3), "cross-entropy", 2);
        const auto params = test::engineRegistry().methods.find("cross-entropy")->description().params;
        const auto complete = completeParams(params, task.config.settings);
        QVERIFY(complete);
        task.config.settings = *complete;
        QCOMPARE(task.config.settings.erase("mirror"), std::size_t(1));
        task.checkpointFolder = folder.path().toStdString();
        const auto whole = test::train(task);
        QVERIFY(whole.result);
        std::filesystem::remove(task.checkpointFolder / "epoch-0002.safetensors");
        task.resume = true;
        const auto rest = test::train(task);
        QVERIFY2(rest.result, rest.result ? "" : rest.result.error().sentence().c_str());
        QCOMPARE(rest.keeper.reports.size(), std::size_t(1));
        QCOMPARE(rest.keeper.reports[0]->evidence->loss, whole.keeper.reports[1]->evidence->loss);
    }

    void aFolderThatCannotBeWrittenIsANoteAndTrainingGoesOn() {
        QTemporaryDir folder;
        QVERIFY(writeFileAtomically(folder.filePath("file").toStdString(), "x"));
        TrainingTask task = test::makeTask(test::blobs(60, 3), "cross-entropy", 2);
        task.checkpointFolder = folder.filePath("file/below").toStdString();
        const auto outcome = test::train(task);
        QVERIFY(outcome.result);
        QCOMPARE(outcome.keeper.notes.size(), std::size_t(3)); // of two checkpoints and the probabilities
        QVERIFY(outcome.keeper.notes[0].starts_with("Checkpoint of epoch 1 not written; training goes on"));
        QVERIFY(std::any_of(outcome.keeper.notes.begin(), outcome.keeper.notes.end(), [](const std::string& note) {
            return note.starts_with("The probabilities of the last epoch are not kept");
        }));
    }
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
