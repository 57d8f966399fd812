// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pixel_store.h"
#include "tests/support/data_files.h"

#include <algorithm>

using namespace assay;
using namespace assay::testing;

namespace {

/// What a sample is, as one line: name, given label, truth, split.
QStringList described(const Dataset& dataset) {
    QStringList lines;
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        const QString truth = dataset.trueLabels.empty() || dataset.trueLabels[i] == kNoLabel
                                  ? QStringLiteral("-")
                                  : QString::fromStdString(dataset.classNames[std::size_t(dataset.trueLabels[i])]);
        lines << QString::fromUtf8(dataset.names[i].data(), qsizetype(dataset.names[i].size())) + ' ' +
                     QString::fromStdString(dataset.classNames[std::size_t(dataset.givenLabels[i])]) + ' ' + truth +
                     ' ' + QString::fromUtf8(splitName(dataset.splits[i]).data());
    }
    lines.sort();
    return lines;
}

QString problems(const Dataset& dataset) {
    QStringList lines;
    for (const Problem& problem : dataset.unreadable)
        lines << QString::fromStdString(problem.file + ": " + problem.reason);
    return lines.join('\n');
}

void makeTinyImageNet(const QString& root) {
    writeBytes(root + "/wnids.txt", "n03\nn01\nn02\n");
    writeBytes(root + "/words.txt", "n00\tentity\nn01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane\n");
    for (const char* id : {"n01", "n02", "n03"}) {
        writeBytes(root + "/train/" + id + "/" + id + "_boxes.txt", QByteArray(id) + "_0.JPEG\t0\t0\t63\t63\n");
        for (int i = 0; i < 2; ++i)
            writeBytes(root + "/train/" + id + "/images/" + id + "_" + QString::number(i) + ".JPEG",
                       i == 0 ? colourPicture(8, 8, 9) : greyPicture(8, 8, 70));
    }
    writeBytes(root + "/val/val_annotations.txt", "val_0.JPEG\tn02\t0\t32\t44\t62\nval_1.JPEG\tn01\t1\t2\t3\t4\nval_2."
                                                  "JPEG\tn09\t1\t2\t3\t4\nval_3.JPEG\tn01\t0\t0\t1\t1\n");
    for (int i = 0; i < 2; ++i)
        writeBytes(root + "/val/images/val_" + QString::number(i) + ".JPEG", colourPicture(8, 8, 30));
    writeBytes(root + "/test/images/test_0.JPEG", colourPicture(8, 8, 30));
}

void makeClothing(const QString& root) {
    writeBytes(root + "/noisy_label_kv.txt",
               "images/0/00/a.jpg 3\nimages/0/01/b.jpg 13\nimages/1/02/c.jpg 14\nimages/2/05/gone.jpg 1\n");
    writeBytes(root + "/clean_label_kv.txt",
               "images/0/01/b.jpg 2\nimages/5/00/d.jpg 0\nimages/6/00/e.jpg 1\nimages/7/00/f.jpg 2\n");
    writeBytes(root + "/noisy_train_key_list.txt",
               "images/0/00/a.jpg\nimages/0/01/b.jpg\nimages/1/02/c.jpg\nimages/2/05/gone.jpg\n");
    writeBytes(root + "/clean_train_key_list.txt", "images/5/00/d.jpg\n");
    writeBytes(root + "/clean_val_key_list.txt", "images/6/00/e.jpg\n");
    writeBytes(root + "/clean_test_key_list.txt", "images/7/00/f.jpg\n");
    for (const char* file : {"0/00/a", "0/01/b", "1/02/c", "5/00/d", "6/00/e", "7/00/f"})
        writeBytes(root + "/images/" + file + ".jpg", colourPicture(12, 9, file[0]));
}

} // namespace

