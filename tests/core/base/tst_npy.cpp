// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/npy.h"
#include "core/base/rng.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QtTest>
#include <bit>
#include <limits>

using namespace assay;

namespace {

QByteArray file(const QByteArray& header, const QByteArray& data, char version = 1) {
    QByteArray bytes("\x93NUMPY", 6);
    bytes += version;
    bytes += '\0';
    const auto length = std::uint32_t(header.size());
    bytes += char(length & 0xff);
    bytes += char(length >> 8 & 0xff);
    if (version > 1) {
        bytes += char(length >> 16 & 0xff);
        bytes += char(length >> 24 & 0xff);
    }
    return bytes + header + data;
}

QByteArray header(const QByteArray& descr, const QByteArray& shape, bool fortran = false) {
    return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape +
           ", }          \n";
}

template <class T>
QByteArray raw(std::initializer_list<T> values, bool bigEndian = false) {
    QByteArray bytes;
    for (const T v : values) {
        QByteArray one(reinterpret_cast<const char*>(&v), sizeof v);
        if (bigEndian) std::reverse(one.begin(), one.end());
        bytes += one;
    }
    return bytes;
}

Result<NpyArray> parse(const QByteArray& bytes) {
    return parseNpy({reinterpret_cast<const std::byte*>(bytes.constData()), std::size_t(bytes.size())}, "a.npy");
}

} // namespace

class TestNpy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyNumberTypeIsRead_data();
    void everyNumberTypeIsRead();
    void fortranOrderBecomesCOrder();
    void aSingleNumberAndAnEmptyArrayAreRead();
    void aMatrixIsMappedOrRead();
    void whatIsNoArrayIsRefused_data();
    void whatIsNoArrayIsRefused();
    void damagedBytesNeverCrash();
    void aFileOnDiskIsRead();
    void whatIsWrittenComesBack();
};

void TestNpy::everyNumberTypeIsRead_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("real");
    QTest::newRow("float64") << file(header("<f8", "(2,)"), raw<double>({-1.5, 0.25})) << true;
    QTest::newRow("float64, big-endian") << file(header(">f8", "(2,)"), raw<double>({-1.5, 0.25}, true)) << true;
    QTest::newRow("float32") << file(header("<f4", "(2,)"), raw<float>({-1.5f, 0.25f})) << true;
    QTest::newRow("float32, big-endian") << file(header(">f4", "(2,)"), raw<float>({-1.5f, 0.25f}, true)) << true;
    QTest::newRow("float16") << file(header("<f2", "(2,)"), raw<std::uint16_t>({0xbe00, 0x3400})) << true;
    QTest::newRow("float16, big-endian") << file(header(">f2", "(2,)"), raw<std::uint16_t>({0xbe00, 0x3400}, true))
                                         << true;
    QTest::newRow("version 2") << file(header("<f8", "(2,)"), raw<double>({-1.5, 0.25}), 2) << true;
    QTest::newRow("version 3") << file(header("<f8", "(2,)"), raw<double>({-1.5, 0.25}), 3) << true;
    QTest::newRow("int64") << file(header("<i8", "(2,)"), raw<std::int64_t>({-3, 7})) << false;
    QTest::newRow("int64, big-endian") << file(header(">i8", "(2,)"), raw<std::int64_t>({-3, 7}, true)) << false;
    QTest::newRow("int32") << file(header("<i4", "(2,)"), raw<std::int32_t>({-3, 7})) << false;
    QTest::newRow("int8") << file(header("|i1", "(2,)"), raw<std::int8_t>({-3, 7})) << false;
    QTest::newRow("other quotes, Python 2 shape")
        << file("{\"shape\": (2L,), \"fortran_order\": False, \"descr\": \"<i8\"}", raw<std::int64_t>({-3, 7}))
        << false;
}

void TestNpy::everyNumberTypeIsRead() {
    QFETCH(QByteArray, bytes);
    QFETCH(bool, real);
    const auto array = parse(bytes);
    QVERIFY2(array, array ? "" : array.error().sentence().c_str());
    QCOMPARE(array->shape, std::vector<std::size_t>{2});
    if (real) QCOMPARE(array->reals, (std::vector<double>{-1.5, 0.25}));
    else QCOMPARE(array->integers, (std::vector<std::int64_t>{-3, 7}));
    QCOMPARE(array->isReal(), real);
}

