// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/sample_views.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <iterator>

using namespace assay;

namespace {

SampleViews someViews(bool withMaps) {
    SampleViews views;
    views.epoch = 7;
    views.names = {"weak", "strong"};
    views.geometry = {3, 2, 3};
    views.samples = {SampleIndex(4), SampleIndex(900)};
    for (std::size_t i = 0; i < 4 * views.geometry.bytes(); ++i) views.pictures.push_back(std::uint8_t(i * 3));
    if (withMaps) {
        views.mapWidth = 2;
        views.mapHeight = 1;
        views.maps = {0.25F, 0.75F, 0.5F, 0.5F, 1, 0, 0.125F, 0.875F};
    } else {
        views.gains = {1, 13.7F, 1, 0.3F};
    }
    return views;
}

} // namespace

class TestSampleViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void picturesAndMapsComeBack() {
        QTemporaryDir folder;
        const std::filesystem::path run = folder.filePath(QStringLiteral("run 1")).toStdString();
        for (const bool withMaps : {true, false}) {
            const SampleViews made = someViews(withMaps);
            QVERIFY(storeSampleViews(run, made));
            const auto read = readSampleViews(run);
            QVERIFY2(read, read ? "" : read.error().sentence().c_str());
            QCOMPARE(read->epoch, 7);
            QCOMPARE(read->names, made.names);
            QCOMPARE(read->geometry, made.geometry);
            QCOMPARE(read->samples, made.samples);
            QCOMPARE(read->pictures, made.pictures);
            QCOMPARE(read->maps, made.maps);
            QCOMPARE(read->gains, made.gains);
            QCOMPARE(read->gain(1, 1), withMaps ? 1.0F : 0.3F); // drawn as it is where nothing else is said
        }
        QCOMPARE(int(readSampleViews(run)->picture(1, 0)[0]), int(std::uint8_t(36 * 3)));
    }

    void picturesThatDoNotFitAreNotWritten() {
        QTemporaryDir folder;
        SampleViews views = someViews(true);
        views.maps.pop_back();
        QCOMPARE(storeSampleViews(folder.path().toStdString(), views).error().code, ErrorCode::InvalidArgument);
        views = someViews(false);
        views.gains.pop_back();
        QCOMPARE(storeSampleViews(folder.path().toStdString(), views).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(readSampleViews(folder.path().toStdString()).error().code, ErrorCode::NotFound);
    }

    /// Any byte that is changed and any end that is missing is noticed.
    void whatIsDamagedIsNotShown() {
        QTemporaryDir folder;
        const std::filesystem::path run = folder.path().toStdString(), file = run / "sample-views.bin";
        QVERIFY(storeSampleViews(run, someViews(true)));
        std::ifstream in(file, std::ios::binary);
        const std::string whole{std::istreambuf_iterator<char>(in), {}};
        const auto readAs = [&](const std::string& bytes) {
            std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
            return readSampleViews(run);
        };
        for (std::size_t i = 0; i < whole.size(); ++i) {
            std::string bytes = whole;
            bytes[i] = char(bytes[i] ^ 0x11);
            const auto read = readAs(bytes);
            QVERIFY2(!read && read.error().code == ErrorCode::Damaged, std::to_string(i).c_str());
        }
        for (const std::size_t length : {std::size_t(0), std::size_t(5), whole.size() / 2, whole.size() - 1})
            QCOMPARE(readAs(whole.substr(0, length)).error().code, ErrorCode::Damaged);
        QCOMPARE(readAs(whole + "x").error().code, ErrorCode::Damaged);
        QVERIFY(readAs(whole).has_value());
    }
};

QTEST_GUILESS_MAIN(TestSampleViews)
#include "tst_sample_views.moc"
