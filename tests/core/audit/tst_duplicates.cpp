// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/duplicates.h"
#include "core/audit/perceptual_hash.h"
#include "core/base/rng.h"
#include "core/data/store_builder.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace assay;

namespace {

using Pixels = std::vector<std::uint8_t>;

/// A picture of smooth blobs, as photographs are at this size; another number, another picture.
Pixels blobs(std::uint32_t number, ImageGeometry g, int shift = 0) {
    CounterRng rng(4, RngPurpose::Test, 0, number);
    std::vector<double> plane(std::size_t(g.width * g.height), 90);
    for (int b = 0; b < 6; ++b) {
        const double x = rng.uniform() * g.width, y = rng.uniform() * g.height, size = 2 + rng.uniform() * g.width / 4;
        const double height = 160 * rng.uniform() - 60;
        for (int v = 0; v < g.height; ++v)
            for (int u = 0; u < g.width; ++u)
                plane[std::size_t(v * g.width + u)] +=
                    height * std::exp(-((u - x) * (u - x) + (v - y) * (v - y)) / (2 * size * size));
    }
    Pixels pixels;
    for (const double v : plane)
        for (int c = 0; c < g.channels; ++c) pixels.push_back(std::uint8_t(std::clamp(v + shift, 0.0, 255.0)));
    return pixels;
}

/// A data set of these pictures, its store in `folder`.
Dataset datasetOf(const std::vector<Pixels>& pictures, ImageGeometry geometry, const std::vector<Label>& labels,
                  const QTemporaryDir& folder) {
    StoreBuilder builder(folder.filePath("store").toStdString(), pictures.size(), 64);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto slot = builder.slot(i, geometry);
        std::copy(pictures[i].begin(), pictures[i].end(), slot->begin());
    }
    Dataset dataset;
    dataset.pixels = *builder.finish({});
    dataset.givenLabels = labels;
    dataset.splits.assign(labels.size(), Split::Train);
    return dataset;
}

std::vector<std::uint32_t> numbers(const DuplicateGroup& group) {
    std::vector<std::uint32_t> out;
    for (const auto s : group.samples) out.push_back(s.value);
    return out;
}

using Numbers = std::vector<std::uint32_t>;
constexpr ImageGeometry kGeometry{32, 32, 3};

} // namespace

class TestDuplicates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hashesKnowTheSamePictureAgain();
    void hashesOfDifferentPicturesDiffer();
    void flatPicturesHashAlike();
    void copiesAreGroupedConflictsFirst();
    void nearCopiesNeedTheOption();
    void mirrorImagesNeedTheOption();
    void splitsThatShareAPictureComeBeforeOthers();
    void manyEqualPicturesAreOneGroup();
    void aStopIsHeard();
    void withoutPixelsItSaysSo();
};

void TestDuplicates::hashesKnowTheSamePictureAgain() {
    for (std::uint32_t i = 0; i < 50; ++i) {
        const Pixels picture = blobs(i, kGeometry), brighter = blobs(i, kGeometry, 9);
        QVERIFY(hammingDistance(cosineHash(picture, kGeometry), cosineHash(brighter, kGeometry)) <= 4);
        QVERIFY(hammingDistance(differenceHash(picture, kGeometry), differenceHash(brighter, kGeometry)) <= 4);
        // The same scene at twice the size, in grey.
        Pixels large;
        const ImageGeometry twice{64, 64, 1};
        for (int v = 0; v < 64; ++v)
            for (int u = 0; u < 64; ++u) large.push_back(picture[std::size_t(((v / 2) * 32 + u / 2) * 3)]);
        QVERIFY(hammingDistance(cosineHash(picture, kGeometry), cosineHash(large, twice)) <= 2);
        QVERIFY(hammingDistance(differenceHash(picture, kGeometry), differenceHash(large, twice)) <= 2);
    }
}

void TestDuplicates::hashesOfDifferentPicturesDiffer() {
    int alike = 0;
    for (std::uint32_t i = 0; i < 40; ++i)
        for (std::uint32_t j = i + 1; j < 40; ++j)
            alike += hammingDistance(cosineHash(blobs(i, kGeometry), kGeometry),
                                     cosineHash(blobs(j, kGeometry), kGeometry)) <= 4
                         ? 1
                         : 0;
    QCOMPARE(alike, 0);
}

void TestDuplicates::flatPicturesHashAlike() {
    const Pixels black(32 * 32 * 3, 0), grey(32 * 32 * 3, 127);
    QCOMPARE(differenceHash(black, kGeometry), std::uint64_t(0));
    QCOMPARE(differenceHash(grey, kGeometry), std::uint64_t(0));
    QVERIFY(hammingDistance(cosineHash(black, kGeometry), cosineHash(grey, kGeometry)) <= 1);
    QCOMPARE(cosineHash({}, {0, 0, 3}), std::uint64_t(0));
    const Pixels dot(3, 200);
    QCOMPARE(differenceHash(dot, {1, 1, 3}), std::uint64_t(0));
}