/// Small trees in the exact layout of data sets whose text files list their pictures.
class TestListedReaders : public QObject {
    Q_OBJECT
    Opener m_open;

private Q_SLOTS:
    void tinyImageNetHasItsOfficialSplitAndSortedClasses() {
        QTemporaryDir folder;
        makeTinyImageNet(folder.path() + "/tiny-imagenet-200");
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("tiny-imagenet"));
        QCOMPARE(dataset.classNames, (std::vector<std::string>{"goldfish", "crane (n02)", "crane (n03)"}));
        QCOMPARE(
            described(dataset),
            (QStringList{
                "train/n01/images/n01_0.JPEG goldfish - train", "train/n01/images/n01_1.JPEG goldfish - train",
                "train/n02/images/n02_0.JPEG crane (n02) - train", "train/n02/images/n02_1.JPEG crane (n02) - train",
                "train/n03/images/n03_0.JPEG crane (n03) - train", "train/n03/images/n03_1.JPEG crane (n03) - train",
                "val/images/val_0.JPEG crane (n02) - test", "val/images/val_1.JPEG goldfish - test"}));
        QCOMPARE(dataset.pixels->geometry().channels, 3);
        QVERIFY2(problems(dataset).contains("val_annotations.txt: line 3 names no class"),
                 qPrintable(problems(dataset)));
        QVERIFY2(problems(dataset).contains("val_3.JPEG: is listed but not there"), qPrintable(problems(dataset)));
        QCOMPARE(dataset.unreadable.size(), std::size_t(2));
    }

    void clothingTrainsOnItsNoisyListAndKnowsTheTruthOfSome() {
        QTemporaryDir folder;
        makeClothing(folder.path());
        ASSAY_OPENED(dataset, m_open(folder.path()));
        QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("clothing1m"));
        QCOMPARE(dataset.classCount(), 14);
        QCOMPARE(described(dataset),
                 (QStringList{"images/0/00/a.jpg Chiffon - train", "images/0/01/b.jpg Underwear Knitwear train",
                              "images/6/00/e.jpg Shirt Shirt validation", "images/7/00/f.jpg Knitwear Knitwear test"}));
        const QString said = problems(dataset);
        QVERIFY2(said.contains("noisy_label_kv.txt: line 3 is not a path and a class from 0 to 13"), qPrintable(said));
        QVERIFY2(said.contains("noisy_train_key_list.txt: line 3 names a picture without a label"), qPrintable(said));
        QVERIFY2(said.contains("images/2/05/gone.jpg: is listed but not there"), qPrintable(said));
    }

    void clothingTrainsOnItsCleanListWhenPointedAtIt() {
        QTemporaryDir folder;
        makeClothing(folder.path());
        ASSAY_OPENED(dataset, m_open(folder.path() + "/clean_train_key_list.txt"));
        QCOMPARE(described(dataset),
                 (QStringList{"images/5/00/d.jpg T-Shirt T-Shirt train", "images/6/00/e.jpg Shirt Shirt validation",
                              "images/7/00/f.jpg Knitwear Knitwear test"}));
    }

    void webVisionMiniIsGooglesFirstFiftyClasses() {
        QTemporaryDir folder;
        const QString root = folder.path();
        QByteArray synsets;
        for (int k = 0; k < 1000; ++k)
            synsets += "n" + QByteArray::number(10'000 + k) + " thing " + QByteArray::number(k) + ", other name\n";
        writeBytes(root + "/info/synsets.txt", synsets);
        writeBytes(root + "/info/train_filelist_google.txt",
                   "google/q0001/a.jpg 0\ngoogle/q0049/with space.jpg 49\ngoogle/q0050/c.jpg 50\nnonsense\n");
        writeBytes(root + "/info/val_filelist.txt", "val000001.jpg 7\nval000002.jpg 700\n");
        for (const char* file : {"google/q0001/a.jpg", "google/q0049/with space.jpg", "google/q0050/c.jpg",
                                 "val_images_256/val000001.jpg", "val_images_256/val000002.jpg"})
            writeBytes(root + "/" + file, colourPicture(10, 10, 3));
        {
            ASSAY_OPENED(dataset, m_open(root));
            QCOMPARE(QString::fromStdString(dataset.format), QStringLiteral("webvision-mini"));
            QCOMPARE(dataset.classCount(), 50);
            QCOMPARE(described(dataset),
                     (QStringList{"google/q0001/a.jpg thing 0 - train", "google/q0049/with space.jpg thing 49 - train",
                                  "val_images_256/val000001.jpg thing 7 - test"}));
            ASSAY_OPENED(byList, m_open(root + "/info/train_filelist_google.txt"));
            QCOMPARE(byList.format, dataset.format);
            QCOMPARE(described(byList), described(dataset));
            QCOMPARE(problems(dataset),
                     QStringLiteral("info/train_filelist_google.txt: line 4 is not a path and a class number"));
        }
        writeBytes(root + "/imagenet/val/n10002/ILSVRC2012_val_1.JPEG", colourPicture(10, 10, 3));
        for (int k = 0; k < 60; ++k)
            writeBytes(root + "/imagenet/val/n" + QString::number(10'000 + k) + "/x.JPEG", colourPicture(10, 10, k));
        ASSAY_OPENED(both, m_open(root));
        QCOMPARE(std::count(both.splits.begin(), both.splits.end(), Split::Validation), 1);
        QCOMPARE(std::count(both.splits.begin(), both.splits.end(), Split::Test), 51);
        QVERIFY(described(both).contains("imagenet/val/n10002/ILSVRC2012_val_1.JPEG thing 2 - test"));
    }

    void whatIsNotRecognisedIsToldEveryFormat() {
        QTemporaryDir folder;
        writeBytes(folder.path() + "/notes.md", "nothing");
        const auto opened = m_open(folder.path());
        QVERIFY(!opened.has_value());
        for (const char* format : {"CIFAR-10", "IDX", "Tiny-ImageNet", "Clothing1M", "WebVision"})
            QVERIFY2(sentence(opened.error()).contains(format), qPrintable(sentence(opened.error())));
    }
};

QTEST_GUILESS_MAIN(TestListedReaders)
#include "tst_listed_readers.moc"
