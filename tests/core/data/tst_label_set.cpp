// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_set.h"
#include "tests/support/data_files.h"

#include <algorithm>
#include <numeric>

using namespace assay;
using namespace assay::testing;

namespace {

Dataset makeDataset() {
    Dataset dataset;
    dataset.classNames = {"cat", "dog", "00123"};
    for (const char* name : {"images/a.jpg", "images/b.jpg", "images/c.jpg", "images/d.jpg"}) dataset.names.add(name);
    dataset.givenLabels = {0, 1, 2, 0};
    dataset.splits.assign(4, Split::Train);
    return dataset;
}

} // namespace

class TestLabelSet : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    Result<LabelFile> read(const QByteArray& content, const Dataset& dataset, const LabelColumns& columns = {}) {
        const QString path = m_folder.path() + "/labels.csv";
        QFile::remove(path);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) return fail(ErrorCode::Io, "cannot write");
        file.write(content);
        file.close();
        return readLabelFile(toPath(path), dataset, columns);
    }

    Result<SampleList> readList(const QByteArray& content, bool withLabels = true) {
        const QString path = m_folder.path() + "/list.csv";
        QFile::remove(path);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) return fail(ErrorCode::Io, "cannot write");
        file.write(content);
        file.close();
        return readSampleList(toPath(path), makeDataset(), withLabels);
    }

