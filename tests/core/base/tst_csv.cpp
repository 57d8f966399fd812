// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/csv.h"
#include "core/base/rng.h"

#include <QTest>

using namespace assay;

class TestCsv : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsWhatSpreadsheetsWrite_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addRow("LF") << QByteArray("id,label\n1,cat\n2,dog\n");
        QTest::addRow("no last newline") << QByteArray("id,label\n1,cat\n2,dog");
        QTest::addRow("CRLF") << QByteArray("id,label\r\n1,cat\r\n2,dog\r\n");
        QTest::addRow("CR only") << QByteArray("id,label\r1,cat\r2,dog\r");
        QTest::addRow("byte-order mark") << QByteArray("\xEF\xBB\xBFid,label\n1,cat\n2,dog\n");
        QTest::addRow("semicolons") << QByteArray("id;label\n1;cat\n2;dog\n");
        QTest::addRow("tabs") << QByteArray("id\tlabel\n1\tcat\n2\tdog\n");
        QTest::addRow("quoted") << QByteArray("\"id\",\"label\"\n\"1\",\"cat\"\n\"2\",\"dog\"\n");
        QTest::addRow("blank line") << QByteArray("id,label\n1,cat\n\n2,dog\n");
    }
    void readsWhatSpreadsheetsWrite() {
        QFETCH(QByteArray, bytes);
        const auto table = parseCsv({bytes.data(), std::size_t(bytes.size())}, "t.csv");
        QVERIFY2(table.has_value(), table ? "" : table.error().sentence().c_str());
        QCOMPARE(table->header, (std::vector<std::string>{"id", "label"}));
        QCOMPARE(table->rows, (std::vector<std::vector<std::string>>{{"1", "cat"}, {"2", "dog"}}));
        QCOMPARE(table->column("label"), std::optional<std::size_t>(1));
        QVERIFY(!table->column("Label"));
    }

    void cellsKeepTheirTextAndTheirLine() {
        const auto table = parseCsv("id,label\n \"x\n", "t.csv");
        QVERIFY(!table); // a quote inside an unquoted cell
        const auto kept = parseCsv("id,label\n007,\"two\nlines\"\n 1e5 ,NA\n", "t.csv");
        QVERIFY2(kept.has_value(), kept ? "" : kept.error().sentence().c_str());
        QCOMPARE(kept->rows[0][0], std::string("007"));
        QCOMPARE(kept->rows[0][1], std::string("two\nlines"));
        QCOMPARE(kept->rows[1][0], std::string(" 1e5 "));
        QCOMPARE(kept->rowLines, (std::vector<std::size_t>{2, 4}));
    }

    void aListOfColumnsEndsAfterTwelve() {
        CsvTable table;
        for (int i = 1; i <= 12; ++i) table.header.push_back("c" + std::to_string(i));
        QCOMPARE(columnList(table), std::string("c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12"));
        table.header.resize(50'000, "x");
        QVERIFY(columnList(table).ends_with("c11, c12, … and 49,988 more"));
        table.header = {std::string(59, 'a') + "é" + std::string(1000, 'b')};
        QCOMPARE(columnList(table), std::string(59, 'a') + "…");
    }

    void brokenTablesEndInASentenceThatNamesTheLine_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        QTest::addRow("quote never closed") << QByteArray("a,b\n1,2\n3,\"4\n5,6\n") << "line 3";
        QTest::addRow("text after a quote") << QByteArray("a,b\n1,\"2\"x\n") << "line 2";
        QTest::addRow("short row") << QByteArray("a,b\n1,2\n3\n") << "line 3 has 1 cells where the header has 2";
        QTest::addRow("NUL") << QByteArray("a,b\n1,2\n3,\0004\n", 13) << "NUL";
        // clang-format off
        QTest::addRow("UTF-16") << QByteArray("\xFF\xFE" "a\0,\0b\0", 8) << "UTF-16";
        QTest::addRow("empty") << QByteArray("") << "empty";
        QTest::addRow("columns") << QByteArray(5000, ',') + "\n" << "4,096 columns";
        QTest::addRow("field") << QByteArray("a,b\n1,") + QByteArray(2 << 20, 'x') + "\n" << "1 MiB";
        // clang-format on
    }
    void brokenTablesEndInASentenceThatNamesTheLine() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        const auto table = parseCsv({bytes.data(), std::size_t(bytes.size())}, "t.csv");
        QVERIFY(!table);
        const QString sentence = QString::fromStdString(table.error().sentence());
        QVERIFY2(sentence.contains(expected) && sentence.contains("t.csv"), qPrintable(sentence));
    }

    void anyTableComesBackAsItWas() {
        constexpr std::string_view kAlphabet = "ab,;\t\"\n\r '=+-@0.\xC3\xA9";
        for (std::uint32_t table = 0; table < 200; ++table) {
            CounterRng rng(7, RngPurpose::Test, table);
            const std::size_t width = 1 + rng.below(5);
            std::vector<std::vector<std::string>> rows(1 + rng.below(8), std::vector<std::string>(width));
            for (auto& row : rows)
                for (auto& cell : row)
                    for (std::uint32_t n = rng.below(9); n > 0; --n)
                        cell += kAlphabet[rng.below(std::uint32_t(kAlphabet.size()))];
            std::vector<std::string> header;
            for (std::size_t i = 0; i < width; ++i) header.push_back("column" + std::to_string(i));
            std::string bytes = csvRow(header);
            for (const auto& row : rows) bytes += csvRow(row);
            const auto read = parseCsv(bytes, "t.csv");
            QVERIFY2(read.has_value(), read ? "" : read.error().sentence().c_str());
            QCOMPARE(read->rows, rows);
        }
    }
};

QTEST_GUILESS_MAIN(TestCsv)
#include "tst_csv.moc"
