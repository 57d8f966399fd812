// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pixel_store.h"
#include "tests/support/data_files.h"

#include <QStandardPaths>

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

using namespace assay;
using namespace assay::testing;

namespace {

QStringList classNames(const Dataset& dataset) {
    QStringList names;
    for (const std::string& name : dataset.classNames) names << QString::fromStdString(name);
    return names;
}

QStringList sampleNames(const Dataset& dataset) {
    QStringList names;
    for (std::size_t i = 0; i < dataset.size(); ++i)
        names << QString::fromUtf8(dataset.names[i].data(), qsizetype(dataset.names[i].size()));
    return names;
}

std::ptrdiff_t countOf(const Dataset& dataset, Split split) {
    return std::count(dataset.splits.begin(), dataset.splits.end(), split);
}

QStringList reasons(const Dataset& dataset) {
    QStringList lines;
    for (const Problem& problem : dataset.unreadable)
        lines << QString::fromStdString(problem.file + ": " + problem.reason);
    return lines;
}

/// Three classes with four pictures each.
void makeClassFolders(const QString& root) {
    for (const char* name : {"zebra", "Ant", "bee"})
        for (int i = 0; i < 4; ++i)
            writeBytes(root + "/" + name + "/" + QString::number(i) + ".png", colourPicture(8, 8, 10 * i));
}

void makeTable(const QString& root, const QByteArray& table) {
    for (const char* name : {"a1", "b2", "c3", "d4"})
        writeBytes(root + "/images/" + name + ".jpg", colourPicture(8, 8, name[0]));
    writeBytes(root + "/labels.csv", table);
}

} // namespace