private Q_SLOTS:
    void filesOfManyShapesAreRead_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QList<int>>("labels");
        QTest::newRow("index and name") << QByteArray("index,label\n0,dog\n2,cat\n") << QList<int>{1, 1, 0, 0};
        QTest::newRow("index and number") << QByteArray("index,label\n3,2\n") << QList<int>{0, 1, 2, 2};
        QTest::newRow("file") << QByteArray("file,label\nimages/b.jpg,cat\n") << QList<int>{0, 0, 2, 0};
        QTest::newRow("file without folder or extension")
            << QByteArray("file,label\nb,cat\nc.jpg,dog\n") << QList<int>{0, 0, 1, 0};
        QTest::newRow("the only other column") << QByteArray("index,mine\n0,dog\n") << QList<int>{1, 1, 2, 0};
        QTest::newRow("a class that looks like a number")
            << QByteArray("index,label\n0,00123\n") << QList<int>{2, 1, 2, 0};
        QTest::newRow("an empty cell is no label")
            << QByteArray("index,label\n0,dog\n2,\n") << QList<int>{1, 1, kNoLabel, 0};
        QTest::newRow("so is -1") << QByteArray("file,label\nb,-1\nc,cat\n") << QList<int>{0, kNoLabel, 0, 0};
        QTest::newRow("-1 in a label a line") << QByteArray("1\n-1\n0\n-1\n") << QList<int>{1, kNoLabel, 0, kNoLabel};
        QTest::newRow("a label a line") << QByteArray("1\n1\n0\n0\n") << QList<int>{1, 1, 0, 0};
        QTest::newRow("-1 in the first line") << QByteArray("-1\n1\n0\n1\n") << QList<int>{kNoLabel, 1, 0, 1};
        QTest::newRow("blanks around a label a line")
            << QByteArray(" 1 \n0 \n 2\n -1 \n") << QList<int>{1, 0, 2, kNoLabel};
        QTest::newRow("blanks in a table") << QByteArray("index, label\n0, 1\n 2 , dog \n") << QList<int>{1, 1, 1, 0};
        QTest::newRow("blanks around a file") << QByteArray("file , label\nb , cat\n") << QList<int>{0, 0, 2, 0};
        QTest::newRow("whole numbers with a point")
            << QByteArray("1.0\n0.0\n2.0\n-1.0\n") << QList<int>{1, 0, 2, kNoLabel};
        QTest::newRow("as savetxt writes them") << QByteArray("1.000000000000000000e+00\n0.000000000000000000e+00\n"
                                                              "2.000000000000000000e+00\n-1.000000000000000000e+00\n")
                                                << QList<int>{1, 0, 2, kNoLabel};
        QTest::newRow("a lone column noisy_label") << QByteArray("noisy_label\n1\n1\n0\n0\n") << QList<int>{1, 1, 0, 0};
        QTest::newRow("a lone column aggre_label")
            << QByteArray("aggre_label\ndog\n-1\n0\n0\n") << QList<int>{1, kNoLabel, 0, 0};
        QTest::newRow("a label a line, header, CRLF")
            << QByteArray("label\r\ndog\r\ndog\r\ncat\r\ncat") << QList<int>{1, 1, 0, 0};
    }
    void filesOfManyShapesAreRead() {
        QFETCH(QByteArray, content);
        QFETCH(QList<int>, labels);
        const auto file = read(content, makeDataset());
        QVERIFY2(file.has_value(), qPrintable(file ? QString() : sentence(file.error())));
        QCOMPARE(QList<int>(file->labels.labels.begin(), file->labels.labels.end()), labels);
        QCOMPARE(file->labels.origin, LabelOrigin::File);
    }

    void wrongFilesAreRefusedWhole_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown class") << QByteArray("index,label\n0,unicorn\n") << "line 2 (unicorn)";
        QTest::newRow("number past the classes")
            << QByteArray("index,label\n0,3\n")
            << "out of range (there are 3 classes, counted from 0 to 2): line 2 (3)";
        QTest::newRow("the first label past the classes")
            << QByteArray("3\n1\n2\n1\n")
            << "1 row with a label that is out of range (there are 3 classes, counted from 0 to 2): line 1 (3)";
        QTest::newRow("duplicate") << QByteArray("index,label\n0,cat\n1,cat\n0,dog\n") << "line 4 (0)";
        QTest::newRow("index past the end") << QByteArray("index,label\n4,cat\n") << "line 2 (4)";
        QTest::newRow("unknown file") << QByteArray("file,label\nz.jpg,cat\n") << "line 2 (z.jpg)";
        QTest::newRow("no id") << QByteArray("x,label\n1,cat\n") << "there are x, label";
        QTest::newRow("too few lines") << QByteArray("1\n1\n0\n") << "3 labels";
        QTest::newRow("broken quotes") << QByteArray("index,label\n0,\"cat\n") << "labels.csv";
        QTest::newRow("no label at all") << QByteArray("index,label\n0,\n2,\n") << "has a label";
        QTest::newRow("another negative number") << QByteArray("index,label\n0,-2\n1,cat\n") << "line 2 (-2)";
        // clang-format off
        QTest::newRow("real number") << QByteArray("index,label\n0,1.5\n") << "(labels are whole numbers, or names of classes): line 2 (1.5)";
        QTest::newRow("real number in the first line") << QByteArray("0.5\n1\n2\n1\n") << "line 1 (0.5)";
        QTest::newRow("not a number") << QByteArray("1\nnan\n2\n1\n") << "unknown class: line 2 (nan)";
        QTest::newRow("a heading that is not known") << QByteArray("mine\n1\n2\n1\n0\n") << "the first line, mine, is no class";
        QTest::newRow("many columns") << "c" + QByteArray(",c").repeated(29) + "\n" << "c, c, c, … and 18 more";
        // clang-format on
    }
    void wrongFilesAreRefusedWhole() {
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        const auto file = read(content, makeDataset());
        QVERIFY(!file.has_value());
        QVERIFY2(sentence(file.error()).contains(says), qPrintable(sentence(file.error())));
    }

    void labelsThatAreMissingAreSaidInTheSource() {
        const auto file = read("index,label\n0,\n1,-1\n3,dog\n", makeDataset());
        QVERIFY(file.has_value());
        QVERIFY(file->labels.source.ends_with(", 2 samples without a label"));
        QCOMPARE(file->rows, std::size_t{3});
        QVERIFY(read("index,label\n3,dog\n", makeDataset())->labels.source.find("without") == std::string::npos);
    }

    void truthComesWithItsColumn() {
        const auto file = read("index,label,true_label\n0,dog,cat\n1,dog,dog\n", makeDataset());
        QVERIFY(file.has_value());
        QCOMPARE(file->labels.labels[0], 1);
        QCOMPARE(file->labels.trueLabels,
                 (std::vector<Label>{0, 1, kNoLabel, kNoLabel})); // nobody said that these are right
        QVERIFY(file->tellsTruth);
        QCOMPARE(file->named, (std::vector<std::uint8_t>{1, 1, 0, 0}));
        QCOMPARE(file->rows, std::size_t{2});
        QCOMPARE(file->unnamed, std::size_t{2});
        Dataset known = makeDataset();
        known.trueLabels = {1, 1, 1, 1};
        QCOMPARE(read("index,label,true_label\n0,dog,cat\n", known)->labels.trueLabels,
                 (std::vector<Label>{0, 1, 1, 1}));
        QVERIFY(!read("index,label\n0,dog\n", known)->tellsTruth);
        const auto named = read("index,first,second\n0,dog,cat\n", makeDataset(), {"second", "first"});
        QVERIFY(named.has_value());
        QCOMPARE(named->labels.labels[0], 0);
        QCOMPARE(named->labels.trueLabels[0], 1);
        const auto missing = read("index,label\n0,dog\n", makeDataset(), {"absent", ""});
        QVERIFY(!missing.has_value());
        QVERIFY(sentence(missing.error()).contains("there is no column absent"));
    }

    void aLoneColumnIsTheOneThatWasAskedFor() {
        const auto named = read("mine\n1\n1\n0\n0\n", makeDataset(), {"mine", ""});
        QVERIFY2(named.has_value(), qPrintable(named ? QString() : sentence(named.error())));
        QCOMPARE(named->labels.labels, (std::vector<Label>{1, 1, 0, 0}));
        for (const QByteArray& content : {QByteArray("1\n1\n0\n0\n"), QByteArray("label\n1\n1\n0\n0\n")})
            for (const LabelColumns& columns : {LabelColumns{"absent", ""}, LabelColumns{"", "absent"}}) {
                const auto missing = read(content, makeDataset(), columns);
                QVERIFY(!missing.has_value());
                QVERIFY2(sentence(missing.error()).contains("there is no column absent"),
                         qPrintable(sentence(missing.error())));
            }
    }

    void aListNamesSamplesAndPerhapsLabels() {
        const std::vector<SampleIndex> two{SampleIndex(1), SampleIndex(3)};
        for (const QByteArray& content :
             {QByteArray("3\n1\n"), QByteArray("d.jpg\nb\n"), QByteArray("index,why\n3,sure\n1,sure\n")}) {
            const auto list = readList(content);
            QVERIFY2(list.has_value(), qPrintable(list ? QString() : sentence(list.error())));
            QVERIFY(list->samples == two);
            QVERIFY(list->labels.empty());
        }
        const auto labelled = readList("file, label\nd,dog\nb,\nd,dog\n");
        QVERIFY2(labelled.has_value(), qPrintable(labelled ? QString() : sentence(labelled.error())));
        QVERIFY(labelled->samples == two);
        QCOMPARE(labelled->labels, (std::vector<Label>{kNoLabel, 1}));
        const auto unknown = readList("index,label\n3,dog\n1,unicorn\n");
        QVERIFY(!unknown.has_value());
        QVERIFY(sentence(unknown.error()).contains("1 row with an unknown class: line 3 (unicorn)"));
        const auto unread = readList("index,label\n3,dog\n1,unicorn\n", false);
        QVERIFY(unread.has_value());
        QVERIFY(unread->samples == two && unread->labels.empty());
    }

    void theHashIsOfTheLabelsAlone() {
        const Dataset dataset = makeDataset();
        LabelSet set = givenLabelSet(dataset);
        const std::string before = set.hash();
        set.source = "elsewhere";
        set.trueLabels = {0, 0, 0, 0};
        QCOMPARE(set.hash(), before);
        set.labels[0] = 1;
        QVERIFY(set.hash() != before);
    }

    void humanLabelsOfCifar10AreAligned() {
        ASSAY_NEEDS("cifar10/cifar10n_aggre.csv");
        ASSAY_NEEDS("cifar10/cifar-10-binary.tar.xz");
        const Opener open;
        OpenOptions options;
        options.withPixels = false;
        ASSAY_OPENED(dataset, open(sharedData("cifar10"), options));
        QCOMPARE(dataset.size(), std::size_t{60'000});
        const std::vector<Label> first(dataset.givenLabels.begin(), dataset.givenLabels.begin() + 10);
        QCOMPARE(first, (std::vector<Label>{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}));
        QCOMPARE(std::accumulate(dataset.givenLabels.begin(), dataset.givenLabels.begin() + 50'000, 0), 225'000);
        const auto file = readLabelFile(toPath(sharedData("cifar10/cifar10n_aggre.csv")), dataset);
        QVERIFY2(file.has_value(), qPrintable(file ? QString() : sentence(file.error())));
        QCOMPARE(file->rows, std::size_t{50'000});
        QCOMPARE(file->unnamed, std::size_t{10'000});
        std::size_t different = 0;
        for (std::size_t i = 0; i < 50'000; ++i) different += file->labels.labels[i] != file->labels.trueLabels[i];
        QCOMPARE(different, std::size_t{4505});

        Dataset shuffled = dataset;
        std::rotate(shuffled.givenLabels.begin(), shuffled.givenLabels.begin() + 1, shuffled.givenLabels.end());
        const auto refused = readLabelFile(toPath(sharedData("cifar10/cifar10n_aggre.csv")), shuffled);
        QVERIFY(!refused.has_value());
        QVERIFY2(sentence(refused.error()).contains("not aligned"), qPrintable(sentence(refused.error())));
    }
};

QTEST_GUILESS_MAIN(TestLabelSet)
#include "tst_label_set.moc"
