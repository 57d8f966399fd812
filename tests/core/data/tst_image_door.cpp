// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_codec.h"
#include "core/data/image_ops.h"
#include "core/data/source.h"
#include "tests/support/data_files.h"

#include <cmath>
#include <cstdlib>

using namespace assay;
using namespace assay::testing;

namespace {

std::span<const std::byte> bytesOf(const QByteArray& content) {
    return std::as_bytes(std::span(content.constData(), std::size_t(content.size())));
}

/// The check of the door: a picture of more than 100 megapixels is refused, and for that reason.
bool doorHolds(const ImageLimits& limits) {
    const QByteArray bomb = "P4\n10400 10000\n" + QByteArray(10400 / 8 * 10000, 0);
    const auto picture = decodePicture(bytesOf(bomb), {}, limits);
    return !picture && picture.error().message == "10,400 × 10,000 exceeds 100 megapixels";
}

double meanDifference(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(int(a.pixels[i]) - int(b.pixels[i]));
    return sum / double(a.pixels.size());
}

} // namespace

class TestImageDoor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!canDecodePictures()) QSKIP("built without OpenCV");
    }

    void theLimitsHoldAndTheCheckCanTurnRed() {
        QVERIFY(doorHolds({}));
        ImageLimits off;
        off.pixels = off.side = off.decodedBytes = ~0ull;
        QVERIFY2(!doorHolds(off), "the check does not notice that the limits are switched off");
    }

    void headersAreReadWithoutADecoder_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("PGM with a comment") << QByteArray("P5\n# made\n7 9\n255\n") << 7 << 9;
        QTest::newRow("PNG") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\2\0\0\0\7\x08\2\0\0\0\0\0\0\0", 33)
                             << 258 << 7;
        QTest::newRow("JPEG") << QByteArray("\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\0\x10\0\x20\3aaaaaaaaa", 27) << 32
                              << 16;
        QTest::newRow("WebP lossless") << QByteArray("RIFF\0\0\0\0WEBPVP8L\5\0\0\0\x2f\x09\xc0\x01\0", 25) << 10 << 8;
    }
    void headersAreReadWithoutADecoder() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, width);
        QFETCH(int, height);
        const auto header = readImageHeader(bytesOf(bytes));
        QVERIFY2(header.has_value(), header ? "" : header.error().message.c_str());
        QCOMPARE(int(header->width), width);
        QCOMPARE(int(header->height), height);
        for (qsizetype cut = 0; cut < bytes.size(); ++cut) (void)readImageHeader(bytesOf(bytes.left(cut)));
    }

    void refusalsNameTheirReason_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << QByteArray() << "the file is empty";
        QTest::newRow("text") << QByteArray("hello") << "it is text";
        QTest::newRow("GIF") << QByteArray("GIF89a......") << "it is a GIF";
        QTest::newRow("LFS") << QByteArray("version https://git-lfs.github.com/spec/v1\n") << "git lfs pull";
        QTest::newRow("web page") << QByteArray("<!DOCTYPE html><html>") << "a web page";
        QTest::newRow("65,535 a side") << QByteArray("P5\n70000 2\n255\n") << "exceeds 65,535 pixels a side";
        QTest::newRow("nothing") << QByteArray("P5\n0 2\n255\n") << "0 × 2";
        QTest::newRow("2^31 square") << QByteArray("P5\n2147483647 2147483647\n255\n") << "exceeds 100 megapixels";
    }
    void refusalsNameTheirReason() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        const auto picture = decodePicture(bytesOf(bytes));
        QVERIFY(!picture.has_value());
        QVERIFY2(QString::fromStdString(picture.error().message).contains(says), picture.error().message.c_str());
    }

    void sixteenBitsBecomeEightByShifting() {
        const QByteArray bytes = "P5\n2 1\n65535\n" + QByteArray("\x12\xff\xfe\x01", 4);
        const auto picture = decodePicture(bytesOf(bytes));
        QVERIFY(picture.has_value());
        QCOMPARE(picture->pixels, (std::vector<std::uint8_t>{0x12, 0xfe}));
    }

    void orientationsAreUndone_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<QList<int>>("stored"); // 2 × 3, such that upright is 1 2 3 / 4 5 6 or the other way round
        QTest::newRow("2") << 2 << QList<int>{3, 2, 1, 6, 5, 4};
        QTest::newRow("3") << 3 << QList<int>{6, 5, 4, 3, 2, 1};
        QTest::newRow("4") << 4 << QList<int>{4, 5, 6, 1, 2, 3};
        QTest::newRow("5") << 5 << QList<int>{1, 4, 2, 5, 3, 6};
        QTest::newRow("6") << 6 << QList<int>{3, 6, 2, 5, 1, 4};
        QTest::newRow("7") << 7 << QList<int>{6, 3, 5, 2, 4, 1};
        QTest::newRow("8") << 8 << QList<int>{4, 1, 5, 2, 6, 3};
    }
    void orientationsAreUndone() {
        QFETCH(int, orientation);
        QFETCH(QList<int>, stored);
        const bool turned = orientation >= 5;
        Image image{{turned ? 2 : 3, turned ? 3 : 2, 1}, {}};
        for (const int value : stored) image.pixels.push_back(std::uint8_t(value));
        const Image result = upright(image, orientation);
        QCOMPARE(result.geometry, (ImageGeometry{3, 2, 1}));
        QCOMPARE(result.pixels, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
    }

    void allSixteenPhotosStandUpright() {
        ASSAY_NEEDS("photos/exif-orientation-16.tar");
        ProblemCollector problems;
        const auto source = openSource(toPath(sharedData("photos/exif-orientation-16.tar")), problems, {}, {});
        QVERIFY(source.has_value());
        for (const char* series : {"Landscape", "Portrait"}) {
            Image first;
            for (int i = 1; i <= 8; ++i) {
                const auto bytes =
                    (*source)->read(std::string("exif-orientation-16/") + series + "_" + std::to_string(i) + ".jpg");
                QVERIFY(bytes.has_value());
                auto picture = decodePicture(*bytes);
                QVERIFY(picture.has_value());
                if (i == 1) first = *picture;
                QCOMPARE(picture->geometry, first.geometry);
                // The turned photos were compressed anew: they differ from the first by up to 3.7 grey levels in any
                // decoder, a mirrored one by more than 20.
                const QString name = QString("%1 %2").arg(series).arg(i);
                QVERIFY2(meanDifference(*picture, first) < 5.0, qPrintable(name));
                QVERIFY2(meanDifference(upright(*picture, 2), first) > 20.0, qPrintable(name));
                const auto small = decodePicture(*bytes, {0, 128});
                QVERIFY(small.has_value());
                QCOMPARE(std::max(small->geometry.width, small->geometry.height), 225); // 1800 / 8
            }
            QCOMPARE(first.geometry.width > first.geometry.height, QByteArray(series) == "Landscape");
        }
    }

    void aJpegCutAnywhereIsDamaged() {
        ASSAY_NEEDS("photos/exif-orientation-16.tar");
        ProblemCollector problems;
        const auto source = openSource(toPath(sharedData("photos/exif-orientation-16.tar")), problems, {}, {});
        QVERIFY(source.has_value());
        const auto whole = (*source)->read("exif-orientation-16/Portrait_1.jpg");
        QVERIFY(whole.has_value());
        for (const int percent : {1, 30, 60, 95}) {
            const auto cut = std::span(*whole).first(whole->size() * std::size_t(percent) / 100);
            for (const int enough : {0, 128}) {
                const auto picture = decodePicture(cut, {0, enough});
                QVERIFY(!picture.has_value());
                QCOMPARE(picture.error().code, ErrorCode::Damaged);
                QVERIFY2(picture.error().message.starts_with("damaged"), picture.error().message.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestImageDoor)
#include "tst_image_door.moc"
