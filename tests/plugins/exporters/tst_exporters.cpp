// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include "core/base/text.h"
#include "core/data/image_codec.h"
#include "core/project/checked_csv.h"
#include "tests/support/locales.h"

#include <clocale>
#include <set>

using namespace assay;
using namespace assay::test;

namespace {

Fixture animals() {
    Fixture f;
    f.dataset.classNames = {"cat", "dog", "a \"b\", c"};
    f.add("x/0001.png", 0);
    f.add("x/0002.png", 1, {Verdict::Relabel, 2});
    f.add("y/0003.png", 2, {Verdict::Flag, kNoLabel});
    f.add("y/0004.png", 2, {Verdict::Exclude, kNoLabel});
    f.dataset.pictures = std::make_shared<FakePictures>();
    return f;
}

struct Folder {
    QTemporaryDir directory;
    std::filesystem::path path(const char* name) const {
        return std::filesystem::path(directory.path().toStdString()) / name;
    }
    void write(const char* name, const std::string& text) const { std::ofstream(path(name), std::ios::binary) << text; }
};

ExportReport must(Result<ExportReport> report) {
    if (!report) qFatal("%s", report.error().sentence().c_str());
    return *report;
}

} // namespace

class TestExporters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void labelTable() {
        Folder folder;
        const Fixture f = animals();
        const ExportReport report = must(exporter("csv").write(f.table, {}, folder.path("o.csv")));
        QCOMPARE(
            bytesOf(folder.path("o.csv")),
            std::string("file,label\nx/0001.png,cat\nx/0002.png,\"a \"\"b\"\", c\"\ny/0003.png,\"a \"\"b\"\", c\"\n"
                        "y/0004.png,\"a \"\"b\"\", c\"\n"));
        QCOMPARE(report.rows, std::size_t(4));
        QCOMPARE(report.relabelled, std::size_t(1));
        QCOMPARE(report.excluded, std::size_t(1));
        QCOMPARE(report.flagged, std::size_t(1));
        QCOMPARE(report.differences, std::size_t(0));
        QCOMPARE(report.excludedOut, std::size_t(0));
        QCOMPARE(*exporter("csv").preview(f.table, {{"labels", std::string("numbers")}}, 2),
                 std::string("file,label\nx/0001.png,0\nx/0002.png,2\n"));
    }

    void namesThatAreNotTextAreRefusedByName() {
        Folder folder;
        Fixture f = animals();
        f.add("z/\xff.png", 0);
        const auto report = exporter("csv").write(f.table, {}, folder.path("o.csv"));
        QVERIFY(!report);
        QVERIFY(report.error().sentence().find("\\xFF") != std::string::npos ||
                report.error().sentence().find("\\xff") != std::string::npos);
        QVERIFY(!std::filesystem::exists(folder.path("o.csv")));
        QCOMPARE(must(exporter("csv").write(f.table, {{"id", std::string("index")}}, folder.path("o.csv"))).rows,
                 std::size_t(5));
    }

    void formulasAreToldAndLeftAsTheyAre() {
        Folder folder;
        Fixture f = animals();
        f.add("=SUM(A1).png", 0);
        const ExportReport report = must(exporter("csv").write(f.table, {}, folder.path("o.csv")));
        QCOMPARE(report.notes.size(), std::size_t(1));
        QVERIFY(bytesOf(folder.path("o.csv")).find("\n=SUM(A1).png,cat\n") != std::string::npos);
    }

    void templateKeepsHeaderIdsOrderAndColumns_data() {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("base name, names") << QByteArray("id,label\n0002.png,cat\n0001.png,cat\n")
                                          << QByteArray("id,label\n0002.png,\"a \"\"b\"\", c\"\n0001.png,cat\n");
        QTest::newRow("no extension, numbers")
            << QByteArray("Id,Category\n0003,0\n0001,0\n") << QByteArray("Id,Category\n0003,2\n0001,0\n");
        QTest::newRow("further columns") << QByteArray("note,file,label,w\n\"a,b\",x/0001.png,,1.50\n")
                                         << QByteArray("note,file,label,w\n\"a,b\",x/0001.png,cat,1.50\n");
        QTest::newRow("by index, semicolons, CRLF")
            << QByteArray("index;label\r\n1;0\r\n0;0\r\n") << QByteArray("index;label\r\n1;2\r\n0;0\r\n");
        QTest::newRow("path without extension")
            << QByteArray("id,y\ny/0003,dog\n") << QByteArray("id,y\ny/0003,\"a \"\"b\"\", c\"\n");
    }
    void templateKeepsHeaderIdsOrderAndColumns() {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, expected);
        Folder folder;
        folder.write("t.csv", given.toStdString());
        const Fixture f = animals();
        const ParamValues settings{{"template", folder.path("t.csv").string()}};
        must(exporter("csv-template").write(f.table, settings, folder.path("o.csv")));
        QCOMPARE(QByteArray::fromStdString(bytesOf(folder.path("o.csv"))), expected);
    }

    void templateReportsWhatIsMissing() {
        Folder folder;
        Fixture f = animals();
        const ParamValues settings{{"template", folder.path("t.csv").string()}};
        folder.write("t.csv", "id,label\n0001.png,cat\nnobody.png,cat\n");
        auto report = exporter("csv-template").write(f.table, settings, folder.path("o.csv"));
        QVERIFY(!report && report.error().message.find("nobody.png") != std::string::npos);
        folder.write("t.csv", "id,label\n0001.png,cat\n0001.png,cat\n");
        report = exporter("csv-template").write(f.table, settings, folder.path("o.csv"));
        QVERIFY(!report && report.error().message.find("twice") != std::string::npos);
        QVERIFY(!exporter("csv-template").write(f.table, {}, folder.path("o.csv")));
        folder.write("t.csv", "id,label\n0001.png,cat\n0004.png,cat\n");
        f.table.rows.pop_back();
        const ExportReport written = must(exporter("csv-template").write(f.table, settings, folder.path("o.csv")));
        QCOMPARE(written.rows, std::size_t(1));
        QCOMPARE(written.notes.size(), std::size_t(2));
    }

    void auditTableTellsTheWholeStory() {
        Folder folder;
        Fixture f = animals();
        CounterRng rng(1, RngPurpose::Test);
        f.addNumbers(rng);
        f.table.scored[3] = 0;
        f.table.loss[0] = 1.0f / 3.0f;
        f.table.decisionRun = {"", "7", "", ""};
        f.table.decisionScore = {"", "pseudo-label=0.981", "", ""};
        f.table.decisionEpoch = {"", "12", "", ""};
        f.table.decisionConfidence = {"", "0.981", "", ""};
        must(exporter("audit-csv").write(f.table, {}, folder.path("o.csv")));
        const CsvTable read = *readCsv(folder.path("o.csv"));
        QCOMPARE(read.header[15], std::string("decision_run"));
        QCOMPARE(read.rows[1][15], std::string("7"));
        QCOMPARE(read.rows[1][16], std::string("pseudo-label=0.981"));
        QCOMPARE(read.header[17], std::string("decision_epoch"));
        QCOMPARE(read.rows[1][17], std::string("12"));
        QCOMPARE(read.header[18], std::string("decision_confidence"));
        QCOMPARE(read.rows[1][18], std::string("0.981"));
        const std::vector<std::string> expected{"index", "file",    "given", "effective", "suggested",
                                                "score", "p_noisy", "loss",  "decision",  "reason",
                                                "who",   "time",    "run"};
        QVERIFY(std::equal(expected.begin(), expected.end(), read.header.begin()));
        QCOMPARE(read.rows[0][7], std::string("0.33333334"));
        QCOMPARE(read.rows[1][3], std::string("a \"b\", c"));
        QCOMPARE(read.rows[1][8], std::string("relabel"));
        QCOMPARE(read.rows[1][10], std::string("Ann, \"the eye\""));
        QCOMPARE(read.rows[3][7], std::string());
        QVERIFY(exporter("audit-csv").wantsEverySample());

        must(exporter("csv").write(f.table, {{"provenance", true}}, folder.path("p.csv")));
        const CsvTable plain = *readCsv(folder.path("p.csv"));
        QCOMPARE(plain.header, (std::vector<std::string>{"file", "label", "decision", "run", "epoch", "confidence"}));
        QCOMPARE(plain.rows[1][2], std::string("relabel"));
        QCOMPARE(plain.rows[1][3], std::string("7"));
        QCOMPARE(plain.rows[1][4], std::string("12"));
        QCOMPARE(plain.rows[1][5], std::string("0.981"));
        QCOMPARE(plain.rows[0][3], std::string());
    }

    void cleanlabFrameCountsLowAsBad() {
        Folder folder;
        Fixture f = animals();
        QVERIFY(!exporter("cleanlab").write(f.table, {}, folder.path("c")));
        CounterRng rng(1, RngPurpose::Test);
        f.addNumbers(rng);
        f.table.scored.assign(4, 1);
        f.table.pNoisy = {0.9f, 0.2f, 0.6f, 0.75f};
        f.table.predicted = {1, 1, 2, 0};
        const ExportReport report = must(exporter("cleanlab").write(f.table, {}, folder.path("c")));
        QCOMPARE(report.files.size(), std::size_t(3));
        const CsvTable read = *readCsv(folder.path("c/issues.csv"));
        QCOMPARE(read.header,
                 (std::vector<std::string>{"is_label_issue", "label_quality", "given_label", "predicted_label"}));
        QCOMPARE(read.rows[0][0], std::string("True"));
        QVERIFY(*parseReal(read.rows[0][1]) < 0.11);
        QCOMPARE(read.rows[2][0], std::string("False")); // the prediction agrees
        QCOMPARE(read.rows[3], (std::vector<std::string>{"True", "0.25", "2", "0"}));
        const std::string npy = bytesOf(folder.path("c/labels.npy"));
        QCOMPARE(npy.substr(1, 5), std::string("NUMPY"));
        QCOMPARE(npy.size() % 64, std::size_t(32)); // a header of whole 64 bytes, four numbers of eight
        QCOMPARE(npy[npy.size() - 24], char(2));
    }

    void classFoldersHoldEveryPictureOnce() {
        Folder folder;
        Fixture f = animals();
        f.dataset.classNames[2] = "a/b";
        f.add("z/0001.png", 0); // the same file name in the same class
        const ExportReport report = must(exporter("image-folder").write(f.table, {}, folder.path("out")));
        QCOMPARE(report.differences, std::size_t(0));
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path("out")))
            if (entry.is_regular_file()) found.insert(entry.path().lexically_relative(folder.path("out")).string());
        QCOMPARE(found,
                 (std::set<std::string>{"classes.txt", "mapping.csv", "train/cat/0001.png", "train/cat/0001_2.png",
                                        "train/a%2Fb/0002.png", "train/a%2Fb/0003.png", "train/a%2Fb/0004.png"}));
        const std::string png = bytesOf(folder.path("out/train/a%2Fb/0002.png"));
        const auto picture = decodePicture(std::as_bytes(std::span(png)));
        if (canDecodePictures()) {
            QVERIFY(picture.has_value());
            QCOMPARE(picture->geometry, (ImageGeometry{2, 3, 1}));
            QCOMPARE(picture->pixels, std::vector<std::uint8_t>(6, 1));
        }
        QVERIFY(!exporter("image-folder").write(f.table, {}, folder.path("out"))); // never into a folder in use
        QVERIFY(!exporter("image-folder").write(f.table, {{"mode", std::string("symlink")}}, folder.path("links")));
        QVERIFY(!std::filesystem::exists(folder.path("links")));
    }

    void theFileUnderTheNameIsUntouchedWhereTheExportFails() {
        Folder folder;
        folder.write("o.csv", "what was there");
        Fixture f = animals();
        f.table.who = std::vector<std::string>(4, std::string("a\0b", 3)); // no table can carry it
        f.table.reason = f.table.time = std::vector<std::string>(4);
        QVERIFY(!exporter("audit-csv").write(f.table, {}, folder.path("o.csv")));
        QCOMPARE(bytesOf(folder.path("o.csv")), std::string("what was there"));
    }

    void randomTablesReadBack_data() {
        QTest::addColumn<QString>("locale");
        for (const char* name : {"C", "de_DE", "tr_TR"}) QTest::newRow(name) << QString(name);
    }
    void randomTablesReadBack() {
        QFETCH(QString, locale);
        Folder folder;
        if (locale != "C") {
            const QString made = folder.directory.filePath("locales");
            if (!assay::testing::makeLocale(made, locale))
                QSKIP("localedef cannot make this locale; install the package locales");
            qputenv("LOCPATH", made.toUtf8());
            locale += ".UTF-8";
        }
        QVERIFY(std::setlocale(LC_ALL, qPrintable(locale)) != nullptr);
        QCOMPARE(QByteArray(std::localeconv()->decimal_point), QByteArray(locale == "C" ? "." : ","));
        const auto back = qScopeGuard([] { std::setlocale(LC_ALL, "C"); });
        for (std::uint32_t round = 0; round < 100; ++round) {
            CounterRng rng(20, RngPurpose::Test, round);
            Fixture f;
            std::set<std::string> classes;
            while (classes.size() < 2 + round % 7) classes.insert(hostile(rng));
            f.dataset.classNames.assign(classes.begin(), classes.end());
            const auto k = std::uint32_t(classes.size());
            for (std::uint32_t i = 0; i < rng.below(60); ++i) {
                const auto verdict = Verdict(rng.below(5));
                f.add(hostile(rng), Label(rng.below(k)),
                      {verdict, verdict == Verdict::Relabel ? Label(rng.below(k)) : kNoLabel});
            }
            f.table.dataset = &f.dataset;
            f.addNumbers(rng);
            for (const char* id : {"csv", "audit-csv", "cleanlab"}) {
                const auto report = exporter(id).write(f.table, {}, folder.path("o.csv"));
                QVERIFY2(report, report ? "" : report.error().sentence().c_str());
                if (std::string(id) != "csv") continue;
                const CsvTable read = *readCsv(folder.path("o.csv"));
                QCOMPARE(read.rows.size(), f.table.rows.size());
                for (std::size_t i = 0; i < read.rows.size(); ++i) {
                    QCOMPARE(read.rows[i][0], std::string(f.dataset.names[i]));
                    QCOMPARE(read.rows[i][1], f.dataset.classNames[std::size_t(f.table.effective[i])]);
                }
            }
        }
    }

    void aDecimalCommaIsCaught() {
        Folder folder;
        CheckedCsv csv;
        csv.header = {"index", "loss"};
        csv.rows = 3;
        csv.row = [](std::size_t i, std::vector<CsvCell>& cells) { cells = {std::int64_t(i), float(i) + 0.25f}; };
        ExportReport report;
        QVERIFY(writeCheckedCsv(csv, folder.path("good.csv"), report));
        QCOMPARE(report.differences, std::size_t(0));
        // The planted fault: what printf writes where the decimal sign is a comma.
        const NumberFormat comma = [](double value, bool) {
            std::string text = formatNumber(value);
            std::replace(text.begin(), text.end(), '.', ',');
            return text;
        };
        const Status written = writeCheckedCsv(csv, folder.path("bad.csv"), report, comma);
        QVERIFY(!written);
        QVERIFY(!std::filesystem::exists(folder.path("bad.csv")));
        QCOMPARE(report.differences, std::size_t(3));
        // And a number that loses its last digits.
        csv.row = [](std::size_t i, std::vector<CsvCell>& cells) { cells = {std::int64_t(i), 1.0f / 3.0f}; };
        const NumberFormat shortened = [](double value, bool) { return std::to_string(value); };
        QVERIFY(!writeCheckedCsv(csv, folder.path("bad.csv"), report, shortened));
    }
};

QTEST_GUILESS_MAIN(TestExporters)
#include "tst_exporters.moc"
