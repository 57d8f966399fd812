// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_set.h"
#include "core/data/label_table.h"
#include "tests/support/archives.h"
#include "tests/support/data_files.h"

#include <algorithm>
#include <functional>

using namespace assay;
using namespace assay::testing;

namespace {

constexpr int kSamples = 50'000;

QByteArray littleEndian(quint64 value, int bytes) {
    QByteArray text;
    for (int i = 0; i < bytes; ++i) text += char(value >> (8 * i) & 0xFF);
    return text;
}

QByteArray pickledText(const QByteArray& text) { return "X" + littleEndian(quint64(text.size()), 4) + text; }

using LabelOf = std::function<int(int)>;

/// As NumPy pickles an int64 array by protocol 2: the numbers' bytes as a text that is encoded back to Latin-1.
QByteArray pickledArray(const QByteArray& name, const LabelOf& labelOf) {
    QByteArray numbers;
    for (int i = 0; i < kSamples; ++i) numbers += littleEndian(quint64(labelOf(i)), 8);
    return pickledText(name) +
           "q\x01"
           "cnumpy.core.multiarray\n_reconstruct\nq\x02" +
           pickledText(numbers) + "q\x03tb";
}

/// As Python pickles a list of small numbers by protocol 2: batches of a thousand.
QByteArray pickledList(const QByteArray& name, const LabelOf& labelOf) {
    QByteArray text = pickledText(name) + "q\x04]q\x05";
    for (int i = 0; i < kSamples; ++i) {
        if (i % 1000 == 0) text += "(";
        text += "K" + littleEndian(quint64(labelOf(i)), 1);
        if (i % 1000 == 999) text += "e";
    }
    return text;
}

QByteArray npyOf(const QByteArray& descr, const QByteArray& data, int count) {
    QByteArray header =
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + QByteArray::number(count) + ",), }";
    header += QByteArray(int(63 - (10 + header.size()) % 64), ' ') + '\n';
    return QByteArray("\x93NUMPY\x01\x00", 8) + littleEndian(quint64(header.size()), 2) + header + data;
}

Dataset fiftyThousand() {
    Dataset dataset;
    for (int k = 0; k < 10; ++k) dataset.classNames.push_back("class " + std::to_string(k));
    for (int i = 0; i < kSamples + 100; ++i) {
        dataset.names.add("s" + std::to_string(i));
        dataset.givenLabels.push_back(i % 10);
        dataset.splits.push_back(i < kSamples ? Split::Train : Split::Test);
    }
    return dataset;
}

int clean(int i) { return i % 10; }
int aggre(int i) { return i % 11 == 0 ? (i + 1) % 10 : i % 10; }
int worse(int i) { return i % 3 == 0 ? (i + 5) % 10 : i % 10; }

} // namespace

class TestLabelTable : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    QString write(const QString& name, const QByteArray& content) {
        const QString path = m_folder.filePath(name);
        QFile::remove(path);
        writeBytes(path, content);
        return path;
    }
    QString writeTorch(const QString& name, const QByteArray& pickle) {
        const QString path = m_folder.filePath(name);
        QFile::remove(path);
        writeArchive(path, {{"archive/data.pkl", pickle}, {"archive/version", "3\n"}}, Packing::ZipStored);
        return path;
    }

