// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pixel_store.h"
#include "core/data/splits.h"
#include "core/data/store_builder.h"
#include "tests/support/data_files.h"

#include <QDirIterator>

#include <algorithm>
#include <unistd.h>

using namespace assay;
using namespace assay::testing;

namespace {

void makeClassFolders(const QString& root, int width = 8, int height = 8) {
    for (const char* name : {"cat", "dog"})
        for (int i = 0; i < 5; ++i)
            writeBytes(root + "/" + name + "/" + QString::number(i) + ".png", colourPicture(width, height, 20 * i));
}

QStringList storeFiles(const QString& cache, const QString& name) {
    QStringList found;
    QDirIterator it(cache, {name}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) found << it.next();
    return found;
}

std::vector<std::uint8_t> pixelsOf(const Dataset& dataset) {
    return {dataset.pixels->all().begin(), dataset.pixels->all().end()};
}

} // namespace

class TestOpenDataset : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSecondOpeningReadsTheStoreOnly() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        writeBytes(folder.path() + "/dog/bad.png", "text");
        const Opener open;
        ASSAY_OPENED(first, open(folder.path()));
        ASSAY_OPENED(second, open(folder.path()));
        QCOMPARE(storeFiles(open.cache(), "pixels").size(), 1);
        QCOMPARE(second.contentHash, first.contentHash);
        QCOMPARE(pixelsOf(second), pixelsOf(first));
        QCOMPARE(second.givenLabels, first.givenLabels);
        QCOMPARE(second.splits, first.splits);
        QCOMPARE(second.unreadable.size(), std::size_t{1});
        QCOMPARE(second.unreadable[0].reason, first.unreadable[0].reason);
        QCOMPARE(second.format, first.format);
    }

    void aDamagedStoreIsBuiltAgain_data() {
        QTest::addColumn<QString>("damage");
        for (const char* damage :
             {"delete", "truncate pixels", "truncate index", "flip a pixel", "flip the header", "empty", "unfinished"})
            QTest::newRow(damage) << damage;
    }
    void aDamagedStoreIsBuiltAgain() {
        QFETCH(QString, damage);
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        const Opener open;
        std::vector<std::uint8_t> before;
        {
            ASSAY_OPENED(first, open(folder.path()));
            before = pixelsOf(first);
        }
        const QString pixels = storeFiles(open.cache(), "pixels").value(0);
        const QString index = storeFiles(open.cache(), "index").value(0);
        const auto flip = [&](qint64 at) {
            QFile file(pixels);
            QVERIFY(file.open(QIODevice::ReadWrite));
            QVERIFY(file.seek(at));
            char byte = 0;
            QVERIFY(file.getChar(&byte));
            QVERIFY(file.seek(at));
            QVERIFY(file.putChar(char(byte ^ 0x10)));
        };
        if (damage == "delete") QVERIFY(QFile::remove(pixels));
        if (damage == "truncate pixels") QVERIFY(QFile::resize(pixels, QFileInfo(pixels).size() / 2));
        if (damage == "truncate index") QVERIFY(QFile::resize(index, QFileInfo(index).size() / 2));
        if (damage == "flip a pixel") flip(4096 + 100);
        if (damage == "flip the header") flip(20);
        if (damage == "unfinished") flip(12);
        if (damage == "empty") QVERIFY(QFile::resize(pixels, 0));
        ASSAY_OPENED(second, open(folder.path()));
        QCOMPARE(pixelsOf(second), before);
        QVERIFY(PixelStore::open(toPath(storeFiles(open.cache(), "pixels").value(0))).has_value());
    }

    void aChangedFileMakesAnotherStoreAndDropsTheOld() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        const Opener open;
        ASSAY_OPENED(first, open(folder.path()));
        writeBytes(folder.path() + "/cat/0.png", colourPicture(8, 8, 99));
        ASSAY_OPENED(second, open(folder.path()));
        QVERIFY(second.contentHash != first.contentHash);
        QCOMPARE(int(second.pixels->picture(SampleIndex(0))[0]), 99);
        QCOMPARE(int(first.pixels->picture(SampleIndex(0))[0]), 0); // what is in use stays as it is
        QCOMPARE(storeFiles(open.cache(), "pixels").size(), 1);
    }

    void theContentHashDoesNotDependOnPlaceOrCache() {
        QTemporaryDir one;
        QTemporaryDir two;
        makeClassFolders(one.path());
        makeClassFolders(two.path());
        const Opener open;
        ASSAY_OPENED(first, open(one.path()));
        ASSAY_OPENED(second, open(two.path()));
        QCOMPARE(second.contentHash, first.contentHash);
        QCOMPARE(first.contentHash.size(), std::size_t{32});
        QVERIFY(QFile::rename(two.path() + "/cat/0.png", two.path() + "/cat/00.png"));
        ASSAY_OPENED(renamed, open(two.path()));
        QVERIFY(renamed.contentHash != first.contentHash);
    }

    void withoutACacheFolderItWorksFromMemory() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        QTemporaryDir cache;
        writeBytes(cache.path() + "/stores", "in the way");
        const Opener open;
        OpenOptions options;
        options.cacheFolder = toPath(cache.path());
        ASSAY_OPENED(dataset, open(folder.path(), options));
        QCOMPARE(dataset.size(), std::size_t{10});
        QVERIFY(std::any_of(dataset.notes.begin(), dataset.notes.end(), [](const std::string& note) {
            return note.find("cache folder cannot be written") != std::string::npos;
        }));
        QCOMPARE(int(dataset.pixels->picture(SampleIndex(1))[0]), 20);
    }

    void picturesOfOneSmallSizeStayAsTheyAre() {
        QTemporaryDir folder;
        makeClassFolders(folder.path(), 20, 10);
        const Opener open;
        ASSAY_OPENED(dataset, open(folder.path()));
        QCOMPARE(dataset.pixels->geometry(), (ImageGeometry{20, 10, 3}));
    }

    void mixedSizesAreFittedIntoOneSquare() {
        QTemporaryDir folder;
        makeClassFolders(folder.path(), 20, 10);
        writeBytes(folder.path() + "/dog/9.png", greyPicture(300, 600, 200));
        const Opener open;
        ASSAY_OPENED(dataset, open(folder.path()));
        QCOMPARE(dataset.pixels->geometry(), (ImageGeometry{128, 128, 3}));
        const auto tall = dataset.pixels->picture(SampleIndex(10)); // 64 wide, in the middle
        const auto at = [&](int x, int y) { return int(tall[std::size_t((y * 128 + x) * 3)]); };
        QCOMPARE(at(31, 64), 0);
        QCOMPARE(at(32, 0), 200);
        QCOMPARE(at(95, 127), 200);
        QCOMPARE(at(96, 64), 0);
        const auto full = dataset.pictures->picture(SampleIndex(10));
        QVERIFY(full.has_value());
        QCOMPARE(full->geometry, (ImageGeometry{300, 600, 1}));
    }

    /// For a network that looks at more than the usual size; the usual store stays beside.
    void picturesAreStoredAsLargeAsWished() {
        QTemporaryDir folder;
        makeClassFolders(folder.path(), 20, 10);
        writeBytes(folder.path() + "/dog/9.png", greyPicture(300, 600, 200));
        const Opener open;
        ASSAY_OPENED(usual, open(folder.path()));
        OpenOptions options;
        options.pictureSide = 224;
        ASSAY_OPENED(large, open(folder.path(), options));
        QCOMPARE(large.pixels->geometry(), (ImageGeometry{224, 224, 3}));
        QCOMPARE(large.contentHash, usual.contentHash);
        ASSAY_OPENED(again, open(folder.path()));
        QCOMPARE(again.pixels->geometry(), (ImageGeometry{128, 128, 3}));
    }

    void greyStaysGreyUntilAColourPictureComes() {
        QTemporaryDir folder;
        for (const char* name : {"a", "b"}) writeBytes(folder.path() + "/" + name + "/0.png", greyPicture(6, 6, 40));
        const Opener open;
        ASSAY_OPENED(grey, open(folder.path()));
        QCOMPARE(grey.pixels->geometry(), (ImageGeometry{6, 6, 1}));
        writeBytes(folder.path() + "/b/1.png", colourPicture(6, 6, 40));
        ASSAY_OPENED(colour, open(folder.path()));
        QCOMPARE(colour.pixels->geometry(), (ImageGeometry{6, 6, 3}));
        QCOMPARE(int(colour.pixels->picture(SampleIndex(0))[2]), 40);
    }

    void aMovedDataSetIsASentence() {
        QTemporaryDir folder;
        makeClassFolders(folder.path() + "/set", 200, 200);
        const Opener open;
        ASSAY_OPENED(dataset, open(folder.path() + "/set"));
        QVERIFY(dataset.pictures->picture(SampleIndex(0)).has_value());
        QVERIFY(QFile::rename(folder.path() + "/set", folder.path() + "/moved"));
        const auto picture = dataset.pictures->picture(SampleIndex(0));
        QVERIFY(!picture.has_value());
        QCOMPARE(picture.error().code, ErrorCode::NotFound);
        const auto none = dataset.pictures->picture(SampleIndex(10));
        QVERIFY(!none.has_value());
    }

    void splitsAreStratifiedAndDependOnTheSeed() {
        std::vector<Label> labels;
        for (int i = 0; i < 1000; ++i) labels.push_back(i % 10 == 0 ? 1 : 0);
        const auto splits = stratifiedSplit(labels, 2, 3, 0.2);
        int tests[2] = {0, 0};
        for (std::size_t i = 0; i < labels.size(); ++i) tests[labels[i]] += splits[i] == Split::Test;
        QCOMPARE(tests[0], 180);
        QCOMPARE(tests[1], 20);
        QCOMPARE(stratifiedSplit(labels, 2, 3, 0.2), splits);
        QVERIFY(stratifiedSplit(labels, 2, 4, 0.2) != splits);
    }

    void samplesWithoutALabelAreNeverTestedOn() {
        std::vector<Label> labels(300, kNoLabel);
        for (int i = 0; i < 20; ++i) labels[std::size_t(3 * i)] = i % 2;
        const auto splits = stratifiedSplit(labels, 2, 3, 0.2);
        int tests = 0;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            tests += splits[i] == Split::Test;
            if (labels[i] == kNoLabel) QCOMPARE(splits[i], Split::Train);
        }
        QCOMPARE(tests, 4);
    }

    void anotherSplitSeedNeedsNoOtherStore() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        const Opener open;
        OpenOptions options;
        ASSAY_OPENED(first, open(folder.path(), options));
        options.splitSeed = 5;
        ASSAY_OPENED(second, open(folder.path(), options));
        QCOMPARE(storeFiles(open.cache(), "pixels").size(), 1);
        QCOMPARE(second.splitSeed, 5u);
        QVERIFY(first.splitsMade && second.splitsMade);
    }

    void stoppingLeavesNothingThatLooksWhole() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        const Opener open;
        std::stop_source stop;
        stop.request_stop();
        const auto result = open(folder.path(), {}, stop.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        QVERIFY(storeFiles(open.cache(), "pixels").isEmpty());
    }

    void whatACrashLeftIsNeitherUsedNorKept() {
        QTemporaryDir cache;
        const auto folder = toPath(cache.path()) / "stores" / "0123";
        const Image picture{{2, 2, 1}, {1, 2, 3, 4}};
        {
            StoreBuilder unfinished(folder, 3, 128);
            QVERIFY(unfinished.place(0, picture, true).has_value());
            QVERIFY(!PixelStore::open(folder / kStorePixels).has_value());
        }
        QVERIFY(storeFiles(cache.path(), "*").isEmpty());
        // A killed process leaves its folder behind; its lock died with it.
        writeBytes(cache.path() + "/stores/0123.building-1-1/lock", "");
        writeBytes(cache.path() + "/stores/0123.building-1-1/pixels-0", "half");
        StoreBuilder builder(folder, 3, 128);
        QVERIFY(!QFileInfo::exists(cache.path() + "/stores/0123.building-1-1"));
        QVERIFY(builder.place(0, picture, true).has_value());
        QVERIFY(builder.place(2, picture, true).has_value());
        const auto store = builder.finish({});
        QVERIFY(store.has_value());
        QCOMPARE((*store)->size(), std::size_t{2});
        QVERIFY(PixelStore::open(folder / kStorePixels).has_value());
    }
};

QTEST_GUILESS_MAIN(TestOpenDataset)
#include "tst_open_dataset.moc"
