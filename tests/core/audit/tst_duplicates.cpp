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

/// The picture moved to the right and down, black coming in; turned left to right first where asked.
Pixels moved(const Pixels& picture, ImageGeometry g, int right, int down, bool turned) {
    Pixels out(picture.size());
    for (int y = 0; y < g.height; ++y)
        for (int x = 0; x < g.width; ++x) {
            const int fromX = turned ? g.width - 1 - (x - right) : x - right, fromY = y - down;
            if (fromX < 0 || fromX >= g.width || fromY < 0 || fromY >= g.height) continue;
            for (int c = 0; c < g.channels; ++c)
                out[std::size_t((y * g.width + x) * g.channels + c)] =
                    picture[std::size_t((fromY * g.width + fromX) * g.channels + c)];
        }
    return out;
}

/// Every level off by up to `most`, as after compression.
Pixels grained(Pixels picture, int most) {
    CounterRng rng(5, RngPurpose::Test);
    for (std::uint8_t& v : picture)
        v = std::uint8_t(std::clamp(int(v) + int(rng.below(std::uint32_t(2 * most + 1))) - most, 0, 255));
    return picture;
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
    void mirrorImagesAreFoundUnlessNotWanted();
    void changedCopiesAreFound_data();
    void changedCopiesAreFound();
    void whatOnlyResemblesIsNoCopy();
    void emptyPicturesAreCopiesOnlyIfAsBright();
    void featuresJoinWhatPixelsDoNot();
    void splitsThatShareAPictureComeBeforeOthers();
    void manyEqualPicturesAreOneGroup();
    void aStopIsHeard();
    void aMissingLabelDiffersFromNone();
    void aSearchThatWasStoppedIsMadeAnew();
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
    QVERIFY(near->front().difference > 0 && near->front().difference < 1); // what clipping leaves
    QVERIFY(!near->front().shifted && !near->front().mirrored);
    QVERIFY(findDuplicates(dataset, dataset.givenLabels, {.near = false})->empty());
    QVERIFY(!findDuplicates(dataset, dataset.givenLabels, {.maxDistance = 40}));
}

void TestDuplicates::mirrorImagesAreFoundUnlessNotWanted() {
    std::vector<Pixels> pictures;
    for (std::uint32_t i = 0; i < 30; ++i) pictures.push_back(blobs(i, kGeometry));
    pictures.push_back(moved(pictures[3], kGeometry, 0, 0, true));
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(pictures.size(), 0), folder);
    QVERIFY(findDuplicates(dataset, dataset.givenLabels, {.mirrored = false})->empty());
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(1));
    QCOMPARE(numbers(groups->front()), (Numbers{3, 30}));
    QVERIFY(!groups->front().exact && groups->front().mirrored && !groups->front().shifted);
}

void TestDuplicates::changedCopiesAreFound_data() {
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("right");
    QTest::addColumn<int>("down");
    QTest::addColumn<bool>("turned");
    QTest::addColumn<int>("grain");
    QTest::newRow("a pixel to the right") << 32 << 1 << 0 << false << 0;
    QTest::newRow("a pixel up") << 28 << 0 << -1 << false << 0;
    QTest::newRow("two pixels left and down") << 32 << -2 << 2 << false << 0;
    QTest::newRow("compressed") << 32 << 0 << 0 << false << 12;
    QTest::newRow("moved and compressed") << 28 << 1 << -1 << false << 10;
    QTest::newRow("turned and moved") << 32 << 1 << 0 << true << 0;
    QTest::newRow("turned, moved the other way and compressed") << 32 << -1 << -2 << true << 8;
    QTest::newRow("a larger picture") << 100 << 2 << -2 << false << 8;
    QTest::newRow("a picture that is averaged first") << 200 << 2 << 0 << true << 8;
}

void TestDuplicates::changedCopiesAreFound() {
    QFETCH(int, side);
    QFETCH(int, right);
    QFETCH(int, down);
    QFETCH(bool, turned);
    QFETCH(int, grain);
    const ImageGeometry geometry{side, side, 3};
    std::vector<Pixels> pictures;
    for (std::uint32_t i = 0; i < 60; ++i) pictures.push_back(blobs(i, geometry));
    for (const std::size_t original : {7u, 21u, 48u})
        pictures.push_back(grained(moved(pictures[original], geometry, right, down, turned), grain));
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, geometry, std::vector<Label>(pictures.size(), 0), folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(3));
    QCOMPARE(numbers((*groups)[0]), (Numbers{7, 60}));
    QCOMPARE(numbers((*groups)[1]), (Numbers{21, 61}));
    QCOMPARE(numbers((*groups)[2]), (Numbers{48, 62}));
    for (const DuplicateGroup& group : *groups) {
        QVERIFY(!group.exact);
        if (side <= 100) QCOMPARE(group.shifted, right != 0 || down != 0); // two of 200 pixels are hardly a shift
        QCOMPARE(group.mirrored, turned);
        QVERIFY(group.difference <= grain);
    }
}