private Q_SLOTS:
    void aColumnOfNumbersInOtherClothes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        const QByteArray four = littleEndian(1, 8) + littleEndian(1, 8) + littleEndian(0, 8) + littleEndian(2, 8);
        QTest::newRow("npy, int64") << "l.npy" << npyOf("<i8", four, 4);
        QTest::newRow("npy, uint8") << "l.npy" << npyOf("|u1", QByteArray("\1\1\0\2", 4), 4);
        QTest::newRow("json, as DivideMix writes it") << "l.json" << QByteArray("[1, 1, 0, 2]");
        QTest::newRow("json, names") << "l.json" << QByteArray("[\"dog\", \"dog\", \"cat\", \"owl\"]\n");
        QTest::newRow("json under another name") << "dm" << QByteArray("\n[1, 1, 0, 2]");
        QTest::newRow("json with a byte-order mark") << "l.json" << QByteArray("\xEF\xBB\xBF[1, 1, 0, 2]");
        QTest::newRow("json, whole real numbers") << "l.json" << QByteArray("[1.0, 1.0, 0.0, 2.0]");
        QTest::newRow("one a line") << "l.txt" << QByteArray("1\n1\n0\n2\n");
    }
    void aColumnOfNumbersInOtherClothes() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        Dataset dataset;
        dataset.classNames = {"cat", "dog", "owl"};
        for (const char* sample : {"a", "b", "c", "d"}) dataset.names.add(sample);
        dataset.givenLabels = {0, 0, 0, 0};
        dataset.splits.assign(4, Split::Train);
        const auto file = readLabelFile(toPath(write(name, content)), dataset);
        QVERIFY2(file.has_value(), qPrintable(file ? QString() : sentence(file.error())));
        QCOMPARE(file->labels.labels, (std::vector<Label>{1, 1, 0, 2}));
    }

    /// What cannot be a header is a label, and a wrong one is called by its name.
    void theFirstItemOfABareListIsALabel_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("none");
        QTest::addColumn<QByteArray>("large");
        const auto numbers = [](std::initializer_list<qint64> labels) {
            QByteArray bytes;
            for (const qint64 label : labels) bytes += littleEndian(quint64(label), 8);
            return npyOf("<i8", bytes, int(labels.size()));
        };
        QTest::newRow("npy") << "l.npy" << numbers({-1, 1, 0}) << numbers({3, 1, 2});
        QTest::newRow("json") << "l.json" << QByteArray("[-1, 1, 0]") << QByteArray("[3, 1, 2]");
    }
    void theFirstItemOfABareListIsALabel() {
        QFETCH(QString, name);
        QFETCH(QByteArray, none);
        QFETCH(QByteArray, large);
        Dataset dataset;
        dataset.classNames = {"cat", "dog", "owl"};
        for (const char* sample : {"a", "b", "c"}) dataset.names.add(sample);
        dataset.givenLabels = {0, 0, 0};
        dataset.splits.assign(3, Split::Train);
        const auto read = readLabelFile(toPath(write(name, none)), dataset);
        QVERIFY2(read.has_value(), qPrintable(read ? QString() : sentence(read.error())));
        QCOMPARE(read->labels.labels, (std::vector<Label>{kNoLabel, 1, 0}));
        const auto refused = readLabelFile(toPath(write(name, large)), dataset);
        QVERIFY(!refused.has_value());
        QVERIFY2(sentence(refused.error()).contains("1 item with a label that is out of range") &&
                     sentence(refused.error()).contains("item 0 (3)"),
                 qPrintable(sentence(refused.error())));
    }

    void whatIsNoLabelFileSaysSo_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("part");
        QTest::newRow("real numbers") << "l.npy" << npyOf("<f8", QByteArray(32, '\0'), 4) << "whole numbers";
        QTest::newRow("objects") << "l.npy" << npyOf("|O", QByteArray(32, '\0'), 4) << "l.npy";
        QTest::newRow("json object") << "l.json" << QByteArray("{\"a\": 1}") << "one list";
        QTest::newRow("json, half a number") << "l.json" << QByteArray("[1, 0.5]") << "item 1 ";
        QTest::newRow("json under another name, cut") << "dm" << QByteArray("[1, 2") << "not whole JSON";
        QTest::newRow("json, cut") << "l.json" << QByteArray("[1, 2") << "not whole JSON";
        QTest::newRow("empty list") << "l.json" << QByteArray("[]") << "no labels";
    }
    void whatIsNoLabelFileSaysSo() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, part);
        const auto table = readLabelTable(toPath(write(name, content)));
        QVERIFY(!table.has_value());
        QVERIFY2(sentence(table.error()).contains(part), qPrintable(sentence(table.error())));
    }

    void humanLabelsOfCifar10NAreReadFromTheirOwnFile() {
        const Dataset dataset = fiftyThousand();
        const QString path = writeTorch("CIFAR-10_human.pt", "\x80\x02}q\x00(" + pickledArray("clean_label", clean) +
                                                                 pickledArray("aggre_label", aggre) +
                                                                 pickledArray("worse_label", worse) + "u.");
        const auto usual = readLabelFile(toPath(path), dataset);
        QVERIFY2(usual.has_value(), qPrintable(usual ? QString() : sentence(usual.error())));
        QCOMPARE(usual->rows, std::size_t(kSamples));
        QCOMPARE(usual->unnamed, std::size_t(100));
        const auto asked = readLabelFile(toPath(path), dataset, {"worse_label", ""});
        QVERIFY(asked.has_value());
        for (int i = 0; i < kSamples; ++i) {
            QCOMPARE(usual->labels.labels[std::size_t(i)], aggre(i));
            QCOMPARE(asked->labels.labels[std::size_t(i)], worse(i));
            QCOMPARE(usual->labels.trueLabels[std::size_t(i)], clean(i));
        }
        Dataset shuffled = dataset;
        std::rotate(shuffled.givenLabels.begin(), shuffled.givenLabels.begin() + 1, shuffled.givenLabels.end());
        const auto refused = readLabelFile(toPath(path), shuffled);
        QVERIFY(!refused.has_value());
        QVERIFY2(sentence(refused.error()).contains("not aligned"), qPrintable(sentence(refused.error())));
        // One place is enough: the published vectors agree with the published pictures everywhere.
        Dataset one = dataset;
        one.givenLabels[3] = (one.givenLabels[3] + 1) % one.classCount();
        const auto other = readLabelFile(toPath(path), one);
        QVERIFY2(!other && sentence(other.error()).contains("in 1 of"),
                 other ? "accepted" : qPrintable(sentence(other.error())));
    }

    void coarseLabelsOfCifar100NAreLists() {
        const QString path = writeTorch("CIFAR-100_human.pt", "\x80\x02}q\x00(" + pickledArray("clean_label", clean) +
                                                                  pickledArray("noisy_label", aggre) +
                                                                  pickledList("noisy_coarse_label", worse) + "u.");
        const auto table = readLabelTable(toPath(path));
        QVERIFY2(table.has_value(), qPrintable(table ? QString() : sentence(table.error())));
        QCOMPARE(table->header,
                 (std::vector<std::string>{"index", "clean_label", "noisy_label", "noisy_coarse_label"}));
        QCOMPARE(table->rows.size(), std::size_t(kSamples));
        for (int i = 0; i < kSamples; i += 7) QCOMPARE(table->rows[std::size_t(i)][3], std::to_string(worse(i)));
    }

    void damagedHumanLabelsAreRefused() {
        const QByteArray array = pickledArray("clean_label", clean);
        const auto cut = readLabelTable(toPath(writeTorch("cut.pt", array.left(array.size() / 2))));
        QVERIFY(!cut.has_value());
        QVERIFY2(sentence(cut.error()).contains("clean_label does not hold 50,000"), qPrintable(sentence(cut.error())));
        const auto large = readLabelTable(
            toPath(writeTorch("large.pt", pickledArray("clean_label", [](int i) { return i == 4'711 ? 100 : 0; }))));
        QVERIFY(!large.has_value());
        QVERIFY2(sentence(large.error()).contains("beyond 99"), qPrintable(sentence(large.error())));
        const auto other = readLabelTable(toPath(writeTorch("weights.pt", "\x80\x02}q\x00.")));
        QVERIFY(!other.has_value());
        QVERIFY2(sentence(other.error()).contains("none of the label vectors"), qPrintable(sentence(other.error())));
    }
};

QTEST_GUILESS_MAIN(TestLabelTable)
#include "tst_label_table.moc"