void TestDuplicates::copiesAreGroupedConflictsFirst() {
    QTemporaryDir folder;
    std::vector<Pixels> pictures;
    for (std::uint32_t i = 0; i < 8; ++i) pictures.push_back(blobs(i, kGeometry));
    pictures.push_back(pictures[1]); // 8: same label
    pictures.push_back(pictures[5]); // 9: another label
    pictures.push_back(pictures[5]); // 10
    const Dataset dataset = datasetOf(pictures, kGeometry, {0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1}, folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(2));
    QCOMPARE(numbers((*groups)[0]), (Numbers{5, 9, 10}));
    QVERIFY((*groups)[0].conflicting && (*groups)[0].exact && !(*groups)[0].crossesSplits);
    QCOMPARE(numbers((*groups)[1]), (Numbers{1, 8}));
    QVERIFY(!(*groups)[1].conflicting && (*groups)[1].exact);
}

void TestDuplicates::nearCopiesNeedTheOption() {
    QTemporaryDir folder;
    const std::vector<Pixels> pictures = {blobs(1, kGeometry), blobs(2, kGeometry), blobs(1, kGeometry, 5)};
    const Dataset dataset = datasetOf(pictures, kGeometry, {0, 1, 1}, folder);
    const auto near = findDuplicates(dataset, dataset.givenLabels);
    QCOMPARE(near->size(), std::size_t(1));
    QCOMPARE(numbers(near->front()), (Numbers{0, 2}));
    QVERIFY(!near->front().exact && near->front().conflicting);
    QVERIFY(near->front().distance >= 1 && near->front().distance <= 4);
    QVERIFY(findDuplicates(dataset, dataset.givenLabels, {.near = false})->empty());
    QVERIFY(!findDuplicates(dataset, dataset.givenLabels, {.maxDistance = 40}));
}

void TestDuplicates::mirrorImagesNeedTheOption() {
    std::vector<Pixels> pictures;
    for (std::uint32_t i = 0; i < 30; ++i) pictures.push_back(blobs(i, kGeometry));
    Pixels turned(pictures[3].size());
    for (int y = 0; y < kGeometry.height; ++y)
        for (int x = 0; x < kGeometry.width; ++x)
            for (int c = 0; c < kGeometry.channels; ++c)
                turned[std::size_t((y * kGeometry.width + x) * kGeometry.channels + c)] =
                    pictures[3][std::size_t((y * kGeometry.width + kGeometry.width - 1 - x) * kGeometry.channels + c)];
    pictures.push_back(turned);
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(pictures.size(), 0), folder);
    QVERIFY(findDuplicates(dataset, dataset.givenLabels)->empty());
    DuplicateOptions options;
    options.mirrored = true;
    const auto groups = findDuplicates(dataset, dataset.givenLabels, options);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(1));
    QCOMPARE(numbers(groups->front()), (Numbers{3, 30}));
    QVERIFY(!groups->front().exact);
}

void TestDuplicates::splitsThatShareAPictureComeBeforeOthers() {
    QTemporaryDir folder;
    const std::vector<Pixels> pictures = {blobs(1, kGeometry), blobs(1, kGeometry), blobs(2, kGeometry),
                                          blobs(2, kGeometry)};
    Dataset dataset = datasetOf(pictures, kGeometry, {0, 0, 1, 1}, folder);
    dataset.splits[3] = Split::Test;
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QCOMPARE(groups->size(), std::size_t(2));
    QCOMPARE(numbers(groups->front()), (Numbers{2, 3}));
    QVERIFY(groups->front().crossesSplits);
}

void TestDuplicates::manyEqualPicturesAreOneGroup() {
    QTemporaryDir folder;
    const ImageGeometry small{8, 8, 1};
    const std::vector<Pixels> pictures(5000, Pixels(64, 7));
    const Dataset dataset = datasetOf(pictures, small, std::vector<Label>(5000, 0), folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QCOMPARE(groups->size(), std::size_t(1));
    QCOMPARE(groups->front().samples.size(), std::size_t(5000));
}

void TestDuplicates::aStopIsHeard() {
    QTemporaryDir folder;
    const std::vector<Pixels> pictures(10, blobs(1, kGeometry));
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(10, 0), folder);
    std::stop_source stop;
    stop.request_stop();
    const auto groups = findDuplicates(dataset, dataset.givenLabels, {}, {}, stop.get_token());
    QVERIFY(!groups);
    QCOMPARE(groups.error().code, ErrorCode::Cancelled);
}

void TestDuplicates::withoutPixelsItSaysSo() {
    const auto groups = findDuplicates(Dataset{}, {});
    QVERIFY(!groups);
    QCOMPARE(groups.error().code, ErrorCode::Unsupported);
}

QTEST_GUILESS_MAIN(TestDuplicates)
#include "tst_duplicates.moc"
