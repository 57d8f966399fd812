// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/text.h"

#include <QTest>

#include <bit>

#include <clocale>
#include <limits>

using namespace assay;

class TestText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbersComeBackToTheBit_data() {
        QTest::addColumn<double>("value");
        for (const double value : {0.1, 1.0 / 3, 1e-300, 123456789.123456789, -0.0, 5e-324, 1.7976931348623157e308})
            QTest::addRow("%g", value) << value;
    }
    void numbersComeBackToTheBit() {
        QFETCH(double, value);
        const auto read = parseReal(formatNumber(value));
        QVERIFY(read);
        QCOMPARE(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(value));
        const float small = float(value);
        const auto readSmall = parseReal(formatNumber(small));
        QVERIFY(readSmall);
        QVERIFY(float(*readSmall) == small);
    }

    void noLocaleReachesANumber() {
        const char* found = std::setlocale(LC_ALL, "de_DE.UTF-8");
        if (!found) QSKIP("the locale de_DE.UTF-8 is not installed");
        const std::string text = formatNumber(0.5);
        const auto comma = parseReal("0,5");
        std::setlocale(LC_ALL, "C");
        QCOMPARE(text, std::string("0.5"));
        QVERIFY(!comma);
    }

    void onlyWholeNumbersAreNumbers() {
        QVERIFY(!parseReal("1.5x"));
        QVERIFY(!parseReal(""));
        QVERIFY(!parseReal(" 1"));
        QVERIFY(!parseInteger("1.0"));
        QCOMPARE(parseInteger("+12"), std::optional<std::int64_t>(12));
        QVERIFY(!parseInteger("99999999999999999999"));
    }

    void namesAreSafeToShow_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("shown");
        QTest::addRow("plain") << QByteArray("cat/0001.png") << QByteArray("cat/0001.png");
        QTest::addRow("newline") << QByteArray("a\nb.png") << QByteArray("a\\x0Ab.png");
        QTest::addRow("valid UTF-8") << QByteArray("\xC3\xA9t\xC3\xA9.png") << QByteArray("\xC3\xA9t\xC3\xA9.png");
        QTest::addRow("invalid UTF-8") << QByteArray("a\xFF.png") << QByteArray("a\\xFF.png");
        QTest::addRow("cut sequence") << QByteArray("a\xC3") << QByteArray("a\\xC3");
        QTest::addRow("overlong") << QByteArray("\xC0\xAF") << QByteArray("\\xC0\\xAF");
        QTest::addRow("right to left") << QByteArray("a\xE2\x80\xAEgnp.exe") << QByteArray("a\\u{202E}gnp.exe");
    }
    void namesAreSafeToShow() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(escapeForDisplay({name.data(), std::size_t(name.size())})), shown);
    }

    void thousandsAreSeparated() {
        QCOMPARE(withThousands(0), std::string("0"));
        QCOMPARE(withThousands(999), std::string("999"));
        QCOMPARE(withThousands(1000), std::string("1,000"));
        QCOMPARE(withThousands(12345678), std::string("12,345,678"));
    }
};

QTEST_GUILESS_MAIN(TestText)
#include "tst_text.moc"