class TestReaders : public QObject {
    Q_OBJECT
    Opener m_open;

private Q_SLOTS:
    void classFoldersAreSortedByTheBytesOfTheirNames() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        writeBytes(folder.path() + "/README", "not a picture");
        writeBytes(folder.path() + "/bee/notes.txt", "not a picture either");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("class-folders"));
        QCOMPARE(classNames(dataset), QStringList({"Ant", "bee", "zebra"}));
        QCOMPARE(dataset.size(), std::size_t{12});
        QCOMPARE(sampleNames(dataset).first(), QStringLiteral("Ant/0.png"));
        QVERIFY(dataset.splitsMade);
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
    }

    void foldersNamedLikeSplitsAreSplits() {
        QTemporaryDir folder;
        makeClassFolders(folder.path() + "/train");
        makeClassFolders(folder.path() + "/val");
        makeClassFolders(folder.path() + "/test");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.classCount(), 3);
        QVERIFY(!dataset.splitsMade);
        QCOMPARE(countOf(dataset, Split::Train), 12);
        QCOMPARE(countOf(dataset, Split::Validation), 12);
        QCOMPARE(countOf(dataset, Split::Test), 12);
    }

    void aFolderOfPicturesWithoutALabelIsNoClass_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"_unlabeled", "_unlabelled", "unlabeled", "Unlabelled"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void aFolderOfPicturesWithoutALabelIsNoClass() {
        QFETCH(QString, name);
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        for (int i = 0; i < 50; ++i)
            writeBytes(folder.path() + "/" + name + "/" + QString::number(i) + ".png", colourPicture(8, 8, i));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(classNames(dataset), QStringList({"Ant", "bee", "zebra"}));
        QCOMPARE(dataset.size(), std::size_t{62});
        QCOMPARE(dataset.unlabelled(), std::size_t{50});
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
        // Each class gives a quarter to the test split, the others nothing.
        QVERIFY(dataset.splitsMade);
        QCOMPARE(countOf(dataset, Split::Test), 3);
        for (std::size_t i = 0; i < dataset.size(); ++i) {
            const bool without = dataset.names[i].starts_with(name.toStdString());
            QCOMPARE(dataset.givenLabels[i] == kNoLabel, without);
            if (without) QCOMPARE(dataset.splits[i], Split::Train);
        }
        ASSAY_OPENED(stored, m_open(folder.path()));
        QCOMPARE(stored.givenLabels, dataset.givenLabels);
        QCOMPARE(stored.contentHash, dataset.contentHash);
    }

    void picturesWithoutALabelMayLieInSplitsOrBesideThem() {
        QTemporaryDir folder;
        makeClassFolders(folder.path() + "/train");
        makeClassFolders(folder.path() + "/test");
        for (const char* place : {"/train/_unlabeled", "/test/_unlabeled", "/unlabeled"})
            writeBytes(folder.path() + place + "/1.png", colourPicture(8, 8, place[1]));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(classNames(dataset), QStringList({"Ant", "bee", "zebra"}));
        QVERIFY(!dataset.splitsMade);
        QCOMPARE(dataset.unlabelled(), std::size_t{3});
        QCOMPARE(countOf(dataset, Split::Train), 14);
        QCOMPARE(countOf(dataset, Split::Test), 13);
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
    }

    void aLoneFolderIsAClassWhateverItIsCalled() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/unlabeled/1.png", greyPicture(5, 5, 7));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(classNames(dataset), QStringList({"unlabeled"}));
        QCOMPARE(dataset.unlabelled(), std::size_t{0});
    }

    void oneClassOpensAndIsNoted() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/only/1.png", greyPicture(5, 5, 7));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{1});
        QCOMPARE(dataset.classCount(), 1);
        QCOMPARE(dataset.pixels->geometry(), (ImageGeometry{5, 5, 1}));
        QVERIFY(std::any_of(dataset.notes.begin(), dataset.notes.end(),
                            [](const std::string& note) { return note.find("one class") != std::string::npos; }));
    }

    void unreadableFilesAreListedAndTheRestOpens() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        writeBytes(folder.path() + "/bee/empty.png", "");
        writeBytes(folder.path() + "/bee/text.jpg", "hello");
        writeBytes(folder.path() + "/bee/film.gif", "GIF89a");
        QCOMPARE(::mkfifo(qPrintable(folder.path() + "/bee/x.png"), 0600), 0);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{12});
        const QString all = reasons(dataset).join("\n");
        QCOMPARE(dataset.unreadable.size(), std::size_t{4});
        QVERIFY2(all.contains("bee/empty.png: the file is empty"), qPrintable(all));
        QVERIFY2(all.contains("bee/text.jpg: not a picture that Assay reads: it is text"), qPrintable(all));
        QVERIFY2(all.contains("bee/film.gif: not a picture that Assay reads: it is a GIF"), qPrintable(all));
        QVERIFY2(all.contains("bee/x.png: not a regular file"), qPrintable(all));
    }

    void namesOfAnyBytesAreKept() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        const QByteArray hostile = folder.path().toUtf8() + "/bee/new\nline \xff\xfe.png";
        FILE* file = std::fopen(hostile.constData(), "wb");
        QVERIFY(file);
        const QByteArray picture = colourPicture(8, 8, 1);
        QCOMPARE(std::fwrite(picture.constData(), 1, std::size_t(picture.size()), file), std::size_t(picture.size()));
        std::fclose(file);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        bool found = false;
        for (std::size_t i = 0; i < dataset.size(); ++i)
            found = found || dataset.names[i] == "bee/new\nline \xff\xfe.png";
        ::unlink(hostile.constData()); // Qt cannot name it, so it cannot remove it either
        QVERIFY(found);
        QCOMPARE(dataset.size(), std::size_t{13});
    }

    void pictureFilesWithoutLabelsAreAnError() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/1.png", greyPicture(5, 5, 7));
        const auto result = m_open(folder.path());
        QVERIFY(!result);
        QVERIFY2(sentence(result.error()).contains("but no labels"), qPrintable(sentence(result.error())));
    }

    void emptyAndUnknownFoldersSayWhatWasSeen() {
        QTemporaryDir folder;
        auto result = m_open(folder.path());
        QVERIFY(!result);
        QVERIFY(sentence(result.error()).contains("empty"));
        writeBytes(folder.path() + "/a.txt", "x");
        result = m_open(folder.path());
        QVERIFY(!result);
        QVERIFY2(sentence(result.error()).contains("1 × .txt"), qPrintable(sentence(result.error())));
        result = m_open(folder.path() + "/absent");
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::NotFound);
    }

    void tablesOfManyShapesAreUnderstood_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::newRow("id without extension or folder")
            << QByteArray("image,who,label\na1,7,cat\nb2,8,dog\nc3,9,cat\nd4,3,dog\n");
        QTest::newRow("path and extension")
            << QByteArray("Path,Klasse\nimages/a1.jpg,cat\nimages/b2.jpg,dog\nimages/c3.jpg,cat\nimages/d4.jpg,dog\n");
        QTest::newRow("file name, label first")
            << QByteArray("target,fname\ncat,a1.jpg\ndog,b2.jpg\ncat,c3.jpg\ndog,d4.jpg\n");
        QTest::newRow("quoted, CRLF, BOM, no last newline") << QByteArray(
            "\xef\xbb\xbf\"file\",\"label\"\r\n\"a1.jpg\",\"cat\"\r\n\"b2.jpg\",\"dog\"\r\n\"c3.jpg\",\"cat\"\r\n\"d4.jpg\",\"dog\"");
        QTest::newRow("semicolons") << QByteArray("file;label\na1.jpg;cat\nb2.jpg;dog\nc3.jpg;cat\nd4.jpg;dog\n");
        QTest::newRow("backslashes") << QByteArray(
            "file,label\nimages\\a1.jpg,cat\nimages\\b2.jpg,dog\nimages\\c3.jpg,cat\nimages\\d4.jpg,dog\n");
    }
    void tablesOfManyShapesAreUnderstood() {
        QFETCH(QByteArray, table);
        QTemporaryDir folder;
        makeTable(folder.path(), table);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("csv-images"));
        QCOMPARE(classNames(dataset), QStringList({"cat", "dog"}));
        QCOMPARE(sampleNames(dataset),
                 QStringList({"images/a1.jpg", "images/b2.jpg", "images/c3.jpg", "images/d4.jpg"}));
        QCOMPARE(dataset.givenLabels, (std::vector<Label>{0, 1, 0, 1}));
        QVERIFY(!dataset.notes.empty());
        ASSAY_OPENED(byFile, m_open(folder.path() + "/labels.csv"));
        QCOMPARE(byFile.givenLabels, dataset.givenLabels);
        QCOMPARE(byFile.contentHash, dataset.contentHash);
    }

    void tablesMayBringTruthAndSplits() {
        QTemporaryDir folder;
        makeTable(folder.path(),
                  "file,label,true_label,split\na1,10,10,train\nb2,2,10,train\nc3,2,2,test\nd4,10,2,val\n");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(classNames(dataset), QStringList({"2", "10"})); // as numbers
        QCOMPARE(dataset.givenLabels, (std::vector<Label>{1, 0, 0, 1}));
        QCOMPARE(dataset.trueLabels, (std::vector<Label>{1, 1, 0, 0}));
        QCOMPARE(dataset.splits, (std::vector<Split>{Split::Train, Split::Train, Split::Test, Split::Validation}));
        QVERIFY(!dataset.splitsMade);
    }

    void columnsCanBeNamed() {
        QTemporaryDir folder;
        makeTable(folder.path(), "file,label,other\na1,cat,x\nb2,dog,x\nc3,cat,y\nd4,dog,y\n");
        OpenOptions options;
        options.reader.labelColumn = "other";
        ASSAY_OPENED(dataset, m_open(folder.path(), options));
        QCOMPARE(classNames(dataset), QStringList({"x", "y"}));
        options.reader.labelColumn = "nonsense";
        const auto result = m_open(folder.path(), options);
        QVERIFY(!result);
        QVERIFY2(sentence(result.error()).contains("nonsense") &&
                     sentence(result.error()).contains("file, label, other"),
                 qPrintable(sentence(result.error())));
    }

    void picturesAreFoundHoweverATableSpellsThem_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::newRow("from the root") << QByteArray("file,label\nimages/a1.jpg,cat\nimages/b2.jpg,dog\n");
        QTest::newRow("with a dot") << QByteArray("file,label\n./images/a1.jpg,cat\n././images/b2.jpg,dog\n");
        QTest::newRow("there and back") << QByteArray(
            "file,label\nimages/../images/a1.jpg,cat\nx/../images/b2.jpg,dog\n");
        QTest::newRow("absolute") << QByteArray("file,label\n@/images/a1.jpg,cat\n@/images/b2.jpg,dog\n");
        QTest::newRow("Windows") << QByteArray("file,label\nimages\\a1.jpg,cat\nimages\\b2.jpg,dog\n");
        QTest::newRow("another case") << QByteArray("file,label\nA1.JPG,cat\nB2.Jpg,dog\n");
        QTest::newRow("another extension's case") << QByteArray("file,label\nimages/a1.JPG,cat\nimages/b2.JPG,dog\n");
        QTest::newRow("no header") << QByteArray("images/a1.jpg,cat\nimages/b2.jpg,dog\n");
        QTest::newRow("BOM, CRLF, semicolons") << QByteArray("\xef\xbb\xbf"
                                                             "file;label\r\na1;cat\r\nb2;dog\r\n");
        QTest::newRow("tabs, CR") << QByteArray("file\tlabel\ra1\tcat\rb2\tdog");
    }
    void picturesAreFoundHoweverATableSpellsThem() {
        QFETCH(QByteArray, table);
        QTemporaryDir folder;
        makeTable(folder.path(), table.replace('@', folder.path().toUtf8()));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(sampleNames(dataset), QStringList({"images/a1.jpg", "images/b2.jpg"}));
        QCOMPARE(classNames(dataset), QStringList({"cat", "dog"}));
    }

    void aTableInAFolderOfItsOwnMayLeadBackIn() {
        QTemporaryDir folder;
        makeTable(folder.path(), "");
        QFile::remove(folder.path() + "/labels.csv");
        writeBytes(folder.path() + "/tables/labels.csv", "file,label\n../images/a1.jpg,cat\n../images/b2.jpg,dog\n");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(sampleNames(dataset), QStringList({"images/a1.jpg", "images/b2.jpg"}));
    }

    void whatLiesBehindTheScenesIsNoSample() {
        QTemporaryDir folder;
        makeClassFolders(folder.path());
        writeBytes(folder.path() + "/bee/._0.png", QByteArray("\0\5\x16\7 what a Mac adds", 20));
        writeBytes(folder.path() + "/__MACOSX/bee/1.png", "the same");
        writeBytes(folder.path() + "/.git/objects/1.png", "no picture");
        writeBytes(folder.path() + "/bee/.DS_Store", "x");
        writeBytes(folder.path() + "/bee/.mine.png", colourPicture(8, 8, 3)); // a picture all the same
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{13});
        QCOMPARE(classNames(dataset), QStringList({"Ant", "bee", "zebra"}));
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
    }

    void brokenTablesAreOneSentence_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QString>("says");
        QTest::newRow("duplicate id") << QByteArray("file,label\na1,cat\nb2,dog\na1,dog\n")
                                      << "line 4 names a1 a second time";
        QTest::newRow("broken quotes") << QByteArray("file,label\na1,\"cat\nb2,dog\nc3,cat\n") << "labels.csv";
        QTest::newRow("no rows") << QByteArray("file,label\n") << "a header and no rows";
        QTest::newRow("pictures elsewhere") << QByteArray("file,label\n/data/a1.jpg,cat\n/data/b2.jpg,dog\n")
                                            << "outside the data set, the first at /data/a1.jpg";
        QTest::newRow("no labels") << QByteArray("file,label\na1,\nb2, \n") << "the label column is empty";
        QTest::newRow("no file column") << QByteArray("number,label\n1,cat\n2,dog\n") << "no column names pictures";
    }
    void brokenTablesAreOneSentence() {
        QFETCH(QByteArray, table);
        QFETCH(QString, says);
        QTemporaryDir folder;
        makeTable(folder.path(), table);
        const auto result = m_open(folder.path());
        QVERIFY(!result);
        QVERIFY2(sentence(result.error()).contains(says), qPrintable(sentence(result.error())));
    }

    void rowsThatNameNothingAreListed() {
        QTemporaryDir folder;
        makeTable(folder.path(), "file,label\na1,cat\nb2,dog\nabsent,dog\n../../etc/passwd,dog\nc3,\n");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{3}); // that of c3 has no label
        QCOMPARE(dataset.unreadable.size(), std::size_t{2});
        const QString all = reasons(dataset).join("\n");
        QVERIFY2(all.contains("line 4 (absent): names no picture that is there"), qPrintable(all));
        QVERIFY2(all.contains("names a file outside the data set"), qPrintable(all));
    }

    void rowsWithoutALabelAreSamplesWithoutOne_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QStringList>("classes");
        QTest::addColumn<QList<int>>("labels");
        QTest::newRow("empty") << QByteArray("file,label\na1,cat\nb2,\nc3,dog\nd4, \n") << QStringList{"cat", "dog"}
                               << QList<int>{0, kNoLabel, 1, kNoLabel};
        QTest::newRow("mostly empty, of any name") << QByteArray("file,Klasse\na1,\nb2,\nc3,\nd4,cat\n")
                                                   << QStringList{"cat"} << QList<int>{kNoLabel, kNoLabel, kNoLabel, 0};
        QTest::newRow("-1 among numbers") << QByteArray("file,label\na1,0\nb2,-1\nc3,1\nd4,\n") << QStringList{"0", "1"}
                                          << QList<int>{0, kNoLabel, 1, kNoLabel};
        QTest::newRow("-1 and 1 are two classes")
            << QByteArray("file,label\na1,1\nb2,-1\nc3,1\nd4,-1\n") << QStringList{"-1", "1"} << QList<int>{1, 0, 1, 0};
        QTest::newRow("-1 among names") << QByteArray("file,label\na1,cat\nb2,-1\nc3,dog\nd4,dog\n")
                                        << QStringList{"-1", "cat", "dog"} << QList<int>{1, 0, 2, 2};
    }
    void rowsWithoutALabelAreSamplesWithoutOne() {
        QFETCH(QByteArray, table);
        QFETCH(QStringList, classes);
        QFETCH(QList<int>, labels);
        QTemporaryDir folder;
        makeTable(folder.path(), table);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(classNames(dataset), classes);
        QCOMPARE(QList<int>(dataset.givenLabels.begin(), dataset.givenLabels.end()), labels);
        QCOMPARE(dataset.unlabelled(), std::size_t(labels.count(kNoLabel)));
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
        ASSAY_OPENED(stored, m_open(folder.path()));
        QCOMPARE(stored.givenLabels, dataset.givenLabels);
    }

    void aSampleWithoutALabelKeepsItsTruthAndItsSplit() {
        QTemporaryDir folder;
        makeTable(folder.path(),
                  "file,label,true_label,split\na1,cat,cat,train\nb2,,cat,\nc3,dog,dog,test\nd4,,dog,test\n");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.givenLabels, (std::vector<Label>{0, kNoLabel, 1, kNoLabel}));
        QCOMPARE(dataset.trueLabels, (std::vector<Label>{0, 0, 1, 1}));
        QCOMPARE(dataset.splits, (std::vector<Split>{Split::Train, Split::Train, Split::Test, Split::Test}));
        QVERIFY(!dataset.splitsMade);
    }

    void cifar10IsReadPlaneByPlane() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/data_batch_1.bin", cifarRecords(20, 10, false));
        writeBytes(folder.path() + "/data_batch_2.bin", cifarRecords(10, 10, false));
        writeBytes(folder.path() + "/test_batch.bin", cifarRecords(10, 10, false));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("cifar-10"));
        QCOMPARE(classNames(dataset).at(9), QStringLiteral("truck"));
        QCOMPARE(sampleNames(dataset).at(20), QStringLiteral("data_batch_2:0"));
        QCOMPARE(countOf(dataset, Split::Test), 10);
        const auto picture = dataset.pixels->picture(SampleIndex(5));
        QCOMPARE(int(picture[0]), 5);
        QCOMPARE(int(picture[1]), 6);
        QCOMPARE(int(picture[3071]), 7);
        const auto full = dataset.pictures->picture(SampleIndex(5));
        QVERIFY(full.has_value());
        QCOMPARE(full->geometry, (ImageGeometry{32, 32, 3}));
    }

    void cifar100CountsItsFineLabels() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/train.bin", cifarRecords(100, 100, true));
        writeBytes(folder.path() + "/test.bin", cifarRecords(50, 100, true));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("cifar-100"));
        QCOMPARE(dataset.classCount(), 100);
        QCOMPARE(dataset.givenLabels[99], 99);
        QCOMPARE(classNames(dataset).at(0), QStringLiteral("apple"));
    }

    void aRecordOfAnUnknownClassIsListed() {
        QTemporaryDir folder;
        QByteArray records = cifarRecords(10, 10, false);
        records[3073 * 4] = char(200);
        writeBytes(folder.path() + "/data_batch_1.bin", records);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{9});
        const QString all = reasons(dataset).join("\n");
        QVERIFY2(all.contains("record 4 has class 200 of 10"), qPrintable(all));
    }

    void aCutBatchIsRefusedByNameAndRecord() {
        QTemporaryDir folder;
        QByteArray records = cifarRecords(10, 10, false);
        records.chop(1);
        writeBytes(folder.path() + "/data_batch_1.bin", records);
        const auto opened = m_open(folder.path());
        QVERIFY(!opened);
        const QString sentence = QString::fromStdString(opened.error().sentence());
        QVERIFY2(sentence.contains("record 9 is cut") && sentence.contains("data_batch_1.bin"), qPrintable(sentence));
    }

    void idxPairsBecomeSplits() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/train-images-idx3-ubyte", idxImages(30));
        writeBytes(folder.path() + "/train-labels-idx1-ubyte", idxLabels(30, 3));
        writeBytes(folder.path() + "/t10k-images-idx3-ubyte", idxImages(12));
        writeBytes(folder.path() + "/t10k-labels-idx1-ubyte", idxLabels(12, 3));
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("idx"));
        QCOMPARE(classNames(dataset), QStringList({"0", "1", "2"}));
        QCOMPARE(countOf(dataset, Split::Train), 30);
        QCOMPARE(countOf(dataset, Split::Test), 12);
        QCOMPARE(dataset.pixels->geometry(), (ImageGeometry{4, 3, 1}));
        QCOMPARE(int(dataset.pixels->picture(SampleIndex(31))[11]), 1);
        ASSAY_OPENED(one, m_open(folder.path() + "/t10k-images-idx3-ubyte"));
        QCOMPARE(one.size(), std::size_t{12});
        QVERIFY(one.splitsMade);
    }

    void idxHeadersThatLieAreNotBelieved() {
        QTemporaryDir folder;
        QByteArray images = idxImages(20);
        images.replace(4, 4, bigEndian(0xFFFFFFFF));
        writeBytes(folder.path() + "/t10k-images-idx3-ubyte", images);
        writeBytes(folder.path() + "/t10k-labels-idx1-ubyte", idxLabels(20, 4));
        const auto huge = m_open(folder.path());
        QVERIFY(!huge);
        images.replace(4, 4, bigEndian(1000));
        writeBytes(folder.path() + "/t10k-images-idx3-ubyte", images);
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{20});
        QVERIFY2(reasons(dataset).join("\n").contains("record 20 is cut"), qPrintable(reasons(dataset).join("\n")));
    }

    void idxCutAtEverySixteenthNeverFailsBadly() {
        const QByteArray whole = idxImages(64);
        for (int part = 1; part < 16; ++part) {
            QTemporaryDir folder;
            writeBytes(folder.path() + "/t10k-images-idx3-ubyte", whole.left(whole.size() * part / 16));
            writeBytes(folder.path() + "/t10k-labels-idx1-ubyte", idxLabels(64, 4));
            ASSAY_OPENED(dataset, m_open(folder.path()));
            QCOMPARE(dataset.size(), std::size_t((whole.size() * part / 16 - 16) / 12));
        }
    }

    void archivesEqualTheirFolders_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("name");
        QTest::newRow("tar") << "tar" << QStringList{"cf", "x.tar", "set"} << "x.tar";
        QTest::newRow("tar.gz") << "tar" << QStringList{"czf", "x.tar.gz", "set"} << "x.tar.gz";
        QTest::newRow("tar.xz") << "tar" << QStringList{"cJf", "x.tar.xz", "set"} << "x.tar.xz";
        QTest::newRow("zip") << "python3" << QStringList{"-m", "zipfile", "-c", "x.zip", "set"} << "x.zip";
    }
    void archivesEqualTheirFolders() {
        QFETCH(QString, program);
        QFETCH(QStringList, arguments);
        QFETCH(QString, name);
        if (QStandardPaths::findExecutable(program).isEmpty()) QSKIP(qPrintable("missing: " + program));
        QTemporaryDir folder;
        makeTable(folder.path() + "/set", "image,label\na1,cat\nb2,dog\nc3,cat\nd4,dog\n");
        QVERIFY(run(program, arguments, folder.path()));
        ASSAY_OPENED(plain, m_open(folder.path() + "/set"));
        ASSAY_OPENED(packed, m_open(folder.path() + "/" + name));
        QCOMPARE(packed.contentHash, plain.contentHash);
        QCOMPARE(sampleNames(packed), sampleNames(plain));
        const auto picture = packed.pictures->picture(SampleIndex(2));
        QVERIFY(picture.has_value());
        QCOMPARE(picture->pixels, plain.pictures->picture(SampleIndex(2))->pixels);
    }

    void aFolderMayHoldOneArchive() {
        QTemporaryDir folder;
        makeClassFolders(folder.path() + "/set");
        QVERIFY(run("tar", {"czf", "../set.tgz", "."}, folder.path() + "/set"));
        QVERIFY(QDir(folder.path() + "/set").removeRecursively());
        writeBytes(folder.path() + "/notes.csv", "a,b\n1,2\n");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(dataset.size(), std::size_t{12});
        QCOMPARE(sampleNames(dataset).first(), QStringLiteral("Ant/0.png"));
    }

    void fashionMnistOpensWithItsNamesAndAnExactSplit() {
        ASSAY_NEEDS("fashion-mnist/t10k-images-idx3-ubyte.gz");
        ASSAY_OPENED(dataset, m_open(sharedData("fashion-mnist")));
        QCOMPARE(dataset.size(), std::size_t{10'000});
        QCOMPARE(classNames(dataset).first(), QStringLiteral("T-shirt/top"));
        QCOMPARE(classNames(dataset).last(), QStringLiteral("Ankle boot"));
        QVERIFY(dataset.splitsMade);
        QCOMPARE(countOf(dataset, Split::Train), 8'000);
        QCOMPARE(countOf(dataset, Split::Test), 2'000);
        std::vector<int> perClass(10, 0);
        for (std::size_t i = 0; i < dataset.size(); ++i)
            if (dataset.splits[i] == Split::Test) ++perClass[std::size_t(dataset.givenLabels[i])];
        QCOMPARE(perClass, std::vector<int>(10, 200));
    }

    void mnistBringsItsSplit() {
        ASSAY_NEEDS("mnist/train-images-idx3-ubyte.gz");
        ASSAY_OPENED(dataset, m_open(sharedData("mnist")));
        QCOMPARE(dataset.size(), std::size_t{70'000});
        QCOMPARE(countOf(dataset, Split::Train), 60'000);
        QCOMPARE(dataset.classNames.front(), std::string("0"));
        QCOMPARE(dataset.givenLabels[0], 5);
    }

    void clothingPhotosOpenFromTheirTable() {
        ASSAY_NEEDS("photos/clothing-438.tar");
        ASSAY_OPENED(dataset, m_open(sharedData("photos/clothing-438.tar")));
        QCOMPARE(dataset.size(), std::size_t{438});
        QCOMPARE(dataset.classCount(), 20);
        QVERIFY2(dataset.unreadable.empty(), qPrintable(reasons(dataset).join("\n")));
        QCOMPARE(dataset.pixels->geometry(), (ImageGeometry{128, 128, 3}));
        const auto small = dataset.pictures->picture(SampleIndex(0), 100);
        const auto full = dataset.pictures->picture(SampleIndex(0));
        QVERIFY(small.has_value() && full.has_value());
        QVERIFY(full->geometry.width > small->geometry.width);
        QVERIFY(std::min(small->geometry.width, small->geometry.height) >= 100);
    }
};

QTEST_GUILESS_MAIN(TestReaders)
#include "tst_readers.moc"
