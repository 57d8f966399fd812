// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// 1,178 odd and broken image files: no crash, no hang, little memory, one line for each that is refused.
#include "core/base/text.h"
#include "core/data/image_codec.h"
#include "core/data/pixel_store.h"
#include "core/data/source.h"
#include "tests/support/data_files.h"

#include <QSet>

#include <algorithm>
#include <cstdlib>
#include <sys/resource.h>

using namespace assay;
using namespace assay::testing;

class TestMalformedImages : public QObject {
    Q_OBJECT
    Opener m_open;
    std::shared_ptr<const Dataset> m_dataset;

private Q_SLOTS:
    void initTestCase() {
        ASSAY_NEEDS("malformed/malformed-images.tar.xz");
        if (!canDecodePictures()) QSKIP("built without OpenCV");
        ASSAY_OPENED(dataset, m_open(sharedData("malformed")));
        Q_UNUSED(dataset);
        m_dataset = *datasetResult;
    }

    void everyFileIsASampleOrHasItsLine() {
        QCOMPARE(m_dataset->size() + m_dataset->unreadable.size(), std::size_t{1178});
        QSet<QString> files;
        for (const Problem& problem : m_dataset->unreadable) {
            QVERIFY2(!problem.reason.empty(), problem.file.c_str());
            QVERIFY2(problem.reason.find('\n') == std::string::npos, problem.file.c_str());
            QVERIFY2(problem.file.find('\n') == std::string::npos, "a name would break the list");
            files.insert(QString::fromStdString(problem.file));
        }
        QCOMPARE(files.size(), qsizetype(m_dataset->unreadable.size()));
    }

    void peakMemoryIsBelow512MiB() {
#if defined(__SANITIZE_ADDRESS__)
        QSKIP("sanitizers need their own memory");
#endif
        rusage usage{};
        QCOMPARE(::getrusage(RUSAGE_SELF, &usage), 0);
        QVERIFY2(usage.ru_maxrss < 512 * 1024, qPrintable(QString("%1 MiB").arg(usage.ru_maxrss >> 10)));
    }

    void bombsAreRefusedForTheirSize_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("says");
        // clang-format off
        QTest::newRow("valid, 400 megapixels") << "bomb_real_gray_20000x20000.png" << "20,000 × 20,000 exceeds 100 megapixels";
        QTest::newRow("65,535 square") << "bomb_header_65535x65535.png" << "65,535 × 65,535 exceeds 100 megapixels";
        QTest::newRow("2^31 - 1 square") << "bomb_header_2147483647x2147483647.png" << "exceeds 100 megapixels";
        QTest::newRow("JPEG") << "bomb_header_65500x65500.jpg" << "exceeds 100 megapixels";
        QTest::newRow("BMP") << "bomb_header_100000x100000.bmp" << "exceeds 100 megapixels";
        QTest::newRow("PPM") << "bomb_header.ppm" << "exceeds 100 megapixels";
        QTest::newRow("PGM of text") << "bomb_ascii.pgm" << "exceeds 100 megapixels";
        QTest::newRow("SVG") << "external_ref.svg" << "an SVG";
        QTest::newRow("cut JPEG") << "truncated_50pct.jpg" << "damaged: ends early";
        QTest::newRow("cut PNG") << "truncated_50pct.png" << "damaged: ends early";
        QTest::newRow("LFS pointer") << "lfs_pointer.png" << "git lfs pull";
        // clang-format on
    }
    void bombsAreRefusedForTheirSize() {
        QFETCH(QString, file);
        QFETCH(QString, says);
        const auto it =
            std::find_if(m_dataset->unreadable.begin(), m_dataset->unreadable.end(), [&](const Problem& problem) {
                return QString::fromStdString(problem.file).endsWith("/" + file);
            });
        QVERIFY2(it != m_dataset->unreadable.end(), qPrintable(file));
        QVERIFY2(QString::fromStdString(it->reason).contains(says), it->reason.c_str());
    }

    void verdictsAreTheKeptOnes() {
        QFile table(QStringLiteral(ASSAY_SOURCE_DIR "/tests/core/data/malformed_refused.txt"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        QSet<QByteArray> kept;
        for (const QByteArray& line : table.readAll().split('\n'))
            if (!line.isEmpty() && !line.startsWith('#')) kept.insert(line);
        QSet<QByteArray> now;
        for (const Problem& problem : m_dataset->unreadable) now.insert(QByteArray::fromStdString(problem.file));
        const auto more = QSet<QByteArray>(now).subtract(kept).values();
        const auto fewer = QSet<QByteArray>(kept).subtract(now).values();
        QVERIFY2(more.isEmpty(), "now refused: " + more.join(", "));
        QVERIFY2(fewer.isEmpty(), "now read: " + fewer.join(", "));
    }

    void oddButWholePicturesAreUpright() {
        ProblemCollector problems;
        const auto source = openSource(toPath(sharedData("malformed/malformed-images.tar.xz")), problems, {}, {});
        QVERIFY(source.has_value());
        // 40 × 20 with the red quarter at the top left, whatever the orientation says.
        QStringList files;
        for (int i = 1; i <= 8; ++i) files << QString("orientation_%1.jpg").arg(i);
        files << "orientation_3.png"
              << "orientation_6.png";
        for (const QString& file : files) {
            const auto bytes = (*source)->read("images/made/" + file.toStdString());
            QVERIFY2(bytes.has_value(), qPrintable(file));
            const auto picture = decodePicture(*bytes);
            QVERIFY2(picture.has_value(), qPrintable(file));
            QCOMPARE(picture->geometry, (ImageGeometry{40, 20, 3}));
            const std::uint8_t* pixel = &picture->pixels[(5 * 40 + 5) * 3];
            QVERIFY2(pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60, qPrintable(file));
        }
        const auto clear = decodePicture(*(*source)->read("images/made/rgba_alpha0.png"));
        QVERIFY(clear.has_value());
        QVERIFY(std::all_of(clear->pixels.begin(), clear->pixels.end(), [](std::uint8_t v) { return v == 255; }));
        const auto frames = decodePicture(*(*source)->read("images/made/animated3.webp"));
        QVERIFY(frames.has_value());
        QCOMPARE(frames->geometry, (ImageGeometry{24, 24, 3}));
        for (const char* file : {"cmyk.jpg", "gray.jpg", "progressive.jpg", "gray16.png", "multipage3.tiff"}) {
            const auto bytes = (*source)->read(std::string("images/made/") + file);
            QVERIFY2(decodePicture(*bytes).has_value(), file);
        }
    }
};

QTEST_GUILESS_MAIN(TestMalformedImages)
#include "tst_malformed_images.moc"