void TestNpy::fortranOrderBecomesCOrder() {
    const auto matrix = parse(file(header("<f8", "(2, 3)", true), raw<double>({1, 4, 2, 5, 3, 6})));
    QVERIFY(matrix);
    QCOMPARE(matrix->reals, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    const auto cube = parse(file(header("<i8", "(2, 2, 2)", true), raw<std::int64_t>({0, 4, 2, 6, 1, 5, 3, 7})));
    QVERIFY(cube);
    QCOMPARE(cube->integers, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

void TestNpy::aSingleNumberAndAnEmptyArrayAreRead() {
    const auto one = parse(file(header("<f8", "()"), raw<double>({3})));
    QVERIFY(one);
    QCOMPARE(one->reals, std::vector<double>{3});
    for (const char* shape : {"(0,)", "(0, 10)", "(9223372036854775807, 0, 9223372036854775807)"}) {
        const auto none = parse(file(header("<f8", shape), {}));
        QVERIFY(none);
        QCOMPARE(none->size(), std::size_t(0));
        QVERIFY(parse(file(header("<f8", shape, true), {})));
    }
}

void TestNpy::aMatrixIsMappedOrRead() {
    const QTemporaryDir folder;
    const auto map = [&](const QByteArray& bytes) {
        const std::filesystem::path name = folder.filePath("m.npy").toStdString();
        QFile out(QString::fromStdString(name.string()));
        if (out.open(QIODevice::WriteOnly)) out.write(bytes);
        out.close();
        return mapNpyMatrix(name);
    };
    QByteArray padded = header("<f4", "(2, 3)");
    while ((padded.size() + 10) % 8 != 0) padded.insert(padded.size() - 1, ' ');
    const auto floats = map(file(padded, raw<float>({1, 2, 3, 4, 5, 6})));
    QVERIFY(floats && floats->file && floats->rows == 2 && floats->columns == 3);
    QCOMPARE(std::vector<float>(floats->floats.begin(), floats->floats.end()), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    QVERIFY(floats->doubles.empty());
    const auto turned = map(file(header("<f8", "(2, 3)", true), raw<double>({1, 4, 2, 5, 3, 6})));
    QVERIFY(turned && !turned->file);
    QCOMPARE(std::vector<double>(turned->doubles.begin(), turned->doubles.end()),
             (std::vector<double>{1, 2, 3, 4, 5, 6}));
    QVERIFY(map(file(header(">f4", "(1, 2)"), raw<float>({1, 2}, true)))->doubles[1] == 2);
    QVERIFY(!map(file(header("<f8", "(2,)"), raw<double>({1, 2}))));
    QVERIFY(!map(file(header("<i8", "(1, 2)"), raw<std::int64_t>({1, 2}))));
    QVERIFY(!map(file(header("<f8", "(3, 2)"), raw<double>({1, 2}))));
}

void TestNpy::whatIsNoArrayIsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const QByteArray two = raw<double>({1, 2});
    QTest::newRow("nothing") << QByteArray() << "not a NumPy array";
    QTest::newRow("text") << QByteArray("index,label\n0,1\n") << "not a NumPy array";
    QTest::newRow("newer") << file(header("<f8", "(2,)"), two, 9) << "version 9";
    QTest::newRow("objects") << file(header("|O", "(2,)"), two) << "Python objects";
    QTest::newRow("objects, sized") << file(header("|O8", "(2,)"), two) << "Python objects";
    QTest::newRow("records") << file("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", two)
                             << "records";
    QTest::newRow("text elements") << file(header("<U4", "(1,)"), two) << "<U4";
    QTest::newRow("odd size") << file(header("<i3", "(2,)"), two) << "<i3";
    QTest::newRow("huge size") << file(header("<f99999999999999999999", "(2,)"), two) << "not read";
    QTest::newRow("header longer than the file") << file(header("<f8", "(2,)"), {}).left(40) << "cut off";
    QTest::newRow("header too long") << file(QByteArray(70000, ' '), two, 2) << "64 KiB";
    QTest::newRow("too few bytes") << file(header("<f8", "(3,)"), two) << "24 bytes, but 16 follow";
    QTest::newRow("too many bytes") << file(header("<f8", "(1,)"), two) << "8 bytes, but 16 follow";
    // clang-format off
    QTest::newRow("product overflows")
        << file(header("<f8", "(4294967296, 4294967296, 2)"), two) << "larger than any memory";
    QTest::newRow("product wraps to 0")
        << file(header("<f8", "(4294967296, 4294967296)"), {}) << "larger than any memory";
    QTest::newRow("bytes overflow") << file(header("<f8", "(2305843009213693952,)"), {}) << "larger than any memory";
    QTest::newRow("dimension too large")
        << file(header("<f8", "(99999999999999999999999,)"), two) << "cannot be understood";
    QTest::newRow("negative dimension") << file(header("<f8", "(-1,)"), two) << "cannot be understood";
    QTest::newRow("no shape") << file("{'descr': '<f8', 'fortran_order': False}", two) << "cannot be understood";
    QTest::newRow("not a dictionary") << file("__import__('os')", two) << "cannot be understood";
    QTest::newRow("endless tuple") << file("{'descr': '<f8', 'fortran_order': False, 'shape': (2,", two)
                                   << "cannot be understood";
    QTest::newRow("unsigned too large")
        << file(header("<u8", "(1,)"), raw<std::uint64_t>({~std::uint64_t(0)})) << "9,223,372";
    // clang-format on
}

void TestNpy::whatIsNoArrayIsRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto array = parse(bytes);
    QVERIFY(!array);
    const QString sentence = QString::fromStdString(array.error().sentence());
    QVERIFY2(sentence.contains(says), qPrintable(sentence));
    QVERIFY(sentence.contains("a.npy"));
}

void TestNpy::damagedBytesNeverCrash() {
    const QByteArray good = file(header("<f8", "(2, 3)", true), raw<double>({1, 4, 2, 5, 3, 6}));
    for (std::uint32_t i = 0; i < 20000; ++i) {
        CounterRng rng(1, RngPurpose::Test, 0, i);
        QByteArray bytes = good;
        const int changes = 1 + int(rng.below(4));
        for (int c = 0; c < changes; ++c)
            bytes[qsizetype(rng.below(std::uint32_t(bytes.size())))] = char(rng.below(256));
        if (rng.below(4) == 0) bytes.truncate(qsizetype(rng.below(std::uint32_t(bytes.size()))));
        const auto array = parse(bytes);
        if (array) QVERIFY(array->size() * 8 <= std::size_t(bytes.size()) * 8);
    }
}

void TestNpy::aFileOnDiskIsRead() {
    QTemporaryDir folder;
    QFile out(folder.filePath("x.npy"));
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(file(header("<f4", "(1, 2)"), raw<float>({0.5f, 2.0f})));
    out.close();
    const auto array = readNpy(folder.filePath("x.npy").toStdString());
    QVERIFY(array);
    QCOMPARE(array->shape, (std::vector<std::size_t>{1, 2}));
    QVERIFY(!readNpy(folder.filePath("missing.npy").toStdString()));
    QVERIFY(!readNpy(folder.path().toStdString()));
}

void TestNpy::whatIsWrittenComesBack() {
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("w.npy").toStdString();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> values = {0.5F, -1.25F, nan, 3e30F, 0, 1e-30F};
    for (const auto& shape : {std::vector<std::size_t>{6}, {2, 3}, {1, 3, 2}}) {
        QVERIFY(writeNpy(file, values, shape));
        const auto array = readNpy(file);
        QVERIFY2(array, array ? "" : array.error().sentence().c_str());
        QCOMPARE(array->shape, shape);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::isnan(values[i]) ? std::isnan(array->reals[i]) : array->reals[i] == double(values[i]));
    }
    // NumPy maps files whose numbers begin at a multiple of 64 bytes.
    QCOMPARE(npyHeader("<f4", std::vector<std::size_t>{123456, 128}).size() % 64, std::size_t(0));
    QVERIFY(!writeNpy(folder.filePath("no/such/folder.npy").toStdString(), values, std::vector<std::size_t>{6}));
}

QTEST_GUILESS_MAIN(TestNpy)
#include "tst_npy.moc"
