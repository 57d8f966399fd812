// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Class folders made from real data sets: the original bytes where there are files, PNG where there are bare pixels.
#include "core/data/image_codec.h"
#include "core/data/pixel_store.h"
#include "core/project/export_table.h"
#include "tests/support/data_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

using namespace assay;
using namespace assay::testing;
namespace fs = std::filesystem;

namespace {

std::string bytesOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Every sample with its given label.
ExportTable tableOf(const Dataset& dataset) {
    ExportTable table;
    table.dataset = &dataset;
    for (std::uint32_t i = 0; i < dataset.size(); ++i) {
        table.rows.emplace_back(i);
        table.given.push_back(dataset.givenLabels[i]);
        table.effective.push_back(dataset.givenLabels[i]);
        table.decisions.emplace_back();
    }
    return table;
}

/// Picture files of an export by their file name.
std::map<std::string, fs::path> picturesIn(const fs::path& root) {
    std::map<std::string, fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (!entry.is_directory() && entry.path().parent_path() != root)
            found[entry.path().filename().string()] = entry.path();
    return found;
}

} // namespace

class TestImageFolder : public QObject {
    Q_OBJECT
    Opener m_open;
    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }

    Result<ExportReport> put(const Dataset& dataset, const QString& target, const std::string& mode = "copy") {
        return m_open.registry()
            .exporters.find("image-folder")
            ->write(tableOf(dataset), {{"mode", mode}}, toPath(target));
    }

    /// Puts `dataset` into folders, opens these, and compares pixels and classes sample by sample, by name.
    void comesBackWithTheSamePixels(const Dataset& dataset, const QString& target) {
        const auto written = put(dataset, target);
        QVERIFY2(written, written ? "" : written.error().sentence().c_str());
        QCOMPARE(written->differences, std::size_t{0});
        ASSAY_OPENED(back, m_open(target));
        QCOMPARE(back.size(), dataset.size());
        std::map<std::string, std::size_t> at;
        for (std::size_t i = 0; i < back.size(); ++i) at[fs::path(std::string(back.names[i])).stem().string()] = i;
        for (std::size_t i = 0; i < dataset.size(); ++i) {
            const fs::path name{std::string(dataset.names[i])};
            const auto found = at.find(name.stem().string());
            const auto whole = found != at.end() ? found : at.find(name.filename().string());
            QVERIFY2(whole != at.end(), name.c_str());
            const std::size_t other = whole->second;
            QCOMPARE(back.classNames[std::size_t(back.givenLabels[other])],
                     dataset.classNames[std::size_t(dataset.givenLabels[i])]);
            const auto mine = dataset.pixels->picture(SampleIndex(std::uint32_t(i)));
            const auto theirs = back.pixels->picture(SampleIndex(std::uint32_t(other)));
            QVERIFY2(std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end()), name.c_str());
            QCOMPARE(back.splits[other], dataset.splits[i]);
        }
    }