void TestDuplicates::whatOnlyResemblesIsNoCopy() {
    // The same scene with one thing more, darker by half in a corner, or in another colour.
    const Pixels scene = blobs(1, kGeometry);
    Pixels thing = scene, corner = scene, colour = scene;
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 32; ++x) {
            const auto at = std::size_t((y * 32 + x) * 3);
            for (std::size_t c = at; c < at + 3; ++c) {
                if (std::hypot(x - 16, y - 12) < 6) thing[c] = std::uint8_t(255 - scene[c]);
                if (x < 14 && y < 14) corner[c] = std::uint8_t(scene[c] / 2);
            }
            colour[at] = std::uint8_t(std::min(255, scene[at] + 60)); // redder, as bright
            colour[at + 1] = std::uint8_t(std::max(0, scene[at] - 30));
        }
    std::vector<Pixels> pictures = {scene, thing, corner, colour};
    for (std::uint32_t i = 2; i < 40; ++i) pictures.push_back(blobs(i, kGeometry));
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(pictures.size(), 0), folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(0));
}

void TestDuplicates::emptyPicturesAreCopiesOnlyIfAsBright() {
    std::vector<Pixels> pictures;
    for (const int level : {0, 60, 61, 130, 200}) pictures.push_back(Pixels(kGeometry.bytes(), std::uint8_t(level)));
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(pictures.size(), 0), folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(1));
    QCOMPARE(numbers(groups->front()), (Numbers{1, 2}));
}

void TestDuplicates::featuresJoinWhatPixelsDoNot() {
    std::vector<Pixels> pictures;
    for (std::uint32_t i = 0; i < 30; ++i) pictures.push_back(blobs(i, kGeometry));
    pictures.push_back(pictures[9]); // 30, an exact copy
    const QTemporaryDir folder;
    const Dataset dataset = datasetOf(pictures, kGeometry, std::vector<Label>(pictures.size(), 0), folder);
    // On a circle, five degrees apart; 4 and 20 half a degree, and 12 takes no part.
    auto features = std::make_shared<FeatureMatrix>();
    features->dimension = 2;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const double angle = (i == 20 ? 4.1 : double(i)) * 5 / 180 * 3.14159265358979;
        features->values.push_back(i == 12 ? std::nanf("") : float(std::cos(angle)));
        features->values.push_back(float(std::sin(angle)));
    }
    const auto groups = findDuplicates(dataset, dataset.givenLabels, {.features = features});
    QVERIFY(groups);
    QCOMPARE(groups->size(), std::size_t(2));
    QCOMPARE(numbers((*groups)[0]), (Numbers{9, 30}));
    QVERIFY((*groups)[0].exact && !(*groups)[0].byFeatures);
    QCOMPARE(numbers((*groups)[1]), (Numbers{4, 20}));
    QVERIFY(!(*groups)[1].exact && (*groups)[1].byFeatures);

    features->values.resize(20);
    const auto refused = findDuplicates(dataset, dataset.givenLabels, {.features = features});
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
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

void TestDuplicates::aMissingLabelDiffersFromNone() {
    QTemporaryDir folder;
    const std::vector<Pixels> pictures(3, blobs(1, kGeometry));
    const Dataset dataset = datasetOf(pictures, kGeometry, {1, kNoLabel, 1}, folder);
    const auto groups = findDuplicates(dataset, dataset.givenLabels);
    QVERIFY(groups);
    QCOMPARE(numbers(groups->front()), (Numbers{0, 1, 2}));
    QVERIFY(!groups->front().conflicting);
    QVERIFY(labelsDiffer(groups->front().samples, {kNoLabel, 1, 2}));
}

void TestDuplicates::aSearchThatWasStoppedIsMadeAnew() {
    QTemporaryDir folder;
    const std::vector<Pixels> pictures(10, blobs(1, kGeometry));
    const auto dataset =
        std::make_shared<const Dataset>(datasetOf(pictures, kGeometry, std::vector<Label>(10, 0), folder));
    DuplicateSearch search(dataset);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(search.groups(stop.get_token()).error().code, ErrorCode::Cancelled);
    const auto groups = search.groups();
    QVERIFY(groups);
    QCOMPARE((*groups)->front().samples.size(), std::size_t(10));
    QCOMPARE(search.groups()->get(), groups->get()); // looked for once
}

void TestDuplicates::withoutPixelsItSaysSo() {
    const auto groups = findDuplicates(Dataset{}, {});
    QVERIFY(!groups);
    QCOMPARE(groups.error().code, ErrorCode::Unsupported);
}

QTEST_GUILESS_MAIN(TestDuplicates)
#include "tst_duplicates.moc"