private Q_SLOTS:
    void initTestCase() {
        if (!canDecodePictures()) QSKIP("built without OpenCV");
        for (int i = 0; i < 6; ++i) {
            writeBytes(path(QString("set/%1/p%2.png").arg(i % 2 ? "dog" : "cat").arg(i)), colourPicture(8, 8, 20 * i));
            writeBytes(path(QString("table/pictures/p%1.jpg").arg(i)), colourPicture(8, 8, 20 * i));
            writeBytes(path(QString("bare/%1/p%2").arg(i % 2 ? "dog" : "cat").arg(i)), colourPicture(8, 8, 20 * i));
        }
        writeBytes(path("table/labels.csv"), "id,label\np0,cat\np1,dog\np2,cat\np3,dog\np4,cat\np5,dog\n");
        QVERIFY(run("tar", {"-czf", "set.tar.gz", "set"}, m_folder.path()));
        writeBytes(path("idx/train-images-idx3-ubyte"), idxImages(12));
        writeBytes(path("idx/train-labels-idx1-ubyte"), idxLabels(12, 3));
        writeBytes(path("cifar/data_batch_1.bin"), cifarRecords(12, 10, false));
    }

    void copiesAreTheOriginalBytes_data() {
        QTest::addColumn<QString>("from");
        for (const char* from : {"set", "table", "set.tar.gz"}) QTest::newRow(from) << from;
    }
    void copiesAreTheOriginalBytes() {
        QFETCH(QString, from);
        ASSAY_OPENED(dataset, m_open(path(from)));
        const QString target = path("copy of " + from);
        const auto written = put(dataset, target);
        QVERIFY2(written, written ? "" : written.error().sentence().c_str());
        const auto found = picturesIn(toPath(target));
        QCOMPARE(found.size(), std::size_t{6});
        for (int i = 0; i < 6; ++i) {
            const std::string name = "p" + std::to_string(i) + (from == "table" ? ".jpg" : ".png");
            QVERIFY2(found.contains(name), name.c_str());
            QCOMPARE(bytesOf(found.at(name)), colourPicture(8, 8, 20 * i).toStdString());
            QCOMPARE(found.at(name).parent_path().filename().string(), std::string(i % 2 ? "dog" : "cat"));
        }
    }

    void namesWithoutAnExtensionGetTheOneOfTheirContent() {
        ASSAY_OPENED(dataset, m_open(path("bare")));
        QVERIFY(put(dataset, path("named")).has_value());
        QVERIFY(picturesIn(toPath(path("named"))).contains("p3.ppm"));
    }

    void symbolicLinksLeadToTheOriginals() {
        ASSAY_OPENED(dataset, m_open(path("table")));
        QVERIFY(put(dataset, path("links"), "symlink").has_value());
        for (const auto& [name, file] : picturesIn(toPath(path("links")))) {
            QVERIFY(fs::is_symlink(file));
            QVERIFY(fs::equivalent(file, toPath(path("table/pictures")) / name));
        }
    }

    void hardLinksAreTheOriginals() {
        fs::create_symlink("p0.png", toPath(path("set/cat/again.png"))); // a link within the set
        ASSAY_OPENED(dataset, m_open(path("set")));
        const auto written = put(dataset, path("hard"), "hardlink");
        QVERIFY2(written, written ? "" : written.error().sentence().c_str());
        const auto found = picturesIn(toPath(path("hard")));
        QCOMPARE(found.size(), std::size_t{7});
        for (const auto& [name, file] : found)
            QVERIFY2(!fs::is_symlink(file) && fs::hard_link_count(file) > 1, name.c_str());
        fs::remove(toPath(path("set/cat/again.png")));
    }

    void whatIsNoFileCannotBeLinked_data() {
        QTest::addColumn<QString>("from");
        for (const char* from : {"set.tar.gz", "idx", "cifar"}) QTest::newRow(from) << from;
    }
    void whatIsNoFileCannotBeLinked() {
        QFETCH(QString, from);
        ASSAY_OPENED(dataset, m_open(path(from)));
        const auto written = put(dataset, path("none"), "symlink");
        QVERIFY(!written);
        QVERIFY2(written.error().message.find("copy instead") != std::string::npos, written.error().message.c_str());
        QVERIFY(!QFileInfo::exists(path("none")));
    }

    void foldersOpenAgainWithTheSamePixels_data() {
        QTest::addColumn<QString>("from");
        for (const char* from : {"set", "table", "set.tar.gz", "idx", "cifar"}) QTest::newRow(from) << from;
    }
    void foldersOpenAgainWithTheSamePixels() {
        QFETCH(QString, from);
        ASSAY_OPENED(dataset, m_open(path(from)));
        comesBackWithTheSamePixels(dataset, path("back from " + from));
    }

    void barePixelsBecomePng() {
        const auto found = picturesIn(toPath(path("back from idx")));
        QCOMPARE(found.size(), std::size_t{12});
        for (const auto& [name, file] : found) QCOMPARE(bytesOf(file).substr(0, 4), std::string("\x89PNG"));
    }
};

QTEST_GUILESS_MAIN(TestImageFolder)
#include "tst_image_folder.moc"
